package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/text"
)

func TestLine(t *testing.T) {
	for _, test := range []struct{ name, in, want, message string }{
		{"前後の空白は取る", "　題名 ", "題名", ""},
		{"改行は空白にする", "一行\n二行", "一行 二行", ""},
		{"異体字セレクタは残す", "葛󠄀城市", "葛󠄀城市", ""},
		{"サロゲート面の漢字は残す", "𠮷田", "𠮷田", ""},
		{"半角かなは残す", "ﾀｲﾄﾙ", "ﾀｲﾄﾙ", ""},
		{"双方向制御は捨てる", "a\u202eb", "ab", ""},
		{"見えない字だけは断る", "\u200b\u3000\u2800", "", "題名を書いてください"},
		{"201文字は断る", strings.Repeat("あ", 201), "", "200文字以内にしてください。（いまは201文字です）"},
		{"異体字200文字は通る", strings.Repeat("葛󠄀", 200), strings.Repeat("葛󠄀", 200), ""},
		{"1MBは断る", strings.Repeat("a", 1<<20), "", "1,048,576文字"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := text.Line("title", "題名", test.in, text.MaxTitle)
			if test.message != "" {
				if !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), test.message) {
					t.Fatalf("Line = %v; want Invalid with %q", err, test.message)
				}
				return
			}
			if err != nil || got != test.want {
				t.Errorf("Line = %q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestHTML(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"かぎ括弧の強調", "**「対話」**が大切", "<p><strong>「対話」</strong>が大切</p>\n"},
		{"語中の強調", "これは**強調**です", "<p>これは<strong>強調</strong>です</p>\n"},
		{"句点で終わる強調", "**終わり。**次", "<p><strong>終わり。</strong>次</p>\n"},
		{"改行はそのまま", "一行\n二行", "<p>一行<br>\n二行</p>\n"},
		{"中黒の箇条書き", "・一つ\n・二つ", "<ul>\n<li>一つ</li>\n<li>二つ</li>\n</ul>\n"},
		{"全角の番号", "１．一つ\n２．二つ", "<ol>\n<li>一つ</li>\n<li>二つ</li>\n</ol>\n"},
		{"小数は番号ではない", "3.5倍になった", "<p>3.5倍になった</p>\n"},
		{"HTMLは文字として出る", "<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"},
		{"危ないリンクは消える", "[x](javascript:alert(1))", "<p>x</p>\n"},
		{"よそへ行く道は消える", "[x](//evil.example/)", "<p>x</p>\n"},
		{"自分の道は残る", "[x](/reports/abc)", "<p><a href=\"/reports/abc\">x</a></p>\n"},
		{"画像はリンクになる", "![図](https://a.example/x.png)", "<p><a href=\"https://a.example/x.png\" rel=\"nofollow noreferrer\">図</a></p>\n"},
		{"見出しは頁の下に", "# 題", "<h3>題</h3>\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := text.HTML(test.in); got != test.want {
				t.Errorf("HTML(%q) = %q\nwant %q", test.in, got, test.want)
			}
		})
	}
}

func TestPlain(t *testing.T) {
	got := text.Plain("# 題\n\n**「対話」**が\n\n- 一つ\n- [二つ](/a)\n\n| a | b |\n|---|---|\n| 1 | 2 |")
	for _, want := range []string{"題", "「対話」が", "一つ", "二つ", "a b", "1 2"} {
		if !strings.Contains(got, want) {
			t.Errorf("Plain = %q; want %q in it", got, want)
		}
	}
	if strings.ContainsAny(got, "*#|[") {
		t.Errorf("Plain = %q still has marks", got)
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{"**「対話」**が", "<img src=x onerror=alert(1)>", "[a](javascript:b)", strings.Repeat(">", 300), "・a\n１．b", "|a|\n|-|"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := strings.ToLower(text.HTML(s))
		for _, bad := range []string{"<script", "<img", "<iframe", " onerror=", "javascript:alert", " style=", " id="} {
			if strings.Contains(out, bad) && strings.Contains(out, "<") && tagHas(out, bad) {
				t.Errorf("HTML(%q) = %q has %q", s, out, bad)
			}
		}
		if utf8.ValidString(s) && !utf8.ValidString(out) {
			t.Errorf("HTML(%q) is not UTF-8", s)
		}
		text.Plain(s)
	})
}

// tagHas tells whether bad stands inside a tag rather than in escaped text.
func tagHas(out, bad string) bool {
	for part := range strings.SplitSeq(out, "<") {
		if tag, _, ok := strings.Cut(part, ">"); ok && strings.Contains("<"+tag, bad) {
			return true
		}
	}
	return false
}
