package live

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/apperr"
)

// Poll answers GET /live?topics=ID:n,… with the frames that a socket would have carried, in an array: at the first
// event, or after 25 seconds. timeout=0 answers at once. me=COUNT asks for the person's own part too, and for an answer
// when the count of notices is another one; wall=SEQ for an answer when the wall of posters is past that position.
func (h *Hub) Poll(w http.ResponseWriter, req *http.Request, s Session) error {
	if !s.Viewer.CanTalk() {
		return apperr.Missing()
	}
	topics, known, wait, err := pollAsked(req)
	if err != nil {
		return err
	}
	r := h.newReader(s, nil)
	if err := h.join(r); err != nil {
		return err
	}
	defer h.leave(r)
	ctx := req.Context()
	r.push(item{buf: appendFrame(nil, r.welcome())})
	for _, a := range topics {
		since, given, valid := a.since()
		h.subscribe(ctx, r, a.Topic, since, given, valid)
	}
	if known != nil {
		r.wantsMine(ctx, *known)
	}
	if hung, err := strconv.ParseInt(req.URL.Query().Get("wall"), 10, 64); err == nil {
		r.wantsWall(hung)
	}
	h.stats.Polls.Add(1)
	defer h.stats.Polls.Add(-1)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for wait > 0 && !r.worthAnswering() {
		select {
		case <-r.room:
			continue
		case <-timer.C:
		case <-r.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		break
	}
	if wait > 0 {
		h.stats.PollsAnswered.Add(1)
	} else {
		h.stats.PlainAnswered.Add(1)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(r.asArray()) // a reader that has gone asks again with its n
	return nil
}

func pollAsked(req *http.Request) (topics []asked, known *int, wait time.Duration, err error) {
	wait = pollTime
	q := req.URL.Query()
	if t := q.Get("timeout"); t != "" {
		seconds, err := strconv.Atoi(t)
		if err != nil || seconds < 0 {
			return nil, nil, 0, apperr.New(apperr.Malformed, "timeout は 0 から 25 の数字で書いてください。")
		}
		wait = min(pollTime, time.Duration(seconds)*time.Second)
	}
	if me := q.Get("me"); me != "" {
		n, err := strconv.Atoi(me)
		if err != nil {
			return nil, nil, 0, apperr.New(apperr.Malformed, "me は、いま見えているお知らせの数で書いてください。")
		}
		known = &n
	}
	for part := range strings.SplitSeq(q.Get("topics"), ",") {
		if part == "" {
			continue
		}
		topic, n, given := strings.Cut(part, ":")
		a := asked{Topic: topic}
		if given {
			number := json.Number(n)
			a.Since = &number
		}
		topics = append(topics, a)
	}
	if len(topics) == 0 && known == nil || len(topics) > maxTopics {
		return nil, nil, 0, apperr.New(apperr.Malformed, "topics に、話し合いを 1 から 20 まで ID:n の形で並べてください。")
	}
	return topics, known, wait, nil
}

// worthAnswering tells whether the queue holds anything but the greeting and where topics stand.
func (r *reader) worthAnswering() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.news || r.ended
}

// asArray ends the reader and makes its queue one JSON array.
func (r *reader) asArray() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended {
		r.ended = true
		close(r.done)
	}
	out := make([]byte, 0, r.bytes+16)
	out = append(out, '[')
	for _, it := range r.queue {
		payloads(it.buf, func(text []byte) {
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = append(out, text...)
		})
	}
	return append(out, ']')
}
