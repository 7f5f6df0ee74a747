package pdfium

import (
	"context"
	"testing"
)

func TestTheHeadingIsWhatStandsInTheLargestLetters(t *testing.T) {
	e := open(t, Options{})
	for file, want := range map[string]string{
		"poster-madoguchi.pdf": "書かせない。回らせない。待たせない。",
		"poster-soma.pdf":      "対話がまちの初動を変える。",
		"poster-suzaka.pdf":    "方針は、全員でつくる。",
		"poster-zangyo.pdf":    "残業を減らす前に、話す時間を増やした。",
		"joint-paper.pdf":      "残業を減らす前に、話す時間を増やした",
		"scan-image-only.pdf":  "",
	} {
		d, err := e.Document(context.Background(), sample(t, file))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		p, err := d.Page(context.Background(), 1)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		got, err := p.Heading(200)
		if err != nil || got != want {
			t.Errorf("%s: heading %q (%v), want %q", file, got, err, want)
		}
	}
}
