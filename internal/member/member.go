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
	"slices"
	"time"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
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

var roleNames = map[string]string{
	Fellow: "研究生", Alumnus: "マネ友", Adviser: "幹事", Steward: "運営委員", Moderator: "運営", Secretariat: "事務局",
}

// RoleName is what people call a role.
func RoleName(role string) string { return roleNames[role] }

// CohortRoles and StaffRoles list the roles in the order of forms.
func CohortRoles() []string { return []string{Alumnus, Fellow, Adviser, Steward} }

// StaffRoles lists the roles over all cohorts.
func StaffRoles() []string { return []string{Moderator, Secretariat} }

func isStaffRole(role string) bool { return slices.Contains(StaffRoles(), role) }

// Service is the way to people and membership.
type Service struct{ db *db.DB }

// New makes the service.
func New(d *db.DB) *Service { return &Service{d} }

// checkYear tells what is wrong with a fiscal year.
func checkYear(year int, now time.Time) error {
	if fault := cohort.YearFault(year, now); fault != "" {
		return apperr.At("year", fault)
	}
	return nil
}

func checkCourse(course cohort.Course) error {
	if !course.Valid() {
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
