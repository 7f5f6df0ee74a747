package invite

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/web/page"
)

// failed explains a link that cannot be used. The page of a missing address would not say what to do.
func failed(w http.ResponseWriter, r *http.Request, err error) error {
	e := apperr.From(err)
	if e.Kind == apperr.Internal || e.Kind == apperr.Unavailable {
		return err
	}
	return page.Render(w, r, e.Kind.Status(), page.Frame{Title: "招待", Bare: true, NoTabbar: true, ErrorPrefix: true}, failedPage(e.Message))
}
