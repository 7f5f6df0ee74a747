// Package access decides who may see and do what. It is the only place that does.
//
// It imports no noun: internal/member fills a Viewer, and an archive entry, a topic or a collection describes itself
// as a Thing. One rule is written twice, once in Go (CanRead) and once in SQL (Readable); a test runs both over
// every combination on both databases and fails when they differ. What a viewer may not read does not exist for
// them: the answer is the same as for a wrong address.
package access

import "slices"

// Rung is how far a thing is visible, from wide to narrow (contract §1).
type Rung string

// The rungs, wide to narrow.
const (
	Public  Rung = "public"
	Members Rung = "members"
	Cohort  Rung = "cohort"
	Team    Rung = "team"
	Staff   Rung = "staff"
)

// Rungs lists all rungs, wide to narrow.
var Rungs = []Rung{Public, Members, Cohort, Team, Staff}

// Valid tells whether r is one of the rungs.
func (r Rung) Valid() bool { return slices.Contains(Rungs, r) }

// Wider tells whether r lets more people in than o.
func (r Rung) Wider(o Rung) bool { return slices.Index(Rungs, r) < slices.Index(Rungs, o) }

// Narrower returns the narrower of two rungs.
func Narrower(a, b Rung) Rung {
	if a.Wider(b) {
		return b
	}
	return a
}

// Audience is a rung with the cohort or team that it means.
type Audience struct {
	Rung   Rung
	Cohort string // cohort id; also set for Team when the team is in a cohort
	Team   string
}

// Viewer is who looks: what they are, where they belong. The zero Viewer is a visitor.
type Viewer struct {
	Person       string // person id; empty for a visitor
	Name         string
	Municipality string // code of the municipality they are shown with; may be empty
	Member       bool   // admitted and not suspended
	Moderator    bool   // curates (運営); true for the secretariat too
	Secretariat  bool   // runs it, and decides who is in (事務局)
	Cohorts      []string
	Teams        []string
	ReadOnly     bool // an API token without the write scope
	Unlimited    bool // an operator's token: no per-account limits
}

// SignedIn tells whether somebody is there, member or not.
func (v Viewer) SignedIn() bool { return v.Person != "" }

// InAudience tells whether the viewer stands on the rung of a.
func (v Viewer) InAudience(a Audience) bool {
	switch a.Rung {
	case Public:
		return true
	case Members:
		return v.Member
	case Cohort:
		return v.Member && (v.Secretariat || slices.Contains(v.Cohorts, a.Cohort))
	case Team:
		return v.Member && (v.Secretariat || slices.Contains(v.Teams, a.Team))
	case Staff:
		return v.Member && v.Moderator
	}
	return false
}

// State is where a thing stands in its life.
type State string

// The states of an archive entry; topics and posts use Published, Hidden and Withdrawn.
const (
	Draft     State = "draft"     // its authors only, whatever its audience says
	Published State = "published" // stands at its audience
	Review    State = "review"    // stands at its audience and waits for a decision to become public
	Returned  State = "returned"  // given back to its authors with notes (差し戻し)
	Hidden    State = "hidden"    // taken out of sight by a moderator
	Withdrawn State = "withdrawn" // taken back by its authors: a tombstone
)

// Thing is what access needs to know of an entry, a topic or a collection.
type Thing struct {
	State    State
	Audience Audience
	Author   bool // the viewer is one of its authors
	Flagged  bool // somebody asked the moderators to look at it
}

// CanRead tells whether the viewer may read the thing itself. For a withdrawn thing it answers false;
// CouldRead tells who gets its tombstone.
func (v Viewer) CanRead(t Thing) bool {
	switch t.State {
	case Published, Review:
		return v.InAudience(t.Audience) || t.Author && v.SignedIn() ||
			v.Member && v.Moderator && (t.State == Review || t.Flagged)
	case Draft:
		return t.Author && v.SignedIn()
	case Returned, Hidden:
		return t.Author && v.SignedIn() || v.Member && v.Moderator
	}
	return false
}

// CouldRead tells whether the viewer gets the tombstone of a withdrawn thing: whoever its audience let in.
func (v Viewer) CouldRead(t Thing) bool {
	return t.State == Withdrawn && (v.InAudience(t.Audience) || t.Author && v.SignedIn())
}

// CanEdit tells whether the viewer may change the text of the thing: its authors while it is not withdrawn or hidden.
// Moderators decide about a thing; they do not rewrite it.
func (v Viewer) CanEdit(t Thing) bool {
	return v.Member && !v.ReadOnly && t.Author && t.State != Withdrawn && t.State != Hidden
}

// CanModerate tells whether the viewer may decide about things: hide, restore, return, publish, pick.
func (v Viewer) CanModerate() bool { return v.Member && v.Moderator && !v.ReadOnly }

// CanAdmit tells whether the viewer may decide who is in: applications, by moderators too.
func (v Viewer) CanAdmit() bool { return v.CanModerate() }

// CanAdminister tells whether the viewer may change the roster, roles and settings.
func (v Viewer) CanAdminister() bool { return v.Member && v.Secretariat && !v.ReadOnly }

// CanTalk tells whether the viewer may take part in discussions at all (contract §2: not for visitors).
func (v Viewer) CanTalk() bool { return v.Member }

// CanWrite tells whether the viewer may post anything.
func (v Viewer) CanWrite() bool { return v.Member && !v.ReadOnly }
