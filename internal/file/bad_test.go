package file

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// pdf puts objects, numbered from 1, into a PDF whose first is the catalog.
func pdf(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

func stream(dict, content string) string {
	return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(content), content)
}

// manyPages is a PDF of n empty pages.
func manyPages(n int) []byte {
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", ""}
	var kids strings.Builder
	for i := range n {
		fmt.Fprintf(&kids, "%d 0 R ", i+3)
		objects = append(objects, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>")
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Count %d /Kids [ %s] >>", n, kids.String())
	return pdf(objects...)
}

// nestedForms is a page whose form draws the next one twice, and so on: two to the power of depth drawings.
func nestedForms(depth int) []byte {
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 500 500] /Resources << /XObject << /F 5 0 R >> >> /Contents 4 0 R >>",
		stream("", "/F Do")}
	for i := range depth {
		if i == depth-1 {
			objects = append(objects, stream("/Type /XObject /Subtype /Form /BBox [0 0 500 500]", "0 0 500 500 re f"))
			break
		}
		objects = append(objects, stream(fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 500 500] /Resources << /XObject << /F %d 0 R >> >>", 6+i), "/F Do /F Do"))
	}
	return pdf(objects...)
}

// TestHostileDocumentsEndInASentence: each ends in its time, with a Japanese reason or with pages, and never in a fault of ours.
func TestHostileDocumentsEndInASentence(t *testing.T) {
	e := engine(t)
	pages := "<< /Type /Pages /Count 1000000 /Kids [2 0 R 2 0 R 2 0 R] >>" // a tree that is its own branch
	deep := []string{"<< /Type /Catalog /Pages 2 0 R >>"}
	for i := range 3000 {
		deep = append(deep, fmt.Sprintf("<< /Type /Pages /Count 1 /Kids [%d 0 R] >>", i+3))
	}
	deep = append(deep, "<< /Type /Page /MediaBox [0 0 100 100] >>")
	for _, test := range []struct {
		rule    string
		data    []byte
		reasons []string // one of these
	}{
		{"20,000頁", manyPages(20_000), []string{reasonTooMany}},
		{"自分を枝にもつ頁の木", pdf("<< /Type /Catalog /Pages 2 0 R >>", pages), []string{reasonTooMany, reasonDamaged}},
		{"3,000段の頁の木", pdf(deep...), []string{reasonDamaged, reasonNoText}},
		{"2の40乗回描かれる図", nestedForms(40), []string{reasonTooLong, reasonDamaged, reasonMemory, reasonNoText}},
		{"百万キロの紙", pdf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99999999 99999999] >>"), []string{reasonDamaged, reasonMemory, reasonNoText}},
		{"広さのない紙", pdf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 0 0] >>"), []string{reasonDamaged, reasonNoText}},
	} {
		t.Run(test.rule, func(t *testing.T) {
			start := time.Now()
			note, err := readFile(t.Context(), e, new(sync.Mutex), PDF, test.data, maxTries, wholly, func(sheet) error { return nil })
			if err != nil {
				note = reasonFor(err)
			}
			found := false
			for _, r := range test.reasons {
				found = found || note == r
			}
			if !found {
				t.Errorf("after %v: %q, %v", time.Since(start), note, err)
			}
		})
	}
}

func TestNamesThatWouldHarm(t *testing.T) {
	for _, test := range []struct{ rule, name, want string }{
		{"上のフォルダー", "../../../etc/cron.d/a.pdf", "a.pdf"},
		{"ウィンドウズの道", `C:\Users\hanako\Desktop\発表.pdf`, "発表.pdf"},
		{"改行と制御文字", "a\r\nSet-Cookie: x\x00\x1b.pdf", "a Set-Cookie: x.pdf"},
		{"漢字300字", strings.Repeat("漢", 300) + ".docx", strings.Repeat("漢", maxName-5) + ".docx"},
	} {
		if got := CleanName(test.name); got != test.want && strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(test.want, " ", "") {
			t.Errorf("%s: CleanName = %q, want %q", test.rule, got, test.want)
		}
	}
}
