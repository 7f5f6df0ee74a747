package office

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// doc is an archive in the making: parts by name.
type doc map[string]string

const types = `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/%s" ContentType="%s"/></Types>`
const relsHead = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`

func relTo(id, kind, target string) string {
	return fmt.Sprintf(`<Relationship Id="%s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"/>`, id, kind, target)
}

// made is a document of a kind with these parts beside what every document has.
func made(kind Kind, main string, parts doc) doc {
	d := doc{"[Content_Types].xml": fmt.Sprintf(types, main, mains[kind]), "_rels/.rels": relsHead + relTo("r1", "officeDocument", main) + "</Relationships>"}
	for name, content := range parts {
		d[name] = content
	}
	return d
}

func word(body string) doc {
	return made(Word, "word/document.xml", doc{"word/document.xml": `<w:document xmlns:w="w" xmlns:mc="mc"><w:body>` + body + `</w:body></w:document>`})
}

func (d doc) zip(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range d {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(data []byte, kind Kind) (*Document, error) {
	return Read(bytes.NewReader(data), int64(len(data)), kind)
}

func TestText(t *testing.T) {
	sheet := func(rows string) string { return `<worksheet><sheetData>` + rows + `</sheetData></worksheet>` }
	slide := func(text string) string {
		return `<p:sld xmlns:a="a" xmlns:p="p"><a:p><a:r><a:t>` + text + `</a:t></a:r></a:p></p:sld>`
	}
	for _, test := range []struct {
		rule string
		kind Kind
		doc  doc
		want []string
	}{
		{"ふりがなは除く", Word, word(`<w:p><w:r><w:t>先に</w:t></w:r><w:ruby><w:rt><w:r><w:t>たいわ</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>対話</w:t></w:r></w:rubyBase></w:ruby></w:p>`), []string{"先に対話"}},
		{"段落は行になる", Word, word(`<w:p><w:t>一</w:t></w:p><w:p><w:t>二</w:t><w:tab/><w:t>三</w:t></w:p>`), []string{"一\n二 三"}},
		{"表の行は一行になる", Word, word(`<w:tbl><w:tr><w:tc><w:p><w:t>四月</w:t></w:p></w:tc><w:tc><w:p><w:t>八人</w:t></w:p></w:tc></w:tr></w:tbl>`), []string{"四月 八人"}},
		{"改ページで分かれる", Word, word(`<w:p><w:t>前</w:t><w:br w:type="page"/><w:lastRenderedPageBreak/><w:t>後</w:t></w:p>`), []string{"前", "後"}},
		{"消した文字と二重の文字は除く", Word, word(`<w:p><w:del><w:r><w:t>消した</w:t></w:r></w:del><mc:AlternateContent><mc:Choice><w:t>残る</w:t></mc:Choice><mc:Fallback><w:t>残る</w:t></mc:Fallback></mc:AlternateContent></w:p>`), []string{"残る"}},
		{"スライドは並べた順", Slides, made(Slides, "ppt/presentation.xml", doc{
			"ppt/presentation.xml":            `<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId id="256" r:id="r2"/><p:sldId id="257" r:id="r1"/></p:sldIdLst></p:presentation>`,
			"ppt/_rels/presentation.xml.rels": relsHead + relTo("r1", "slide", "slides/slide1.xml") + relTo("r2", "slide", "/ppt/slides/slide2.xml") + `</Relationships>`,
			"ppt/slides/slide1.xml":           slide("あと"), "ppt/slides/slide2.xml": slide("さき")}), []string{"さき", "あと"}},
		{"セルと隠したシートとふりがな", Sheets, made(Sheets, "xl/workbook.xml", doc{
			"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="人数" sheetId="1" r:id="r1"/><sheet name="秘密" state="hidden" sheetId="2" r:id="r2"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels": relsHead + relTo("r1", "worksheet", "worksheets/sheet1.xml") + relTo("r2", "worksheet", "worksheets/sheet2.xml") + relTo("r3", "sharedStrings", "sharedStrings.xml") + `</Relationships>`,
			"xl/sharedStrings.xml":       `<sst><si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si></sst>`,
			"xl/worksheets/sheet1.xml":   sheet(`<row><c t="s"><v>0</v></c><c><f>1+1</f><v>2</v></c><c t="s"><v>99</v></c><c t="inlineStr"><is><t>直に</t></is></c></row>`),
			"xl/worksheets/sheet2.xml":   sheet(`<row><c><v>3</v></c></row>`)}), []string{"人数\n東京 2  直に"}},
	} {
		t.Run(test.rule, func(t *testing.T) {
			d, err := read(test.doc.zip(t), test.kind)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Join(d.Pages, "|") != strings.Join(test.want, "|") {
				t.Errorf("Pages = %q, want %q", d.Pages, test.want)
			}
		})
	}
}

func TestHostileArchives(t *testing.T) {
	many := word("")
	for i := range maxEntries {
		many[fmt.Sprint("x/", i)] = ""
	}
	ofMacros := word("")
	ofMacros["[Content_Types].xml"] = fmt.Sprintf(types, "word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml")
	elsewhere := word("")
	elsewhere["_rels/.rels"] = relsHead + relTo("r1", "officeDocument", "../../../../etc/passwd") + "</Relationships>"
	nested := doc{"a.docx": string(word("").zip(t))}
	lying := word("").zip(t)
	lying[len(lying)-6] = 0 // the list of entries lies elsewhere
	for _, test := range []struct {
		rule string
		data []byte
		kind Kind
		want error
	}{
		{"開くと大きくなる文書", word("<w:p><w:t>" + strings.Repeat("あ", maxPart/2) + "</w:t></w:p>").zip(t), Word, ErrTooMuch},
		{"項目の多すぎる文書", many.zip(t), Word, ErrTooMuch},
		{"入れ子の深すぎる文書", word(strings.Repeat("<w:p>", maxDepth) + strings.Repeat("</w:p>", maxDepth)).zip(t), Word, ErrDamaged},
		{"実体の爆弾", made(Word, "word/document.xml", doc{"word/document.xml": `<!DOCTYPE x [<!ENTITY a "ああああ"><!ENTITY b "&a;&a;&a;">]><w:t>&b;</w:t>`}).zip(t), Word, ErrDamaged},
		{"外を指す実体", made(Word, "word/document.xml", doc{"word/document.xml": `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:t>&a;</w:t>`}).zip(t), Word, ErrDamaged},
		{"文書の中の文書", nested.zip(t), Word, ErrOther},
		{"マクロ", ofMacros.zip(t), Word, ErrMacros},
		{"名前とちがう種類", word("").zip(t), Sheets, ErrOther},
		{"外を指す名前", elsewhere.zip(t), Word, ErrOther},
		{"本文のない文書", made(Word, "word/document.xml", nil).zip(t), Word, ErrOther},
		{"終わりのない文書", word("").zip(t)[:100], Word, ErrDamaged},
		{"一覧の場所がうそ", lying, Word, ErrDamaged},
		{"空", nil, Word, ErrDamaged},
		{"別の文字コード", made(Word, "word/document.xml", doc{"word/document.xml": `<?xml version="1.0" encoding="Shift_JIS"?><w:t>a</w:t>`}).zip(t), Word, ErrDamaged},
	} {
		t.Run(test.rule, func(t *testing.T) {
			if _, err := read(test.data, test.kind); !errors.Is(err, test.want) {
				t.Errorf("Read = %v, want %v", err, test.want)
			}
		})
	}
}

// TestACellThatIsRepeatedAMillionTimes: what a page holds is bounded, and so is the time that it takes.
func TestACellThatIsRepeatedAMillionTimes(t *testing.T) {
	data := made(Sheets, "xl/workbook.xml", doc{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": relsHead + relTo("r1", "worksheet", "s.xml") + relTo("r3", "sharedStrings", "t.xml") + `</Relationships>`,
		"xl/t.xml":                   `<sst><si><t>` + strings.Repeat("対話", 80_000) + `</t></si></sst>`,
		"xl/s.xml":                   `<worksheet>` + strings.Repeat(`<c t="s"><v>0</v></c>`, 1_000_000) + `</worksheet>`}).zip(t)
	d, err := read(data, Sheets)
	if err != nil || len(d.Pages) != 1 || len([]rune(d.Pages[0])) > maxPageText {
		t.Errorf("Read = %v", err)
	}
}

func TestProperties(t *testing.T) {
	d := word("<w:p><w:t>本文</w:t></w:p>")
	d["_rels/.rels"] = relsHead + relTo("r1", "officeDocument", "word/document.xml") +
		`<Relationship Id="r2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>` +
		relTo("r3", "extended-properties", "docProps/app.xml") +
		`<Relationship Id="r4" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail" Target="docProps/thumbnail.jpeg"/></Relationships>`
	d["docProps/core.xml"] = `<c:coreProperties xmlns:c="c" xmlns:d="d"><d:title>題</d:title><d:creator>見本 花子</d:creator><c:lastModifiedBy>見本 花子</c:lastModifiedBy></c:coreProperties>`
	d["docProps/app.xml"] = `<Properties><Company>見本市役所</Company><Pages>3</Pages></Properties>`
	d["docProps/thumbnail.jpeg"] = "\xff\xd8\xff thumbnail"
	got, err := read(d.zip(t), Word)
	if err != nil || strings.Join(got.Names, "|") != "見本 花子|見本市役所" || string(got.Thumbnail) != d["docProps/thumbnail.jpeg"] {
		t.Errorf("Read = %+v, %v", got, err)
	}
}

