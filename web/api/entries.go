package api

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/page"
)

// Entries answers about archive entries.
type Entries struct {
	Archive *archive.Service
	Files   *file.Service
}

// entryFields are what an author sends; of a change, only what is given takes the place of what stands.
type entryFields struct {
	Title        *string           `json:"title"`
	Summary      *string           `json:"summary"`
	Sections     []archive.Written `json:"sections"`
	Municipality *string           `json:"municipality"`
	Year         *int              `json:"year"`
	Course       *cohort.Course    `json:"course"`
	Team         *string           `json:"team"`
	Themes       *[]string         `json:"themes"`
	Stage        *archive.Stage    `json:"stage"`
	Audience     *access.Rung      `json:"audience"`
	Publish      bool              `json:"publish"`
}

func (f entryFields) change() archive.Change {
	return archive.Change{Title: f.Title, Summary: f.Summary, Municipality: f.Municipality, Year: f.Year, Course: f.Course,
		Team: f.Team, Themes: f.Themes, Stage: f.Stage, Audience: f.Audience, Sections: f.Sections, Publish: f.Publish}
}

// saved is what every act on an entry answers.
type saved struct {
	ID      string       `json:"id"`
	URL     string       `json:"url"`
	Version int64        `json:"version"`
	State   access.State `json:"state"`
	Topic   string       `json:"topic"`
	Seq     int64        `json:"seq"`
}

// Create makes an entry: a draft unless publish is true.
func (a Entries) Create(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Kind archive.Kind `json:"kind"`
		entryFields
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	s, err := a.Archive.Create(r.Context(), page.Viewer(r.Context()), in.Kind, in.change())
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/entries/"+s.ID)
	return Write(w, http.StatusCreated, saved(s))
}

// Change changes an entry; version is the one that was read.
func (a Entries) Change(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Version int64 `json:"version"`
		entryFields
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	if in.Version <= 0 {
		return apperr.At("version", "直したい版の番号（version）を書いてください。読みこんだときの値です。")
	}
	s, err := a.Archive.Save(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), in.Version, in.change())
	if err != nil {
		return err
	}
	return Write(w, http.StatusOK, saved(s))
}

// Withdraw takes an entry back. A body {"reason"} may say why.
func (a Entries) Withdraw(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Reason string `json:"reason"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	s, err := a.Archive.Withdraw(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), in.Reason)
	if err != nil {
		return err
	}
	return Write(w, http.StatusOK, saved(s))
}

// List lists what has been published, in the order of the log.
func (a Entries) List(w http.ResponseWriter, r *http.Request) error {
	after, err := number(r, "cursor", 0, 0, math.MaxInt64)
	if err != nil {
		return err
	}
	limit, err := number(r, "limit", 20, 1, 100)
	if err != nil {
		return err
	}
	list, next, err := a.Archive.List(r.Context(), page.Viewer(r.Context()), after, int(limit))
	if err != nil {
		return err
	}
	out := struct {
		Entries []entry `json:"entries"`
		Next    string  `json:"next,omitempty"`
	}{Entries: []entry{}}
	for _, s := range list {
		out.Entries = append(out.Entries, entryOf(&s.Entry, s.Themes, s.Authors))
	}
	if next > 0 {
		out.Next = strconv.FormatInt(next, 10)
	}
	return Write(w, http.StatusOK, out)
}

// Get reads an entry.
func (a Entries) Get(w http.ResponseWriter, r *http.Request) error {
	v, id := page.Viewer(r.Context()), r.PathValue("id")
	e, err := a.Archive.Get(r.Context(), v, id)
	if err != nil {
		return err
	}
	files, err := a.Files.List(r.Context(), v, id)
	if err != nil {
		return err
	}
	out := fullEntry{entry: entryOf(&e.Entry, e.Themes, e.Authors), Sections: []section{}, FollowUps: []followUp{},
		Adoptions: []adoption{}, Files: []entryFile{}, Reactions: e.Counts}
	for _, s := range e.Sections {
		out.Sections = append(out.Sections, section{s.Key, s.Body, s.HTML, s.Audience})
	}
	for _, f := range e.FollowUps {
		out.FollowUps = append(out.FollowUps, followUp{f.ID, f.Body, f.HTML, f.Result, f.Happened, f.AuthorName, f.CreatedAt})
	}
	for _, d := range e.Adoptions {
		out.Adoptions = append(out.Adoptions, adoption{d.ID, d.Municipality, d.Body, d.HTML, d.Result, d.Report, d.AuthorName, d.CreatedAt})
	}
	for _, f := range files {
		out.Files = append(out.Files, entryFile{f.ID, f.Name, string(f.Type), f.Size, string(f.State), f.Reason, f.PageCount})
	}
	return Write(w, http.StatusOK, out)
}

// React sets a reaction (PUT) or takes it back (DELETE).
func (a Entries) React(w http.ResponseWriter, r *http.Request) error {
	reaction := archive.Reaction(r.PathValue("reaction"))
	out, err := a.Archive.React(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), reaction, r.Method == http.MethodPut)
	if err != nil {
		return err
	}
	return Write(w, http.StatusOK, struct {
		Reaction archive.Reaction `json:"reaction"`
		On       bool             `json:"on"`
		Useful   int              `json:"useful"`
		Seq      int64            `json:"seq"`
	}{reaction, out.On, out.Useful, out.Seq})
}

type added struct {
	ID  string `json:"id"`
	Seq int64  `json:"seq"`
}

// FollowUp adds その後.
func (a Entries) FollowUp(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Body     string         `json:"body"`
		Result   archive.Result `json:"result"`
		Happened string         `json:"happened"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	out, err := a.Archive.AddFollowUp(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), archive.NewFollowUp(in))
	if err != nil {
		return err
	}
	return Write(w, http.StatusCreated, added(out))
}

