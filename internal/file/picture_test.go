package file

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/apperr"
)

func TestSniff(t *testing.T) {
	const pdf, png, jpg = "%PDF-1.7\n", "\x89PNG\r\n\x1a\nxxxx", "\xff\xd8\xff\xe0"
	for _, test := range []struct {
		rule, name, declared, head string
		want                       Type
		sentence                   string
	}{
		{"PDF", "a.pdf", "application/pdf", pdf, PDF, ""},
		{"大文字の終わり", "A.PDF", "", pdf, PDF, ""},
		{"種類を知らないブラウザー", "a.png", "application/octet-stream", png, PNG, ""},
		{"JPEGの別の終わり", "a.jpeg", "image/pjpeg; q=1", jpg, JPEG, ""},
		{"印が先頭にない", "a.pdf", "", "x%PDF-1.7", "", "名前はPDFですが、中身がPDFではありません"},
		{"先頭にBOM", "a.pdf", "", "\ufeff%PDF-1.7", "", "中身がPDFではありません"},
		{"終わりがない", "poster", "", pdf, "", "名前の終わりが「なし」"},
		{"終わりの食い違い", "a.html", "", pdf, "", "「.html」"},
		{"送られた種類の食い違い", "a.pdf", "text/html", pdf, "", "別の種類（text/html）"},
		{"ワード", "a.docx", "", "PK\x03\x04....", DOCX, ""},
		{"エクセル", "a.xlsx", "application/zip", "PK\x03\x04....", XLSX, ""},
		{"ほかの圧縮ファイル", "a.zip", "", "PK\x03\x04....", "", "一つずつ取り出して"},
		{"名前だけワード", "a.docx", "", "%PDF-1.7", "", "中身はPDFですが、名前の終わりが「.docx」"},
		{"パスワードの付いたワード", "a.docx", "", "\xd0\xcf\x11\xe0", "", "パスワードを外し"},
		{"WebP", "a.webp", "image/webp", "RIFF\x00\x00\x00\x00WEBPVP8 ", WebP, ""},
		{"音声", "a.webp", "", "RIFF\x00\x00\x00\x00WAVEfmt ", "", "音声か動画"},
		{"動画", "a.mp4", "", "\x00\x00\x00\x18ftypisom", "", "動画"},
		{"プログラム", "a.pdf", "", "MZ\x90\x00", "", "プログラム"},
		{"シェル", "a.png", "", "#!/bin/sh", "", "プログラム"},
		{"空白の後のHTML", "a.pdf", "", "  \n<!DOCTYPE HTML>", "", "HTML"},
		{"図", "a.svg", "image/svg+xml", "<?xml version='1.0'?><svg", "", "SVG"},
		{"iPhoneの写真", "a.heic", "", "\x00\x00\x00\x18ftypheic", "", "互換性優先"},
		{"ただの文", "memo.txt", "text/plain", "こんにちは", "", "PDF、画像（PNG・JPEG・WebP）"},
		{"空", "a.pdf", "", "", "", "空です"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			got, err := Sniff(test.name, test.declared, []byte(test.head))
			if got != test.want || test.want != "" && err != nil {
				t.Errorf("Sniff(%q) = %q, %v; want %q", test.name, got, err, test.want)
			}
			if test.want == "" && (!apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), test.sentence)) {
				t.Errorf("Sniff(%q) = %v, want %q", test.name, err, test.sentence)
			}
		})
	}
}

func TestCleanName(t *testing.T) {
	long := strings.Repeat("あ", 300)
	for _, test := range []struct{ rule, name, want string }{
		{"そのまま", "発表　ポスター(最終).pdf", "発表　ポスター(最終).pdf"},
		{"フォルダーは除く", `C:\fakepath\a.pdf`, "a.pdf"},
		{"上のフォルダーへは行かない", "../../etc/passwd", "passwd"},
		{"制御文字は除く", "a\x00b\r\n\u202efdp.pdf", "abfdp.pdf"},
		{"長い名前は終わりを残す", long + ".pdf", strings.Repeat("あ", 196) + ".pdf"},
		{"点だけ", "..", "ファイル"},
		{"なし", "", "ファイル"},
	} {
		if got := CleanName(test.name); strings.ReplaceAll(got, " ", "") != test.want {
			t.Errorf("%s: CleanName(%q) = %q, want %q", test.rule, test.name, got, test.want)
		}
	}
}

