package text

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	gtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Renderer is the version of what HTML makes. It is stored beside the HTML; raise it when the output changes.
const Renderer = 2

// markdown is CommonMark without raw HTML (which shows as it was typed), with tables, bare addresses as links, line
// ends as they were typed, and emphasis that works between kanji.
var markdown = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithParser(parser.NewParser(
			parser.WithBlockParsers(blockParsers()...),
			parser.WithInlineParsers(inlineParsers()...),
			parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
			parser.WithASTTransformers(util.Prioritized(tame{}, 100)),
		)),
		goldmark.WithExtensions(extension.Table, extension.Linkify),
		goldmark.WithRendererOptions(html.WithHardWraps()),
	)
})

func blockParsers() []util.PrioritizedValue {
	return []util.PrioritizedValue{
		util.Prioritized(parser.NewSetextHeadingParser(), 100),
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(parser.NewListParser(), 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(parser.NewBlockquoteParser(), 800),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	}
}

func inlineParsers() []util.PrioritizedValue {
	return []util.PrioritizedValue{
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(emphasis{}, 500),
	}
}

var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "h3", "h4", "h5", "h6", "code", "pre",
		"table", "thead", "tbody", "tr", "th", "td", "hr")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,6}$`)).OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireNoFollowOnFullyQualifiedLinks(true)
	p.RequireNoReferrerOnFullyQualifiedLinks(true)
	return p
})

// HTML renders what somebody wrote. Any input gives safe HTML; at worst it shows the signs that were typed.
func HTML(s string) string {
	var b bytes.Buffer
	if err := markdown().Convert([]byte(everyday(s)), &b); err != nil {
		return policy().Sanitize("<p>" + escape(s) + "</p>")
	}
	// A heading of a table that says nothing is none.
	return strings.ReplaceAll(string(policy().SanitizeBytes(b.Bytes())), "<th></th>", "<td></td>")
}

// Plain gives the words of what somebody wrote, without its marks, for excerpts and for the index.
func Plain(s string) string {
	src := []byte(everyday(s))
	var b strings.Builder
	_ = ast.Walk(markdown().Parser().Parse(gtext.NewReader(src)), func(n ast.Node, in bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if in {
				b.Write(n.Segment.Value(src))
				if n.SoftLineBreak() || n.HardLineBreak() {
					b.WriteByte('\n')
				}
			}
		case *ast.String:
			if in {
				b.Write(n.Value)
			}
		case *ast.AutoLink:
			if in {
				b.Write(n.Label(src))
			}
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			if in {
				b.Write(n.Lines().Value(src))
			}
		case *extast.TableCell:
			if !in {
				b.WriteByte(' ')
			}
		default:
			if !in && n.Type() == ast.TypeBlock && b.Len() > 0 {
				b.WriteByte('\n')
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(blankLines.ReplaceAllString(b.String(), "\n"))
}

var (
	blankLines = regexp.MustCompile(`\n{2,}`)
	bullet     = regexp.MustCompile(`(?m)^([ \t　]*)[・●○■◆][ \t　]*`)
	number     = regexp.MustCompile(`(?m)^[ 　]*([0-9０-９]{1,3})[．.)）][ 　]*(\S)`)
	halfDigits = strings.NewReplacer("０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9")
)

// everyday turns the lists that people write without knowing Markdown (・ and １．) into Markdown's.
func everyday(s string) string {
	s = bullet.ReplaceAllStringFunc(s, func(m string) string {
		indent := len(strings.Trim(m, "・●○■◆")) - len(strings.TrimLeft(m, " \t　"))
		return strings.Repeat(" ", max(0, min(indent, 4))) + "- "
	})
	return number.ReplaceAllStringFunc(s, func(m string) string {
		g := number.FindStringSubmatch(m)
		if strings.Contains(m, ".") && g[2] != "" && !strings.ContainsAny(m, " 　") {
			return m // 3.5 is a number
		}
		return halfDigits.Replace(g[1]) + ". " + g[2]
	})
}

func escape(s string) string { return string(util.EscapeHTML([]byte(s))) }

// tame moves headings below those of the page, makes pictures from elsewhere plain links, and drops links that only
// look like paths of our own.
type tame struct{}

func (tame) Transform(doc *ast.Document, _ gtext.Reader, _ parser.Context) {
	var images []*ast.Image
	level := headings(doc)
	_ = ast.Walk(doc, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if !in {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			n.Level = level[n.Level]
		case *ast.Link:
			n.Destination = own(n.Destination)
		case *ast.Image:
			images = append(images, n)
		}
		return ast.WalkContinue, nil
	})
	for _, img := range images {
		link := ast.NewLink()
		link.Destination = own(img.Destination)
		for c := img.FirstChild(); c != nil; c = img.FirstChild() {
			link.AppendChild(link, c)
		}
		if link.FirstChild() == nil {
			link.AppendChild(link, ast.NewString([]byte("画像へのリンク")))
		}
		img.Parent().ReplaceChild(img.Parent(), img, link)
	}
}

// headings gives each level that the writer used one of the page's, without a gap: the widest becomes h3, below the
// page's own headings, the next h4.
func headings(doc *ast.Document) map[int]int {
	level := map[int]int{}
	_ = ast.Walk(doc, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && in {
			level[h.Level] = 0
		}
		return ast.WalkContinue, nil
	})
	for i, used := range slices.Sorted(maps.Keys(level)) {
		level[used] = min(3+i, 6)
	}
	return level
}

// own leaves addresses alone but for those that begin like a path and lead elsewhere.
func own(dest []byte) []byte {
	if bytes.HasPrefix(dest, []byte("//")) || bytes.ContainsAny(dest, "\\\x00") {
		return nil
	}
	return dest
}
