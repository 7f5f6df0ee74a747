package archive

import (
	"slices"

	"github.com/manetomo/manetomo/internal/access"
)

// Kind is what an entry is.
type Kind string

// The kinds of entries.
const (
	Report   Kind = "report"
	Poster   Kind = "poster"
	Paper    Kind = "paper"
	Material Kind = "material"
)

// Kinds lists all kinds.
var Kinds = []Kind{Report, Poster, Paper, Material}

// Valid tells whether k is a kind.
func (k Kind) Valid() bool { return slices.Contains(Kinds, k) }

// Label is the kind's word on pages.
func (k Kind) Label() string {
	return map[Kind]string{Report: "実践レポート", Poster: "ポスター", Paper: "共同論文", Material: "資料"}[k]
}

// URL is the page of the entry with the id.
func (k Kind) URL(id string) string { return "/" + string(k) + "s/" + id }

// Key names a section of an entry. It is its anchor in the page too.
type Key string

// The sections, in the order of a report.
const (
	Background Key = "background"
	Vision     Key = "vision"
	Practice   Key = "practice"
	Outcome    Key = "outcome"
	Stumble    Key = "stumble"
	Reflection Key = "reflection"
	Next       Key = "next"
)

// Keys lists the sections in their order.
var Keys = []Key{Background, Vision, Practice, Outcome, Stumble, Reflection, Next}

// Valid tells whether k is a section.
func (k Key) Valid() bool { return slices.Contains(Keys, k) }

// Label is the section's heading.
func (k Key) Label() string {
	return map[Key]string{Background: "背景・現状", Vision: "ありたい姿", Practice: "取り組み", Outcome: "成果・変化",
		Stumble: "つまずき", Reflection: "気づき・学び", Next: "これから"}[k]
}

// Stage is how far a practice has come.
type Stage string

// The stages.
const (
	Proposal Stage = "proposal"
	Trial    Stage = "trial"
	Running  Stage = "running"
	Rooted   Stage = "rooted"
	Changed  Stage = "changed"
	Stopped  Stage = "stopped"
)

// Stages lists the stages in their order.
var Stages = []Stage{Proposal, Trial, Running, Rooted, Changed, Stopped}

// Valid tells whether s is a stage.
func (s Stage) Valid() bool { return slices.Contains(Stages, s) }

// Label is the stage's word.
func (s Stage) Label() string {
	return map[Stage]string{Proposal: "提言", Trial: "試行", Running: "実施", Rooted: "定着",
		Changed: "形を変えた", Stopped: "休止・終了"}[s]
}

// Result is how an adoption, or a time after, went.
type Result string

// The results.
const (
	Well     Result = "well"
	UnderWay Result = "under_way"
	NotWell  Result = "not_well"
)

// Results lists the results; they are shown with equal weight.
var Results = []Result{Well, UnderWay, NotWell}

// Valid tells whether r is a result.
func (r Result) Valid() bool { return slices.Contains(Results, r) }

// Label is the result's word; a follow-up's may also be a stage.
func (r Result) Label() string {
	if Stage(r).Valid() {
		return Stage(r).Label()
	}
	return map[Result]string{Well: "うまくいった", UnderWay: "途中", NotWell: "うまくいかなかった"}[r]
}

// Reaction is a one-tap answer to an entry.
type Reaction string

// The reactions.
const (
	Useful Reaction = "useful"
	Thanks Reaction = "thanks"
	UsToo  Reaction = "ustoo"
)

// Reactions lists the reactions.
var Reactions = []Reaction{Useful, Thanks, UsToo}

// Valid tells whether r is a reaction.
func (r Reaction) Valid() bool { return slices.Contains(Reactions, r) }

// Label is the reaction's word.
func (r Reaction) Label() string {
	return map[Reaction]string{Useful: "参考になった", Thanks: "ありがとう", UsToo: "うちも同じ"}[r]
}

// AudienceLabel says in words who can read what stands at the rung.
func AudienceLabel(r access.Rung) string {
	return map[access.Rung]string{access.Public: "だれでも", access.Members: "会員", access.Cohort: "同じ期の会員",
		access.Team: "チーム", access.Staff: "運営"}[r]
}

// StateLabel is the word for where an entry stands in its life.
func StateLabel(s access.State) string {
	return map[access.State]string{access.Draft: "下書き", access.Published: "公開中", access.Review: "確認待ち",
		access.Returned: "手直し", access.Hidden: "見えなくしています", access.Withdrawn: "取り下げ"}[s]
}