// corners is a picture whose four corners differ, so that turning shows.
func corners(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 255, 255, 255}
			switch {
			case x < w/2 && y < h/2:
				c = color.RGBA{255, 0, 0, 255} // red at the top left
			case x >= w/2 && y < h/2:
				c = color.RGBA{0, 255, 0, 255} // green at the top right
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// withExif puts segments after the beginning of a JPEG.
func withExif(t *testing.T, img image.Image, segments ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	out := []byte{0xFF, markSOI}
	for _, s := range segments {
		out = append(out, 0xFF, markAPP1)
		out = binary.BigEndian.AppendUint16(out, uint16(len(s)+2))
		out = append(out, s...)
	}
	return append(out, b.Bytes()[2:]...)
}

func TestPicturesStandTheRightWayUp(t *testing.T) {
	for o, want := range map[int]struct {
		w, h int
		red  string // the corner where the stored top left is shown
	}{
		1: {60, 40, "top left"}, 2: {60, 40, "top right"}, 3: {60, 40, "bottom right"}, 4: {60, 40, "bottom left"},
		5: {40, 60, "top left"}, 6: {40, 60, "top right"}, 7: {40, 60, "bottom right"}, 8: {40, 60, "bottom left"},
	} {
		file := withExif(t, corners(60, 40), exifOrientation(o))
		var cleaned bytes.Buffer
		if _, err := strip(JPEG, &cleaned, bytes.NewReader(file)); err != nil {
			t.Fatal(err)
		}
		img, err := decode(JPEG, cleaned.Bytes(), Widths[len(Widths)-1], maxPixels)
		if err != nil {
			t.Fatal(err)
		}
		b := img.Bounds()
		if b.Dx() != want.w || b.Dy() != want.h {
			t.Errorf("orientation %d: shown as %v, want %d×%d", o, b, want.w, want.h)
		}
		at := map[string][2]int{"top left": {2, 2}, "top right": {b.Dx() - 3, 2}, "bottom left": {2, b.Dy() - 3}, "bottom right": {b.Dx() - 3, b.Dy() - 3}}[want.red]
		if c := img.RGBAAt(at[0], at[1]); c.R < 200 || c.G > 60 {
			t.Errorf("orientation %d: %s is %v, want red", o, want.red, c)
		}
	}
}

func TestSecretsOfAPictureAreDropped(t *testing.T) {
	in, err := takeIn(t.TempDir(), "exif-rotated-gps.jpg", "image/jpeg", bytes.NewReader(sample(t, "exif-rotated-gps.jpg")))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Discard()
	kept, err := io.ReadAll(in.temp)
	if err != nil {
		t.Fatal(err)
	}
	if orientationOf(kept) != 6 {
		t.Errorf("the kept file says orientation %d, want 6", orientationOf(kept))
	}
	if i := bytes.Index(kept, exifHead); i < 0 || binary.BigEndian.Uint16(kept[i-2:]) != 34 {
		t.Error("Exif of the kept file holds more than the orientation")
	}
	before, err := jpeg.Decode(bytes.NewReader(sample(t, "exif-rotated-gps.jpg")))
	if err != nil {
		t.Fatal(err)
	}
	after, err := jpeg.Decode(bytes.NewReader(kept))
	if err != nil {
		t.Fatal(err)
	}
	if before.Bounds() != after.Bounds() || before.At(50, 50) != after.At(50, 50) {
		t.Error("the pixels have changed")
	}
}

func TestPicturesThatAreNotWhole(t *testing.T) {
	var whole bytes.Buffer
	if err := png.Encode(&whole, corners(300, 200)); err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole.Bytes())
	flipped[len(flipped)/2] ^= 0x40
	photo := withExif(t, corners(300, 200))
	for _, test := range []struct {
		rule, name string
		file       []byte
		want       string
	}{
		{"途中で切れたPNG", "a.png", whole.Bytes()[:whole.Len()-20], "途中で切れています"},
		{"中ほどが化けたPNG", "a.png", flipped, "壊れていて"},
		{"途中で切れたJPEG", "a.jpg", photo[:len(photo)-30], "途中で切れています"},
		{"見出しだけのJPEG", "a.jpg", photo[:30], "読み取れませんでした"},
		{"途中で切れた見本のPNG", "a.png", sample(t, "png-named.jpg"), "途中で切れています"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			_, err := takeIn(t.TempDir(), test.name, "", bytes.NewReader(test.file))
			if !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("takeIn = %v, want %q", err, test.want)
			}
		})
	}
}

