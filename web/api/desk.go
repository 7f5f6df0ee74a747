package api

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/web/page"
)

// Desk answers for flags and the record of staff's acts.
type Desk struct {
	Curate *curate.Service
}

// Raise answers POST /api/v1/flags {kind, id, reason}; kind is entry, topic or post.
func (a Desk) Raise(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Kind   string `json:"kind"`
		ID     string `json:"id"`
		Reason string `json:"reason"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	id, seq, err := a.Curate.Raise(r.Context(), page.Viewer(r.Context()), in.Kind, in.ID, in.Reason)
	if err != nil {
		return err
	}
	return Write(w, http.StatusCreated, struct {
		ID  string `json:"id"`
		Seq int64  `json:"seq"`
	}{id, seq})
}

// DecideFlag answers POST /api/v1/admin/flags/{id}/decision {decision: keep|return|hide, reason?}.
func (a Desk) DecideFlag(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Decision curate.Verdict `json:"decision"`
		Reason   string         `json:"reason"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	seq, err := a.Curate.DecideFlag(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), in.Decision, in.Reason)
	if err != nil {
		return err
	}
	return Write(w, http.StatusOK, struct {
		ID  string `json:"id"`
		Seq int64  `json:"seq"`
	}{r.PathValue("id"), seq})
}

type act struct {
	ID      string          `json:"id"`
	Actor   string          `json:"actor"` // person id; empty for the command line
	Name    string          `json:"actor_name,omitempty"`
	Act     string          `json:"act"`
	Kind    string          `json:"kind"`
	Subject string          `json:"subject"`
	Detail  json.RawMessage `json:"detail"`
	At      string          `json:"at"`
}

// Audit answers GET /api/v1/admin/audit?cursor=&limit=, newest first.
func (a Desk) Audit(w http.ResponseWriter, r *http.Request) error {
	before, err := number(r, "cursor", 0, 0, math.MaxInt64)
	if err != nil {
		return err
	}
	limit, err := number(r, "limit", 50, 1, 200)
	if err != nil {
		return err
	}
	acts, err := a.Curate.Record(r.Context(), page.Viewer(r.Context()), before, "", int(limit))
	if err != nil {
		return err
	}
	out := struct {
		Acts []act  `json:"acts"`
		Next string `json:"next,omitempty"`
	}{Acts: []act{}}
	for _, c := range acts {
		out.Acts = append(out.Acts, act{c.ID, c.Actor, c.ActorName, c.Act, c.Kind, c.Subject, c.Detail, c.At.Format(timeForm)})
	}
	if len(acts) == int(limit) {
		out.Next = strconv.FormatInt(acts[len(acts)-1].Seq, 10)
	}
	return Write(w, http.StatusOK, out)
}
