// Package drafts lists what somebody has begun to write (下書き), and keeps text that is typed and not yet sent.
package drafts

import (
	"net/http"
	"strings"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// Pages are the pages of drafts.
type Pages struct {
	Archive *archive.Service
}

// row is one draft of an entry.
type row struct {
	archive.Summary
	Place string
	When  ui.Stamp
}

// scrap is a text that was typed somewhere and not sent.
type scrap struct {
	Place, Where, URL, Text string
	When                    ui.Stamp
}

// List shows the drafts.
func (p Pages) List(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := page.Viewer(ctx)
	if !v.SignedIn() {
		return apperr.SignIn()
	}
	entries, err := p.Archive.Unfinished(ctx, v)
	if err != nil {
		return err
	}
	unsent, err := p.Archive.AllUnsent(ctx, v)
	if err != nil {
		return err
	}
	var rows []row
	for _, e := range entries {
		rows = append(rows, row{e, municipality.Label(e.Municipality), page.Stamp(e.UpdatedAt, page.Now(ctx))})
	}
	var scraps []scrap
	for _, u := range unsent {
		where, url := whereIs(u.Place)
		scraps = append(scraps, scrap{u.Place, where, url, text.Cut(text.Plain(u.Body), 120), page.Stamp(u.UpdatedAt, page.Now(ctx))})
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "下書き"}, list(rows, scraps))
}

// Keep keeps the text of one place (PUT /drafts/{place}, field body); an empty text clears it.
func (p Pages) Keep(w http.ResponseWriter, r *http.Request) error {
	f, err := readBody(w, r)
	if err != nil {
		return err
	}
	if _, err := p.Archive.KeepUnsent(r.Context(), page.Viewer(r.Context()), r.PathValue("place"), f); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// Clear throws the text of a place away, from the list.
func (p Pages) Clear(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, 4<<10)
	if err != nil {
		return err
	}
	if _, err := p.Archive.KeepUnsent(r.Context(), page.Viewer(r.Context()), f.Get("place"), ""); err != nil {
		return err
	}
	http.Redirect(w, r, "/drafts", http.StatusSeeOther)
	return nil
}

const maxText = 2 << 20 // 100,000 characters, percent-encoded

// readBody reads the one field of a form that a script puts. net/http parses the body of a PUT as of a POST.
func readBody(w http.ResponseWriter, r *http.Request) (string, error) {
	f, err := page.ReadForm(w, r, maxText)
	if err != nil {
		return "", err
	}
	return f.Get("body"), nil
}

// whereIs says in words where a text was typed, and leads back there.
func whereIs(place string) (where, url string) {
	kind, rest, _ := strings.Cut(place, ":")
	id, key, _ := strings.Cut(rest, ":")
	switch kind {
	case "entry":
		if id == "new" {
			return "新しい実践レポート：" + archive.Key(key).Label(), "/reports/new"
		}
		return "実践レポート：" + archive.Key(key).Label(), "/reports/" + id + "/edit"
	case "after":
		return "その後", "/reports/" + id + "/after/new"
	case "tried":
		return "うちでもやってみた", "/reports/" + id + "/tried/new"
	case "topic":
		return "話し合いへの返信", "/topics/" + id
	case "note":
		return "付せん", "/e/" + id
	case "topics":
		return "新しい話題", "/topics/new"
	}
	return "書きかけ", ""
}
