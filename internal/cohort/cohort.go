// Package cohort is the calendar of the study group: its fiscal years, its courses, and the cohort that one year of one
// course makes. A cohort's id and name follow from its year and course, so that they can be known without asking the
// database. Nothing here reads or writes.
package cohort

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FirstYear is the fiscal year in which the study group began.
const FirstYear = 2004

// Japan is a fixed +09:00: days and fiscal years turn there, whatever the machine's zone files say (contract §1).
var Japan = time.FixedZone("JST", 9*60*60)

// FiscalYear is the fiscal year t lies in: April to March, in Japan.
func FiscalYear(t time.Time) int {
	t = t.In(Japan)
	if t.Month() < time.April {
		return t.Year() - 1
	}
	return t.Year()
}

// Years lists the fiscal years that can be chosen at t, newest first: from the next one down to the first.
func Years(t time.Time) []int {
	var years []int
	for y := FiscalYear(t) + 1; y >= FirstYear; y-- {
		years = append(years, y)
	}
	return years
}

// YearFault says in a sentence what is wrong with a fiscal year that was chosen at t; empty when nothing is.
func YearFault(year int, t time.Time) string {
	if last := FiscalYear(t) + 1; year < FirstYear || year > last {
		return fmt.Sprintf("年度は %d から %d の数字で書いてください。令和5年度は 2023 です。", FirstYear, last)
	}
	return ""
}

// Course is a course of the study group.
type Course string

// The courses.
const (
	Regular Course = "regular"
	Manager Course = "manager"
)

// Courses lists the courses in the order of forms.
func Courses() []Course { return []Course{Regular, Manager} }

// Valid tells whether c is a course.
func (c Course) Valid() bool { return slices.Contains(Courses(), c) }

// Label is the course's short name, for a line about an entry.
func (c Course) Label() string {
	return map[Course]string{Regular: "通常部会", Manager: "管理職部会"}[c]
}

// Name is what people call a course in full.
func (c Course) Name() string {
	return map[Course]string{Regular: "通常部会・実践コース", Manager: "管理職部会"}[c]
}

// ID names the cohort of a year and course; empty while either is not known.
func ID(year int, course Course) string {
	if year == 0 || course == "" {
		return ""
	}
	return strconv.Itoa(year) + "-" + string(course)
}

// Name is what people call a year of a course.
func Name(year int, course Course) string { return strconv.Itoa(year) + "年度 " + course.Name() }

// NameOf is what people call the cohort of an id; anything that ID did not make is given back as it is.
func NameOf(id string) string {
	year, course, ok := strings.Cut(id, "-")
	n, err := strconv.Atoi(year)
	if !ok || err != nil {
		return id
	}
	return Name(n, Course(course))
}

// URL is the address of a cohort's page.
func URL(year int, course Course) string {
	return "/cohorts/" + strconv.Itoa(year) + "/" + string(course)
}
