package live

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"github.com/manetomo/manetomo/internal/apperr"
)

// Socket upgrades a request to a websocket and serves it until it ends; it returns after the upgrade. Visitors find
// nothing here.
func (h *Hub) Socket(w http.ResponseWriter, r *http.Request, s Session) error {
	if !s.Viewer.CanTalk() {
		return apperr.Missing()
	}
	if !websocket.IsWebSocketUpgrade(r) {
		return apperr.New(apperr.Malformed, "ここはプログラムがつながる場所です。話し合いのページからお使いください。")
	}
	if !h.knows(r) {
		return apperr.New(apperr.Forbidden, "ほかのページからはつなげません。話し合いのページを開きなおしてください。")
	}
	rd := h.newReader(s, &socket{})
	if err := h.join(rd); err != nil {
		return err
	}
	up := websocket.Upgrader{Subprotocols: []string{Protocol}, ReadBufferSize: 512, WriteBufferPool: &writePool,
		HandshakeTimeout: writeTime, CheckOrigin: func(*http.Request) bool { return true }, // knows has looked
		Error: func(http.ResponseWriter, *http.Request, int, error) {}}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		h.leave(rd)
		var bad websocket.HandshakeError
		if errors.As(err, &bad) {
			return &apperr.Error{Kind: apperr.Malformed, Err: err, Message: "接続のしかたを読み取れませんでした。ページを読みこみ直してください。"}
		}
		return nil // the connection broke; nobody is left to answer
	}
	rd.socket.open(ws.NetConn())
	h.stats.SocketsOpened.Add(1)
	h.stats.Sockets.Add(1)
	go rd.serve(ws)
	rd.drain(nil, 0, 0) // what came while the connection was opened
	return nil
}

// writePool lends gorilla the buffer of its handshake answer; frames of ours need none.
var writePool sync.Pool

// knows tells whether the page that opens the socket is one of ours. Programs send no Origin.
func (h *Hub) knows(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && slices.Contains(h.origins, strings.ToLower(u.Scheme+"://"+u.Host))
}

// serve reads until the connection ends. It is the connection's one goroutine.
func (r *reader) serve(ws *websocket.Conn) {
	h := r.hub
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	defer func() {
		_ = ws.Close()
		h.leave(r)
		h.stats.Sockets.Add(-1)
	}()
	ws.SetReadLimit(0) // counted in next, which answers through the queue
	ws.SetPingHandler(func(data string) error {
		r.push(item{buf: appendMessage(nil, opPong, []byte(data))})
		r.alive(ws)
		return nil
	})
	ws.SetPongHandler(func(string) error { r.alive(ws); return nil })
	ws.SetCloseHandler(func(code int, _ string) error {
		if code == websocket.CloseNoStatusReceived {
			code = closeNormal
		}
		r.end(code, "")
		return nil
	})
	r.alive(ws)
	code, linger := r.listen(ctx, ws)
	r.end(code, "")
	<-r.socket.out
	if linger { // closing at once would throw away the close frame together with what was not read
		_, _ = io.CopyN(io.Discard, ws.NetConn(), 4<<20)
	}
}

// alive puts off the moment at which the connection counts as dead, unless it is ending.
func (r *reader) alive(ws *websocket.Conn) {
	select {
	case <-r.done:
	default:
		_ = ws.SetReadDeadline(time.Now().Add(deadAfter))
	}
}

// listen answers frames until one ends the connection. It returns the close code, and whether the other side may still
// be sending.
func (r *reader) listen(ctx context.Context, ws *websocket.Conn) (code int, linger bool) {
	pace := rate.NewLimiter(asksPerSecond, asksAtOnce)
	for {
		text, code, err := next(ws)
		if err != nil {
			return closeNormal, false
		}
		if code == 0 && !pace.Allow() {
			code = closePolicy
		}
		if code == 0 {
			r.apart(func() { code = r.hear(ctx, *text) })
		}
		if text != nil {
			frameBuffers.Put(text)
		}
		select {
		case <-r.done:
			return closeNormal, false
		default:
		}
		if code != 0 {
			return code, true
		}
		r.alive(ws)
	}
}

var frameBuffers = sync.Pool{New: func() any { b := make([]byte, maxAskedBytes+1); return &b }}

// next reads one frame into a buffer that the caller gives back. A frame that is not one of ours has a close code; err
// is for a connection that has ended.
func next(ws *websocket.Conn) (text *[]byte, code int, err error) {
	kind, from, err := ws.NextReader()
	if err != nil {
		return nil, 0, err
	}
	if kind != websocket.TextMessage {
		return nil, closeKind, nil
	}
	text = frameBuffers.Get().(*[]byte)
	*text = (*text)[:maxAskedBytes+1]
	n, err := io.ReadFull(from, *text)
	*text = (*text)[:n]
	switch {
	case err == nil:
		return text, closeTooLarge, nil
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return text, 0, nil
	}
	frameBuffers.Put(text)
	return nil, 0, err
}

// hear understands a frame and does what it asks for.
func (r *reader) hear(ctx context.Context, text []byte) (code int) {
	a, code := read(text)
	if code != 0 {
		return code
	}
	return r.answer(ctx, a)
}

// read decodes a frame. It is what the fuzz test throws things at.
func read(text []byte) (a asked, code int) {
	if !utf8.Valid(text) {
		return a, closeData
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return a, closeData
	}
	return a, 0
}

// answer does what a frame asks for and returns a close code when it asks for nothing we know.
func (r *reader) answer(ctx context.Context, a asked) (code int) {
	switch a.T {
	case "hello":
		if a.V != 1 {
			return closeProtocol
		}
		r.push(item{buf: appendFrame(nil, r.welcome())})
	case "sub":
		since, given, valid := a.since()
		r.hub.subscribe(ctx, r, a.Topic, since, given, valid)
	case "unsub":
		r.hub.unsubscribe(r, a.Topic)
	case "read":
		r.reads(a.Topic, a.N)
	case "typing":
		r.types(a.Topic)
	case "me":
		r.wantsMine(ctx, -1)
	case "wall":
		r.wantsWall(a.Seq)
	case "beat":
		r.push(item{buf: appendFrame(nil, refusal{T: "beat"})})
	default:
		return closeProtocol
	}
	return 0
}

// apart runs f on a goroutine of its own and waits for it: decoding and asking the database need a large stack, which
// a connection's own goroutine would keep for hours.
func (r *reader) apart(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

func (r *reader) welcome() welcome {
	return welcome{"welcome", r.person, r.hub.epoch, int(pingEvery / time.Second)}
}
