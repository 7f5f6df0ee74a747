package e2e

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/e2e/browser"
	"github.com/manetomo/manetomo/internal/e2e/site"
	"github.com/manetomo/manetomo/internal/e2e/visitor"
)

// looked is one page to look at. A path with a * is the first link of that form on the page from, with what follows the *.
type looked struct{ path, from string }

// pages are the pages that each kind of person sees. A new page is added here.
var pages = []struct {
	who   string // a demo person; empty for a visitor
	pages []looked
}{
	{"", []looked{
		{path: "/"}, {path: "/signin"}, {path: "/help"}, {path: "/about"}, {path: "/terms"}, {path: "/privacy"}, {path: "/accessibility"}, {path: "/archive"}, {path: "/no-such-page"},
	}},
	{"applicant@example.jp", []looked{{path: "/join"}}},
	{"fellow@example.jp", []looked{
		{path: "/home"}, {path: "/archive?q=%E5%AF%BE%E8%A9%B1"}, {path: "/archive?view=wall"}, {path: "/archive/slides"}, {path: "/archive?panel=filters"}, {path: "/archive?q=%E5%AF%BE%E8%A9%B1&like=1&theme=culture-dialogue"},
		{path: "/archive?q=%E7%84%A1%E3%81%84%E3%81%AF%E3%81%9A%E3%81%AE%E3%81%93%E3%81%A8%E3%81%B0"},
		{"/reports/*", "/archive?kind=report"}, {"/posters/*", "/archive?kind=poster"}, {"/papers/*", "/archive?kind=paper"},
		{"/posters/*/print?text=1&paper=a3", "/archive?kind=poster"}, {"/papers/*/print?all=1", "/archive?kind=paper"}, {"/posters/*?side=beside", "/archive?kind=poster"},
		{path: "/new"}, {path: "/reports/new"}, {path: "/posters/new"}, {path: "/drafts"},
		{path: "/topics"}, {"/topics/*", "/topics"}, {path: "/topics/new"},
		{path: "/rooms"}, {path: "/rooms/practice"}, {path: "/rooms/cohort-2026-regular"}, {path: "/rooms/theme-culture?f=topics"},
		{path: "/sessions"}, {"/sessions/*", "/sessions"},
		{path: "/members"}, {"/members/*", "/members"}, {path: "/cohorts"}, {path: "/municipalities"}, {path: "/municipalities/202070"},
		{path: "/collections"}, {"/collections/*", "/collections"}, {path: "/notifications"}, {path: "/settings"},
		{path: "/archive/saved"},
		{path: "/reports/0000000000"},
	}},
	{"moderator@example.jp", []looked{
		{path: "/sessions/new"}, {"/sessions/*", "/sessions"},
		{path: "/desk"}, {path: "/desk/flags"}, {path: "/desk/join"}, {path: "/desk/pick/new"}, {path: "/desk/pick"}, {path: "/desk/log"},
		{path: "/desk/words"}, {path: "/desk/words/t053"}, {path: "/desk/words/new?kind=stop"}, {path: "/desk/misses"},
		{path: "/desk/transcripts"}, {path: "/desk/claims"}, {path: "/desk/import"},
	}},
	{"secretariat@example.jp", []looked{{path: "/admin"}, {path: "/admin/invite"}, {path: "/admin/roles"}, {path: "/admin/people"}, {path: "/settings"}, {path: "/members"}, {path: "/cohorts"}, {"/cohorts/*", "/cohorts"}, {path: "/join"}}},
}

// missing are the addresses above that lead nowhere on purpose.
var missing = []string{"/no-such-page", "/reports/0000000000"}

// resolve finds the pages whose address the demo decides. Each is opened at its beginning, wherever in it a link leads:
// what floats over a page that is being read covers parts of it by intent.
func resolve(t testing.TB, base, who string, list []looked) []string {
	t.Helper()
	v := visitor.New(t, base)
	if who != "" {
		v.SignIn(who)
	}
	var paths []string
	for _, page := range list {
		if page.from == "" {
			paths = append(paths, page.path)
			continue
		}
		start, end, _ := strings.Cut(page.path, "*")
		form := regexp.MustCompile("^" + regexp.QuoteMeta(start) + `([0-9A-Za-z/-]+)(?:[?#].*)?$`)
		// The demo is being filled while the site already answers.
		site.Eventually(t, time.Minute, page.from+" shows no link to a page "+page.path, func() bool {
			v.Get(page.from)
			links := v.Page.Links()
			i := slices.IndexFunc(links, func(link string) bool {
				m := form.FindStringSubmatch(link)
				return m != nil && m[1] != "new"
			})
			switch {
			case i < 0:
			case end == "":
				path, _, _ := strings.Cut(links[i], "#")
				paths = append(paths, path)
			default:
				paths = append(paths, start+form.FindStringSubmatch(links[i])[1]+end)
			}
			return i >= 0
		})
	}
	return paths
}

// TestEveryPageIsAccessible looks at every page in both looks and at two widths with axe-core, and asks whether it fits
// a window of 320 pixels.
func TestEveryPageIsAccessible(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	for _, width := range []int{1366, 390} {
		for _, some := range pages {
			t.Run(fmt.Sprintf("%d/%s", width, cmp.Or(some.who, "visitor")), func(t *testing.T) {
				t.Parallel()
				p := browser.New(t, s.URL, cmp.Or(some.who, "visitor"), browser.Size(width, 800), browser.Still())
				if some.who != "" {
					p.SignIn(some.who)
				}
				for _, path := range resolve(t, s.URL, some.who, some.pages) {
					p.Go(path)
					if got := p.Status(); got != 200 && !slices.Contains(missing, path) {
						t.Errorf("%s answers %d", path, got)
						continue
					}
					p.Accessible()
					p.AccessibleInDark()
					if width == 390 {
						p.FitsIn(320)
						p.Resize(width, 800)
					}
				}
			})
		}
	}
}
