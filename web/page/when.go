package page

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/web/ui"
)

// JST is the only zone people see: a fixed +09:00, so no zone table is needed.
// JST gives t as it reads on a clock in Japan.
func JST(t time.Time) time.Time { return t.In(cohort.Japan) }

// When says a moment as briefly as it is clear: today 10:02, this year 11月20日 18:40, else 2020年2月.
func When(t, now time.Time) string {
	t, now = t.In(cohort.Japan), now.In(cohort.Japan)
	switch {
	case t.Year() == now.Year() && t.YearDay() == now.YearDay():
		return t.Format("15:04")
	case t.Year() == now.Year():
		return fmt.Sprintf("%d月%d日 %s", t.Month(), t.Day(), t.Format("15:04"))
	}
	return fmt.Sprintf("%d年%d月", t.Year(), t.Month())
}

// Day says a date in full: 2026年11月20日.
func Day(t time.Time) string {
	t = t.In(cohort.Japan)
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}

// Stamp is t for ui.Time.
func Stamp(t, now time.Time) ui.Stamp {
	j := t.In(cohort.Japan)
	return ui.Stamp{Text: When(t, now), Full: Day(t) + " " + j.Format("15:04"), ISO: j.Format(time.RFC3339)}
}

// Time shows t by the request's clock.
func Time(ctx context.Context, t time.Time) templ.Component { return ui.Time(Stamp(t, Now(ctx))) }

// FiscalYear is the label of a fiscal year: 2019年度.
func FiscalYear(year int) string { return strconv.Itoa(year) + "年度" }

// Era is a fiscal year in the Japanese calendar. A year in which the era changed has both names: 平成31・令和元年度.
func Era(year int) string {
	switch {
	case year >= 2020:
		return fmt.Sprintf("令和%d年度", year-2018)
	case year == 2019:
		return "平成31・令和元年度"
	case year >= 1990:
		return fmt.Sprintf("平成%d年度", year-1988)
	case year == 1989:
		return "昭和64・平成元年度"
	}
	return fmt.Sprintf("昭和%d年度", year-1925)
}

// FiscalYearEra is the label for choosing a year: 2019年度（平成31・令和元年度）.
func FiscalYearEra(year int) string { return FiscalYear(year) + "（" + Era(year) + "）" }
