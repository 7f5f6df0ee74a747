package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/manetomo/manetomo/internal/live"
)

// benchLiveCmd measures the live channel of a running site from outside: it opens a topic of its own, lets readers
// follow it, posts, and checks that every reader got every event once and in order.
type benchLiveCmd struct {
	URL     string `help:"Address of the site." default:"http://127.0.0.1:8080"`
	Token   string `help:"A token of manetomo token create, with read,write." required:"" env:"MANETOMO_TOKEN"`
	Readers int    `help:"Sockets that follow one topic." default:"200"`
	Writers int    `help:"Writers that post at once." default:"8"`
	Posts   int    `help:"Posts of 400 bytes altogether; 0 measures only what idle readers cost." default:"1000"`
	PID     int    `name:"pid" help:"The site's process, on this machine, to see its memory."`

	client http.Client
}

type benchTopic struct {
	ID string `json:"id"`
	N  int64  `json:"n"`
}

// Run measures and prints one line for each figure.
func (c *benchLiveCmd) Run(p *program) error {
	ctx := p.ctx
	c.client.Transport = &http.Transport{MaxIdleConnsPerHost: c.Writers}
	var topic benchTopic
	err := c.post(ctx, "/api/v1/topics", map[string]any{"title": "計測", "body": "この話し合いは計測のためのものです。", "audience": "members"}, &topic)
	if err != nil {
		return err
	}
	memory := c.memory()
	readers := make([]*benchReader, c.Readers)
	for i := range readers {
		if readers[i], err = c.follow(topic); err != nil {
			return fmt.Errorf("reader %d of %d: %w", i+1, c.Readers, err)
		}
		defer readers[i].conn.Close()
	}
	fmt.Fprintf(p.out, "readers            %d\n", c.Readers)
	if c.PID > 0 {
		fmt.Fprintf(p.out, "memory a reader    %.1f KiB\n", float64(c.memory()-memory)/float64(c.Readers)/1024)
	}
	if c.Posts == 0 {
		return nil
	}
	return c.flood(p, topic, readers)
}

