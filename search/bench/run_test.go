package bench

import (
	"context"
	"flag"
	"os"
	"testing"

	"github.com/manetomo/manetomo/search"
)

var dir = flag.String("set", "", "folder with a development set")

func TestX(t *testing.T) {
	x, err := search.Open(t.TempDir(), search.Options{Vocabulary: search.DefaultVocabulary(), Resolve: search.ResolvePlaces})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	docs, qs, err := ReadSet(*dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Rebuild(context.Background(), search.Fixed(docs)); err != nil {
		t.Fatal(err)
	}
	c, err := Quality(context.Background(), x, qs)
	if err != nil {
		t.Fatal(err)
	}
	Print(os.Stdout, c, true)
}
