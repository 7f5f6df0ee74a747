package treetest

import (
	"go/ast"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
)

const root = "../.."

// read reads the tree once for all rules.
var read = sync.OnceValues(func() ([]file, error) { return readTree(root) })

func tree(t *testing.T) []file {
	t.Helper()
	files, err := read()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// main files of the tool module are a module of their own, which imports what it likes.
func ours(f file) bool { return f.isGo() && !strings.HasPrefix(f.path, "internal/tool/") }

func TestImportsGoOneWay(t *testing.T) {
	for _, f := range tree(t) {
		if !ours(f) || in(f.dir(), testOnly) {
			continue
		}
		own := height(f.dir())
		if own < 0 {
			t.Errorf("%s: its package has no storey yet: give it one in internal/treetest/layer.go", f.path)
			continue
		}
		for _, pkg := range f.imports() {
			switch {
			case in(pkg, testOnly) && f.isTest():
			case in(pkg, testOnly):
				t.Errorf("%s imports %s, which only tests may", f.path, pkg)
			case f.isTest():
				// A test may look at any package that Go lets it import.
			case height(pkg) > own:
				t.Errorf("%s (%s) imports %s (%s), which stands above it: add an event, or move the code down",
					f.path, layers[own].name, pkg, layers[height(pkg)].name)
			}
			if only, ok := alone[f.dir()]; ok && !f.isTest() && !in(pkg, only) {
				t.Errorf("%s imports %s, but its package stands alone (see layer.go)", f.path, pkg)
			}
		}
	}
}

func TestAFileIsARoom(t *testing.T) {
	const full = 400 // lines; about 150 is comfortable
	sized := []string{".go", ".ts", ".css", ".templ", ".sql"}
	for _, f := range tree(t) {
		if !slices.Contains(sized, path.Ext(f.path)) || f.isTest() || f.generated() || f.path == "migrations/schema.sql" {
			continue // the last is made by a test
		}
		if f.lines() > full {
			t.Errorf("%s has %d lines, more than %d: it is two rooms", f.path, f.lines(), full)
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	said := map[string]bool{}
	for _, f := range tree(t) {
		if !f.isGo() || f.isTest() {
			continue
		}
		said[f.dir()] = said[f.dir()] || f.ast.Doc != nil
	}
	for dir, ok := range said {
		if !ok {
			t.Errorf("%s has no package comment: what it is, what it keeps true, where it stops", dir)
		}
	}
}

func TestPackagesAreNamedForWhatTheyGive(t *testing.T) {
	for _, f := range tree(t) {
		if !f.isGo() {
			continue
		}
		name := strings.TrimSuffix(f.ast.Name.Name, "_test")
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "misc", "base", "shared"}, name) {
			t.Errorf("%s: package %s says nothing: name it for what it gives", f.path, name)
		}
	}
}

func TestNothingRunsBeforeMain(t *testing.T) {
	for _, f := range tree(t) {
		if !ours(f) {
			continue
		}
		for _, decl := range f.ast.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has an init function: do it where it is used, or in cmd", f.path)
			}
		}
	}
}

func TestNoTestIsSkippedOrSleeps(t *testing.T) {
	for _, f := range tree(t) {
		if !ours(f) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			fn, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			of, _ := fn.X.(*ast.Ident)
			switch {
			case f.isTest() && of != nil && of.Name == "time" && fn.Sel.Name == "Sleep":
				t.Errorf("%s sleeps: wait for the thing itself", f.path)
			case slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, fn.Sel.Name) &&
				of != nil && slices.Contains([]string{"t", "b", "f", "tb"}, of.Name):
				t.Errorf("%s skips a test: what it needs is brought by make test, or the test fails", f.path)
			}
			return true
		})
	}
}

func TestNothingPointsOutsideTheTree(t *testing.T) {
	outside := []string{"../" + "shared", "/work" + "/", "/tmp" + "/w/"}
	unfinished := []string{"TO" + "DO", "FIX" + "ME", "XX" + "X:"}
	for _, f := range tree(t) {
		for _, s := range outside {
			if strings.Contains(f.text, s) {
				t.Errorf("%s names %s, which a clone does not have", f.path, s)
			}
		}
		for _, s := range unfinished {
			if f.isGo() && strings.Contains(f.text, s) {
				t.Errorf("%s holds a %s: do it, or file an issue", f.path, s)
			}
		}
	}
}

func TestTheTopLevelIsSmall(t *testing.T) {
	allowed := []string{
		"cmd", "internal", "web", "search", "migrations", "docs", "go.mod", "go.sum", "docker-compose.yml", "Dockerfile",
		"README.md", "README.ja.md", "CONTRIBUTING.md", "Makefile", "LICENSE", "NOTICE",
		".ci", ".git", ".gitignore",
		".cache", "manetomo", "manetomo-data", // made by a run, never committed
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !slices.Contains(allowed, entry.Name()) {
			t.Errorf("%s does not belong to the top level", entry.Name())
		}
	}
}

func TestTheRulesThemselvesHold(t *testing.T) {
	if height("internal/db") >= height("internal/event") || height("web/reports") <= height("internal/archive") ||
		height("web/page") >= height("web/reports") || height("cmd/manetomo") <= height("web") {
		t.Error("the storeys are out of order")
	}
	if height("internal/somewhere") != -1 {
		t.Error("an unknown package has a storey")
	}
}
