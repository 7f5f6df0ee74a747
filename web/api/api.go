// Package api answers programs: JSON API v1 of the contract (§4), the same services and the same access as the pages.
//
// A handler reads its input strictly (a field that is not known is an error that names it), calls one service method
// and writes what came back. Errors leave as application/problem+json through page.Fail.
package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/manetomo/manetomo/internal/apperr"
)

// maxJSON bounds a body: a report of seven full sections fits.
const maxJSON = 4 << 20

// Read decodes a JSON body into in. Unknown fields, a NUL and invalid UTF-8 are refused; an empty body is an empty object.
func Read(w http.ResponseWriter, r *http.Request, in any) error {
	if ct := r.Header.Get("Content-Type"); ct != "" {
		if kind, _, err := mime.ParseMediaType(ct); err != nil || kind != "application/json" {
			return malformed("内容は JSON（application/json）で送ってください。", err)
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxJSON))
	if err != nil {
		return err
	}
	if !utf8.Valid(body) || strings.Contains(string(body), `\u0000`) || strings.ContainsRune(string(body), 0) {
		return malformed("読み取れない文字がふくまれています。", nil)
	}
	if len(strings.TrimSpace(string(body))) == 0 {
		return nil
	}
	dec := json.NewDecoder(strings.NewReader(string(body)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(in); err != nil {
		return explain(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return malformed("JSON が一つではありません。", nil)
	}
	return nil
}

func explain(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		field := strings.TrimPrefix(kind.Field, "entryFields.") // encoding/json names the embedded struct too
		return &apperr.Error{Kind: apperr.Invalid, Field: field, Err: err,
			Message: field + " の値の種類がちがいます。"}
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name = strings.Trim(name, `"`)
		return &apperr.Error{Kind: apperr.Invalid, Field: name, Err: err, Message: name + " という項目はありません。"}
	}
	return malformed("JSON として読み取れませんでした。", err)
}

func malformed(message string, err error) error {
	return &apperr.Error{Kind: apperr.Malformed, Message: message, Err: err}
}

// Write answers with v as JSON.
func Write(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(append(body, '\n')) // a reader who has gone away is not our error
	return nil
}

// number reads a whole number of the query within its bounds, or the default when it is not given.
func number(r *http.Request, name string, otherwise, least, most int64) (int64, error) {
	s := r.URL.Query().Get(name)
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < least || n > most {
		return 0, apperr.At(name, fmt.Sprintf("%s は %d から %d までの数字で書いてください。", name, least, most))
	}
	return n, nil
}
