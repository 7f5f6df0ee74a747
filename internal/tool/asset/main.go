// Command asset builds what browsers load from web/: one style sheet, one base script for every page, and one
// script for each island. It writes them to web/asset/dist with their hash in the name, and a manifest beside them.
//
// What is an entry point: web/page/app.ts (on every page), every web/<folder>/<name>.island.ts (on the pages that
// ask for <name>), web/ui/app.css with every web/<folder>/*.css of other folders behind it, and every web/ui/*.svg.
// The same input gives the same output, byte for byte; a check in CI builds again and compares.
//
// Run it from the root of the project: go -C internal/tool run ./asset
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// Budgets in bytes after gzip (ui.md, performance). Islands are for one kind of page and share one limit; zoom.js holds
// OpenSeadragon and is loaded only when somebody zooms, tus.js the client that sends files, when somebody chooses one.
var budgets = map[string]int{"app.css": 20_000, "app.js": 25_000, "zoom.js": 95_000, "tus.js": 28_000}

const islandBudget = 20_000

// The browsers that a municipal office may have (ui.md, browser floor).
var engines = []api.Engine{
	{Name: api.EngineEdge, Version: "111"}, {Name: api.EngineChrome, Version: "111"},
	{Name: api.EngineSafari, Version: "16.4"}, {Name: api.EngineFirefox, Version: "113"},
}

func main() {
	root := flag.String("root", "../..", "the project's root")
	flag.Parse()
	if err := build(*root); err != nil {
		fmt.Fprintln(os.Stderr, "asset:", err)
		os.Exit(1)
	}
}

// build makes every file in memory first, so that a mistake in one leaves the old ones standing.
func build(root string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	files := map[string][]byte{}
	if files["app.css"], err = styles(root); err != nil {
		return err
	}
	if err := scripts(root, files); err != nil {
		return err
	}
	icons, _ := filepath.Glob(filepath.Join(root, "web", "ui", "*.svg"))
	for _, icon := range icons {
		if files[filepath.Base(icon)], err = os.ReadFile(icon); err != nil {
			return err
		}
	}
	if err := withinBudget(files); err != nil {
		return err
	}
	return write(filepath.Join(root, "web", "asset", "dist"), files)
}

// styles bundles web/ui/app.css and the style sheets of the page folders.
func styles(root string) ([]byte, error) {
	entry := `@import "./web/ui/app.css";` + "\n"
	pages, err := filepath.Glob(filepath.Join(root, "web", "*", "*.css"))
	if err != nil {
		return nil, err
	}
	slices.Sort(pages)
	for _, path := range pages {
		if filepath.Base(filepath.Dir(path)) != "ui" {
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return nil, err
			}
			entry += fmt.Sprintf("@import %q;\n", "./"+filepath.ToSlash(rel))
		}
	}
	return bundle(api.BuildOptions{
		Stdin: &api.StdinOptions{Contents: entry, ResolveDir: root, Loader: api.LoaderCSS, Sourcefile: "all.css"},
	})
}

// scripts bundles the base script and the islands into files.
func scripts(root string, files map[string][]byte) error {
	entries := map[string]string{"app.js": filepath.Join(root, "web", "page", "app.ts")}
	islands, err := filepath.Glob(filepath.Join(root, "web", "*", "*.island.ts"))
	if err != nil {
		return err
	}
	for _, path := range islands {
		name := strings.TrimSuffix(filepath.Base(path), ".island.ts") + ".js"
		if other, taken := entries[name]; taken {
			return fmt.Errorf("two entry points are named %s: %s and %s", name, other, path)
		}
		entries[name] = path
	}
	for name, path := range entries {
		out, err := bundle(api.BuildOptions{EntryPoints: []string{path}, Format: api.FormatESModule})
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		files[name] = out
	}
	return nil
}

func bundle(o api.BuildOptions) ([]byte, error) {
	o.Bundle, o.Write, o.Engines = true, false, engines
	o.MinifyWhitespace, o.MinifySyntax, o.MinifyIdentifiers = true, true, true
	o.LegalComments, o.Charset, o.LogLevel = api.LegalCommentsNone, api.CharsetUTF8, api.LogLevelWarning
	result := api.Build(o)
	if len(result.Errors) > 0 || len(result.Warnings) > 0 {
		return nil, errors.New("esbuild is not content: see above")
	}
	return result.OutputFiles[0].Contents, nil
}

// withinBudget prints what each file weighs and fails when one is too heavy.
func withinBudget(files map[string][]byte) error {
	var over []string
	for _, name := range sorted(files) {
		size, limit := gzipped(files[name]), islandBudget
		if b, ok := budgets[name]; ok {
			limit = b
		}
		fmt.Printf("%-16s %7d bytes %7d gzip (limit %d)\n", name, len(files[name]), size, limit)
		if size > limit {
			over = append(over, name)
		}
	}
	if len(over) > 0 {
		return fmt.Errorf("over budget: %s", strings.Join(over, ", "))
	}
	return nil
}

func gzipped(b []byte) int {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is a constant that exists
	w.Write(b)
	w.Close()
	return out.Len()
}

// write puts the files into dist under hashed names, with the manifest, and removes what was there before.
func write(dist string, files map[string][]byte) error {
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	manifest := map[string]string{}
	for _, name := range sorted(files) {
		sum := sha256.Sum256(files[name])
		hash := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:10])
		ext := filepath.Ext(name)
		manifest[name] = strings.TrimSuffix(name, ext) + "-" + hash + ext
		if err := os.WriteFile(filepath.Join(dist, manifest[name]), files[name], 0o644); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dist, "manifest.json"), append(text, '\n'), 0o644)
}

func sorted(files map[string][]byte) []string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
