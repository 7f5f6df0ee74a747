package file

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/apperr"
)

// pixel is the smallest WebP that there is.
func pixel(t *testing.T) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// riff puts chunks into a WebP.
func riff(chunks ...webpChunk) []byte {
	var body bytes.Buffer
	for _, c := range chunks {
		writeChunk(&body, c.name, c.data)
	}
	head := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(4+body.Len()))...)
	return append(append(head, "WEBP"...), body.Bytes()...)
}

func TestAWebPIsTakenWithoutItsSecrets(t *testing.T) {
	chunks, err := webpChunks(pixel(t))
	if err != nil || len(chunks) != 1 {
		t.Fatalf("webpChunks = %v, %v", chunks, err)
	}
	header := make([]byte, 10)
	header[0] = webpExif | webpXMP
	exif := exifOrientation(6)[len(exifHead):]
	file := riff(webpChunk{"VP8X", header}, chunks[0], webpChunk{"EXIF", exif}, webpChunk{"XMP ", []byte("GPS 35.68 139.76")})
	in, err := takeIn(t.TempDir(), "a.webp", "image/webp", bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Discard()
	kept := make([]byte, in.size)
	if _, err := in.temp.ReadAt(kept, 0); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(kept, []byte("GPS")) || webpTurn(kept) != 6 {
		t.Errorf("kept are %d bytes, orientation %d", len(kept), webpTurn(kept))
	}
	if img, err := decode(WebP, kept, 100, maxPixels); err != nil || img.Bounds().Dx() != 1 {
		t.Errorf("decode = %v, %v", img, err)
	}
	names, err := webpChunks(kept)
	if err != nil || !slices.EqualFunc(names, []string{"VP8X", "VP8L", "EXIF"}, func(c webpChunk, name string) bool { return c.name == name }) {
		t.Errorf("chunks are %v, %v", names, err)
	}
}

func TestWebPsThatAreNotTaken(t *testing.T) {
	moves := make([]byte, 10)
	moves[0] = webpMoves
	chunks, err := webpChunks(pixel(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		rule string
		file []byte
		want string
	}{
		{"途中で切れた", pixel(t)[:30], "途中で切れています"},
		{"動く", riff(webpChunk{"VP8X", moves}, chunks[0]), "動く画像"},
		{"中身のない", riff(), "読み取れませんでした"},
	} {
		if _, err := takeIn(t.TempDir(), "a.webp", "", bytes.NewReader(test.file)); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: takeIn = %v, want %q", test.rule, err, test.want)
		}
	}
}
