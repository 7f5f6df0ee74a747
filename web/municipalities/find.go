package municipalities

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/web/ui"
)

// find gives the municipality of an address, or answers with where it really stands: under its six digits, at its
// city (a ward), under the name it bears now, or on the list when the name is several.
func find(w http.ResponseWriter, r *http.Request) (m municipality.Municipality, found bool, err error) {
	text := r.PathValue("code")
	m, ok := municipality.Get(text)
	switch {
	case ok && m.Kind != municipality.KindWard:
		return m, true, nil
	case ok:
		http.Redirect(w, r, address(m.Parent), http.StatusMovedPermanently)
		return m, false, nil
	}
	if full, ok := municipality.CompleteCode(text); ok {
		http.Redirect(w, r, address(full), http.StatusMovedPermanently)
		return m, false, nil
	}
	named := municipality.Resolve(text)
	if one, ok := named.One(); ok {
		http.Redirect(w, r, address(one.Code), http.StatusMovedPermanently)
		return m, false, nil
	}
	if len(named.Found) > 1 {
		http.Redirect(w, r, searchURL(text), http.StatusFound)
		return m, false, nil
	}
	return m, false, apperr.Missing()
}

// facts are what the code table says about a municipality.
func facts(m municipality.Municipality) []ui.Fact {
	list := []ui.Fact{
		{Label: "よみ", Text: m.Kana},
		{Label: "種類", Text: m.Kind},
		{Label: "地方", Text: m.Region},
	}
	if m.County != "" {
		list = append(list, ui.Fact{Label: "郡", Text: m.County})
	}
	if m.Population > 0 {
		list = append(list, ui.Fact{Label: "人口", Text: ui.Count(m.Population) + "人（令和2年国勢調査）"})
	}
	if m.Demo {
		list[len(list)-1].Text = ui.Count(m.Population) + "人（見本の数字）"
	}
	if m.Website != "" {
		list = append(list, ui.Fact{Label: "公式ページ", Text: m.Website, URL: m.Website})
	}
	return append(list, ui.Fact{Label: "団体コード", Text: m.Code})
}
