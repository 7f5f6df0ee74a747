package file

import (
	"bytes"
	"fmt"
	"mime"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/text"
)

// Type is a type of file that the archive takes.
type Type string

// The types, by their names on the wire.
const (
	PDF  Type = "application/pdf"
	PNG  Type = "image/png"
	JPEG Type = "image/jpeg"
)

// Limits of the contract (§5).
const (
	MaxSize      = 100 << 20 // a file
	MaxEntrySize = 200 << 20 // all files of an entry
	MaxDaySize   = 2 << 30   // all files of a person within 24 hours
	maxName      = 200       // characters of a file's name that are kept
	sniffed      = 1024      // bytes of a file that Sniff wants to see
)

// known is how a type begins, ends its name and is declared.
var known = []struct {
	kind     Type
	label    string
	magic    string
	endings  []string
	declared []string
}{
	{PDF, "PDF", "%PDF-", []string{".pdf"}, []string{"application/x-pdf"}},
	{PNG, "PNG画像", "\x89PNG\r\n\x1a\n", []string{".png"}, nil},
	{JPEG, "JPEG画像", "\xff\xd8\xff", []string{".jpg", ".jpeg", ".jpe", ".jfif"}, []string{"image/jpg", "image/pjpeg"}},
}

// others are types that people try and that are not taken, with what they can do instead.
var others = []struct{ label, magic, instead string }{
	{"ワードやエクセル、パワーポイントの文書", "PK\x03\x04", "そのソフトの「名前を付けて保存」でPDFを選び、できたPDFを載せてください。"},
	{"古い形式のワードやエクセルの文書", "\xd0\xcf\x11\xe0", "そのソフトの「名前を付けて保存」でPDFを選び、できたPDFを載せてください。"},
	{"GIF画像", "GIF8", "画像のソフトでPNGとして保存し直してください。"},
	{"WebP画像", "RIFF", "画像のソフトでPNGかJPEGとして保存し直してください。"},
	{"TIFF画像", "II*\x00", "画像のソフトでPNGかJPEGとして保存し直してください。"},
	{"TIFF画像", "MM\x00*", "画像のソフトでPNGかJPEGとして保存し直してください。"},
	{"ビットマップ画像", "BM", "画像のソフトでPNGとして保存し直してください。"},
	{"プログラム", "MZ", "プログラムは載せられません。"},
	{"プログラム", "\x7fELF", "プログラムは載せられません。"},
	{"プログラム", "#!", "プログラムは載せられません。"},
}

const accepted = "載せられるのは、PDF・PNG・JPEGのファイルです。"

// Sniff decides what a file is. Its content, the ending of its name and the type that the browser declared must all
// say the same; the first bytes decide, so that what begins as a web page is never taken for a PDF that comes later.
func Sniff(name, declared string, head []byte) (Type, error) {
	if len(head) == 0 {
		return "", refuse("ファイルが空です（0バイト）。もとのファイルが開けるか確かめてから、もう一度選んでください。")
	}
	ending := strings.ToLower(path.Ext(name))
	for _, k := range known {
		if !bytes.HasPrefix(head, []byte(k.magic)) {
			continue
		}
		if !slices.Contains(k.endings, ending) {
			return "", refuse(fmt.Sprintf("このファイルの中身は%sですが、名前の終わりが「%s」です。名前の終わりを「%s」に直すか、もとのソフトで保存し直してください。",
				k.label, shownEnding(ending), k.endings[0]))
		}
		if d := mediaType(declared); d != "" && d != string(k.kind) && !slices.Contains(k.declared, d) {
			return "", refuse(fmt.Sprintf("このファイルの中身は%sですが、別の種類（%s）として送られました。ファイルを選び直してください。", k.label, text.Cut(d, 60)))
		}
		return k.kind, nil
	}
	label, instead := describe(head)
	if label == "" {
		for _, k := range known {
			if slices.Contains(k.endings, ending) {
				return "", refuse(fmt.Sprintf("名前は%sですが、中身が%sではありません。もとのソフトで開き、%sとして保存し直してください。", k.label, k.label, k.label))
			}
		}
		return "", refuse(accepted + "ほかの種類は、もとのソフトの「印刷」や「名前を付けて保存」でPDFにしてから載せてください。")
	}
	return "", refuse(fmt.Sprintf("このファイルの中身は%sです。%s%s", label, accepted, instead))
}

// describe names a type that is not taken, as well as its first bytes tell.
func describe(head []byte) (label, instead string) {
	for _, o := range others {
		if bytes.HasPrefix(head, []byte(o.magic)) {
			return o.label, o.instead
		}
	}
	if len(head) >= 12 && string(head[4:8]) == "ftyp" {
		return "HEICの写真か動画", "写真は、送る前に「互換性優先」やJPEGに変えてください。"
	}
	s := strings.ToLower(string(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff")))))
	switch {
	case !strings.HasPrefix(s, "<"):
		return "", ""
	case strings.Contains(s, "<svg"):
		return "SVGの図", "図を作ったソフトで、PDFかPNGとして書き出してください。"
	case strings.Contains(s, "<html") || strings.Contains(s, "<!doctype html") || strings.Contains(s, "<script"):
		return "ウェブページ（HTML）", "ブラウザーの「印刷」で「PDFに保存」を選び、できたPDFを載せてください。"
	}
	return "XMLの文書", "もとのソフトでPDFとして書き出してください。"
}

func refuse(sentence string) error { return apperr.At("file", sentence) }

// mediaType is the declared type without its parameters; empty when the browser did not know.
func mediaType(declared string) string {
	d, _, err := mime.ParseMediaType(declared)
	if err != nil || d == "application/octet-stream" || d == "binary/octet-stream" {
		return ""
	}
	return d
}

func shownEnding(ending string) string {
	if ending == "" {
		return "なし"
	}
	return text.Cut(ending, 20)
}

// CleanName makes a file's name fit to be shown and sent: without folders and controls, of bounded length, with its ending.
func CleanName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name, err := text.OptionalLine("file", "", strings.ToValidUTF8(name, ""), 1<<20)
	if err != nil || name == "" || strings.Trim(name, ".") == "" {
		return "ファイル"
	}
	if utf8.RuneCountInString(name) > maxName {
		ending := path.Ext(name)
		if len(ending) > 10 {
			ending = ""
		}
		runes := []rune(strings.TrimSuffix(name, ending))
		name = string(runes[:min(len(runes), maxName-len(ending))]) + ending
	}
	return name
}

// tooLarge is the sentence for a file past the limit; the rest of it is not read, so nobody knows its size.
func tooLarge() error {
	return &apperr.Error{Kind: apperr.TooLarge, Field: "file",
		Message: "このファイルは100MBをこえています。100MBまでのものを選んでください。PDFは「サイズを小さくして保存」で軽くできます。"}
}

// megabytes rounds up: a file of 100.2 MB is not of 100.
func megabytes(size int64) int64 { return (size + 1<<20 - 1) >> 20 }
