package api

import (
	"math"
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/web/page"
)

// Notices answers for one's notices. Access to what they speak of is asked again each time.
type Notices struct {
	Notify  *notify.Service
	BaseURL string
}

type notice struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Sentence string `json:"sentence"`
	Title    string `json:"title,omitempty"`
	URL      string `json:"url"`
	At       string `json:"at"`
	Read     bool   `json:"read"`
	Seq      int64  `json:"seq"`
}

// List answers GET /api/v1/notices?cursor=&limit=.
func (a Notices) List(w http.ResponseWriter, r *http.Request) error {
	before, err := number(r, "cursor", 0, 0, math.MaxInt64)
	if err != nil {
		return err
	}
	limit, err := number(r, "limit", 30, 1, 100)
	if err != nil {
		return err
	}
	items, err := a.Notify.List(r.Context(), page.Viewer(r.Context()), notify.Filter{Before: before, Limit: int(limit)})
	if err != nil {
		return err
	}
	unread, err := a.Notify.Unread(r.Context(), page.Viewer(r.Context()))
	if err != nil {
		return err
	}
	out := struct {
		Notices []notice `json:"notices"`
		Unread  int      `json:"unread"`
		Next    string   `json:"next,omitempty"`
	}{Notices: []notice{}, Unread: unread}
	for _, i := range items {
		out.Notices = append(out.Notices, notice{i.ID, string(i.Kind), i.Sentence(), i.Title, a.BaseURL + i.Path(),
			i.At.Format(timeForm), i.ReadAt != nil, i.Seq})
	}
	if len(items) > 0 && len(items) == int(limit) {
		out.Next = strconv.FormatInt(items[len(items)-1].Seq, 10)
	}
	return Write(w, http.StatusOK, out)
}

// Read answers PUT /api/v1/notices/read {"upto": seq}; without upto, all.
func (a Notices) Read(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Upto *int64 `json:"upto"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	upto := int64(1 << 62)
	if in.Upto != nil {
		upto = *in.Upto
	}
	if err := a.Notify.MarkRead(r.Context(), page.Viewer(r.Context()), upto); err != nil {
		return err
	}
	return Write(w, http.StatusOK, struct{}{})
}

// timeForm is how the API writes moments: RFC 3339 in UTC.
const timeForm = "2006-01-02T15:04:05.999999Z07:00"
