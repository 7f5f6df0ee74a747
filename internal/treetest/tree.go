// Package treetest holds the tree to its own rules: which way imports go, how large a file may be, what every
// package says about itself, what no file may contain. It has only tests; tree.go reads the tree for them.
//
// A rule that fails names the file and says what to do. A rule is changed here, with its reason, or it is kept.
package treetest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Module is the path before every import of our own.
const Module = "github.com/manetomo/manetomo"

// file is one file of the tree.
type file struct {
	path string // from the root, with slashes
	text string
	ast  *ast.File // of Go files
}

func (f file) dir() string     { return path.Dir(f.path) }
func (f file) isGo() bool      { return f.ast != nil }
func (f file) isTest() bool    { return strings.HasSuffix(f.path, "_test.go") }
func (f file) lines() int      { return strings.Count(f.text, "\n") }
func (f file) generated() bool { return f.isGo() && ast.IsGenerated(f.ast) }

// imports lists the packages of ours that a Go file imports, from the root.
func (f file) imports() []string {
	var list []string
	for _, spec := range f.ast.Imports {
		name := strings.Trim(spec.Path.Value, `"`)
		if rest, ok := strings.CutPrefix(name, Module+"/"); ok {
			list = append(list, rest)
		}
	}
	return list
}

// notOurs are folders that no rule looks into: made by tools, data of a run, or another's text.
var notOurs = map[string]bool{
	".git": true, ".cache": true, "node_modules": true, "dist": true, "manetomo-data": true, "testdata": true,
}

// textual are the endings of the files that are read.
var textual = map[string]bool{
	".go": true, ".ts": true, ".css": true, ".templ": true, ".sql": true, ".sh": true, ".md": true, ".yml": true,
	".yaml": true, ".json": true, ".mod": true, ".txtar": true, "": true,
}

// readTree reads every text file of ours under root.
func readTree(root string) ([]file, error) {
	var files []file
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if notOurs[entry.Name()] {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.Type()&fs.ModeSymlink != 0 {
			return fmt.Errorf("%s is a symbolic link: a clone has only what is in it", name)
		}
		ending := path.Ext(entry.Name())
		if !entry.Type().IsRegular() || !textual[ending] || (ending == "" && entry.Name() == "manetomo") {
			return nil // the last is the built program
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		f := file{path: filepath.ToSlash(rel), text: string(text)}
		if ending == ".go" {
			if f.ast, err = parser.ParseFile(set, name, text, parser.ParseComments); err != nil {
				return err
			}
		}
		files = append(files, f)
		return nil
	})
	return files, err
}