// Adopt adds うちでもやってみた.
func (a Entries) Adopt(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Municipality string         `json:"municipality"`
		Body         string         `json:"body"`
		Result       archive.Result `json:"result"`
		Report       string         `json:"report"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	out, err := a.Archive.AddAdoption(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), archive.NewAdoption(in))
	if err != nil {
		return err
	}
	return Write(w, http.StatusCreated, added(out))
}

// Decide carries out a moderator's word.
func (a Entries) Decide(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Decision archive.Verdict `json:"decision"`
		Audience access.Rung     `json:"audience"`
		Reason   string          `json:"reason"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	s, err := a.Archive.Decide(r.Context(), page.Viewer(r.Context()), r.PathValue("id"),
		archive.Decision{Verdict: in.Decision, Audience: in.Audience, Reason: in.Reason})
	if err != nil {
		return err
	}
	return Write(w, http.StatusOK, saved(s))
}

// entry is an entry in an answer: the fields as they were given, and where it stands.
type entry struct {
	ID           string           `json:"id"`
	URL          string           `json:"url"`
	Kind         archive.Kind     `json:"kind"`
	Title        string           `json:"title"`
	Summary      string           `json:"summary"`
	Municipality string           `json:"municipality"`
	Year         int              `json:"year"`
	Course       cohort.Course    `json:"course"`
	Team         string           `json:"team"`
	Themes       []string         `json:"themes"`
	Stage        archive.Stage    `json:"stage"`
	Audience     access.Rung      `json:"audience"` // where it stands
	Wanted       access.Rung      `json:"wanted"`   // where its authors want it
	State        access.State     `json:"state"`
	Version      int64            `json:"version"`
	Topic        string           `json:"topic"`
	Authors      []archive.Author `json:"authors"`
	Useful       int              `json:"useful"`
	Adopted      int              `json:"adopted"`
	Sample       bool             `json:"sample"`
	UpdatedAt    time.Time        `json:"updated_at"`
	PublishedAt  *time.Time       `json:"published_at,omitempty"`
	Seq          int64            `json:"seq"` // its place in lists
}

func entryOf(e *archive.Entry, themes []string, authors []archive.Author) entry {
	return entry{e.ID, e.URL(), e.Kind, e.Title, e.Summary, e.Municipality, e.Year, e.Course, e.Team, themes, e.Stage, e.Audience,
		e.Wanted, e.State, e.Version, e.Topic, authors, e.Useful, e.Adopted, e.Sample, e.UpdatedAt, e.PublishedAt, e.PublishedSeq}
}

type fullEntry struct {
	entry
	Sections  []section                `json:"sections"`
	FollowUps []followUp               `json:"follow_ups"`
	Adoptions []adoption               `json:"adoptions"`
	Files     []entryFile              `json:"files"`
	Reactions map[archive.Reaction]int `json:"reactions"`
}

type section struct {
	Key      archive.Key `json:"key"`
	Body     string      `json:"body"`
	HTML     string      `json:"html"`
	Audience access.Rung `json:"audience,omitempty"`
}

type followUp struct {
	ID       string         `json:"id"`
	Body     string         `json:"body"`
	HTML     string         `json:"html"`
	Result   archive.Result `json:"result,omitempty"`
	Happened string         `json:"happened,omitempty"`
	Author   string         `json:"author,omitempty"`
	At       time.Time      `json:"at"`
}

type adoption struct {
	ID           string         `json:"id"`
	Municipality string         `json:"municipality"`
	Body         string         `json:"body"`
	HTML         string         `json:"html"`
	Result       archive.Result `json:"result"`
	Report       string         `json:"report,omitempty"`
	Author       string         `json:"author,omitempty"`
	At           time.Time      `json:"at"`
}

type entryFile struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
	Pages  int    `json:"pages"`
}
