package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/web/page"
)

// post makes a post's event, as talk does, and answers unless the program "dies" before.
func post(d *db.DB, dies bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := d.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
			e := event.Event{Kind: event.PostAdded, Subject: "post1", Topic: "topic1", Actor: "p"}.With(map[string]int{"number": 7})
			return event.Append(ctx, tx, &e)
		})
		if err != nil {
			page.Fail(w, r, err)
			return
		}
		if dies {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusCreated)
		w.Write([]byte(`{"id":"post1","number":7}`))
	}
}

// send sends one keyed request as a signed-in person; false when no answer came.
func send(h http.Handler) (w *httptest.ResponseRecorder, answered bool) {
	defer func() { answered = recover() == nil }()
	w = httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/api/v1/topics/topic1/posts", strings.NewReader(`{"body":"x"}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", "k1")
	s := page.Session{Viewer: access.Viewer{Person: "p", Name: "見本", Member: true}, Now: time.Now}
	h.ServeHTTP(w, r.WithContext(page.With(r.Context(), s)))
	return w, true
}

func TestARepeatGetsTheFirstAnswer(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &Site{DB: d, Log: slog.Default()}
		for i := range 3 {
			w, ok := send(s.once(post(d, false)))
			if !ok || w.Code != http.StatusCreated || w.Body.String() != `{"id":"post1","number":7}` {
				t.Errorf("answer %d: %d %s", i, w.Code, w.Body)
			}
			if replayed := w.Header().Get("Idempotency-Replayed") == "true"; replayed != (i > 0) {
				t.Errorf("answer %d replayed: %v", i, replayed)
			}
		}
		if n := count(t, d); n != 1 {
			t.Errorf("%d events; want 1", n)
		}
	})
}

func TestAnAnswerLostInACrashIsRebuiltFromWhatWasMade(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &Site{DB: d, Log: slog.Default()}
		if _, answered := send(s.once(post(d, true))); answered {
			t.Fatal("the first request was answered")
		}
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { // long enough ago that nobody still works on it
			_, err := tx.NewRaw("UPDATE idempotency SET at = ?", tx.Now.Add(-time.Minute)).Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w, _ := send(s.once(post(d, false)))
		for _, want := range []string{`"id":"post1"`, `"number":7`, `"n":1`, `"seq":1`, `"url":"/topics/topic1"`} {
			if w.Code != http.StatusCreated || !strings.Contains(w.Body.String(), want) {
				t.Errorf("rebuilt answer lacks %s: %d %s", want, w.Code, w.Body)
			}
		}
		if n := count(t, d); n != 1 {
			t.Errorf("%d events; want 1", n)
		}
	})
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.Read().NewRaw("SELECT COUNT(*) FROM event").Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}
