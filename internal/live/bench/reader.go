package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// reader is one socket that follows one topic and counts what it is sent. It comes back when it is cut, as a browser
// does, and goes on from its n.
type reader struct {
	side  side
	topic topic
	start time.Time // what the stamps in posts count from
	size  int       // of its buffer
	times *hist     // how long events were on their way; nil notes nothing
	mark  string    // where it is, as the peer says it

	mu      sync.Mutex
	conn    net.Conn
	resume  chan struct{} // closed when it reads again
	stopped atomic.Bool
	stalled atomic.Bool
	n       atomic.Int64
	opened  atomic.Int64 // connections that came to follow the topic

	got, wrong, back, bytes, byes, pages int64 // its own goroutine's
	done                                 chan struct{}
}

func newReader(s side, t topic, start time.Time, size int) *reader {
	r := &reader{side: s, topic: t, start: start, size: size, done: make(chan struct{})}
	r.n.Store(t.N)
	return r
}

// connect opens the socket, follows the topic and returns the buffer in which frames may wait already.
func (r *reader) connect(ctx context.Context) (*bufio.Reader, error) {
	c, err := r.side.dial(ctx)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.conn = c
	gone := r.stopped.Load()
	r.mu.Unlock()
	if gone {
		c.Close()
		return nil, net.ErrClosed
	}
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	in := bufio.NewReaderSize(c, r.size)
	if err := r.side.enter(ctx, r, c, in); err != nil {
		c.Close()
		return nil, err
	}
	_ = c.SetDeadline(time.Time{})
	r.opened.Add(1)
	return in, nil
}

// shake asks for a websocket and takes the answer.
func shake(c net.Conn, in *bufio.Reader, path, host, protocol, more string) error {
	_, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\n%sConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: %s\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
		path, host, more, protocol)
	if err != nil {
		return err
	}
	status, err := in.ReadString('\n')
	if err != nil {
		return err
	}
	for line := status; line != "\r\n"; {
		if line, err = in.ReadString('\n'); err != nil {
			return err
		}
	}
	if !strings.HasPrefix(status, "HTTP/1.1 101") {
		return errors.New("the socket was refused: " + strings.TrimSpace(status))
	}
	return nil
}

// frame reads one message whole. The text stands in the buffer until the next read, unless it is larger than that.
func frame(in *bufio.Reader) (op byte, text []byte, err error) {
	head, err := in.Peek(2)
	if err != nil {
		return 0, nil, err
	}
	op = head[0]
	n, skip := int(head[1]&0x7f), 2
	switch n {
	case 126:
		if head, err = in.Peek(4); err != nil {
			return 0, nil, err
		}
		n, skip = int(binary.BigEndian.Uint16(head[2:])), 4
	case 127:
		if head, err = in.Peek(10); err != nil {
			return 0, nil, err
		}
		n, skip = int(binary.BigEndian.Uint64(head[2:])), 10
	}
	if _, err = in.Discard(skip); err != nil {
		return 0, nil, err
	}
	if n > in.Size() {
		text = make([]byte, n)
		_, err = io.ReadFull(in, text)
		return op, text, err
	}
	if text, err = in.Peek(n); err != nil {
		return 0, nil, err
	}
	_, err = in.Discard(n)
	return op, text, err
}

// masked is a client's message; a mask of zeros changes nothing.
func masked(op byte, text []byte) []byte {
	b := []byte{op, 0x80 | byte(min(len(text), 126))}
	if len(text) > 125 {
		b = binary.BigEndian.AppendUint16(b, uint16(len(text)))
	}
	return append(append(b, 0, 0, 0, 0), text...)
}

// run reads until it is stopped.
func (r *reader) run(ctx context.Context, in *bufio.Reader) {
	defer close(r.done)
	pause := 20 * time.Millisecond
	for {
		if in != nil && r.read(in) {
			pause = 20 * time.Millisecond
		}
		if r.stopped.Load() || ctx.Err() != nil {
			return
		}
		if in != nil {
			r.back++
		}
		var err error
		if in, err = r.connect(ctx); err == nil {
			continue
		}
		in = nil
		pause = min(2*pause, time.Second)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause/2 + rand.N(pause/2)):
		}
	}
}

// read takes messages until the connection ends, and tells whether there was any.
func (r *reader) read(in *bufio.Reader) (any bool) {
	defer r.hangUp()
	for {
		if r.stalled.Load() {
			r.mu.Lock()
			wait := r.resume
			r.mu.Unlock()
			<-wait
		}
		op, text, err := frame(in)
		if err != nil {
			return any
		}
		any = true
		switch op {
		case 0x81:
			r.side.take(r, text)
		case 0x89:
			r.mu.Lock()
			_, _ = r.conn.Write(masked(0x8a, text))
			r.mu.Unlock()
		case 0x88:
			return any
		}
	}
}

// event notes an event that is the n-th of the topic, and when it was sent, which stands behind the mark.
func (r *reader) event(n int64, text, mark []byte) {
	if n != r.n.Load()+1 {
		r.wrong++
	}
	r.got++
	r.bytes += int64(len(text))
	if r.times != nil {
		if sent := numberAfter(text, mark); sent > 0 {
			r.times.add(time.Since(r.start) - time.Duration(sent)*time.Microsecond)
		}
	}
	r.n.Store(n)
}

func numberAfter(text, mark []byte) (n int64) {
	_, rest, _ := bytes.Cut(text, mark)
	for _, b := range rest {
		if b < '0' || b > '9' {
			break
		}
		n = n*10 + int64(b-'0')
	}
	return n
}

// stall stops reading with as little room for what is sent as the system allows.
func (r *reader) stall() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if tcp, ok := r.conn.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(4 << 10)
	}
	r.resume = make(chan struct{})
	r.stalled.Store(true)
}

func (r *reader) goOn() {
	r.stalled.Store(false)
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.resume)
}

// cut breaks the connection as a dead network does: no goodbye.
func (r *reader) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if tcp, ok := r.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	r.conn.Close()
}

func (r *reader) hangUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conn.Close()
}

// stop ends the reader for good.
func (r *reader) stop() {
	r.stopped.Store(true)
	r.mu.Lock()
	if r.conn != nil {
		r.conn.Close()
	}
	r.mu.Unlock()
}
