package api

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/web/files"
	"github.com/manetomo/manetomo/web/page"
)

// postFile is a file of a post in an answer.
type postFile struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Type     file.Type  `json:"type"`
	Size     int64      `json:"size"`
	Alt      string     `json:"alt,omitempty"`
	State    file.State `json:"state"`
	Reason   string     `json:"reason,omitempty"`
	Pages    int        `json:"pages,omitempty"`
	Width    int        `json:"width,omitempty"`
	Height   int        `json:"height,omitempty"`
	Original string     `json:"original"`
	Image    string     `json:"image,omitempty"`
}

func filesOf(p *talk.View) []postFile {
	list := []postFile{}
	for _, a := range p.Files {
		base := "/api/v1/posts/" + p.ID + "/files/" + a.ID + "/"
		out := postFile{a.ID, a.Name, a.Type, a.Size, a.Alt, a.State, a.Reason, a.PageCount, a.Width, a.Height, base + "original", ""}
		if sizes := a.Sizes(); len(sizes) > 0 {
			out.Image = base + strconv.Itoa(sizes[len(sizes)-1]) + ".jpg"
		}
		list = append(list, out)
	}
	return list
}

// newFile names an upload that was sent in pieces.
type newFile struct {
	Upload string `json:"upload"`
	Alt    string `json:"alt"`
}

// taken takes the uploads that a post names.
func (a Topics) taken(r *http.Request, named []newFile) ([]*file.Taken, error) {
	f := page.NewForm()
	for _, n := range named {
		f.Values.Add("upload", n.Upload)
		f.Set("alt-"+n.Upload, n.Alt)
	}
	return files.OfPost(r, a.Talk.Files, f)
}

// written is the post that a request asks for: JSON, which names uploads, or a multipart body, which brings the files
// themselves. The files must be discarded.
func (a Topics) written(w http.ResponseWriter, r *http.Request) (in talk.NewPost, err error) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		f, err := page.ReadForm(w, r, file.MaxPostSize+1<<20)
		if err != nil {
			return in, err
		}
		in.Body, in.ReplyTo = f.Get("body"), f.Get("reply_to")
		in.Files, err = files.OfPost(r, a.Talk.Files, f)
		return in, err
	}
	var asked struct {
		Body     string          `json:"body"`
		ReplyTo  string          `json:"reply_to"`
		Mentions []string        `json:"mentions"`
		Quotes   []talk.NewQuote `json:"quotes"`
		Poll     *talk.NewPoll   `json:"poll"`
		Files    []newFile       `json:"files"`
	}
	if err := Read(w, r, &asked); err != nil {
		return in, err
	}
	in = talk.NewPost{Body: asked.Body, ReplyTo: asked.ReplyTo, Mentions: asked.Mentions, Quotes: asked.Quotes, Poll: asked.Poll}
	in.Files, err = a.taken(r, asked.Files)
	return in, err
}

// PostFile sends a file of a post, or its picture, to programs, whose tokens count only under /api:
// GET …/posts/{id}/files/{file}/original and …/{width}.jpg.
func (a Topics) PostFile(w http.ResponseWriter, r *http.Request) error {
	v, id := page.Viewer(r.Context()), r.PathValue("file")
	if name := r.PathValue("content"); name != "original" {
		width, err := strconv.Atoi(strings.TrimSuffix(name, ".jpg"))
		if err != nil {
			return apperr.Missing()
		}
		c, err := a.Talk.OpenPicture(r.Context(), v, id, width)
		if err != nil {
			return err
		}
		files.Serve(w, r, c, "inline")
		return nil
	}
	c, err := a.Talk.OpenAttached(r.Context(), v, id)
	if err != nil {
		return err
	}
	files.Serve(w, r, c, "attachment")
	return nil
}
