package cohort

import "testing"

func TestAYearIsReadAsOfficesWriteIt(t *testing.T) {
	for _, test := range []struct {
		text  string
		year  int
		byEra bool
	}{
		{"2023", 2023, false}, {"２０２３年度", 2023, false}, {" 2019 年 ", 2019, false}, {"令和5", 2023, true}, {"令和５年度", 2023, true},
		{"R5", 2023, true}, {"r5年", 2023, true}, {"平成元年度", 1989, true}, {"H31", 2019, true}, {"令和 元 年度", 2019, true},
		{"", 0, false}, {"年度", 0, false}, {"昭和60", 0, false}, {"令和100", 0, false}, {"五", 0, false},
	} {
		if year, byEra := ReadYear(test.text); year != test.year || byEra != test.byEra {
			t.Errorf("ReadYear(%q) = %d, %v; want %d, %v", test.text, year, byEra, test.year, test.byEra)
		}
	}
}

func TestACourseIsReadAsOfficesWriteIt(t *testing.T) {
	for written, want := range map[string]Course{"通常部会": Regular, "実践 コース": Regular, "Regular": Regular, "管理職コース": Manager, "管理職部会": Manager, "研修": ""} {
		if got, ok := ReadCourse(written); got != want || ok != (want != "") {
			t.Errorf("ReadCourse(%q) = %q, %v", written, got, ok)
		}
	}
}
