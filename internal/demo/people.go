// Package demo fills a database with made-up people and content, so that somebody who looks at the site for the first
// time finds it inhabited. Everything in it says that it is a sample; nothing of it stands under a real municipality's
// name but facts that the sources name.
package demo

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/auth/demoprovider"
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

// about is who the demo people are beside their accounts. The municipalities are made up (見本).
var about = map[string]member.Sample{
	"alumnus@example.jp": {Kana: "みほん はなこ", Municipality: "990001", Section: "企画課",
		About: "窓口から人事、いまは企画へ。異動しても続く対話の場をつくることに関心があります。（見本の人物です）",
		Parts: []member.SamplePart{{Year: 2019, Course: member.Manager, Role: member.Alumnus, Team: "2019-みどり見本市-管理職"}}},
	"alumnus2@example.jp": {Kana: "れいじ たろう", Municipality: "990002", Section: "総務課",
		About: "小さな町の小さな対話を続けています。（見本の人物です）",
		Parts: []member.SamplePart{{Year: 2019, Course: member.Regular, Role: member.Alumnus, Team: "2019-かわせみ見本町-A"}}},
	"fellow@example.jp": {Kana: "しさく けん", Municipality: "990003", Section: "人事課",
		About: "今年度の研究生です。先輩たちの取り組みを読んでいます。（見本の人物です）",
		Parts: []member.SamplePart{{Year: 2026, Course: member.Regular, Role: member.Fellow, Team: "2026-そらいろ見本区-A"}}},
	"adviser@example.jp": {Kana: "かめい さくら", Municipality: "990004", Section: "市民協働課",
		About: "幹事としてチームの対話に立ち会っています。（見本の人物です）",
		Parts: []member.SamplePart{
			{Year: 2016, Course: member.Regular, Role: member.Alumnus, Team: "2016-もみじ見本市-A"},
			{Year: 2026, Course: member.Regular, Role: member.Adviser}}},
	"moderator@example.jp": {Kana: "みほん みさき", Municipality: "990001", Section: "職員課", Staff: []string{member.Moderator},
		Parts: []member.SamplePart{{Year: 2018, Course: member.Regular, Role: member.Alumnus, Team: "2018-みどり見本市-A"}}},
	"secretariat@example.jp": {Kana: "れいじ しのぶ", Section: "事務局", Staff: []string{member.Secretariat}},
	"applicant@example.jp":   {Kana: "しさく あゆむ", Municipality: "990004"},
	"visitor@example.jp":     {Kana: "けんがく あおい"},
}
