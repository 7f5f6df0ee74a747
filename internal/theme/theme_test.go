package theme

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTable(t *testing.T) {
	if got := len(All()); got != 50 {
		t.Errorf("len(All()) = %d; want 50", got)
	}
	if got := len(Top()); got != 8 {
		t.Errorf("len(Top()) = %d; want 8", got)
	}
	below := 0
	for _, top := range Top() {
		below += len(Children(top.ID))
	}
	if below != 42 {
		t.Errorf("%d themes stand below the top ones; want 42", below)
	}
	for _, one := range All() {
		if _, ok := Get(one.Parent); one.Parent != "" && !ok {
			t.Errorf("%s stands below %s, which is missing", one.ID, one.Parent)
		}
		if one.Name == "" || one.Description == "" {
			t.Errorf("%s has no name or description", one.ID)
		}
	}
}

func TestLabel(t *testing.T) {
	one, ok := Get("culture-safety")
	if !ok || one.Label() != "組織文化と対話 › 心理的安全性" {
		t.Errorf("Label of culture-safety = %q", one.Label())
	}
	if got := Name("no-such"); got != "no-such" {
		t.Errorf("Name(no-such) = %q; want the id itself", got)
	}
	if diff := cmp.Diff([]string{"safety", "safety-disaster", "safety-support", "safety-pandemic"}, Within("safety")); diff != "" {
		t.Error(diff)
	}
	if got := Children(""); got != nil {
		t.Errorf("Children of nothing = %v; want none", got)
	}
}
