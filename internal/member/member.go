// Package member keeps who the people are, where they took part, which roles they have, and how they get in: roster,
// invitations, applications.
//
// What stays true: an identity (an account at a sign-in provider) is not membership. Somebody becomes a member by a
// one-use invitation, by an address that a trusted provider verified and that stands on an unclaimed roster row, or by
// somebody's decision on an application; never by what they typed. An address never joins two accounts. What staff do
// is in the record (internal/audit) in the same transaction. Who may see what is not decided here: Viewer tells
// internal/access what somebody is.
package member

import (
	"fmt"
	"slices"
	"time"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
)

// Roles within a cohort, and over all cohorts (contract §1).
const (
	Fellow  = "fellow"  // 研究生
	Alumnus = "alumnus" // マネ友
	Adviser = "adviser" // 幹事
	Steward = "steward" // 運営委員

	Moderator   = "moderator"   // 運営
	Secretariat = "secretariat" // 事務局
)

// Courses (contract §1).
const (
	Regular = "regular" // 通常部会・実践コース
	Manager = "manager" // 管理職部会
)

// FirstYear is the first fiscal year of the study group.
const FirstYear = 2004

var roleNames = map[string]string{
	Fellow: "研究生", Alumnus: "マネ友", Adviser: "幹事", Steward: "運営委員", Moderator: "運営", Secretariat: "事務局",
}

var courseNames = map[string]string{Regular: "通常部会・実践コース", Manager: "管理職部会"}

// RoleName is what people call a role.
func RoleName(role string) string { return roleNames[role] }

// CourseName is what people call a course.
func CourseName(course string) string { return courseNames[course] }

// CohortRoles and StaffRoles list the roles in the order of forms.
func CohortRoles() []string { return []string{Alumnus, Fellow, Adviser, Steward} }

// StaffRoles lists the roles over all cohorts.
func StaffRoles() []string { return []string{Moderator, Secretariat} }

// Courses lists the courses in the order of forms.
func Courses() []string { return []string{Regular, Manager} }

func isStaffRole(role string) bool { return slices.Contains(StaffRoles(), role) }

// Service is the way to people and membership.
type Service struct{ db *db.DB }

// New makes the service.
func New(d *db.DB) *Service { return &Service{d} }

// Japan is a fixed +09:00: the fiscal year turns on 1 April there, whatever the machine's zone files say.
var japan = time.FixedZone("JST", 9*60*60)

// FiscalYear is the fiscal year of an instant.
func FiscalYear(t time.Time) int {
	t = t.In(japan)
	if t.Month() < time.April {
		return t.Year() - 1
	}
	return t.Year()
}

// Years lists the fiscal years that forms offer, newest first: from the next one down to the first.
func (s *Service) Years() []int {
	var years []int
	for y := FiscalYear(s.db.Now()) + 1; y >= FirstYear; y-- {
		years = append(years, y)
	}
	return years
}

// checkYear tells what is wrong with a fiscal year.
func checkYear(year int, now time.Time) error {
	last := FiscalYear(now) + 1
	if year < FirstYear || year > last {
		return apperr.At("year", fmt.Sprintf("年度は %d から %d の数字で書いてください。令和5年度は 2023 です。", FirstYear, last))
	}
	return nil
}

func checkCourse(course string) error {
	if course != Regular && course != Manager {
		return apperr.At("course", "コースを選んでください。")
	}
	return nil
}

// unsigned is the answer to an act of somebody who is not signed in.
func unsigned() error { return apperr.SignIn() }

// notYours is the answer to an act that only staff may do.
func notYours() error {
	return apperr.New(apperr.Forbidden, "この操作は事務局だけができます。必要なときは事務局に頼んでください。")
}
