package bench

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/search"
)

func all(t *testing.T, a Archive) (docs []search.Document) {
	t.Helper()
	err := a.All(context.Background(), func(batch []search.Document) error {
		docs = append(docs, batch...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

func TestTheSameSeedMakesTheSameArchive(t *testing.T) {
	if diff := cmp.Diff(all(t, Archive{Size: 30, Seed: 5}), all(t, Archive{Size: 30, Seed: 5})); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(all(t, Archive{Size: 30, Seed: 5}), all(t, Archive{Size: 30, Seed: 6})) {
		t.Error("another seed made the same archive")
	}
}

func TestJudge(t *testing.T) {
	found := func(ids ...string) (r search.Result) {
		for _, id := range ids {
			r.Hits = append(r.Hits, search.Hit{Document: search.Document{ID: id}})
		}
		return r
	}
	for _, test := range []struct {
		name           string
		relevant       []string
		decoys         []string
		hits           search.Result
		ndcg, inOrder  float64
		nothingCounted int
	}{
		{"in order", []string{"a", "b"}, nil, found("a", "b", "x"), 1, 0, 0},
		{"nothing", []string{"a"}, nil, found(), 0, 0, 1},
		{"others drop out where there are decoys", []string{"a"}, []string{"d"}, found("x", "a", "d"), 1, 1, 0},
		{"a decoy before it", []string{"a"}, []string{"d"}, found("d", "a"), 0.6309, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			var c Class
			c.judge(Question{Relevant: test.relevant, Decoys: test.decoys}, test.hits)
			if d := c.NDCG - test.ndcg; d > 1e-3 || d < -1e-3 || float64(c.PairsInOrder) != test.inOrder || c.Empty != test.nothingCounted {
				t.Errorf("judged %+v", c)
			}
		})
	}
}
