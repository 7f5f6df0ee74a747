package live_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// raw is a connection that sees bytes, not messages.
type raw struct {
	net.Conn
	t testing.TB
}

// raw opens a socket by hand and asks for a topic behind n in the same breath.
func (s *site) raw(t testing.TB, person, topic string, n int64) raw {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	sub := fmt.Appendf(nil, `{"t":"sub","topic":%q,"since":%d}`, topic, n)
	frame := append([]byte{0x81, 0x80 | byte(len(sub)), 0, 0, 0, 0}, sub...) // a mask of zeros changes nothing
	_, err = fmt.Fprintf(c, "GET /ws HTTP/1.1\r\nHost: x\r\nPerson: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", person)
	if err != nil {
		t.Fatal(err)
	}
	r := raw{c, t}
	if head := r.line(); !strings.Contains(head, "101") {
		t.Fatalf("handshake: %s", head)
	}
	for r.line() != "\r\n" {
	}
	if _, err := c.Write(frame); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r raw) line() string {
	r.t.Helper()
	var b bytes.Buffer
	one := make([]byte, 1)
	for !bytes.HasSuffix(b.Bytes(), []byte("\r\n")) {
		if _, err := io.ReadFull(r.Conn, one); err != nil {
			r.t.Fatal(err)
		}
		b.Write(one)
	}
	return b.String()
}

// upTo reads at most n bytes, fewer when nothing more comes.
func (r raw) upTo(n int) []byte {
	r.t.Helper()
	buf := make([]byte, n)
	_ = r.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	got, err := io.ReadFull(r.Conn, buf)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		r.t.Fatal(err)
	}
	return buf[:got]
}

// wholeFrames are the texts of the messages that came whole.
func wholeFrames(b []byte) (texts [][]byte) {
	for len(b) >= 2 {
		n, skip := int(b[1]), 2
		if n == 126 {
			if len(b) < 4 {
				break
			}
			n, skip = int(binary.BigEndian.Uint16(b[2:])), 4
		}
		if len(b) < skip+n {
			break
		}
		if b[0] == 0x81 {
			texts = append(texts, b[skip:skip+n])
		}
		b = b[skip+n:]
	}
	return texts
}
