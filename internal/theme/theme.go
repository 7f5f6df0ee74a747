// Package theme holds what practices are about: eight themes with forty-two below them, from one embedded file.
//
// An id is a slug that stands in data and addresses and is never given a second meaning. The order is the file's.
package theme

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"sync"
)

//go:embed themes.csv
var file []byte

// Theme is one theme.
type Theme struct {
	ID          string
	Parent      string // id of the theme above; empty for the eight on top
	Name        string
	Description string
}

// Label is the name with the theme above it in front: 「組織文化と対話 › 心理的安全性」.
func (t Theme) Label() string {
	if above, ok := Get(t.Parent); ok {
		return above.Name + " › " + t.Name
	}
	return t.Name
}

type themes struct {
	all      []Theme
	byID     map[string]int
	children map[string][]Theme // by parent; the top ones under ""
}

var table = sync.OnceValue(func() *themes {
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		panic(fmt.Errorf("embedded themes.csv: %w", err)) // part of the program: the tests find it
	}
	t := &themes{byID: map[string]int{}, children: map[string][]Theme{}}
	for i, r := range rows[1:] {
		one := Theme{ID: r[0], Parent: r[1], Name: r[3], Description: r[4]}
		t.all = append(t.all, one)
		t.byID[one.ID] = i
		t.children[one.Parent] = append(t.children[one.Parent], one)
	}
	return t
})

// All lists every theme, each top theme before its children. The slice is shared: do not change it.
func All() []Theme { return table().all }

// Get finds a theme by its id.
func Get(id string) (Theme, bool) {
	i, ok := table().byID[id]
	if !ok {
		return Theme{}, false
	}
	return table().all[i], true
}

// Name is the name of an id, or the id itself when it is unknown.
func Name(id string) string {
	if t, ok := Get(id); ok {
		return t.Name
	}
	return id
}

// Top lists the eight themes on top.
func Top() []Theme { return table().children[""] }

// Children lists the themes below one, none for those that have none.
func Children(id string) []Theme {
	if id == "" {
		return nil
	}
	return table().children[id]
}

// Within lists the id and the ids below it: who looks for a top theme looks for all of them.
func Within(id string) []string {
	ids := []string{id}
	for _, t := range Children(id) {
		ids = append(ids, t.ID)
	}
	return ids
}
