package talk

import (
	"html/template"
	"strings"

	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/text"
)

// What stands around a post's text is made here, once for pages and frames, so that a page that was kept up to date by
// the channel looks like one that was just read. A picture has its place from the beginning, and a document's picture a
// fixed one: nothing moves when they come.
var around = template.Must(template.New("").Parse(`
{{- define "quotes"}}{{range .Quotes}}<blockquote class="quote said-by">
{{- if .AuthorName}}<p class="small"><a href="/topics/{{$.Topic}}/posts/{{.Post}}">{{.AuthorName}}さん</a></p>
{{- else}}<p class="small"><a href="/topics/{{$.Topic}}/posts/{{.Post}}">もとの投稿</a></p>{{end}}
{{- if .Words}}<p class="prewrap">{{.Words}}</p>{{else}}<p class="muted">{{.Gone.Sentence}}</p>{{end}}</blockquote>
{{end}}{{end}}
{{- define "files"}}<ul class="files" aria-label="付いているファイル">{{range .}}{{if .Large}}<li class="file-picture">
{{- if .Ready}}<a href="{{.Big}}"><svg color="{{.Colour}}" aria-hidden="true"></svg><img src="{{.Small}}" srcset="{{.Small}} 512w, {{.Big}} 1280w" sizes="{{.BoxWidth}}px" width="{{.BoxWidth}}" height="{{.BoxHeight}}" alt="{{.Said}}" loading="lazy" decoding="async"></a>
{{- else}}<span class="file-wait"><svg width="{{.BoxWidth}}" height="{{.BoxHeight}}" viewBox="0 0 {{.BoxWidth}} {{.BoxHeight}}" aria-hidden="true"></svg><span>読み取っています</span></span>{{end}}
{{- else}}<li class="file-row"><span class="file-sheet" aria-hidden="true">{{.Short}}{{if .Ready}}<img src="{{.Small}}" alt="" width="56" height="72" loading="lazy" decoding="async">{{end}}</span>
<span><a href="{{.OriginalURL}}">{{.Name}}</a><br><span class="muted small">{{.Kind}}</span>{{with .Alt}}<br>{{.}}{{end}}{{with .Trouble}}<br><span class="small file-said">{{.}}</span>{{end}}</span>{{end}}</li>
{{- end}}</ul>{{end}}`))

// Whole is the post's text as HTML with what stands around it; empty when it may not be shown.
func (p *View) Whole() string {
	if len(p.Quotes) == 0 && len(p.Files) == 0 {
		return p.HTML
	}
	var b strings.Builder
	run(&b, "quotes", p)
	b.WriteString(p.HTML)
	b.WriteString(FilesHTML(p.Files))
	return b.String()
}

// FilesHTML shows the files of a post, nothing where there are none.
func FilesHTML(files []file.Attachment) string {
	if len(files) == 0 {
		return ""
	}
	shown := make([]shownFile, len(files))
	for i := range files {
		shown[i] = shownFile{&files[i]}
	}
	var b strings.Builder
	run(&b, "files", shown)
	return b.String()
}

func run(b *strings.Builder, name string, data any) {
	if err := around.ExecuteTemplate(b, name, data); err != nil {
		panic("talk: a template of our own does not run: " + err.Error()) // only our own types come here
	}
}

// The box that a picture is shown in.
const (
	boxWidth  = 512
	boxHeight = 384
)

// shownFile is a file as a post shows it.
type shownFile struct{ *file.Attachment }

// Large tells whether it is shown as a picture; a document, and what could not be read, is a line.
func (f shownFile) Large() bool { return f.Type.Picture() && f.State != file.Failed && f.Width > 0 }

// Ready tells whether there is a picture. What the worker has written before it is done changes nothing: only the end
// of its work is told to the readers.
func (f shownFile) Ready() bool { return f.State == file.Ready && f.Widths != "" }

// BoxWidth and BoxHeight are how large the picture is shown, on a page that is wide enough.
func (f shownFile) BoxWidth() int { return f.scaled(f.Width) }

// BoxHeight goes with BoxWidth.
func (f shownFile) BoxHeight() int { return f.scaled(f.Height) }

func (f shownFile) scaled(side int) int {
	scale := min(1, boxWidth/float64(f.Width), boxHeight/float64(f.Height))
	return max(1, int(float64(side)*scale+0.5))
}

// Small is the address of its picture.
func (f shownFile) Small() string { return f.PictureURL(file.Widths[0]) }

// Big is the address of the larger picture.
func (f shownFile) Big() string { return f.PictureURL(file.Widths[1]) }

// Said is the picture in words: as its author described it, else its name.
func (f shownFile) Said() string {
	if f.Alt == "" {
		return "画像：" + f.Name
	}
	return f.Alt
}

// Kind says what it is and how large.
func (f shownFile) Kind() string {
	kind := f.Type.Label()
	if f.PageCount > 1 && f.State == file.Ready {
		kind += "・" + text.Number(f.PageCount) + "頁"
	}
	kind += "・" + text.FileSize(f.Size)
	if f.State == file.Processing {
		kind += "・読み取っています" // in a line that stays: its end moves nothing
	}
	return kind
}

// Short stands where the first page will be, or would be.
func (f shownFile) Short() string {
	return map[file.Type]string{file.PDF: "PDF", file.DOCX: "文書", file.XLSX: "表", file.PPTX: "発表"}[f.Type]
}

// Trouble says why it could not be read.
func (f shownFile) Trouble() string {
	if f.State != file.Failed {
		return ""
	}
	return "読めませんでした：" + f.Reason
}
