package municipality

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Neighbor is a municipality beside another one, and why it is named.
type Neighbor struct {
	Municipality
	Score  float64 // likeness from 0 to 1; of Near, 0
	Reason string  // for people: 「人口5〜10万人・同じ東北」, or the distance
	Km     float64 // between the offices; 0 when one has no position
}

// Near lists the n municipalities whose offices are nearest, prefectures and wards left out. A prefecture's nearest
// are prefectures.
func Near(code string, n int) []Neighbor {
	return best(code, n, func(a, b *Municipality) float64 { return -distance(a, b) },
		func(_, _ Municipality) (float64, string) { return 0, "" })
}

// Alike lists the n municipalities most like the one, likest first: 「うちと似たまち」.
func Alike(code string, n int) []Neighbor {
	return best(code, n, likeness, Likeness)
}

// best ranks who may stand beside a municipality by a measure, and describes only those that are shown: there are
// 1,788 to look at for each page.
func best(code string, n int, measure func(a, b *Municipality) float64, describe func(a, b Municipality) (float64, string)) []Neighbor {
	from, ok := Get(code)
	if !ok {
		return nil
	}
	type ranked struct {
		row  int
		rank float64
	}
	rows := table().rows
	all := make([]ranked, 0, len(rows))
	for i := range rows {
		if o := &rows[i]; beside(&from, o) {
			all = append(all, ranked{i, measure(&from, o)})
		}
	}
	slices.SortFunc(all, func(a, b ranked) int { return cmp.Or(cmp.Compare(b.rank, a.rank), a.row-b.row) })
	list := make([]Neighbor, 0, max(0, min(n, len(all))))
	for _, r := range all[:cap(list)] {
		o := Neighbor{Municipality: rows[r.row], Km: distance(&from, &rows[r.row])}
		o.Score, o.Reason = describe(from, o.Municipality)
		list = append(list, o)
	}
	return list
}

// beside tells whether o may stand beside m: prefectures beside prefectures, the demo's beside the demo's.
func beside(m, o *Municipality) bool {
	return o.Code != m.Code && o.Code != m.Parent && o.Kind != KindWard && o.Demo == m.Demo &&
		(o.Kind == KindPrefecture) == (m.Kind == KindPrefecture)
}

// Likeness scores from 0 to 1 how far a practice of one municipality may fit the other, and says why in the words of
// the page.
func Likeness(a, b Municipality) (score float64, reason string) {
	return HowLike(&a, &b), strings.Join(Common(a, b), "・")
}

// HowLike is the score of Likeness, for who asks of very many.
func HowLike(a, b *Municipality) float64 {
	if a.Code == b.Code {
		return 1
	}
	return likeness(a, b)
}

// Common names what two municipalities have in common, in the words of the page.
func Common(a, b Municipality) (why []string) {
	if a.Code == b.Code {
		return []string{"うちの自治体"}
	}
	if band := BandOf(a); band != "" && band == BandOf(b) {
		why = append(why, band.Label())
	}
	if a.Kind == b.Kind && a.Kind != KindDesignated && a.Kind != KindPrefecture { // of these the band has said it
		why = append(why, a.Kind)
	}
	switch {
	case a.Demo:
	case a.PrefectureCode == b.PrefectureCode && a.Kind != KindPrefecture:
		why = append(why, "同じ"+a.Prefecture)
	case a.Region == b.Region:
		why = append(why, "同じ"+a.Region)
	}
	return why
}

// likeness weighs size most: what a town of 8,000 can do, another can; then the kind of authority, then the place.
func likeness(a, b *Municipality) (score float64) {
	if a.Population > 0 && b.Population > 0 {
		// One when equal, half at double or half the size, nothing from a factor of four on.
		apart := math.Abs(math.Log2(float64(a.Population) / float64(b.Population)))
		score += .4 * max(0, 1-apart/2)
	}
	if band := a.band(); band != "" && band == b.band() {
		score += .2
	}
	if a.Kind == b.Kind {
		score += .15
	}
	switch {
	case a.PrefectureCode == b.PrefectureCode && a.Kind != KindPrefecture:
		score += .15
	case a.Region == b.Region:
		score += .1
	}
	if km := distance(a, b); km > 0 {
		score += .1 * max(0, 1-km/200)
	}
	return score
}

// distance is the great-circle distance of the offices in kilometres, 0 when a position is missing.
func distance(a, b *Municipality) float64 {
	if a.Lat == 0 || b.Lat == 0 {
		return 0
	}
	rad := math.Pi / 180
	sinLat, sinLng := math.Sin((b.Lat-a.Lat)*rad/2), math.Sin((b.Lng-a.Lng)*rad/2)
	h := sinLat*sinLat + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*sinLng*sinLng
	return 2 * 6371 * math.Asin(math.Sqrt(h))
}
