package files

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/page"
)

// The server's half of tus 1.0 (resumable uploads): core, creation, termination, expiration. The browser's half is
// tus-js-client (upload.island.ts). An upload belongs to its account; for others it was never there.
const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,termination,expiration"
	tusBody       = "application/offset+octet-stream"
	stalled       = time.Minute // without a byte; what came before is kept
)

// tus wraps a handler of the protocol: its headers, and errors as one plain sentence.
func tus(h page.Handler) page.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		head := w.Header()
		head.Set("Tus-Resumable", tusVersion)
		head.Set("Cache-Control", "no-store")
		if v := r.Header.Get("Tus-Resumable"); v != tusVersion && r.Method != http.MethodGet && r.Method != http.MethodOptions {
			head.Set("Tus-Version", tusVersion)
			return sentence(w, r, http.StatusPreconditionFailed, "この送り方には対応していません。画面を読みこみ直してください。")
		}
		err := h(w, r)
		if err == nil || r.Context().Err() != nil {
			return nil
		}
		e := apperr.From(err)
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			e = &apperr.Error{Kind: apperr.TooLarge, Message: "一度に送られた内容が大きすぎます。"}
		}
		if e.Kind == apperr.Internal {
			slog.ErrorContext(r.Context(), "an upload failed", "path", r.URL.Path, "err", err)
		}
		return sentence(w, r, e.Kind.Status(), e.Message)
	}
}

func sentence(w http.ResponseWriter, _ *http.Request, status int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, err := io.WriteString(w, text)
	return err
}

// Able says what the server can: OPTIONS /uploads.
func (p Pages) Able(w http.ResponseWriter, r *http.Request) error {
	return tus(func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Tus-Version", tusVersion)
		w.Header().Set("Tus-Extension", tusExtensions)
		w.Header().Set("Tus-Max-Size", strconv.Itoa(file.MaxSize))
		w.WriteHeader(http.StatusNoContent)
		return nil
	})(w, r)
}

// Begin makes an upload: POST /uploads.
func (p Pages) Begin(w http.ResponseWriter, r *http.Request) error {
	return tus(func(w http.ResponseWriter, r *http.Request) error {
		size, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
		if err != nil || size < 0 {
			return apperr.New(apperr.Malformed, "ファイルの大きさが伝わりませんでした。もう一度選んでください。")
		}
		about := metadata(r.Header.Get("Upload-Metadata"))
		t, err := p.Files.Begin(r.Context(), page.Viewer(r.Context()), about["filename"], about["filetype"], about["place"], size)
		if err != nil {
			return err
		}
		w.Header().Set("Location", uploadURL(t.ID))
		expires(w, t)
		w.WriteHeader(http.StatusCreated)
		return nil
	})(w, r)
}

func uploadURL(id string) string { return "/uploads/" + id }

func expires(w http.ResponseWriter, t *file.Transfer) {
	w.Header().Set("Upload-Expires", t.ExpiresAt.UTC().Format(http.TimeFormat))
}

// metadata reads what a client says of a file: names and values in base64, by commas. What cannot be read is left out.
func metadata(header string) map[string]string {
	about := map[string]string{}
	for pair := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value)); err == nil {
			about[name] = strings.ToValidUTF8(string(text), "")
		}
	}
	return about
}

// Arrived says how far an upload is: HEAD /uploads/{id}.
func (p Pages) Arrived(w http.ResponseWriter, r *http.Request) error {
	return tus(func(w http.ResponseWriter, r *http.Request) error {
		t, err := p.Files.Transfer(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
		if err != nil {
			return err
		}
		w.Header().Set("Upload-Offset", strconv.FormatInt(t.Received, 10))
		w.Header().Set("Upload-Length", strconv.FormatInt(t.Size, 10))
		expires(w, t)
		w.WriteHeader(http.StatusOK)
		return nil
	})(w, r)
}

// Continue takes more of an upload: PATCH /uploads/{id}. What arrived before the line broke is kept.
func (p Pages) Continue(w http.ResponseWriter, r *http.Request) error {
	return tus(func(w http.ResponseWriter, r *http.Request) error {
		offset, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
		if err != nil || offset < 0 {
			return apperr.New(apperr.Malformed, "続きの場所が伝わりませんでした。")
		}
		if r.Header.Get("Content-Type") != tusBody {
			return sentence(w, r, http.StatusUnsupportedMediaType, "この送り方には対応していません。")
		}
		body := patient{r.Body, http.NewResponseController(w)}
		at, err := p.Files.Append(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), offset, body)
		if err != nil {
			return err
		}
		w.Header().Set("Upload-Offset", strconv.FormatInt(at, 10))
		w.WriteHeader(http.StatusNoContent)
		return nil
	})(w, r)
}

// patient is a body whose line may be slow but not silent.
type patient struct {
	io.Reader
	line *http.ResponseController
}

func (p patient) Read(b []byte) (int, error) {
	// A server without deadlines (in tests) waits for ever, as it always would.
	_ = p.line.SetReadDeadline(time.Now().Add(stalled))
	return p.Reader.Read(b)
}

// Stop ends an upload: DELETE /uploads/{id}.
func (p Pages) Stop(w http.ResponseWriter, r *http.Request) error {
	return tus(func(w http.ResponseWriter, r *http.Request) error {
		if err := p.Files.Cancel(r.Context(), page.Viewer(r.Context()), r.PathValue("id")); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	})(w, r)
}

// Look tells the script of a form what was found in an upload: GET /uploads/{id}.
func (p Pages) Look(w http.ResponseWriter, r *http.Request) error {
	return tus(func(w http.ResponseWriter, r *http.Request) error {
		t, err := p.Files.LookAt(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		answer := map[string]any{"whole": t.Whole(), "kind": t.Look.Type.Label(), "pages": t.Look.Pages, "notes": t.Look.Notes,
			"trouble": t.Look.Trouble, "title": t.Look.Title, "sheet": t.Look.Sheet}
		if t.Look.Picture {
			answer["picture"] = uploadURL(t.ID) + "/picture"
		}
		return json.NewEncoder(w).Encode(answer)
	})(w, r)
}

// LookPicture sends the picture of an upload's first page: GET /uploads/{id}/picture.
func (p Pages) LookPicture(w http.ResponseWriter, r *http.Request) error {
	c, err := p.Files.OpenLook(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	Serve(w, r, c, "inline")
	return nil
}
