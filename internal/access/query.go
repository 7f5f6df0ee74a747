package access

import "github.com/uptrace/bun"

// Columns names where a table keeps what CanRead looks at. State, audience, cohort, team and flagged are columns of
// the alias; Authors is a subquery's text that is true for the viewer's own things, with one ? for the person id.
type Columns struct {
	Alias   string // table alias, such as "e"
	Authors string // such as "EXISTS (SELECT 1 FROM entry_author a WHERE a.entry = e.id AND a.person = ?)"
}

// Readable adds the condition under which the viewer may read a row: CanRead, in SQL.
func (v Viewer) Readable(q *bun.SelectQuery, c Columns) *bun.SelectQuery {
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		al := bun.Ident(c.Alias)
		q = q.WhereGroup(" OR ", func(q *bun.SelectQuery) *bun.SelectQuery {
			q = q.Where("?.state IN ('published', 'review')", al)
			return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
				return v.inAudience(q, al)
			})
		})
		if v.SignedIn() && c.Authors != "" {
			q = q.WhereGroup(" OR ", func(q *bun.SelectQuery) *bun.SelectQuery {
				return q.Where("?.state <> 'withdrawn'", al).Where(c.Authors, v.Person)
			})
		}
		if v.Member && v.Moderator {
			q = q.WhereOr("?.state IN ('review', 'returned', 'hidden')", al).
				WhereOr("(?.flagged AND ?.state = 'published')", al, al)
		}
		return q
	})
}

// inAudience is InAudience in SQL.
func (v Viewer) inAudience(q *bun.SelectQuery, al bun.Ident) *bun.SelectQuery {
	q = q.Where("?.audience = 'public'", al)
	if !v.Member {
		return q
	}
	q = q.WhereOr("?.audience = 'members'", al)
	switch {
	case v.Secretariat:
		q = q.WhereOr("?.audience IN ('cohort', 'team')", al)
	default:
		if len(v.Cohorts) > 0 {
			q = q.WhereOr("(?.audience = 'cohort' AND ?.cohort IN (?))", al, al, bun.List(v.Cohorts))
		}
		if len(v.Teams) > 0 {
			q = q.WhereOr("(?.audience = 'team' AND ?.team IN (?))", al, al, bun.List(v.Teams))
		}
	}
	if v.Moderator {
		q = q.WhereOr("?.audience = 'staff'", al)
	}
	return q
}
