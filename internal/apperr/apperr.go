// Package apperr is the one kind of error that people see: what happened and what to do next, in Japanese,
// with the cause kept aside for the log.
//
// A Kind maps to exactly one HTTP status and one stable code; pages, JSON answers and live frames are all made
// from it in one place each. An error that is not an *Error is a fault of ours: it is logged and shown as Internal.
package apperr

import (
	"errors"
	"fmt"
)

// Kind says what went wrong in the terms of the contract (§4, Errors).
type Kind int

// The kinds, in the order of their HTTP status.
const (
	Internal        Kind = iota
	Malformed            // the request cannot be read at all
	Unauthenticated      // nobody is signed in, and somebody must be
	Forbidden            // an act on something one can read
	NotFound             // missing, or not for this reader: one answer for both
	Conflict             // somebody else was first
	Gone                 // withdrawn; only for those who could read it
	TooLarge
	Invalid // readable, but not acceptable: see Field
	Throttled
	Unavailable
	Full // no space left
)

var kinds = map[Kind]struct {
	status int
	code   string
	title  string
}{
	Internal:        {500, "internal", "調子がよくありません"},
	Malformed:       {400, "malformed", "読み取れない内容です"},
	Unauthenticated: {401, "unauthenticated", "ログインが必要です"},
	Forbidden:       {403, "forbidden", "この操作はできません"},
	NotFound:        {404, "not_found", "ページが見つかりません"},
	Conflict:        {409, "conflict", "ほかの画面で直されています"},
	Gone:            {410, "gone", "取り下げられました"},
	TooLarge:        {413, "too_large", "大きすぎます"},
	Invalid:         {422, "invalid", "直してほしいところがあります"},
	Throttled:       {429, "throttled", "少し間をあけてください"},
	Unavailable:     {503, "unavailable", "いま準備しています"},
	Full:            {507, "full", "保存できる場所がありません"},
}

// Status is the HTTP status of the kind.
func (k Kind) Status() int { return kinds[k].status }

// Code is the stable English word of the kind, for programs.
func (k Kind) Code() string { return kinds[k].code }

// Title is a short Japanese heading for the kind.
func (k Kind) Title() string { return kinds[k].title }

// Error is what a service returns when a person has to know.
type Error struct {
	Kind    Kind
	Message string  // Japanese: what happened, what is kept, what to do next
	Field   string  // the form field it belongs to, if any
	Fields  []Field // more than one field at once; Message then sums up
	Data    any     // extra members of the JSON answer (a conflict's yours, theirs, version)
	Err     error   // the cause, for the log only
}

// Field is one field of a form and the sentence that belongs beside it.
type Field struct {
	Name   string `json:"field"`
	Detail string `json:"detail"`
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Kind.Code(), e.Message, e.Err)
	}
	return e.Kind.Code() + ": " + e.Message
}

func (e *Error) Unwrap() error { return e.Err }

// All lists the faulty fields, whether one or several.
func (e *Error) All() []Field {
	if len(e.Fields) > 0 || e.Field == "" {
		return e.Fields
	}
	return []Field{{e.Field, e.Message}}
}

// New makes an error of a kind with its sentence.
func New(k Kind, message string) *Error { return &Error{Kind: k, Message: message} }

// At makes an Invalid error that belongs to one form field.
func At(field, message string) *Error { return &Error{Kind: Invalid, Field: field, Message: message} }

// Missing is the one answer for what does not exist and for what is not for this reader (contract §2).
func Missing() *Error {
	return New(NotFound, "お探しのページは見つかりません。ログインすると読めるページかもしれません。")
}

// SignIn is the answer to somebody who must sign in first.
func SignIn() *Error {
	return New(Unauthenticated, "ログインの期限が切れました。書いた内容は残っています。もう一度ログインしてください。")
}

// From turns any error into an *Error; what it does not know becomes Internal with its cause kept for the log.
func From(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Err: err,
		Message: "調子がよくありません。書いた内容は残っています。1分ほど待ってから、もう一度お試しください。"}
}

// Is tells whether err is an *Error of the kind.
func Is(err error, k Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == k
}
