package e2e

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/manetomo/manetomo/internal/e2e/site"
	"github.com/manetomo/manetomo/internal/e2e/visitor"
	"github.com/manetomo/manetomo/internal/testkit/postgres"
)

// The rules of the house, one script each, on both databases. Beside testscript's own words a script knows:
//
//	as ADDRESS              sign in as this demo person (as visitor: with a fresh browser, signed out)
//	get PATH                open a page
//	follow TEXT             open the link with this text
//	submit NAME=VALUE…      fill in the form that has these fields and send it; NAME=@FILE chooses a file;
//	                        button=TEXT presses that button
//	post PATH NAME=VALUE…   send fields that no page offers
//	see TEXT, ! see TEXT    what the page shows
//	status NUMBER           how the site answered
//	at REGEXP               the path of the page
//	keep NAME REGEXP        put what the regular expression's first group finds in the address or the page into $NAME
//	find WORDS TITLE        search until the title is among the hits (the index follows within a moment)
//	until PATH TEXT         open a page until it shows the text (what follows an act takes a moment)
//	manetomo ARGUMENT…      run an admin command beside the site
func TestScripts(t *testing.T) {
	t.Parallel()
	for name, env := range databases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site.Start(t, site.Options{Env: env})
			testscript.Run(t, testscript.Params{
				Dir: "testdata",
				Setup: func(e *testscript.Env) error {
					e.Values["state"] = &state{site: s}
					return nil
				},
				Cmds: map[string]func(*testscript.TestScript, bool, []string){
					"as": cmdAs, "get": cmdGet, "follow": cmdFollow, "submit": cmdSubmit, "post": cmdPost, "see": cmdSee, "status": cmdStatus,
					"at": cmdAt, "keep": cmdKeep, "find": cmdFind, "until": cmdUntil, "manetomo": cmdManetomo,
				},
			})
		})
	}
}

// databases gives the settings of a fresh one of each kind.
func databases(t *testing.T) map[string][]string {
	t.Helper()
	return map[string][]string{"sqlite": nil, "postgres": {"DATABASE_URL=" + postgres.New(t)}}
}

// state is what one script has: the site, and who sits before the screen.
type state struct {
	site *site.Site
	now  *visitor.Visitor
	all  map[string]*visitor.Visitor
}

// stop lets a visitor end a script.
type stop struct{ *testscript.TestScript }

func (stop) Helper()             {}
func (s stop) Fatal(args ...any) { s.Fatalf("%s", fmt.Sprint(args...)) }

func of(ts *testscript.TestScript) *state {
	s := ts.Value("state").(*state)
	if s.now == nil {
		s.now = visitor.New(stop{ts}, s.site.URL)
		s.all = map[string]*visitor.Visitor{}
	}
	return s
}

func want(ts *testscript.TestScript, ok bool, usage string) {
	if !ok {
		ts.Fatalf("usage: %s", usage)
	}
}

func cmdAs(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 1, "as ADDRESS")
	s := of(ts)
	if known := s.all[args[0]]; known != nil {
		s.now = known
		return
	}
	s.now = visitor.New(stop{ts}, s.site.URL)
	s.all[args[0]] = s.now
	if args[0] != "visitor" {
		s.now.SignIn(args[0])
	}
}

func cmdGet(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 1, "get PATH")
	of(ts).now.Get(args[0])
}

func cmdFollow(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 1, "follow TEXT")
	of(ts).now.Follow(args[0])
}

func cmdSubmit(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) > 0, "submit NAME=VALUE…")
	values, files := fields(ts, args)
	of(ts).now.Submit(values, files...)
}

func cmdPost(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) > 0, "post PATH NAME=VALUE…")
	values, _ := fields(ts, args[1:])
	of(ts).now.Post(args[0], values)
}

// fields reads NAME=VALUE and NAME=@FILE. A file is looked for in the script first, then beside the scripts.
func fields(ts *testscript.TestScript, args []string) (url.Values, []visitor.File) {
	values := url.Values{}
	var files []visitor.File
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		want(ts, ok, "NAME=VALUE")
		path, isFile := strings.CutPrefix(value, "@")
		if !isFile {
			values.Add(name, strings.ReplaceAll(value, `\n`, "\n"))
			continue
		}
		content, err := os.ReadFile(ts.MkAbs(path))
		if err != nil {
			content, err = os.ReadFile(filepath.Join("testdata", path))
		}
		ts.Check(err)
		files = append(files, visitor.File{Field: name, Name: path, Content: string(content)})
	}
	return values, files
}

func cmdSee(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, len(args) == 1, "see TEXT")
	page := of(ts).now.Page
	if page.Has(args[0]) == neg {
		ts.Fatalf("%s (%d) shows 「%s」: %v\n%s", page.URL, page.Status, args[0], !neg, page.Text())
	}
}

func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, len(args) == 1, "status NUMBER")
	page := of(ts).now.Page
	if got := strconv.Itoa(page.Status); (got == args[0]) == neg {
		ts.Fatalf("%s answered %s; want %s: %v\n%s", page.URL, got, args[0], !neg, page.Text())
	}
}

func cmdAt(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, len(args) == 1, "at REGEXP")
	page := of(ts).now.Page
	if regexp.MustCompile(args[0]).MatchString(page.URL.RequestURI()) == neg {
		ts.Fatalf("we are at %s (%d); want %s: %v\n%s", page.URL, page.Status, args[0], !neg, page.Text())
	}
}

func cmdKeep(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "keep NAME REGEXP")
	page := of(ts).now.Page
	for _, text := range []string{page.URL.RequestURI(), page.Body} {
		if m := regexp.MustCompile(args[1]).FindStringSubmatch(text); m != nil {
			ts.Setenv(args[0], m[len(m)-1])
			return
		}
	}
	ts.Fatalf("%s has no %s", page.URL, args[1])
}

func cmdFind(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, len(args) == 2, "find WORDS TITLE")
	v := of(ts).now
	search := func() bool {
		v.Get("/archive?" + url.Values{"q": {args[0]}}.Encode())
		return v.Page.Status == 200 && v.Page.Has(args[1])
	}
	if neg { // a moment passes while the index catches up, so ask for something that it must have learnt by now
		if search() {
			ts.Fatalf("%s finds 「%s」", args[0], args[1])
		}
		return
	}
	until(ts, search, args[0]+" does not find 「"+args[1]+"」")
}

func cmdUntil(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "until PATH TEXT")
	v := of(ts).now
	until(ts, func() bool {
		v.Get(args[0])
		return v.Page.Has(args[1])
	}, args[0]+" never shows 「"+args[1]+"」")
}

// until asks again and again. A document before it in the queue may take its time.
func until(ts *testscript.TestScript, ok func() bool, otherwise string) {
	deadline := time.Now().Add(60 * time.Second)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if time.Now().After(deadline) {
			ts.Fatalf("%s\n%s", otherwise, of(ts).now.Page.Text())
		}
		<-tick.C
	}
}

func cmdManetomo(ts *testscript.TestScript, neg bool, args []string) {
	out, code := of(ts).site.Run(args...)
	fmt.Fprint(ts.Stdout(), out)
	if (code != 0) != neg {
		ts.Fatalf("manetomo %s ended with %d\n%s", strings.Join(args, " "), code, out)
	}
}
