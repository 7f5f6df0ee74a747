package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/manetomo/manetomo/internal/apperr"
)

// IsDuplicate tells whether err says that a unique row stands already: the database decides who was first.
func IsDuplicate(err error) bool {
	c := sqliteCode(err)
	return c == sqliteUnique || c == sqlitePrimaryKey || pgCode(err) == "23505"
}

// IsMissing tells whether err says that no row was found.
func IsMissing(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// mayRetry tells whether the transaction was given up for another's sake and can be run again.
func mayRetry(err error) bool {
	c := pgCode(err)
	return c == "40001" || c == "40P01"
}

// explain turns a fault of the database into the sentence that people see; other errors pass.
func explain(err error) error {
	var e *apperr.Error
	var connect *pgconn.ConnectError
	var network *net.OpError
	switch {
	case err == nil || errors.As(err, &e):
		return err
	case sqliteCode(err)&0xff == sqliteFull || pgCode(err) == "53100":
		return &apperr.Error{Kind: apperr.Full, Err: err,
			Message: "保存する場所がいっぱいです。書いた内容はこの画面に残っています。事務局に知らせてから、もう一度お試しください。"}
	case sqliteCode(err)&0xff == sqliteBusy, errors.As(err, &connect), errors.As(err, &network),
		errors.Is(err, driver.ErrBadConn), strings.HasPrefix(pgCode(err), "57P"), pgCode(err) == "53300",
		errors.Is(err, context.DeadlineExceeded):
		return &apperr.Error{Kind: apperr.Unavailable, Err: err,
			Message: "いま保存できません。書いた内容はこの画面に残っています。少し待ってから、もう一度お試しください。"}
	}
	return err
}
