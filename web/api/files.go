package api

import (
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/file/pdfium"
	"github.com/manetomo/manetomo/web/files"
	"github.com/manetomo/manetomo/web/page"
)

// Attach adds a file to an entry: POST …/entries/{id}/files, multipart with the part `file` and perhaps `alt`.
func (a Entries) Attach(w http.ResponseWriter, r *http.Request) error {
	var kept *file.File
	err := files.Sent(r, "file", r.FormValue("alt"), func(u file.Upload) (err error) {
		kept, err = a.Files.Attach(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), u)
		return err
	})
	if err != nil {
		return err
	}
	page.Wrote(w, kept.Seq)
	return Write(w, http.StatusCreated, struct {
		ID    string     `json:"id"`
		State file.State `json:"state"`
		Seq   int64      `json:"seq"`
	}{kept.ID, kept.State, kept.Seq})
}

// File reads a file with its pages: GET …/entries/{id}/files/{file}.
func (a Entries) File(w http.ResponseWriter, r *http.Request) error {
	f, pages, err := a.Files.Pages(r.Context(), page.Viewer(r.Context()), r.PathValue("file"))
	if err != nil {
		return err
	}
	if f.Entry != r.PathValue("id") {
		return apperr.Missing()
	}
	base := "/api/v1/entries/" + f.Entry + "/files/" + f.ID + "/"
	out := fileAnswer{ID: f.ID, Name: f.Name, State: f.State, Reason: f.Reason, Original: base + "original", Pages: []pageAnswer{}}
	for _, p := range pages {
		answer := pageAnswer{Number: p.Number, Width: p.Width, Height: p.Height, Text: p.Text, Words: p.Words}
		if len(p.Sizes()) > 0 {
			answer.Image = base + strconv.Itoa(p.Number) + "-1280.jpg"
		}
		out.Pages = append(out.Pages, answer)
	}
	return Write(w, http.StatusOK, out)
}

// FileContent sends the original or a page's picture to programs, whose tokens count only under /api:
// GET …/entries/{id}/files/{file}/original and …/{page}-{width}.jpg.
func (a Entries) FileContent(w http.ResponseWriter, r *http.Request) error {
	var c *file.Content
	var err error
	how := "attachment"
	if name := r.PathValue("content"); name == "original" {
		c, err = a.Files.Open(r.Context(), page.Viewer(r.Context()), r.PathValue("file"))
	} else {
		number, width, ok := files.PictureName(name)
		if !ok {
			return apperr.Missing()
		}
		how = "inline"
		c, err = a.Files.OpenPicture(r.Context(), page.Viewer(r.Context()), r.PathValue("file"), number, width)
	}
	if err != nil {
		return err
	}
	if c.File.Entry != r.PathValue("id") {
		c.Close()
		return apperr.Missing()
	}
	files.Serve(w, r, c, how)
	return nil
}

type fileAnswer struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	State    file.State   `json:"state"`
	Reason   string       `json:"reason,omitempty"`
	Original string       `json:"original"`
	Pages    []pageAnswer `json:"pages"`
}

type pageAnswer struct {
	Number int           `json:"number"`
	Width  float64       `json:"width"`
	Height float64       `json:"height"`
	Text   string        `json:"text"`
	Words  []pdfium.Word `json:"words"`
	Image  string        `json:"image,omitempty"`
}
