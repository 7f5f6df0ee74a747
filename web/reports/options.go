package reports

import (
	"strconv"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/theme"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

func years(now time.Time) []ui.Option {
	options := []ui.Option{{Text: "選んでください"}}
	for _, y := range cohort.Years(now) {
		options = append(options, ui.Option{Value: strconv.Itoa(y), Text: page.FiscalYearEra(y)})
	}
	return options
}

func courses() []ui.Option {
	var options []ui.Option
	for _, c := range cohort.Courses() {
		options = append(options, ui.Option{Value: string(c), Text: c.Label()})
	}
	return options
}

func teams(list []archive.Team) []ui.Option {
	options := []ui.Option{{Text: "ひとりで書く"}}
	for _, t := range list {
		options = append(options, ui.Option{Value: t.ID, Text: t.Name + "（" + cohortName(t.Year, t.Course) + "）"})
	}
	return options
}

func themeOptions() []ui.Option {
	var options []ui.Option
	for _, t := range theme.All() {
		if t.Parent != "" {
			options = append(options, ui.Option{Value: t.ID, Text: t.Name})
		}
	}
	return options
}

func stageOptions() []ui.Option {
	options := []ui.Option{{Text: "選ばない"}}
	for _, s := range archive.Stages {
		options = append(options, ui.Option{Value: string(s), Text: s.Label()})
	}
	return options
}

// partRungs are the rungs of a section: as the report, or narrower.
func partRungs(report access.Rung) []ui.Option {
	options := []ui.Option{{Text: "レポートと同じ"}}
	for _, r := range access.Rungs {
		if report.Wider(r) {
			options = append(options, ui.Option{Value: string(r), Text: archive.AudienceLabel(r) + "だけ"})
		}
	}
	return options
}

func audiences(v access.Viewer) []ui.Option {
	var options []ui.Option
	for _, r := range access.Rungs {
		if r != access.Staff || v.Moderator {
			options = append(options, ui.Option{Value: string(r), Text: archive.AudienceLabel(r), Hint: rungHelp(r)})
		}
	}
	return options
}