func samples(testing.TB) map[string]Kind {
	return map[string]Kind{"taiwakai-guide.docx": Word, "teigen-slides.pptx": Slides}
}

func TestSamples(t *testing.T) {
	for name, kind := range samples(t) {
		data, err := os.ReadFile(filepath.Join("../testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		d, err := read(data, kind)
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Join(d.Pages, "\n")
		for _, word := range map[Kind][]string{Word: {"庁内対話会の進め方", "髙", "邉", "鰺"}, Slides: {"人材育成基本方針", "使う方針"}}[kind] {
			if !strings.Contains(all, word) {
				t.Errorf("%s lacks %s: %.300s", name, word, all)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	for name, kind := range samples(f) {
		data, err := os.ReadFile(filepath.Join("../testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, int(kind))
	}
	f.Add(word(`<w:p><w:ruby><w:rt><w:t>a</w:t></w:rt></w:ruby><w:t>b</w:t></w:p>`).zip(f), int(Word))
	f.Fuzz(func(t *testing.T, data []byte, kind int) {
		d, err := read(data, Kind(((kind%3)+3)%3))
		if err == nil && (len(d.Pages) == 0 || len(d.Pages) > maxPages) {
			t.Errorf("%d pages", len(d.Pages))
		}
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrOther) && !errors.Is(err, ErrTooMuch) && !errors.Is(err, ErrMacros) {
			t.Errorf("Read = %v", err)
		}
	})
}

// FuzzMain reads hostile XML in an archive that is whole.
func FuzzMain(f *testing.F) {
	f.Add(`<w:p><w:r><w:t>対話</w:t></w:r></w:p>`)
	f.Add(`<row><c t="s"><v>0</v></c></row>`)
	f.Add(`<a:p><a:fld><a:t>1</a:t></a:fld></a:p>`)
	f.Fuzz(func(t *testing.T, body string) {
		for kind := range mains {
			d, err := read(made(kind, "main.xml", doc{"main.xml": body}).zip(t), kind)
			if err == nil && len(d.Pages) == 0 {
				t.Error("no page")
			}
		}
	})
}
