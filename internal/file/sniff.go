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
	WebP Type = "image/webp"
	DOCX Type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	PPTX Type = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	XLSX Type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// Picture tells whether files of this type are pictures.
func (t Type) Picture() bool { return t == PNG || t == JPEG || t == WebP }

// Office tells whether files of this type are documents that hold text and no sheets: zip archives of XML.
func (t Type) Office() bool { return t == DOCX || t == PPTX || t == XLSX }

// Label is what people call the type.
func (t Type) Label() string {
	for _, k := range known {
		if k.kind == t {
			return k.label
		}
	}
	return ""
}

// Limits of the contract (§5).
const (
	MaxSize      = 100 << 20 // a file
	MaxEntrySize = 200 << 20 // all files of an entry
	MaxDaySize   = 2 << 30   // all files of a person within 24 hours
	maxName      = 200       // characters of a file's name that are kept
	sniffed      = 1024      // bytes of a file that Sniff wants to see
)

// kind is how a type begins, ends its name and is declared.
type kind struct {
	kind     Type
	label    string
	magic    string
	endings  []string
	declared []string
}

var known = []kind{
	{PDF, "PDF", "%PDF-", []string{".pdf"}, []string{"application/x-pdf"}},
	{PNG, "PNG画像", "\x89PNG\r\n\x1a\n", []string{".png"}, nil},
	{JPEG, "JPEG画像", "\xff\xd8\xff", []string{".jpg", ".jpeg", ".jpe", ".jfif"}, []string{"image/jpg", "image/pjpeg"}},
	{WebP, "WebP画像", "RIFF", []string{".webp"}, nil},
	// These begin alike; the ending tells which it is, and the archive itself must say the same (office.go).
	{DOCX, "ワードの文書", zipMagic, []string{".docx"}, zipTypes},
	{PPTX, "パワーポイントの文書", zipMagic, []string{".pptx"}, zipTypes},
	{XLSX, "エクセルの表", zipMagic, []string{".xlsx"}, zipTypes},
}

const zipMagic = "PK\x03\x04"

// zipTypes are what machines without an office program call such a file.
var zipTypes = []string{"application/zip", "application/x-zip-compressed"}

// others are types that people try and that are not taken, with what they can do instead.
var others = []struct{ label, magic, instead string }{
	{"圧縮ファイル（ZIP）か、ほかの種類の文書", zipMagic, "まとめたファイルは、一つずつ取り出して載せてください。"},
	{"古い形式か、パスワードの付いたワードやエクセルの文書", "\xd0\xcf\x11\xe0", "パスワードを外し、そのソフトの「名前を付けて保存」でPDFを選んで、できたPDFを載せてください。"},
	{"GIF画像", "GIF8", "画像のソフトでPNGとして保存し直してください。"},
	{"音声か動画", "RIFF", "大事な場面を画像にして載せてください。"},
	{"TIFF画像", "II*\x00", "画像のソフトでPNGかJPEGとして保存し直してください。"},
	{"TIFF画像", "MM\x00*", "画像のソフトでPNGかJPEGとして保存し直してください。"},
	{"ビットマップ画像", "BM", "画像のソフトでPNGとして保存し直してください。"},
	{"プログラム", "MZ", "プログラムは載せられません。"},
	{"プログラム", "\x7fELF", "プログラムは載せられません。"},
	{"プログラム", "#!", "プログラムは載せられません。"},
}

// Sentences of refusal that are said at more than one place.
const (
	accepted      = "載せられるのは、PDF、画像（PNG・JPEG・WebP）、ワード・パワーポイント・エクセル（docx・pptx・xlsx）のファイルです。"
	sentenceEmpty = "ファイルが空です（0バイト）。もとのファイルが開けるか確かめてから、もう一度選んでください。"
	sentenceHEIC  = "このファイルはHEICの写真です。JPEGに変えてから選んでください。iPhoneは「設定」→「カメラ」→「フォーマット」で「互換性優先」を選ぶと、JPEGで撮れます。撮ってある写真は、「写真」で開いて自分あてのメールに付けると、JPEGになります。"
)

func isHEIC(name string) bool {
	ending := strings.ToLower(path.Ext(name))
	return ending == ".heic" || ending == ".heif"
}

// Sniff decides what a file is. Its content, the ending of its name and the type that the browser declared must all
// say the same; the first bytes decide, so that what begins as a web page is never taken for a PDF that comes later.
func Sniff(name, declared string, head []byte) (Type, error) {
	if len(head) == 0 {
		return "", refuse(sentenceEmpty)
	}
	ending := strings.ToLower(path.Ext(name))
	if k, ok := begins(head, ending); ok {
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
	if label == "HEIC" {
		return "", refuse(sentenceHEIC)
	}
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

// begins finds the type whose first bytes these are. Where several begin alike the ending chooses; a zip archive with
// another ending is none of ours.
func begins(head []byte, ending string) (k kind, ok bool) {
	for _, k := range known {
		switch {
		case !bytes.HasPrefix(head, []byte(k.magic)):
		case k.magic == zipMagic && !slices.Contains(k.endings, ending):
		case k.kind == WebP && (len(head) < 12 || string(head[8:12]) != "WEBP"):
		default:
			return k, true
		}
	}
	return kind{}, false
}

// heicBrands are how files of the HEIF family say what they are.
var heicBrands = []string{"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1", "heif", "avif"}

// describe names a type that is not taken, as well as its first bytes tell.
func describe(head []byte) (label, instead string) {
	for _, o := range others {
		if bytes.HasPrefix(head, []byte(o.magic)) {
			return o.label, o.instead
		}
	}
	if len(head) >= 12 && string(head[4:8]) == "ftyp" {
		if slices.Contains(heicBrands, string(head[8:12])) {
			return "HEIC", ""
		}
		return "動画", "大事な場面を画像にして載せてください。"
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
