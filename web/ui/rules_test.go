package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// files reads every file under web/ whose name matches one of the patterns.
func files(t *testing.T, patterns ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range patterns {
		for _, depth := range []string{"../*/", "../*/*/"} {
			paths, err := filepath.Glob(depth + pattern)
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range paths {
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(path, "asset/dist") {
					out[path] = string(text)
				}
			}
		}
	}
	if len(out) == 0 {
		t.Fatalf("no files match %v", patterns)
	}
	return out
}

var (
	comment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	hex     = regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b`)
)

func TestComponentsUseRoleTokensOnly(t *testing.T) {
	for path, text := range files(t, "*.css") {
		if strings.HasSuffix(path, "tokens.css") {
			continue
		}
		text = comment.ReplaceAllString(text, "")
		if c := hex.FindString(text); c != "" {
			t.Errorf("%s uses the colour %s: use a role token", path, c)
		}
		if strings.Contains(text, "--color-primitive-") || strings.Contains(text, "--color-neutral-") {
			t.Errorf("%s uses a primitive token: use a role", path)
		}
	}
}

// banned are words that the interface does not use (ui.md, copy), with the one it uses instead.
var banned = map[string]string{
	"アーカイブ": "さがす", "スレッド": "話し合い", "モデレーター": "運営", "タグ付け": "テーマ", "シェア": "リンク",
	"コンテンツ": "レポート・ポスター", "ユーザー": "会員", "ログ": "記録", "管理者": "事務局", "！": "。",
}

// allowed hold a banned word without being one.
var allowed = strings.NewReplacer("ログイン", "", "ログアウト", "", "プログラム", "", "カタログ", "", "ブログ", "", "ダイアログ", "")

func TestTextsUseTheWordsOfTheProduct(t *testing.T) {
	for path, text := range files(t, "*.templ", "*.ts") {
		for n, line := range strings.Split(text, "\n") {
			if at := strings.Index(line, "//"); at >= 0 && !strings.Contains(line[:at], ":") {
				line = line[:at]
			}
			line = allowed.Replace(line)
			for word, instead := range banned {
				if strings.Contains(line, word) {
					t.Errorf("%s:%d says %q; the product says %q", path, n+1, word, instead)
				}
			}
		}
	}
}

func TestNothingInlineThatThePolicyForbids(t *testing.T) {
	inline := regexp.MustCompile(`\sstyle=|\son[a-z]+=["{]|href="javascript:|<style|<script>`)
	for path, text := range files(t, "*.templ") {
		for n, line := range strings.Split(text, "\n") {
			if found := inline.FindString(line); found != "" {
				t.Errorf("%s:%d has %q, which the content security policy blocks", path, n+1, strings.TrimSpace(found))
			}
		}
	}
}

var (
	cssClass   = regexp.MustCompile(`\.([a-zA-Z][\w-]*)`)
	plainClass = regexp.MustCompile(`\sclass="([^"]*)"`)
	exprClass  = regexp.MustCompile(`\sclass=\{(.*?)\}`)
)

func TestEveryClassIsStyled(t *testing.T) {
	styled := map[string]bool{}
	for _, text := range files(t, "*.css") {
		for _, m := range cssClass.FindAllStringSubmatch(comment.ReplaceAllString(text, ""), -1) {
			styled[m[1]] = true
		}
	}
	for path, text := range files(t, "*.templ") {
		for _, name := range classes(t, path, text) {
			if !styled[name] {
				t.Errorf("%s uses the class %q, which no style sheet knows; a hook for a script is a data- attribute", path, name)
			}
		}
	}
}

// classes lists the class names that a template writes plainly; made-up names ("tag-" + tint) are not followed.
func classes(t *testing.T, path, text string) []string {
	var names []string
	for _, m := range plainClass.FindAllStringSubmatch(text, -1) {
		names = append(names, strings.Fields(m[1])...)
	}
	for _, m := range exprClass.FindAllStringSubmatch(text, -1) {
		expr, err := parser.ParseExpr("f(" + m[1] + ")")
		if err != nil {
			t.Errorf("%s: class={%s}: %v", path, m[1], err)
			continue
		}
		for _, arg := range expr.(*ast.CallExpr).Args {
			if call, ok := arg.(*ast.CallExpr); ok && len(call.Args) == 2 {
				arg = call.Args[0] // templ.KV(name, when)
			}
			if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, _ := strconv.Unquote(lit.Value)
				names = append(names, strings.Fields(s)...)
			}
		}
	}
	return names
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestFileSize(t *testing.T) {
	for n, want := range map[int64]string{12: "12バイト", 2048: "2KB", 1887437: "1.8MB", 140509184: "134MB"} {
		if got := FileSize(n); got != want {
			t.Errorf("FileSize(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestPagerShowsTheEndsAndTheNearPages(t *testing.T) {
	got := Pager{Page: 6, Pages: 12}.shown()
	want := []int{1, 0, 4, 5, 6, 7, 8, 0, 12}
	if len(got) != len(want) {
		t.Fatalf("shown = %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("shown = %v, want %v", got, want)
		}
	}
}
