// Package municipality knows the local authorities of Japan: their codes, names, readings, places and sizes, which
// of many ways of writing a name means which of them, and which of them are alike.
//
// The table is the one of 2024-01-01 with the census of 2020 (data/SOURCES.md); it is read once, at the first use,
// and never changes while the program runs. A code names exactly one municipality. A name may stand for several
// (伊達市, 高森町), so Resolve answers with all of them and never guesses. Four made-up municipalities carry the
// demo; they are found by code and name but stand on no list or map unless asked for. Slices that this package hands
// out are shared: read them, do not change them.
package municipality

import (
	"slices"
	"strings"
)

// Kind is what sort of authority it is, as people write it.
type Kind = string

// The kinds of the code table.
const (
	KindPrefecture   Kind = "都道府県"
	KindDesignated   Kind = "政令市"
	KindCore         Kind = "中核市"
	KindCity         Kind = "市"
	KindSpecialWard  Kind = "特別区"
	KindTown         Kind = "町"
	KindVillage      Kind = "村"
	KindWard         Kind = "行政区" // of a designated city; not an authority of its own
	demoPrefecture        = "見本"
	demoPrefectureID      = "990000"
)

// Municipality is one local authority.
type Municipality struct {
	Code           string // 全国地方公共団体コード, six digits with the check digit
	Name           string // official, without prefecture and county: 茅ヶ崎市
	Kana           string // ちがさきし
	Romaji         string // Chigasaki-shi; derived, not official
	PrefectureCode string
	Prefecture     string // 神奈川県; of a prefecture, itself
	Region         string // 東北, 関東 …: the headings of the study group's list
	Kind           Kind
	County         string // 郡 of a town or village
	Parent         string // of a 行政区: the code of its city
	Lat, Lng       float64
	Population     int // census of 2020; 0 when unknown
	Website        string
	AltNames       []string // other spellings
	Demo           bool     // made up for the demo
}

// Label is the name with its prefecture in front, as it stands on pages: 長野県 塩尻市.
func (m Municipality) Label() string {
	if m.Kind == KindPrefecture || m.Prefecture == "" {
		return m.Name
	}
	return m.Prefecture + " " + m.Name
}

// Stem is the name without its kind: 塩尻, 山形. 北海道 stays whole.
func (m Municipality) Stem() string {
	switch m.Kind {
	case KindWard:
		return m.Name
	case KindPrefecture:
		return trimLast(m.Name, "都府県")
	}
	return trimLast(m.Name, "市区町村")
}

// trimLast drops the last character when it is one of kinds and something is left.
func trimLast(name, kinds string) string {
	r := []rune(name)
	if len(r) > 1 && strings.ContainsRune(kinds, r[len(r)-1]) {
		return string(r[:len(r)-1])
	}
	return name
}

// Get finds a municipality by its six-digit code; demo municipalities and wards too.
func Get(code string) (Municipality, bool) {
	t := table()
	i, ok := t.byCode[code]
	if !ok {
		return Municipality{}, false
	}
	return t.rows[i], true
}

// Label is the label of a code, or the code itself when it is unknown.
func Label(code string) string {
	if m, ok := Get(code); ok {
		return m.Label()
	}
	return code
}

// Also names what All leaves out unless asked.
type Also int

// The two sorts of rows that stand on no list by themselves.
const (
	Wards Also = iota // 行政区 of designated cities
	Demo              // the made-up municipalities
)

// All lists prefectures and municipalities in official order.
func All(also ...Also) []Municipality {
	t := table()
	if len(also) == 0 {
		return t.authorities
	}
	return slices.DeleteFunc(slices.Clone(t.rows), func(m Municipality) bool {
		return m.Kind == KindWard && !slices.Contains(also, Wards) ||
			m.Demo && !slices.Contains(also, Demo)
	})
}

// In lists the municipalities of a prefecture in official order, the prefecture itself first, without wards.
// The demo's prefecture answers too.
func In(prefecture string) []Municipality {
	var in []Municipality
	for _, m := range table().rows {
		if m.PrefectureCode == prefecture && m.Kind != KindWard {
			in = append(in, m)
		}
	}
	return in
}
