package page

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/web/ui"
)

// KeyField is the hidden field of every form that writes: sent twice, the act stands once.
const KeyField = "idempotency_key"

// Form is what was typed and what is wrong with it, so that a form comes back as it was sent.
type Form struct {
	Values  url.Values
	Errors  []apperr.Field
	Message string // sums up, when the error belongs to no field
	Key     string
}

// NewForm is an empty form with a fresh key.
func NewForm() *Form { return &Form{Values: url.Values{}, Key: rand.Text()} }

// ReadForm reads the fields of an urlencoded or multipart request of at most maxBytes. Text that is not valid UTF-8 or
// holds a NUL is refused before it can reach a query. Files of a multipart form are in r.MultipartForm.
func ReadForm(w http.ResponseWriter, r *http.Request, maxBytes int64) (*Form, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBytes)
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(1 << 20) // the rest of a file goes to a temporary file
	} else {
		err = r.ParseForm()
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, &apperr.Error{Kind: apperr.TooLarge, Err: err,
			Message: "送られた内容が大きすぎます（" + ui.FileSize(maxBytes) + "まで）。いくつかに分けてから、もう一度お試しください。"}
	case err != nil:
		return nil, &apperr.Error{Kind: apperr.Malformed, Err: err,
			Message: "送られた内容を読み取れませんでした。前の画面にもどって、もう一度送ってください。"}
	}
	f := &Form{Values: r.PostForm, Key: r.PostForm.Get(KeyField)}
	if r.MultipartForm != nil {
		f.Values, f.Key = url.Values(r.MultipartForm.Value), url.Values(r.MultipartForm.Value).Get(KeyField)
	}
	for name, values := range f.Values {
		for _, v := range append(values, name) {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return nil, apperr.New(apperr.Malformed,
					"読み取れない文字がふくまれています。文字を打ち直してから、もう一度送ってください。")
			}
		}
	}
	if f.Key == "" {
		f.Key = rand.Text()
	}
	return f, nil
}

// Get is the first value of a field.
func (f *Form) Get(name string) string { return f.Values.Get(name) }

// All is every value of a field.
func (f *Form) All(name string) []string { return f.Values[name] }

// Has tells whether value was chosen in a field.
func (f *Form) Has(name, value string) bool {
	for _, v := range f.Values[name] {
		if v == value {
			return true
		}
	}
	return false
}

// Set changes a field, for a form that opens filled in.
func (f *Form) Set(name, value string) *Form {
	f.Values.Set(name, value)
	return f
}

// Error is the sentence that belongs beside a field, or "".
func (f *Form) Error(name string) string {
	for _, e := range f.Errors {
		if e.Name == name {
			return e.Detail
		}
	}
	return ""
}

// Failed tells whether the form was not accepted.
func (f *Form) Failed() bool { return len(f.Errors) > 0 || f.Message != "" }

// WithError takes the fields of an *apperr.Error into the form. It tells whether the form can be shown again with
// it; any other error is for Fail.
func (f *Form) WithError(err error) bool {
	var e *apperr.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Kind {
	case apperr.Invalid, apperr.Conflict, apperr.Throttled, apperr.Full, apperr.TooLarge:
	default:
		return false
	}
	f.Errors = e.All()
	if len(f.Errors) == 0 {
		f.Message = e.Message
	}
	return true
}

// Fill gives a field what was typed into it and what is wrong with it.
func (f *Form) Fill(field ui.Field) ui.Field {
	if f.Values.Has(field.Name) {
		field.Value = f.Get(field.Name)
		for i, o := range field.Options {
			field.Options[i].Checked = f.Has(field.Name, o.Value)
		}
	}
	field.Error = f.Error(field.Name)
	return field
}
