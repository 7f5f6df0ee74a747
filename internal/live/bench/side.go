package bench

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"time"
)

// side is whom readers and publishers talk to: the site that is measured, or the peer beside it.
type side interface {
	open(ctx context.Context, audience string) (topic, error)
	say(ctx context.Context, t topic, words, key string) error
	dial(ctx context.Context) (net.Conn, error)
	// enter makes a connection a websocket that follows the reader's topic from where the reader is.
	enter(ctx context.Context, r *reader, c net.Conn, in *bufio.Reader) error
	// take notes one message that a reader was sent.
	take(r *reader, text []byte)
	memory() int64
	cpu() time.Duration
}

func (s *Site) dial(ctx context.Context) (net.Conn, error) {
	c, err := dialTCP(ctx, hostPort(s))
	if err == nil && s.URL.Scheme == "https" {
		return tls.Client(c, &tls.Config{ServerName: s.URL.Hostname()}), nil
	}
	return c, err
}

func dialTCP(ctx context.Context, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: 20 * time.Second}
	return d.DialContext(ctx, "tcp", address)
}

func hostPort(s *Site) string {
	if s.URL.Port() != "" {
		return s.URL.Host
	}
	return net.JoinHostPort(s.URL.Hostname(), s.URL.Scheme)
}

func (s *Site) enter(ctx context.Context, r *reader, c net.Conn, in *bufio.Reader) error {
	err := shake(c, in, "/ws", s.URL.Host, "manetomo.1", "Authorization: Bearer "+s.Token+"\r\n")
	if err != nil {
		return err
	}
	sub := fmt.Appendf(nil, `{"t":"sub","topic":%q,"since":%d}`, r.topic.ID, r.n.Load())
	if _, err := c.Write(masked(0x81, sub)); err != nil {
		return err
	}
	for {
		op, text, err := frame(in)
		switch {
		case err != nil:
			return err
		case op == 0x81 && bytes.HasPrefix(text, []byte(`{"t":"subd"`)):
			return nil
		case op == 0x81 && bytes.HasPrefix(text, isGap):
			return s.readPage(ctx, r, numberAfter(text, []byte(`"n":`)))
		case op == 0x81 && !bytes.HasPrefix(text, []byte(`{"t":"welcome"`)):
			return fmt.Errorf("not let in: %s", text)
		}
	}
}

// readPage reads what was posted up to n as a browser does that is too far behind: from the page. Every event of a
// topic of the bench is a post, so they are counted like events.
func (s *Site) readPage(ctx context.Context, r *reader, n int64) error {
	first := r.n.Load() - r.topic.N + 1 // posts that this reader knows, with the topic's own text
	var page struct{ Posts []struct{ Number int64 } }
	for last := n - r.topic.N + 1; first < last; first += int64(len(page.Posts)) {
		path := fmt.Sprintf("/api/v1/topics/%s/posts?after=%d&limit=%d", r.topic.ID, first, min(100, last-first))
		page.Posts = nil
		if err := s.get(ctx, path, &page); err != nil {
			return err
		}
		if len(page.Posts) == 0 {
			return fmt.Errorf("the page ends at post %d, and %d is announced", first, last)
		}
		r.got += int64(len(page.Posts))
	}
	r.pages++
	r.n.Store(n)
	return nil
}

var (
	isEvent = []byte(`{"t":"ev"`)
	isBye   = []byte(`{"t":"bye"`)
	isGap   = []byte(`{"t":"gap"`)
	html    = []byte(`"html":"<p>`)
)

func (s *Site) take(r *reader, text []byte) {
	switch {
	case bytes.HasPrefix(text, isEvent):
		r.event(numberAfter(text, []byte(`"n":`)), text, html)
	case bytes.HasPrefix(text, isBye):
		r.byes++
	case bytes.HasPrefix(text, isGap):
		r.wrong++
	}
}
