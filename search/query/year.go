package query

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// yearForm reads the ways a fiscal year is written, after width and case are folded.
var yearForm = regexp.MustCompile(`^(?:(令和|平成|昭和|r|h|s)\.?(元|\d{1,2})(?:年度?生?)?|((?:19|20)\d\d)年?度?生?|第?(\d{1,2})期生?|第(\d{2})回)$`)

// eras gives the year before the first year of each.
var eras = map[string]int{"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925}

// firstTerm: 2014年度 was 9期, so the programme's first term was 2006.
const firstTerm = 2006

// Year gives the fiscal year that word names: 令和5年度, R5, 平成29年, H29, 2017年度, 2017, 9期, 第15回. A bare number of
// four digits counts as a year only between 1990 and 2099.
func Year(word string) (year int, ok bool) {
	word = strings.ToLower(norm.NFKC.String(word))
	m := yearForm.FindStringSubmatch(word)
	if m == nil {
		return 0, false
	}
	switch {
	case m[1] != "":
		n := 1
		if m[2] != "元" {
			n, _ = strconv.Atoi(m[2])
		}
		year = eras[m[1]] + n
	case m[3] != "":
		year, _ = strconv.Atoi(m[3])
	default:
		n, _ := strconv.Atoi(m[4] + m[5]) // 第15回 is the term too; 第3回 is a session
		if n == 0 {
			return 0, false
		}
		year = firstTerm + n - 1
	}
	if year < 1990 || year > 2099 {
		return 0, false
	}
	return year, true
}
