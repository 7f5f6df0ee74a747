package cohort

import (
	"testing"
	"time"
)

func TestTheFiscalYearTurnsOnTheFirstOfAprilInJapan(t *testing.T) {
	for _, test := range []struct {
		at   time.Time
		want int
	}{
		{time.Date(2027, 3, 31, 14, 59, 59, 0, time.UTC), 2026}, // 31 March 23:59:59 in Japan
		{time.Date(2027, 3, 31, 15, 0, 0, 0, time.UTC), 2027},
		{time.Date(2027, 12, 31, 15, 0, 0, 0, time.UTC), 2027},
	} {
		if got := FiscalYear(test.at); got != test.want {
			t.Errorf("FiscalYear(%s) = %d; want %d", test.at, got, test.want)
		}
	}
}

func TestYearsRunFromTheNextOneDownToTheFirst(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	years := Years(now)
	if years[0] != 2027 || years[len(years)-1] != FirstYear {
		t.Errorf("Years = %v", years)
	}
	for year, fault := range map[int]bool{2003: true, 2004: false, 2027: false, 2028: true} {
		if got := YearFault(year, now) != ""; got != fault {
			t.Errorf("YearFault(%d) = %v; want %v", year, got, fault)
		}
	}
}

func TestACohortIsNamedByYearAndCourse(t *testing.T) {
	if got := ID(2019, Manager); got != "2019-manager" || NameOf(got) != "2019年度 管理職部会" {
		t.Errorf("ID = %q, named %q", got, NameOf(got))
	}
	if ID(0, Regular) != "" || ID(2019, "") != "" {
		t.Error("an entry without year or course has a cohort")
	}
	if NameOf("x") != "x" {
		t.Errorf("NameOf(x) = %q", NameOf("x"))
	}
}
