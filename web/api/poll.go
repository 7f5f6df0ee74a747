package api

import (
	"net/http"
	"time"

	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/web/page"
)

// poll is a poll in an answer. Votes are there for who has voted, and for everybody once it is over.
type poll struct {
	Many    bool       `json:"many"`
	Named   bool       `json:"named"`
	EndsAt  *time.Time `json:"ends_at,omitempty"`
	Over    bool       `json:"over"`
	Voters  int        `json:"voters"`
	Choices []choice   `json:"choices"`
}

type choice struct {
	Number int      `json:"number"`
	Text   string   `json:"text"`
	Votes  *int     `json:"votes,omitempty"`
	People []string `json:"people,omitempty"`
	Mine   bool     `json:"mine"`
}

func pollOf(p *talk.Poll) *poll {
	if p == nil {
		return nil
	}
	out := &poll{Many: p.Many, Named: p.Named, EndsAt: p.EndsAt, Over: p.Over, Voters: p.Voters, Choices: []choice{}}
	for _, c := range p.Choices {
		given := choice{Number: c.Number, Text: c.Text, People: c.People, Mine: c.Mine}
		if p.Shown {
			given.Votes = &c.Votes
		}
		out.Choices = append(out.Choices, given)
	}
	return out
}

// Vote makes the choices the reader's vote; none takes it back.
func (a Topics) Vote(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Choices []int `json:"choices"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	c, err := a.Talk.Vote(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), in.Choices)
	return a.changed(w, r, c, err)
}

// ClosePoll ends a poll before its time.
func (a Topics) ClosePoll(w http.ResponseWriter, r *http.Request) error {
	c, err := a.Talk.ClosePoll(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	return a.changed(w, r, c, err)
}
