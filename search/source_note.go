package search

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
)

// addNotes adds the notes on the sheets of entries (付せん) with the answers to questions. They are talk: for members
// also where the sheet is public, and gone where the discussion is out of sight.
func (r Rows) addNotes(ctx context.Context, ids []string, docs map[string]*Document) error {
	var rows []struct {
		Entry, Body, Answer string
		Question            bool
	}
	err := r.DB.Read().NewRaw(`SELECT n.entry, n.body, n.answer, n.question FROM note n JOIN topic t ON t.id = n.topic
		WHERE n.entry IN (?) AND n.state = 'published' AND t.state = 'published' ORDER BY n.entry, n.n, n.id`, bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read notes for the index: %w", err)
	}
	for _, row := range rows {
		d := docs[row.Entry]
		if d == nil {
			continue
		}
		label := "付せん"
		if row.Question {
			label = "もらった問い"
		}
		for _, words := range []string{row.Body, row.Answer} {
			if words != "" {
				d.add("notes", label, words, access.Members)
				d.Sections[len(d.Sections)-1].At = "#notes"
			}
		}
	}
	return nil
}
