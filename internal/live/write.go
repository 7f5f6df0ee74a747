package live

import (
	"net"
	"syscall"
	"time"
)

// socket is the write side of a connection: gorilla reads, this sends.
type socket struct {
	conn net.Conn
	raw  syscall.RawConn // nil where a write cannot be tried without waiting, as under TLS

	out   chan struct{} // closed when the last frame is out
	isOut bool          // belongs to the reader's mutex
}

// open gives the socket its connection, before anybody may write to it.
func (s *socket) open(c net.Conn) {
	s.conn, s.out = c, make(chan struct{})
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(sendBuffer) // without it a stalled reader is found later, no more
		if raw, err := tcp.SyscallConn(); err == nil && canTry {
			s.raw = raw
		}
	}
}

// write sends an item that the caller alone may send: at once as far as the connection takes it, the rest from a
// goroutine of its own, so that whoever hands out events is never held up.
func (r *reader) write(it item) {
	n, err := r.socket.try(it.buf)
	switch {
	case err != nil:
		r.broken()
	case n < len(it.buf):
		go r.drain(it.buf[n:], it.frames, len(it.buf))
	case !r.sent(it.frames, len(it.buf)):
		go r.drain(nil, 0, 0)
	}
}

// sent takes what was sent off the counts and tells whether nothing waits; then sending has stopped.
func (r *reader) sent(frames, bytes int) (idle bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.frames -= frames
	r.bytes -= bytes
	if len(r.queue) > 0 {
		return false
	}
	r.writing = false
	if r.ended {
		r.socket.flushed()
	}
	return true
}

// drain sends the rest of an item, which stands in the counts with frames and bytes, then whatever waits, joined, until
// nothing does. A half-sent message is always finished before anything else. A connection that takes nothing for ten
// seconds is closed.
func (r *reader) drain(rest []byte, frames, bytes int) {
	for {
		if len(rest) > 0 {
			_ = r.socket.conn.SetWriteDeadline(time.Now().Add(writeTime))
			_, err := r.socket.conn.Write(rest)
			if err != nil {
				r.broken()
				return
			}
			_ = r.socket.conn.SetWriteDeadline(time.Time{})
		}
		if r.sent(frames, bytes) {
			r.signal()
			return
		}
		rest, frames, bytes = r.takeAll()
		r.signal()
	}
}

// takeAll takes what waits as one buffer. It stays in the counts until it is sent.
func (r *reader) takeAll() (buf []byte, frames, bytes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queue) == 1 {
		buf, frames = r.queue[0].buf, r.queue[0].frames
	} else {
		for _, q := range r.queue {
			buf = append(buf, q.buf...)
			frames += q.frames
		}
	}
	clear(r.queue)
	r.queue = r.queue[:0]
	return buf, frames, len(buf)
}

// broken ends a connection that cannot be written to any more.
func (r *reader) broken() {
	r.mu.Lock()
	if !r.ended {
		r.ended = true
		close(r.done)
	}
	r.queue, r.writing = nil, true // nothing is ever sent again
	r.socket.flushed()
	r.mu.Unlock()
	_ = r.socket.conn.Close() // wakes the goroutine that reads
}

// flushed marks that the last frame is out, or never will be. The other side may answer, but not for long. The caller
// holds the reader's mutex.
func (s *socket) flushed() {
	if !s.isOut {
		s.isOut = true
		close(s.out)
		_ = s.conn.SetReadDeadline(time.Now().Add(closeTime))
	}
}
