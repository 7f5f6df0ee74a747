package demo

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/auth/demoprovider"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/member"
)

// People makes the demo people that are missing and returns the ids of all by address. The demo provider and a provider
// of its own process go by the same name, so that one person is one person either way.
func People(ctx context.Context, members *member.Service) (map[string]string, error) {
	var samples []member.Sample
	for _, p := range demoprovider.People() {
		s, ok := about[p.Email]
		if !ok {
			return nil, fmt.Errorf("demo person %s: nothing is known about them", p.Email)
		}
		s.Provider, s.Subject, s.Name, s.Email = demoprovider.Name, p.Subject, p.Name, p.Email
		samples = append(samples, s)
	}
	return members.AddSamples(ctx, samples)
}

// The made-up municipalities (contract §3).
const (
	midori   = "990001"
	kawasemi = "990002"
	sorairo  = "990003"
	momiji   = "990004"
)

func part(year int, role, team string) member.SamplePart {
	return member.SamplePart{Year: year, Course: cohort.Regular, Role: role, Team: team}
}

// about is who the demo people are beside their accounts: what they have written (content/entries) fits it.
var about = map[string]member.Sample{
	"alumnus@example.jp": {Kana: "みほん はなこ", Municipality: midori, Section: "企画課",
		About: "係の対話から働き方を見直しました。異動しても続く対話の場をつくることに関心があります。（見本の人物です）",
		Parts: []member.SamplePart{part(2024, member.Alumnus, "2024-みどり見本市-A")}},
	"alumnus2@example.jp": {Kana: "れいじ たろう", Municipality: kawasemi, Section: "総務課",
		About: "小さな町で、窓口の手続きを客になって見直しました。（見本の人物です）",
		Parts: []member.SamplePart{part(2023, member.Alumnus, "2023-かわせみ見本町-A")}},
	"fellow@example.jp": {Kana: "しさく けん", Municipality: sorairo, Section: "人事課",
		About: "今年度の研究生です。先輩たちの取り組みを読んでいます。（見本の人物です）",
		Parts: []member.SamplePart{part(2026, member.Fellow, "2026-そらいろ見本区-A")}},
	"adviser@example.jp": {Kana: "かりな さくら", Municipality: momiji, Section: "市民協働課",
		About: "幹事としてチームの対話に立ち会っています。（見本の人物です）",
		Parts: []member.SamplePart{part(2021, member.Alumnus, "2021-もみじ見本市-A"), part(2026, member.Adviser, "")}},
	"moderator@example.jp": {Kana: "みほん みさき", Municipality: sorairo, Section: "職員課", Staff: []string{member.Moderator},
		About: "実践を集めて紹介する係です。（見本の人物です）",
		Parts: []member.SamplePart{part(2022, member.Alumnus, "2022-そらいろ見本区-A")}},
	"secretariat@example.jp": {Kana: "れいじ しのぶ", Section: "事務局", Staff: []string{member.Secretariat}},
	"applicant@example.jp":   {Kana: "しさく あゆむ", Municipality: momiji},
	"visitor@example.jp":     {Kana: "けんがく あおい"},
}
