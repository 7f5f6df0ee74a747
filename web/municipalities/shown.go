package municipalities

import (
	"strconv"

	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/web/ui"
)

func (s shown) crumbs() []ui.Link {
	links := []ui.Link{{Text: "自治体", URL: "/municipalities"}}
	if s.M.Kind != municipality.KindPrefecture && !s.M.Demo {
		links = append(links, ui.Link{Text: s.M.Prefecture, URL: "/municipalities?prefecture=" + s.M.PrefectureCode})
	}
	return links
}

func (s shown) tabs() []ui.Tab {
	at := address(s.M.Code)
	tabs := []ui.Tab{
		{Text: "あゆみ", URL: at, Current: s.Tab == ""},
		{Text: "実践", URL: at + "?t=reports", Count: s.Count.Reports, Current: s.Tab == tabReports},
		{Text: "ポスター", URL: at + "?t=posters", Count: s.Count.Posters, Current: s.Tab == tabPosters},
	}
	if s.Member {
		tabs = append(tabs, ui.Tab{Text: "マネ友", URL: at + "?t=people", Current: s.Tab == tabPeople})
	}
	return tabs
}

func (s shown) heading() string { return s.M.Name + "の" + s.word() }

// word is what the chosen tab shows.
func (s shown) word() string {
	switch s.Tab {
	case tabReports:
		return "実践レポート"
	case tabPosters:
		return "ポスター"
	}
	return "あゆみ"
}

func (s shown) moments() []ui.Moment {
	list := make([]ui.Moment, 0, len(s.Years))
	for i, y := range s.Years {
		list = append(list, ui.Moment{Date: strconv.Itoa(y.Year) + "年度", Now: i == 0, Body: practiceCards(y.Items)})
	}
	return list
}

func (s shown) emptyText() string {
	if s.First != nil {
		return "いちばん近くで実践が読めるのは、" + s.First.Text + "です。"
	}
	return "ほかの自治体の実践をさがすと、近い悩みが見つかるかもしれません。"
}

func (s shown) emptyActs() []ui.EmptyAct {
	acts := []ui.EmptyAct{{Text: "実践をさがす", URL: "/archive", Look: ui.Primary}}
	if s.First != nil {
		acts = append(acts, ui.EmptyAct{Text: s.First.Text + "を見る", URL: s.First.URL})
	}
	return acts
}
