package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/web/page"
)

// secretAnswer is the one address of the API whose answer holds a secret.
const secretAnswer = "/api/v1/admin/invitations"

const (
	keyField   = "idempotency_key"
	maxKey     = 200
	maxAnswer  = 1 << 20         // a longer answer is not kept; none of ours comes near
	waitFirst  = 5 * time.Second // how long a repeat waits for the first request
	firstLives = 5 * time.Second // after this a first request without an answer has died; its claim shows that its write stands
	maxBody    = 4 << 20         // forms and JSON; a section has at most 100,000 characters
	maxUpload  = 101 << 20       // one file and its form
)

// once makes a request with an Idempotency-Key happen once and gives a repeat the same answer (contract §4). The claim
// itself is inserted by the service's transaction; here it is made, waited for and answered.
func (s *Site) once(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		viewer := page.Viewer(r.Context())
		if r.Method == http.MethodGet || r.Method == http.MethodHead || !viewer.SignedIn() {
			next.ServeHTTP(w, r)
			return
		}
		key, digest, err := keyAndDigest(r)
		if err != nil {
			page.Fail(w, r, err)
			return
		}
		if key == "" {
			next.ServeHTTP(w, r)
			return
		}
		claim := &db.Claim{Person: viewer.Person, Key: key, Method: r.Method, Path: r.URL.Path, Digest: digest}
		if s.replay(w, r, claim, false) {
			return
		}
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		ctx := context.WithValue(db.WithClaim(r.Context(), claim), recorderKey{}, rec)
		next.ServeHTTP(rec, r.WithContext(ctx))
		switch {
		case rec.repeated:
			s.replay(w, r, claim, true)
		case claim.Taken() && r.URL.Path == secretAnswer:
			// its link must not be had from the database: a repeat gets what was noted of it, see rebuilt
		case claim.Taken() && rec.body.Len() <= maxAnswer:
			s.keepAnswer(r.Context(), claim, rec)
		}
	})
}

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
	body, _ := json.Marshal(map[string]any{"id": made.Subject, "url": url, "seq": made.Seq}) // strings and a number
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

// keepAnswer remembers the answer for repeats. Losing it is no harm: the claim stands, and rebuilt answers.
func (s *Site) keepAnswer(ctx context.Context, c *db.Claim, rec *recorder) {
	err := s.DB.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`UPDATE idempotency SET status = ?, content_type = ?, location = ?, body = ? WHERE person = ? AND key = ?`,
			rec.status, rec.Header().Get("Content-Type"), rec.Header().Get("Location"), rec.body.String(), c.Person, c.Key).Exec(ctx)
		return err
	})
	if err != nil {
		s.Log.ErrorContext(ctx, "keep answer of idempotency key", "err", err)
	}
}

type recorderKey struct{}

// recorder passes an answer on and keeps a copy.
type recorder struct {
	http.ResponseWriter
	status   int
	body     bytes.Buffer
	repeated bool // the service found the key taken: nothing was written
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.body.Len() <= maxAnswer {
		r.body.Write(b)
	}
	return r.ResponseWriter.Write(b)
}

// repeated tells the middleware about a key that was taken meanwhile.
func repeated(ctx context.Context, err error) bool {
	rec, ok := ctx.Value(recorderKey{}).(*recorder)
	if !ok || !errors.Is(err, db.ErrRepeated) {
		return false
	}
	rec.repeated = true
	return true
}

// keyAndDigest finds the key in the header or the form and hashes what the request asks for, decoded, so that the
// order of fields and the boundary of a multipart body do not matter.
func keyAndDigest(r *http.Request) (key, digest string, err error) {
	key = r.Header.Get("Idempotency-Key")
	h := sha256.New()
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/x-www-form-urlencoded", "multipart/form-data":
		if err := r.ParseMultipartForm(8 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
			return "", "", unreadable(err)
		}
		if key == "" {
			key = r.PostFormValue(keyField)
		}
		if key != "" {
			err = hashForm(h, r)
		}
	default:
		if key == "" {
			return "", "", nil
		}
		err = hashJSON(h, r)
	}
	if len(key) > maxKey {
		return "", "", apperr.New(apperr.Malformed, "送信番号が長すぎます。")
	}
	return key, hex.EncodeToString(h.Sum(nil)), err
}

func unreadable(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return &apperr.Error{Kind: apperr.Malformed, Err: err, Message: "送られた内容を読み取れませんでした。画面を読みこみ直してから、もう一度お試しください。"}
}

func hashForm(h hash.Hash, r *http.Request) error {
	form := r.PostForm
	if r.MultipartForm != nil {
		form = r.MultipartForm.Value
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if name != keyField {
			fmt.Fprintf(h, "%q=%q;", name, form[name])
		}
	}
	if r.MultipartForm == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(r.MultipartForm.File)) {
		for _, part := range r.MultipartForm.File[name] {
			f, err := part.Open()
			if err != nil {
				return err
			}
			fmt.Fprintf(h, "%q=%q,%d:", name, part.Filename, part.Size)
			_, err = io.Copy(h, f)
			f.Close()
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func hashJSON(h hash.Hash, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return unreadable(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var v any
	if json.Unmarshal(body, &v) == nil {
		if canonical, err := json.Marshal(v); err == nil { // encoding/json sorts the names of an object
			body = canonical
		}
	}
	h.Write(body)
	return nil
}
