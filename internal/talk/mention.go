package talk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/db"
)

// longestName is how many characters behind an @ may be a name, blanks not counted.
const longestName = 16

// mentioned finds the members whom a text names by @, and those whom its writer chose. Two people of one name are both
// meant: whether they may read the topic is asked when they are told.
func mentioned(ctx context.Context, tx db.Tx, author, body string, chosen []string) ([]string, error) {
	names := namesIn(body)
	if len(names) == 0 && len(chosen) == 0 {
		return nil, nil
	}
	if len(chosen) > maxMentions {
		chosen = chosen[:maxMentions]
	}
	var people []struct{ ID, Name string }
	q := tx.NewSelect().Table("person").Column("id").
		ColumnExpr("REPLACE(REPLACE(name, ' ', ''), '　', '') AS name").Where("member").Where("id <> ?", author)
	q = q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("1 = 0")
		if len(chosen) > 0 {
			q = q.WhereOr("id IN (?)", bun.List(chosen))
		}
		if len(names) > 0 {
			q = q.WhereOr("REPLACE(REPLACE(name, ' ', ''), '　', '') IN (?)", bun.List(slices.Concat(names...)))
		}
		return q
	})
	if err := q.Order("id").Scan(ctx, &people); err != nil {
		return nil, fmt.Errorf("look for people mentioned: %w", err)
	}
	var ids []string
	for _, p := range people {
		if slices.Contains(chosen, p.ID) {
			ids = append(ids, p.ID)
		}
	}
	for _, prefixes := range names {
		for _, name := range prefixes { // the longest name that exists is the one meant
			n := len(ids)
			for _, p := range people {
				if p.Name == name {
					ids = append(ids, p.ID)
				}
			}
			if len(ids) > n {
				break
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// namesIn returns, for each @ in the text, what may be the name behind it: longest first, without blanks.
func namesIn(body string) [][]string {
	var all [][]string
	runes := []rune(body)
	for i, r := range runes {
		if r != '@' && r != '＠' || i > 0 && mailLike(runes[i-1]) {
			continue
		}
		if len(all) == maxMentions {
			break
		}
		var name []rune
		var prefixes []string
		for _, r := range runes[i+1:] {
			if r == '\n' || r == '@' || r == '＠' || len(name) == longestName {
				break
			}
			if unicode.IsSpace(r) {
				continue
			}
			if name = append(name, r); len(name) > 1 {
				prefixes = append(prefixes, string(name))
			}
		}
		slices.Reverse(prefixes)
		if len(prefixes) > 0 {
			all = append(all, prefixes)
		}
	}
	return all
}

// mailLike tells whether an @ behind r stands in an address.
func mailLike(r rune) bool {
	return r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-+", r))
}
