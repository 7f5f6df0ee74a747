package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/web/page"
)

// answer is a row of the table idempotency.
type answer struct {
	Method, Path, Digest        string
	Status                      int
	ContentType, Location, Body string
	At                          time.Time
}

// replay answers a request whose key is known and tells whether it did. must is set when a row certainly stands.
func (s *Site) replay(w http.ResponseWriter, r *http.Request, c *db.Claim, must bool) bool {
	deadline := time.Now().Add(waitFirst)
	for {
		written := s.DB.Written()
		var a answer
		err := s.DB.Read().NewSelect().Table("idempotency").
			Column("method", "path", "digest", "status", "content_type", "location", "body", "at").
			Where("person = ? AND key = ?", c.Person, c.Key).Scan(r.Context(), &a)
		switch {
		case db.IsMissing(err) && !must:
			return false
		case err != nil:
			page.Fail(w, r, fmt.Errorf("look up idempotency key: %w", err))
			return true
		case a.Method != c.Method || a.Path != c.Path || a.Digest != c.Digest:
			page.Fail(w, r, apperr.New(apperr.Invalid, "同じ送信番号で、ちがう内容が送られました。画面を読みこみ直してから、もう一度お試しください。"))
			return true
		case a.Status == 0 && (s.DB.Now().Sub(a.At) > firstLives || c.Path == secretAnswer):
			a = rebuilt(a, r)
			fallthrough
		case a.Status != 0:
			a.send(w)
			return true
		case time.Now().After(deadline):
			page.Fail(w, r, apperr.New(apperr.Conflict, "同じ内容をいま受け取っています。少し待ってから、画面を読みこみ直してください。"))
			return true
		}
		select {
		case <-written:
		case <-time.After(100 * time.Millisecond):
		case <-r.Context().Done():
			return true
		}
	}
}

func (a answer) send(w http.ResponseWriter) {
	w.Header().Set("Idempotency-Replayed", "true")
	w.Header().Set("Cache-Control", "no-store")
	if a.ContentType != "" {
		w.Header().Set("Content-Type", a.ContentType)
	}
	if a.Location != "" {
		w.Header().Set("Location", a.Location)
	}
	w.WriteHeader(a.Status)
	io.WriteString(w, a.Body)
}

// rebuilt is the answer of a request whose program died between commit and answer, made from what it noted.
func rebuilt(a answer, r *http.Request) answer {
	var made event.Made
	if err := json.Unmarshal([]byte(a.Body), &made); err != nil {
		made = event.Made{}
	}
	url := urlOf(made)
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		a.Status, a.Location, a.Body = http.StatusSeeOther, url, ""
		return a
	}
	status := http.StatusOK
	if r.Method == http.MethodPost {
		status = http.StatusCreated
	}
	fields := map[string]any{"id": made.Subject, "url": url, "seq": made.Seq}
	if made.Kind == event.PostAdded {
		var post struct{ Number int64 }
		_ = json.Unmarshal(made.Data, &post) // written by talk; without it the number is 0
		fields["number"] = post.Number
	}
	if made.N > 0 {
		fields["n"] = made.N
	}
	body, _ := json.Marshal(fields) // strings and numbers
	a.Status, a.ContentType, a.Body = status, "application/json; charset=utf-8", string(body)
	return a
}

// urlOf is where the thing of an event is shown. /e/{id} leads on to the page of the entry's kind.
func urlOf(m event.Made) string {
	switch {
	case m.Topic != "":
		return "/topics/" + m.Topic
	case strings.HasPrefix(string(m.Kind), "entry."):
		return "/e/" + m.Subject
	case strings.HasPrefix(string(m.Kind), "topic."):
		return "/topics/" + m.Subject
	}
	return "/home"
}

// kept is the answer to a keyed request, to be given again to a repeat.
type kept struct {
	claim  *db.Claim
	status int
	header http.Header
	body   string
}

// answers remembers answers for repeats, after they were sent: nobody waits for it, and in a flood one transaction keeps
// many. Losing one is no harm: the claim stands, and rebuilt answers.
type answers struct {
	mu      sync.Mutex
	waiting []kept
	busy    bool // somebody writes, and will look for more
}

// keep queues an answer and sees to it that it is written.
func (k *answers) keep(s *Site, a kept) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.waiting = append(k.waiting, a)
	if !k.busy {
		k.busy = true
		go k.write(s)
	}
}

// write keeps all that waits, until nothing does.
func (k *answers) write(s *Site) {
	for {
		k.mu.Lock()
		batch := k.waiting
		k.waiting = nil
		k.busy = len(batch) > 0
		k.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		ctx := context.Background() // the requests are over
		err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			for _, a := range batch {
				_, err := tx.NewRaw(`UPDATE idempotency SET status = ?, content_type = ?, location = ?, body = ? WHERE person = ? AND key = ?`,
					a.status, a.header.Get("Content-Type"), a.header.Get("Location"), a.body, a.claim.Person, a.claim.Key).Exec(ctx)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			s.Log.ErrorContext(ctx, "keep answers of idempotency keys", "err", err)
		}
	}
}
