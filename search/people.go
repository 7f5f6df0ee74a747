package search

import (
	"context"
	"fmt"
	"strings"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/municipality"
)

// People gives members whose name or reading begins with what was typed. Only members see them.
func People(ctx context.Context, d *db.DB, v access.Viewer, text string, most int) ([]Suggestion, error) {
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); !v.Member || n < 1 || n > 30 || strings.ContainsRune(text, 0) || strings.ToValidUTF8(text, "") != text {
		return nil, nil
	}
	begins := strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text) + "%"
	var rows []struct{ ID, Name, Municipality string }
	err := d.Read().NewRaw(`SELECT id, name, municipality FROM person
		WHERE member AND suspended_at IS NULL AND (name LIKE ? ESCAPE '!' OR kana LIKE ? ESCAPE '!')
		ORDER BY kana, id LIMIT ?`, begins, begins, most).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("suggest people: %w", err)
	}
	var out []Suggestion
	for _, r := range rows {
		name := r.Name
		if place := municipality.Label(r.Municipality); place != "" {
			name += "（" + place + "）"
		}
		out = append(out, Suggestion{Kind: "person", Text: name, URL: "/members/" + r.ID})
	}
	return out, nil
}
