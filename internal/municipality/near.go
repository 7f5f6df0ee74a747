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
	Reason string  // for people: 「人口5〜10万人・東北」, or the distance
	Km     float64 // between the offices; 0 when one has no position
}

// Near lists the n municipalities whose offices are nearest, prefectures and wards left out. A prefecture's nearest
// are prefectures.
func Near(code string, n int) []Neighbor {
	from, ok := Get(code)
	if !ok {
		return nil
	}
	return best(others(from), n, func(a, b Neighbor) int { return cmp.Compare(a.Km, b.Km) })
}

// Alike lists the n municipalities most like the one, likest first: 「うちと似たまち」.
func Alike(code string, n int) []Neighbor {
	from, ok := Get(code)
	if !ok {
		return nil
	}
	all := others(from)
	for i := range all {
		all[i].Score, all[i].Reason = Likeness(from, all[i].Municipality)
	}
	return best(all, n, func(a, b Neighbor) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Km, b.Km))
	})
}

// others lists who may stand beside m: prefectures beside prefectures, the demo's beside the demo's.
func others(m Municipality) []Neighbor {
	var all []Neighbor
	for _, o := range table().rows {
		if o.Code == m.Code || o.Kind == KindWard || o.Demo != m.Demo || o.Code == m.Parent ||
			(o.Kind == KindPrefecture) != (m.Kind == KindPrefecture) {
			continue
		}
		all = append(all, Neighbor{Municipality: o, Km: distance(m, o)})
	}
	return all
}

func best(all []Neighbor, n int, order func(a, b Neighbor) int) []Neighbor {
	slices.SortStableFunc(all, order)
	return slices.Clip(all[:max(0, min(n, len(all)))])
}

// Likeness scores from 0 to 1 how far a practice of one municipality may fit the other, and says why in the words of
// the page. Size weighs most: what a town of 8,000 can do, another can; then the kind of authority, then the place.
func Likeness(a, b Municipality) (score float64, reason string) {
	var why []string
	if a.Population > 0 && b.Population > 0 {
		// One when equal, half at double or half the size, nothing from a factor of four on.
		apart := math.Abs(math.Log2(float64(a.Population) / float64(b.Population)))
		score += .4 * max(0, 1-apart/2)
	}
	if band := BandOf(a); band != "" && band == BandOf(b) {
		score += .2
		why = append(why, band.Label())
	}
	if a.Kind == b.Kind {
		score += .15
		if a.Kind != KindDesignated && a.Kind != KindPrefecture { // the band has said it
			why = append(why, a.Kind)
		}
	}
	switch {
	case a.PrefectureCode == b.PrefectureCode && a.Kind != KindPrefecture:
		score += .15
		if !a.Demo {
			why = append(why, "同じ"+a.Prefecture)
		}
	case a.Region == b.Region:
		score += .1
		why = append(why, a.Region)
	}
	if km := distance(a, b); km > 0 {
		score += .1 * max(0, 1-km/200)
	}
	return score, strings.Join(why, "・")
}

// distance is the great-circle distance of the offices in kilometres, 0 when a position is missing.
func distance(a, b Municipality) float64 {
	if a.Lat == 0 || b.Lat == 0 {
		return 0
	}
	rad := math.Pi / 180
	sinLat, sinLng := math.Sin((b.Lat-a.Lat)*rad/2), math.Sin((b.Lng-a.Lng)*rad/2)
	h := sinLat*sinLat + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*sinLng*sinLng
	return 2 * 6371 * math.Asin(math.Sqrt(h))
}
