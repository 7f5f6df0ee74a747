package topics

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// polled is the poll that the composer's form describes; nil without choices.
func polled(f *page.Form) *talk.NewPoll {
	lines := strings.TrimSpace(f.Get("poll"))
	if lines == "" {
		return nil
	}
	days, _ := strconv.Atoi(f.Get("poll_days")) // anything else is no end
	return &talk.NewPoll{Choices: strings.Split(strings.ReplaceAll(lines, "\r", ""), "\n"), Many: f.Has("poll_many", "1"),
		Named: f.Has("poll_named", "1"), Days: days}
}

// Poll is a post's poll as a part of a page, read again when somebody votes.
func (p Pages) Poll(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	t, post, err := p.Talk.PostOf(r.Context(), v, r.PathValue("post"))
	if err != nil {
		return err
	}
	if post.Poll == nil {
		return apperr.Missing()
	}
	d := &Discussion{Page: &talk.Page{Topic: t}, Viewer: v, Now: page.Now(r.Context()), Back: "/topics/" + t.ID, Form: page.NewForm()}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	return pollBox(d, post).Render(r.Context(), w)
}

// Vote votes in a poll.
func (p Pages) Vote(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, func(id string, f *page.Form) (talk.Change, error) {
		var choices []int
		for _, c := range f.All("choice") {
			n, err := strconv.Atoi(c)
			if err != nil {
				return talk.Change{}, apperr.New(apperr.Malformed, "選んだものを受け取れませんでした。ページを読みこみ直してから、もう一度押してください。")
			}
			choices = append(choices, n)
		}
		return p.Talk.Vote(r.Context(), page.Viewer(r.Context()), id, choices)
	})
}

// ClosePoll ends a poll before its time.
func (p Pages) ClosePoll(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, func(id string, _ *page.Form) (talk.Change, error) {
		return p.Talk.ClosePoll(r.Context(), page.Viewer(r.Context()), id)
	})
}

// percent is a choice's share of the voters.
func percent(p *talk.Poll, c talk.Choice) int {
	if p.Voters == 0 {
		return 0
	}
	return (c.Votes*200 + p.Voters) / (2 * p.Voters)
}

// untilEnd is how many milliseconds a poll has left, 0 when it is over or has no end. A device's own clock may be wrong, so the
// page is told how long, not until when.
func untilEnd(d *Discussion, p *talk.Poll) int64 {
	if p.Over || p.EndsAt == nil {
		return 0
	}
	return max(1, p.EndsAt.Sub(d.Now).Milliseconds())
}

func pollState(d *Discussion, p *talk.Poll) string {
	s := ui.Count(p.Voters) + "人が答えました"
	switch {
	case p.Over:
		s += "・しめきりました"
	case p.EndsAt != nil:
		s += "・" + page.When(*p.EndsAt, d.Now) + "まで"
	}
	if p.Many {
		s += "・いくつでも"
	}
	if p.Named {
		return s + "・だれが選んだかが出ます"
	}
	return s + "・だれが選んだかは出ません"
}
