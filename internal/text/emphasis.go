package text

import (
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	gtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// emphasis is CommonMark's emphasis with one change for languages without blanks: beside a CJK character, punctuation
// does not keep a run of * from opening or closing. So **「対話」**が is bold, as its writer meant it.
// The rule is that of the "CJK-friendly emphasis" amendment to CommonMark; underscores keep CommonMark's rule.
type emphasis struct{}

func (emphasis) Trigger() []byte { return []byte{'*', '_'} }

func (e emphasis) Parse(_ ast.Node, block gtext.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	node := parser.ScanDelimiter(line, before, 1, delimiters{})
	if node == nil {
		return nil
	}
	if line[0] == '*' {
		after := '\n'
		if rest := line[node.OriginalLength:]; len(rest) > 0 {
			after, _ = utf8.DecodeRune(rest)
		}
		node.CanOpen, node.CanClose = flanks(before, after), flanks(after, before)
	}
	node.Segment = segment.WithStop(segment.Start + node.OriginalLength)
	block.Advance(node.OriginalLength)
	pc.PushDelimiter(node)
	return node
}

// flanks tells whether a run between outside and inside may hold on to what is inside.
func flanks(outside, inside rune) bool {
	if unicode.IsSpace(inside) {
		return false
	}
	return !foreignSign(inside) || unicode.IsSpace(outside) || foreignSign(outside) || cjk(outside)
}

func foreignSign(r rune) bool { return util.IsPunctRune(r) && !cjk(r) }

func cjk(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef || r >= 0xe0100 && r <= 0xe01ef
}

type delimiters struct{}

func (delimiters) IsDelimiter(b byte) bool { return b == '*' || b == '_' }

func (delimiters) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

func (delimiters) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }
