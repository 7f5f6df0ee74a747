package file

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
)

// mostCounted is how many pages of a file are counted in: a list of hits is not to read books.
const mostCounted = 24

// Places counts, for files of entries that the viewer may read, where on their pages the words of a query stand: as many
// as Find lists when the file is opened. A longer document than is counted in has -1.
func (s *Service) Places(ctx context.Context, v access.Viewer, files []string, query string) (map[string]int, error) {
	words := terms(query)
	if len(files) == 0 || len(words) == 0 {
		return nil, nil
	}
	var rows []struct {
		Page      `bun:",extend"`
		PageCount int `bun:"page_count"`
	}
	// The words' places are large; they are needed only where people wrote another text than the sheet's own.
	q := s.DB.Read().NewSelect().TableExpr("page AS p").
		ColumnExpr("p.file, p.number, p.text, p.transcript, CASE WHEN p.transcript <> '' THEN p.words END AS words, f.page_count").
		Join("JOIN file AS f ON f.id = p.file").Join("JOIN entry AS e ON e.id = f.entry").
		Where("p.file IN (?)", bun.List(files)).Where("p.number <= ?", mostCounted)
	if err := v.Readable(q, readable).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read the pages of hits: %w", err)
	}
	places := map[string]int{}
	for _, r := range rows {
		switch {
		case r.PageCount > mostCounted:
			places[r.File] = -1
		case r.Transcript != "":
			places[r.File] += len(Find([]Page{r.Page}, query))
		default:
			places[r.File] += count(r.Text, words)
		}
	}
	for id, n := range places {
		places[id] = min(n, maxHits)
	}
	return places, nil
}

// count is how often terms stand in a text, blanks and line ends left out, as findIn finds them in its words.
func count(text string, terms []string) (n int) {
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, fold(text))
	for text != "" {
		length := 0
		for _, t := range terms {
			if strings.HasPrefix(text, t) {
				length = max(length, len(t))
			}
		}
		if length > 0 {
			n++
		} else {
			_, length = utf8.DecodeRuneInString(text)
		}
		text = text[length:]
	}
	return n
}
