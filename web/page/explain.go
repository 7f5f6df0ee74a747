package page

import (
	"crypto/rand"
	"net/http"
	"strings"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/web/ui"
)

// explained is an error as its page shows it.
type explained struct {
	Title, Text, Kept string
	Fields            []apperr.Field
	Acts              []ui.EmptyAct
	Seats             int
	Number            string
	Again             *resent
}

// explain adds to the sentence of the error what is kept and where to go from here.
func explain(e *apperr.Error, r *http.Request, number string) explained {
	x := explained{Title: e.Kind.Title(), Text: e.Message, Fields: e.All(), Number: number}
	back := ui.EmptyAct{Text: "前のページを開く", URL: previous(r)}
	search := ui.EmptyAct{Text: "実践をさがす", URL: "/archive", Look: ui.Primary}
	switch e.Kind {
	case apperr.NotFound:
		x.Title, x.Seats = "お探しのページは見つかりません", 1
		x.Text = "ログインすると読めるページかもしれません。移動したか、名前が変わったことも考えられます。"
		x.Acts = []ui.EmptyAct{search}
		if !Viewer(r.Context()).SignedIn() {
			x.Acts = append(x.Acts, ui.EmptyAct{Text: "ログインする", URL: SignInURL(r.URL.RequestURI())})
		} else {
			x.Acts = append(x.Acts, ui.EmptyAct{Text: "ホームへ", URL: "/home"})
		}
	case apperr.Gone:
		x.Seats = 1
		x.Acts = []ui.EmptyAct{{Text: "近い実践をさがす", URL: "/archive", Look: ui.Primary}}
	case apperr.Forbidden:
		x.Acts = []ui.EmptyAct{back, {Text: "運営に相談する", URL: "/help/trouble"}}
	case apperr.Unauthenticated:
		x.Acts = []ui.EmptyAct{{Text: "ログインする", URL: SignInURL(previous(r)), Look: ui.Primary}}
	case apperr.Unavailable, apperr.Internal:
		x.Seats = 2
		x.Acts = []ui.EmptyAct{{Text: "もう一度試す", URL: again(r), Look: ui.Primary}}
	case apperr.Full:
		x.Kept = "読むことは、これまでどおりできます。"
		x.Acts = []ui.EmptyAct{back}
	case apperr.Throttled, apperr.TooLarge, apperr.Malformed, apperr.Conflict, apperr.Invalid:
		x.Kept = "書いた内容は、前の画面に残っています。"
		x.Acts = []ui.EmptyAct{{Text: "前の画面にもどる", URL: previous(r), Look: ui.Primary}}
	}
	x.Text = strings.TrimPrefix(x.Text, x.Title+"。") // said once is enough
	if x.Acts == nil {
		x.Acts = []ui.EmptyAct{back}
	}
	if len(x.Fields) == 1 && x.Fields[0].Detail == x.Text {
		x.Fields = nil
	}
	return x
}

// again is the address to try once more: the page itself, or for a form the page it stood on.
func again(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if p := text.OwnPath(r.URL.RequestURI()); p != "" {
			return p
		}
	}
	return previous(r)
}

// previous is the page of ours that the reader came from.
func previous(r *http.Request) string {
	base := From(r.Context()).BaseURL
	if ref := r.Referer(); base != "" && len(ref) > len(base) && ref[:len(base)] == base {
		if p := text.OwnPath(ref[len(base):]); p != "" {
			return p
		}
	}
	return "/"
}

// newNumber is short enough to be read out on the telephone.
func newNumber() string { return rand.Text()[:6] }
