package cohort

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/text"
)

var eraYear = regexp.MustCompile(`^(令和|平成|r|h)(元|[0-9]{1,2})$`)

// eras are the years before the first of each.
var eras = map[string]int{"令和": 2018, "r": 2018, "平成": 1988, "h": 1988}

// ReadYear reads a fiscal year as offices write it in lists: 2023, 2023年度, 令和5, R5年度, 平成元年. byEra tells that it
// was counted by an era. What is no year is 0; whether there was a cohort then is for YearFault.
func ReadYear(s string) (year int, byEra bool) {
	s = strings.TrimSuffix(strings.TrimSuffix(text.FoldWord(s), "度"), "年")
	if m := eraYear.FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			n = 1 // 元
		}
		return eras[m[1]] + n, true
	}
	year, err := strconv.Atoi(s)
	if err != nil {
		return 0, false
	}
	return year, false
}

// written are the ways in which offices write a course, folded.
var written = map[string]Course{
	"通常部会": Regular, "実践コース": Regular, "通常部会・実践コース": Regular, "ベーシックコース": Regular, "regular": Regular,
	"管理職部会": Manager, "管理職コース": Manager, "manager": Manager,
}

// ReadCourse reads a course as offices write it in lists; false for what is none.
func ReadCourse(s string) (Course, bool) {
	c, ok := written[text.FoldWord(s)]
	return c, ok
}
