package postersession

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/municipality"
)

// MaxLeaders bounds how many people are named to lead one session.
const MaxLeaders = 10

// Leader is somebody named to lead a session beside the moderators.
type Leader struct {
	ID, Name, Municipality string
}

// Line is how a leader stands in the plan: the name, and the place by which people of one name are told apart.
func (l Leader) Line() string {
	if m, ok := municipality.Get(l.Municipality); ok {
		return l.Name + "（" + m.Name + "）"
	}
	return l.Name
}

// MayLead tells whether the viewer may lead the session and change its plan: moderators, and whom they named. Who may
// not come any more may not lead either: the session is missing for them.
func (s *Session) MayLead(v access.Viewer) bool { return v.CanModerate() || v.CanWrite() && s.Leads }

func (s *Session) mustLead(v access.Viewer) error {
	if s.MayLead(v) {
		return nil
	}
	return apperr.New(apperr.Forbidden, "発表会を進められるのは、運営と事務局と、進める人に選ばれた人です。進めたいときは、運営に相談してください。")
}

var placed = regexp.MustCompile(`^([^（(]+)(?:[（(]([^）)]*)[）)])?$`)

// leaders finds the people whom the plan names: members who may come, by name, or by name and place.
func (p Plan) leaders(ctx context.Context, tx db.Tx) (ids []string, err error) {
	for _, line := range p.Leaders {
		line = strings.Join(strings.Fields(line), "")
		if line == "" {
			continue
		}
		id, err := p.leader(ctx, tx, line)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) > MaxLeaders {
		return nil, apperr.At("leaders", fmt.Sprintf("進める人は%d人までです。", MaxLeaders))
	}
	return ids, nil
}

func (p Plan) leader(ctx context.Context, tx db.Tx, line string) (string, error) {
	parts := placed.FindStringSubmatch(line)
	if parts == nil {
		return "", apperr.At("leaders", "「"+line+"」の書き方を確かめてください。1行に1人、例：例示 太郎（みどり見本市）")
	}
	var people []Leader
	q := tx.NewSelect().TableExpr("person AS a").Column("a.id", "a.name", "a.municipality").Where("a.member").
		Where("REPLACE(REPLACE(a.name, ' ', ''), '　', '') = ?", parts[1]).OrderExpr("a.id").Limit(MaxLeaders)
	if p.Cohort != "" {
		q = q.Where("EXISTS (SELECT 1 FROM participation m WHERE m.person = a.id AND m.cohort = ? AND (m.until IS NULL OR m.until > ?))", p.Cohort, tx.Now)
	}
	if err := q.Scan(ctx, &people); err != nil {
		return "", fmt.Errorf("look for who leads a session: %w", err)
	}
	if parts[2] != "" {
		people = slices.DeleteFunc(people, func(l Leader) bool {
			m, _ := municipality.Get(l.Municipality) // an unknown one has no name
			return m.Name != parts[2]
		})
	}
	switch len(people) {
	case 1:
		return people[0].ID, nil
	case 0:
		return "", apperr.At("leaders", "「"+line+"」という、この発表会に来られる人が見つかりません。なかまの一覧の名前と同じに書いてください。")
	}
	var lines []string
	for _, l := range people {
		lines = append(lines, "「"+l.Line()+"」")
	}
	return "", apperr.At("leaders", "「"+line+"」は"+strings.Join(lines, "")+"の何人かがいます。自治体も書いてください。")
}

// nameLeaders writes who leads a session.
func nameLeaders(ctx context.Context, tx db.Tx, id string, people []string) error {
	if _, err := tx.NewRaw("DELETE FROM poster_session_host WHERE session = ?", id).Exec(ctx); err != nil {
		return fmt.Errorf("name who leads session %s: %w", id, err)
	}
	for _, person := range people {
		if _, err := tx.NewRaw("INSERT INTO poster_session_host (session, person) VALUES (?, ?)", id, person).Exec(ctx); err != nil {
			return fmt.Errorf("name who leads session %s: %w", id, err)
		}
	}
	return nil
}

// leadersOf reads who was named.
func leadersOf(ctx context.Context, r bun.IDB, id string) (list []Leader, err error) {
	err = r.NewSelect().TableExpr("poster_session_host AS h").Join("JOIN person a ON a.id = h.person").
		Column("a.id", "a.name", "a.municipality").Where("h.session = ?", id).OrderExpr("a.name, a.id").Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("read who leads session %s: %w", id, err)
	}
	return list, nil
}
