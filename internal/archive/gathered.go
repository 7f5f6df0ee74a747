package archive

import (
	"context"
	"strings"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/talk"
)

// DraftGathered makes the draft of a report out of posts whose authors said yes, each as a quotation with its author's
// name. Who asked them makes it, once.
func (s *Service) DraftGathered(ctx context.Context, v access.Viewer, t *talk.Service, ask string) (Saved, error) {
	a, err := t.Asked(ctx, v, ask)
	if err != nil {
		return Saved{}, err
	}
	if a.By != v.Person || a.Kind != talk.AskDraft {
		return Saved{}, apperr.Missing()
	}
	used := a.Consented()
	if len(used) == 0 {
		return Saved{}, apperr.New(apperr.Conflict, "「はい」と答えた人がまだいないので、下書きを作れません。返事を待ってください。")
	}
	var b strings.Builder
	for _, p := range used {
		if p.Body != "" {
			b.WriteString("> " + strings.ReplaceAll(p.Body, "\n", "\n> ") + "\n\n")
		}
		for _, f := range p.Files { // they stay where they are, for those who may read them there
			b.WriteString("付いているファイル：" + f.Name + "（話し合いの投稿 /topics/" + a.Topic + "/posts/" + p.Post + " にあります）\n\n")
		}
		b.WriteString(p.AuthorName + "さん")
		if place := talk.Place(p.AuthorPlace); place != "" {
			b.WriteString("（" + place + "）")
		}
		b.WriteString("、話し合い「" + a.TopicTitle + "」から\n\n")
	}
	title := a.Title
	return s.CreateFrom(ctx, v, Origin{gathered: &gathered{ask, used}}, Report,
		Change{Title: &title, Sections: []Written{{Key: Practice, Body: strings.TrimSpace(b.String())}}})
}

// gathered are the posts that a draft is made of.
type gathered struct {
	ask  string
	used []talk.AskPost
}