// flood posts and waits until every reader has everything.
func (c *benchLiveCmd) flood(p *program, topic benchTopic, readers []*benchReader) error {
	last := topic.N + int64(c.Posts)
	var reading, writing sync.WaitGroup
	start := time.Now()
	readers[0].measures = true
	for _, r := range readers {
		reading.Go(func() { r.read(c, last) })
	}
	left := atomic.Int64{}
	left.Store(int64(c.Posts))
	failed := make(chan error, c.Writers)
	for range c.Writers {
		writing.Go(func() {
			for left.Add(-1) >= 0 {
				body := strconv.FormatInt(time.Since(start).Microseconds(), 10) + " " + strings.Repeat("x", 390)
				if err := c.post(p.ctx, "/api/v1/topics/"+topic.ID+"/posts", map[string]any{"body": body}, nil); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	writing.Wait()
	if len(failed) > 0 {
		return <-failed
	}
	posted := time.Since(start)
	reading.Wait()
	took := time.Since(start)
	var wrong, got, back int64
	for _, r := range readers {
		wrong += r.wrong
		got += r.got
		back += r.back
	}
	missing := int64(c.Posts)*int64(len(readers)) - got
	fmt.Fprintf(p.out, "posts a second     %.0f\n", float64(c.Posts)/posted.Seconds())
	fmt.Fprintf(p.out, "deliveries a second %.0f\n", float64(got)/took.Seconds())
	delays := readers[0].delays(start)
	if n := len(delays); n > 0 {
		fmt.Fprintf(p.out, "from sending to reading  p50 %s, p99 %s\n", delays[n/2], delays[n*99/100])
	}
	fmt.Fprintf(p.out, "cut and came back  %d\n", back)
	fmt.Fprintf(p.out, "missing %d, doubled or out of order %d\n", missing, wrong)
	if missing > 0 || wrong > 0 {
		return errors.New("readers did not see every event once and in order")
	}
	return nil
}

// memory is the resident memory of the site's process, 0 where it cannot be seen.
func (c *benchLiveCmd) memory() int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", c.PID))
	if fields := strings.Fields(string(text)); err == nil && len(fields) > 1 {
		pages, _ := strconv.ParseInt(fields[1], 10, 64)
		return pages * int64(os.Getpagesize())
	}
	return 0
}

func (c *benchLiveCmd) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(c.URL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return err
	case res.StatusCode != http.StatusCreated:
		return fmt.Errorf("%s answered %d: %s", path, res.StatusCode, text)
	case out == nil:
		return nil
	}
	return json.Unmarshal(text, out)
}

// benchReader is one socket and what it has seen.
type benchReader struct {
	conn  *websocket.Conn
	topic string
	n     int64
	got   int64
	wrong int64
	back  int64 // how often it was cut and came back
	start time.Time

	measures bool            // one of them notes how long posts are on their way
	took     []time.Duration // when each was read, since start
	sent     []time.Duration // when each was sent, since the flood began
}

// follow opens a socket and waits until it follows the topic.
func (c *benchLiveCmd) follow(topic benchTopic) (*benchReader, error) {
	r := &benchReader{topic: topic.ID, n: topic.N}
	return r, r.connect(c)
}

// connect opens the socket, again when it was cut, and goes on from what has been read.
func (r *benchReader) connect(c *benchLiveCmd) error {
	d := websocket.Dialer{Subprotocols: []string{live.Protocol}, HandshakeTimeout: 20 * time.Second, ReadBufferSize: 16 << 10}
	url := "ws" + strings.TrimPrefix(strings.TrimSuffix(c.URL, "/"), "http") + "/ws"
	conn, _, err := d.Dial(url, http.Header{"Authorization": {"Bearer " + c.Token}})
	if err != nil {
		return err
	}
	r.conn = conn
	if err := conn.WriteJSON(map[string]any{"t": "sub", "topic": r.topic, "since": r.n}); err != nil {
		return err
	}
	for {
		var f struct{ T, Code string }
		if err := conn.ReadJSON(&f); err != nil {
			return err
		}
		switch f.T {
		case "subd":
			return nil
		case "error", "gap":
			return errors.New("refused: " + f.T + " " + f.Code)
		}
	}
}

// read takes events until the one numbered last. Whoever is cut for being slow comes back, as a browser does.
func (r *benchReader) read(c *benchLiveCmd, last int64) {
	r.start = time.Now()
	buf := make([]byte, 8<<10)
	for r.n < last {
		_ = r.conn.SetReadDeadline(time.Now().Add(30 * time.Second))
		_, from, err := r.conn.NextReader()
		n := 0
		if err == nil {
			n, err = io.ReadFull(from, buf)
		}
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF):
			r.take(buf[:n])
		case err != nil:
			r.conn.Close()
			r.back++
			if err := r.connect(c); err != nil {
				return
			}
		}
	}
}

// take notes one frame. It is read by hand, so that the reader costs less than what it measures.
func (r *benchReader) take(text []byte) {
	if !bytes.HasPrefix(text, []byte(`{"t":"ev"`)) {
		return
	}
	n := numberAfter(text, `"n":`)
	if n != r.n+1 {
		r.wrong++
	}
	r.n = n
	r.got++
	if r.measures {
		r.sent = append(r.sent, time.Duration(numberAfter(text, `"html":"<p>`))*time.Microsecond)
		r.took = append(r.took, time.Since(r.start))
	}
}

func numberAfter(text []byte, mark string) (n int64) {
	_, rest, _ := bytes.Cut(text, []byte(mark))
	for _, b := range rest {
		if b < '0' || b > '9' {
			break
		}
		n = n*10 + int64(b-'0')
	}
	return n
}

// delays lists how long each post was on its way, shortest first.
func (r *benchReader) delays(start time.Time) []time.Duration {
	late := r.start.Sub(start)
	all := make([]time.Duration, len(r.took))
	for i := range r.took {
		all[i] = (r.took[i] + late - r.sent[i]).Round(10 * time.Microsecond)
	}
	slices.Sort(all)
	return all
}
