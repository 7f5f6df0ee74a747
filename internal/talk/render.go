package talk

import (
	"html/template"
	"strings"
)

// What stands around a post's text is made here, once for pages and frames, so that a page that was kept up to date by
// the channel looks like one that was just read.
var around = template.Must(template.New("").Parse(`
{{- define "quotes"}}{{range .Quotes}}<blockquote class="quote said-by">
{{- if .AuthorName}}<p class="small"><a href="/topics/{{$.Topic}}/posts/{{.Post}}">{{.AuthorName}}さん</a></p>
{{- else}}<p class="small"><a href="/topics/{{$.Topic}}/posts/{{.Post}}">もとの投稿</a></p>{{end}}
{{- if .Words}}<p class="prewrap">{{.Words}}</p>{{else}}<p class="muted">{{.Gone.Sentence}}</p>{{end}}</blockquote>
{{end}}{{end}}`))

// Whole is the post's text as HTML with what stands around it; empty when it may not be shown.
func (p *View) Whole() string {
	if p.HTML == "" || len(p.Quotes) == 0 {
		return p.HTML
	}
	var b strings.Builder
	if err := around.ExecuteTemplate(&b, "quotes", p); err != nil {
		panic("talk: a template of our own does not run: " + err.Error()) // only our own types come here
	}
	b.WriteString(p.HTML)
	return b.String()
}
