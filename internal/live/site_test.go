package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/live"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

// site is one node: a hub over a real HTTP server, where the header Person says who asks.
type site struct {
	*httptest.Server
	hub  *live.Hub
	talk *talk.Service
	d    *db.DB

	mu      sync.Mutex
	viewers map[string]access.Viewer
}

func newSite(t testing.TB, d *db.DB) *site {
	t.Helper()
	s := &site{talk: &talk.Service{DB: d}, d: d, viewers: map[string]access.Viewer{}}
	hub, err := live.New(t.Context(), d, "https://manetomo.example.jp")
	if err != nil {
		t.Fatal(err)
	}
	s.hub = hub
	m := http.NewServeMux()
	m.HandleFunc("GET /ws", func(w http.ResponseWriter, r *http.Request) { fail(w, hub.Socket(w, r, s.session(r))) })
	m.HandleFunc("GET /live", func(w http.ResponseWriter, r *http.Request) { fail(w, hub.Poll(w, r, s.session(r))) })
	s.Server = httptest.NewServer(m)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = hub.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-done
		s.Server.Close()
	})
	return s
}

func fail(w http.ResponseWriter, err error) {
	if err != nil {
		e := apperr.From(err)
		http.Error(w, e.Error(), e.Kind.Status())
	}
}

func (s *site) session(r *http.Request) live.Session {
	person := r.Header.Get("Person")
	again := func(context.Context) (access.Viewer, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		v, ok := s.viewers[person]
		if !ok {
			return v, apperr.SignIn()
		}
		return v, nil
	}
	v, _ := again(r.Context())
	return live.Session{Viewer: v, Again: again}
}

// set says who somebody is from now on.
func (s *site) set(v access.Viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.viewers[v.Person] = v
}

func (s *site) signOut(person string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.viewers, person)
}

// member admits somebody to the database and to the site.
func (s *site) member(t testing.TB, id, name string) access.Viewer {
	t.Helper()
	err := s.d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO person (id, name, member, created_at) VALUES (?, ?, ?, ?)", id, name, true, tx.Now).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	v := access.Viewer{Person: id, Name: name, Member: true, Unlimited: true}
	s.set(v)
	return v
}

func (s *site) topic(t testing.TB, v access.Viewer, a access.Audience) string {
	t.Helper()
	out, err := s.talk.Open(t.Context(), v, talk.NewTopic{Title: "題", Body: "はじめに", Audience: a, Question: true})
	if err != nil {
		t.Fatal(err)
	}
	return out.ID
}

var members = access.Audience{Rung: access.Members}

func (s *site) post(t testing.TB, v access.Viewer, topic, body string) talk.Posted {
	t.Helper()
	p, err := s.talk.Post(t.Context(), v, topic, talk.NewPost{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// frame is any frame from the server.
type frame struct {
	T       string `json:"t"`
	Topic   string `json:"topic"`
	N       int64  `json:"n"`
	Kind    string `json:"kind"`
	Number  int64  `json:"number"`
	ID      string `json:"id"`
	HTML    string `json:"html"`
	Removed string `json:"removed"`
	Seq     int64  `json:"seq"`
	Code    string `json:"code"`
	Why     string `json:"why"`
	Wait    int64  `json:"wait"`
	Epoch   string `json:"epoch"`
	Here    int    `json:"here"`
	Typing  int    `json:"typing"`
	Notices int    `json:"notices"`
	Author  *struct{ Name string }
	Counts  map[string]int `json:"reactions"`
	Moved   string         `json:"moved"`
	Poll    struct {
		Voters int  `json:"voters"`
		Over   bool `json:"over"`
	} `json:"poll"`
	Answer string `json:"answer"`

	Question bool `json:"question"`
	ReplyTo  struct {
		Number int64 `json:"number"`
	} `json:"reply_to"`
}

// conn is a socket of a test.
type conn struct {
	*websocket.Conn
	t testing.TB
}

func (s *site) dial(t testing.TB, person string) *conn {
	t.Helper()
	c, res, err := s.tryDial(person, nil)
	if err != nil {
		t.Fatalf("dial as %s: %v, %v", person, err, res)
	}
	t.Cleanup(func() { c.Close() })
	return &conn{c, t}
}

func (s *site) tryDial(person string, header http.Header) (*websocket.Conn, *http.Response, error) {
	if header == nil {
		header = http.Header{}
	}
	header.Set("Person", person)
	d := websocket.Dialer{Subprotocols: []string{live.Protocol}, HandshakeTimeout: 10 * time.Second}
	return d.Dial("ws"+strings.TrimPrefix(s.URL, "http")+"/ws", header)
}

func (c *conn) send(format string, a ...any) {
	c.t.Helper()
	if err := c.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, format, a...)); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// next returns the next frame that is not about presence.
func (c *conn) next() frame {
	c.t.Helper()
	f, err := c.try()
	if err != nil {
		c.t.Fatalf("next frame: %v", err)
	}
	return f
}

func (c *conn) try() (frame, error) {
	for {
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
		_, text, err := c.ReadMessage()
		if err != nil {
			return frame{}, err
		}
		var f frame
		if err := json.Unmarshal(text, &f); err != nil {
			return frame{}, err
		}
		if f.T != "who" {
			return f, nil
		}
	}
}

// want reads frames until the end of the connection and returns its close code.
func (c *conn) closeCode() int {
	c.t.Helper()
	for {
		_, err := c.try()
		if e, ok := err.(*websocket.CloseError); ok {
			return e.Code
		}
		if err != nil {
			c.t.Logf("connection ended without a close frame: %v", err)
			return 0
		}
	}
}

// poll asks once by long poll.
func (s *site) poll(ctx context.Context, person, query string) (int, []frame, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/live?"+query, nil)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Person", person)
	res, err := s.Client().Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		return res.StatusCode, nil, err
	}
	var frames []frame
	err = json.Unmarshal(text, &frames)
	return res.StatusCode, frames, err
}

// each runs a test on a site over each database.
func each(t *testing.T, test func(t *testing.T, s *site)) {
	t.Helper()
	testkit.Each(t, func(t *testing.T, d *db.DB) { test(t, newSite(t, d)) })
}