func TestWhatFollowsAPictureIsDropped(t *testing.T) {
	secret := []byte("GPS 35.68 139.76")
	var p bytes.Buffer
	if err := png.Encode(&p, corners(30, 20)); err != nil {
		t.Fatal(err)
	}
	for kind, file := range map[Type][]byte{PNG: p.Bytes(), JPEG: withExif(t, corners(30, 20))} {
		var out bytes.Buffer
		if _, err := strip(kind, &out, io.MultiReader(bytes.NewReader(file), bytes.NewReader(secret))); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(out.Bytes(), secret) {
			t.Errorf("%s: what stands behind the picture was kept", kind)
		}
	}
}

// endless is an upload that never ends.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.read += int64(len(p))
	return len(p), nil
}

func TestATooLargeUploadIsRefusedWhileReading(t *testing.T) {
	e := &endless{}
	_, err := takeIn(t.TempDir(), "a.pdf", "", io.MultiReader(strings.NewReader("%PDF-1.7\n"), e))
	if !apperr.Is(err, apperr.TooLarge) || e.read > MaxSize+(1<<20) {
		t.Errorf("takeIn = %v after %d bytes, want TooLarge soon after 100 MB", err, e.read)
	}
}

func TestLadder(t *testing.T) {
	for _, test := range []struct {
		rule  string
		width int
		want  []int
	}{
		{"大きな画像は3つ", 3000, []int{2560, 1280, 512}},
		{"間の画像はその大きさまで", 2000, []int{2560, 1280, 512}},
		{"ちょうど", 1280, []int{1280, 512}},
		{"小さな画像は1つ", 300, []int{512}},
	} {
		made, err := ladder(image.NewRGBA(image.Rect(0, 0, test.width, 10)), Widths)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, p := range made {
			got = append(got, p.width)
		}
		if len(got) != len(test.want) || got[0] != test.want[0] {
			t.Errorf("%s: ladder of %d is %v, want %v", test.rule, test.width, got, test.want)
		}
	}
}

func TestColour(t *testing.T) {
	img := corners(100, 100)
	if got := colour(img); got != "#ffffff" {
		t.Errorf("colour = %s, want #ffffff", got)
	}
}

func FuzzSniff(f *testing.F) {
	f.Add("a.pdf", "application/pdf", []byte("%PDF-1.7"))
	f.Add("a.svg", "image/svg+xml", []byte("<svg onload=alert(1)>"))
	f.Fuzz(func(t *testing.T, name, declared string, head []byte) {
		kind, err := Sniff(CleanName(name), declared, head)
		if (kind == "") != (err != nil) {
			t.Errorf("Sniff = %q, %v", kind, err)
		}
		if err != nil && !apperr.Is(err, apperr.Invalid) {
			t.Errorf("Sniff = %v, want a sentence", err)
		}
	})
}

func FuzzOrientation(f *testing.F) {
	f.Add(exifOrientation(6))
	f.Fuzz(func(t *testing.T, b []byte) {
		if o := orientation(b); o < 1 || o > 8 {
			t.Errorf("orientation = %d", o)
		}
		orientationOf(b)
	})
}

func FuzzPicture(f *testing.F) {
	var p bytes.Buffer
	if err := png.Encode(&p, corners(8, 8)); err != nil {
		f.Fatal(err)
	}
	var j bytes.Buffer
	if err := jpeg.Encode(&j, corners(8, 8), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(p.Bytes())
	f.Add(j.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, kind := range []Type{PNG, JPEG, WebP} {
			c, err := checkHeader(kind, bytes.NewReader(b))
			if err == nil && (c.Width > maxSide || c.Width*c.Height > maxPixels) {
				t.Errorf("checkHeader took %d×%d", c.Width, c.Height)
			}
			_, err = strip(kind, io.Discard, bytes.NewReader(b))
			if err != nil && !errors.Is(err, errTruncated) && !errors.Is(err, errBroken) && !errors.Is(err, errMoves) {
				t.Errorf("strip = %v", err)
			}
		}
	})
}
