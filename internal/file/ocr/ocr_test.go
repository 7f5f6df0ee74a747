package ocr

import (
	"context"
	"errors"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/manetomo/manetomo/internal/file/pdfium"
)

// pictures are the sample posters that are pictures; testdata names the words that stand on each.
var pictures = []string{"poster-yameru.png", "poster-shiojiri.png", "poster-tonari.jpg"}

func picture(t testing.TB, name string) image.Image {
	t.Helper()
	f, err := os.Open(filepath.Join("../testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToLower(norm.NFKC.String(s)))
}

// share reads the pictures and counts their true words that were found.
func share(t testing.TB, r *Reader) (found, all int) {
	t.Helper()
	for _, name := range pictures {
		truth, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		text, words, err := r.Read(context.Background(), picture(t, name))
		if err != nil {
			t.Fatal(err)
		}
		check(t, text, words)
		text = fold(text)
		var missed []string
		for _, w := range strings.Fields(string(truth)) {
			all++
			if strings.Contains(text, fold(w)) {
				found++
			} else {
				missed = append(missed, w)
			}
		}
		t.Logf("%s: missed %v", name, missed)
	}
	return found, all
}

// check holds for every picture: the words lie on it, and joined they are its text.
func check(t testing.TB, text string, words []pdfium.Word) {
	t.Helper()
	var joined strings.Builder
	for _, w := range words {
		joined.WriteString(w.Text)
		if b := w.Box; b[0] < 0 || b[1] < 0 || b[2] < 1 || b[3] < 1 || b[0]+b[2] > 1000 || b[1]+b[3] > 1000 {
			t.Errorf("%q stands at %v, outside the picture", w.Text, b)
		}
	}
	bare := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	if joined.String() != bare || !utf8.ValidString(text) {
		t.Errorf("the words join to %q, the text is %q", joined.String(), bare)
	}
}

func reader(t testing.TB) *Reader {
	t.Helper()
	r, err := Find(context.Background())
	if err != nil {
		t.Fatalf("%v: the tests need %v", err, Packages)
	}
	return r
}

func TestMostWordsOfTheSamplePicturesAreFound(t *testing.T) {
	found, all := share(t, reader(t))
	if float64(found) < 0.8*float64(all) {
		t.Errorf("found %d of %d true words", found, all)
	}
}

func TestAPictureIsGivenUpWithItsRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := reader(t).Read(ctx, image.NewGray(image.Rect(0, 0, 50, 50))); !errors.Is(err, context.Canceled) {
		t.Errorf("Read = %v", err)
	}
}

func TestAnEmptyPictureHasNoWords(t *testing.T) {
	text, words, err := reader(t).Read(t.Context(), image.NewGray(image.Rect(0, 0, 400, 300)))
	if err != nil || text != "" || len(words) > 0 {
		t.Errorf("Read = %q, %v, %v", text, words, err)
	}
}

// BenchmarkRead reads the sample pictures and reports the share of their true words that were found.
func BenchmarkRead(b *testing.B) {
	r := reader(b)
	found, all := 0, 0
	for b.Loop() {
		found, all = share(b, r)
	}
	b.ReportMetric(100*float64(found)/float64(all), "%words")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N*len(pictures)), "s/picture")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("5\t1\t1\t1\t1\t1\t10\t10\t50\t20\t96.5\t対話\n5\t1\t1\t1\t1\t2\t60\t10\t50\t20\t91\tの場\n"))
	f.Add([]byte("5\t1\t1\t1\t1\t1\t-9\t1e99\tNaN\t20\t96.5\t対話\n"))
	f.Fuzz(func(t *testing.T, tsv []byte) {
		text, words := pdfium.Group(chars(order(best(parse(tsv, 0, 640, 480)))), 640.0/480)
		check(t, text, words)
	})
}
