// Package curate is the moderators' work: flags that members raise, what is decided about them, collections (特集)
// that bring good practice to light, and the record of every act of staff.
//
// What stays true: who raised a flag is never shown to the author; a decision, the change it makes, its reason and its
// line in the record stand or fall in one transaction; nothing is deleted, so everything can be put back.
package curate

import (
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
)

// Service is the desk.
type Service struct {
	DB *db.DB
}

func forbidden() error {
	return apperr.New(apperr.Forbidden, "この操作は運営の人だけができます。必要なときは運営に相談してください。")
}
