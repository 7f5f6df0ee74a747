package reports

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// old is a version as it is read.
type old struct {
	archive.Version
	Name  string
	When  ui.Stamp
	Parts []part
}

func olds(r *http.Request, list []archive.Version) []old {
	out := make([]old, len(list))
	for i, v := range list {
		out[i] = old{Version: v, Name: "第" + strconv.FormatInt(v.Number, 10) + "版", When: page.Stamp(v.At, page.Now(r.Context()))}
		for n, s := range v.Text.Sections {
			out[i].Parts = append(out[i].Parts, part{No: n + 1, Key: s.Key, Label: s.Key.Label(), HTML: text.HTML(s.Body)})
		}
	}
	return out
}

func before(o old) string {
	if o.ByName == "" {
		return "まで"
	}
	return "まで（" + o.ByName + "さんが直す前）"
}

// firstSegment is the first part of a path: the kind's own word, so that posters lead back to posters.
func firstSegment(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first
}
