// Package join is where somebody who has signed in becomes a member (参加): they say where they took part, and see where
// their application stands. What they type admits nobody.
package join

import (
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// Pages is the page of joining.
type Pages struct {
	Members *member.Service
}

// Show says where somebody stands: GET /join.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	if v.Member {
		me, err := p.Members.Profile(r.Context(), v, v.Person)
		if err != nil {
			return err
		}
		return page.Render(w, r, http.StatusOK, page.Frame{Title: "ようこそ"}, welcome(me))
	}
	a, err := p.Members.MyApplication(r.Context(), v)
	if err != nil {
		return err
	}
	if a != nil && a.State == member.Waiting {
		return page.Render(w, r, http.StatusOK, page.Frame{Title: "参加の申請を受け取りました"}, waiting(a, page.Stamp(a.CreatedAt, page.Now(r.Context()))))
	}
	f := page.NewForm().Set("name", v.Name)
	if a != nil {
		f.Set("name", a.Name).Set("kana", a.Kana).Set("year", strconv.Itoa(a.Year)).Set("course", string(a.Course))
	}
	return p.form(w, r, http.StatusOK, f, a)
}

// Apply hands an application in: POST /join.
func (p Pages) Apply(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, 64<<10)
	if err != nil {
		return err
	}
	year, _ := strconv.Atoi(f.Get("year")) // 0 is refused with a sentence
	_, seq, err := p.Members.Apply(r.Context(), page.Viewer(r.Context()), member.Apply{Name: f.Get("name"), Kana: f.Get("kana"),
		Municipality: f.Get("municipality"), Year: year, Course: cohort.Course(f.Get("course")), Note: f.Get("note")})
	if err != nil {
		if f.WithError(err) {
			return p.form(w, r, http.StatusUnprocessableEntity, f, nil)
		}
		return err
	}
	page.Wrote(w, seq)
	http.Redirect(w, r, "/join", http.StatusSeeOther)
	return nil
}

func (p Pages) form(w http.ResponseWriter, r *http.Request, status int, f *page.Form, before *member.Application) error {
	years := []ui.Option{{Value: "", Text: "選んでください"}}
	for _, y := range cohort.Years(page.Now(r.Context())) {
		years = append(years, ui.Option{Value: strconv.Itoa(y), Text: page.FiscalYearEra(y)})
	}
	return page.Render(w, r, status, page.Frame{Title: "参加の確認", ErrorPrefix: f.Failed(), NoTabbar: true}, form(f, years, before))
}

func courses() []ui.Option {
	var list []ui.Option
	for _, c := range cohort.Courses() {
		list = append(list, ui.Option{Value: string(c), Text: c.Name()})
	}
	return list
}
