package municipality

import "sync"

// Participant is a municipality that has sent people to the study group, as its public list names it.
type Participant struct {
	SeedName string // as the list writes it
	Heading  string // the region it stands under
	Municipality
}

type participation struct {
	all          []Participant
	byPrefecture map[string]int
	codes        map[string]bool
}

var roll = sync.OnceValue(func() *participation {
	p := &participation{byPrefecture: map[string]int{}, codes: map[string]bool{}}
	for r := range records("participants.csv", 11) {
		m, _ := Get(r[4])
		p.all = append(p.all, Participant{SeedName: r[1], Heading: r[2], Municipality: m})
		p.byPrefecture[m.PrefectureCode]++
		p.codes[m.Code] = true
	}
	return p
})

// Participants lists the 179 names of the public list in its order.
func Participants() []Participant { return roll().all }

// ParticipantCounts tells how many participants each prefecture has, the prefecture itself counted, by its code.
func ParticipantCounts() map[string]int { return roll().byPrefecture }

// IsParticipant tells whether the public list names the municipality.
func IsParticipant(code string) bool { return roll().codes[code] }
