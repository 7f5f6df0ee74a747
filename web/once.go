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
	"time"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/web/page"
)

// secretAnswer is the one address of the API whose answer holds a secret.
const secretAnswer = "/api/v1/admin/invitations"

const (
	keyField   = "idempotency_key"
	maxKey     = 200
	maxAnswer  = 1 << 20         // a longer answer is not kept; none of ours comes near
	waitFirst  = 5 * time.Second // how long a repeat waits for the first request
	firstLives = time.Second     // after this a first request without an answer has died (its claim is seen only once its write stands): the repeat is answered from the note
	maxBody    = 4 << 20         // forms and JSON; a section has at most 100,000 characters
	maxUpload  = 201 << 20       // the files of an entry and their form
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
			s.answers.keep(s, kept{claim, rec.status, rec.Header().Clone(), rec.body.String()})
		}
	})
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
