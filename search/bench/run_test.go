package bench

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"testing"
	"time"

	"github.com/manetomo/manetomo/search"
)

var dir = flag.String("set", "", "folder with a development set")
var size = flag.Int("size", 0, "")
var prof = flag.String("prof", "", "")

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
	b := time.Now()
	if err := x.Rebuild(context.Background(), Archive{*size, 1, docs}); err != nil {
		t.Fatal(err)
	}
	fmt.Println("docs/s", float64(*size)/time.Since(b).Seconds())
	c, err := Quality(context.Background(), x, qs)
	if err != nil {
		t.Fatal(err)
	}
	Print(os.Stdout, c, true)
	if *prof != "" {
		f, _ := os.Create(*prof)
		pprof.StartCPUProfile(f)
		defer pprof.StopCPUProfile()
	}
	g, err := Latency(context.Background(), x, 200, false)
	if err != nil {
		t.Fatal(err)
	}
	PrintGroups(os.Stdout, g)
	g, err = Latency(context.Background(), x, 200, true)
	if err != nil {
		t.Fatal(err)
	}
	PrintGroups(os.Stdout, g)
}
