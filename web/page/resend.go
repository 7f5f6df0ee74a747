package page

import (
	"net/http"
	"slices"
	"strings"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/text"
)

// mostResent is how much text a page of an error carries back; more than that is kept by the draft alone.
const mostResent = 512 << 10

// resent is a form that could not be taken, given back so that its reader can send it again: nothing typed is lost,
// also without scripts. It keeps its key, so an act that did happen does not happen twice.
type resent struct {
	Action string
	Fields []apperr.Field // name and value
	Text   string         // the longest text, shown so that it can be copied
	SignIn bool           // somebody must sign in first, in another window
	Whole  bool           // sending it again is possible: it brought no file
}

// resend gives back the form of a request that failed for a reason that passes: nobody signed in, a fault, no space.
func resend(w http.ResponseWriter, r *http.Request, kind apperr.Kind) *resent {
	switch kind {
	case apperr.Unauthenticated, apperr.Internal, apperr.Unavailable, apperr.Throttled, apperr.Full:
	default:
		return nil
	}
	action := text.OwnPath(r.URL.RequestURI())
	if r.Method != http.MethodPost || action == "" || strings.HasPrefix(action, "/auth/") || action == "/signout" {
		return nil
	}
	form, err := ReadForm(w, r, mostResent)
	if err != nil {
		return nil
	}
	back := &resent{Action: action, Whole: !bringsFile(r), SignIn: kind == apperr.Unauthenticated}
	size := 0
	for name, values := range form.Values {
		for _, v := range values {
			back.Fields = append(back.Fields, apperr.Field{Name: name, Detail: v})
			if size += len(name) + len(v); size > mostResent {
				return nil
			}
			if name != KeyField && len(v) > len(back.Text) {
				back.Text = v
			}
		}
	}
	if back.Text == "" {
		return nil
	}
	slices.SortStableFunc(back.Fields, func(a, b apperr.Field) int { return strings.Compare(a.Name, b.Name) })
	return back
}

// bringsFile tells whether a file came with the form: a browser sends an empty one when none was chosen.
func bringsFile(r *http.Request) bool {
	if r.MultipartForm == nil {
		return false
	}
	for _, heads := range r.MultipartForm.File {
		for _, h := range heads {
			if h.Filename != "" {
				return true
			}
		}
	}
	return false
}

// ourForm tells whether the request is a form that one of our pages made. Under /api/ there are none.
func ourForm(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodPost || isAPI(r.URL.Path) {
		return false
	}
	f, err := ReadForm(w, r, mostResent)
	return err == nil && f.Values.Has(KeyField)
}
