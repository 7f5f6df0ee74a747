package search_test

import (
	"context"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search"
)

// slow is a source that stops in the middle until it is let go on, with a log of what was written meanwhile.
type slow struct {
	search.Fixed
	reading, goOn chan struct{}
	later         []search.Document // one for each position of the log
}

func (s *slow) All(ctx context.Context, use func([]search.Document) error) error {
	close(s.reading)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.goOn:
	}
	return s.Fixed.All(ctx, use)
}

func (s *slow) Changes(_ context.Context, after int64) (search.Changes, error) {
	if after >= int64(len(s.later)) {
		return search.Changes{Seq: after}, nil
	}
	return search.Changes{Docs: s.later[after : after+1], Seq: after + 1}, nil
}

func TestWhatIsWrittenDuringARebuildIsFoundMeanwhileAndAfter(t *testing.T) {
	x := index(t, report("old", "枇杷の報告", "x"))
	source := &slow{Fixed: search.Fixed{report("old", "枇杷の報告", "x")}, reading: make(chan struct{}), goOn: make(chan struct{})}
	done := make(chan error, 1)
	go func() { done <- x.Rebuild(t.Context(), source) }()
	<-source.reading
	source.later = []search.Document{report("one", "蜜柑の報告", "x"), report("two", "林檎の報告", "x")}
	for i, d := range source.later {
		if err := x.Apply(t.Context(), []search.Document{d}, nil, int64(i+1)); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string) {
		t.Helper()
		for word, id := range map[string]string{"枇杷": "old", "蜜柑": "one", "林檎": "two"} {
			if got := ids(ask(t, x, access.Viewer{}, search.Request{Text: word})); got != id {
				t.Errorf("%s: %s found [%s]; want %s", when, word, got, id)
			}
			if got := x.Suggest(access.Viewer{}, word, 8); len(got) != 1 {
				t.Errorf("%s: %s suggests %v", when, word, got)
			}
		}
		if x.Seq() != 2 {
			t.Errorf("%s: the index is at %d; want 2", when, x.Seq())
		}
	}
	check("meanwhile")
	close(source.goOn)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	check("after")
}
