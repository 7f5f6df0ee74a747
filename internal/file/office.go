package file

import (
	"bytes"
	"errors"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/file/office"
)

var officeKinds = map[Type]office.Kind{DOCX: office.Word, PPTX: office.Slides, XLSX: office.Sheets}

// officeSentence says what is wrong with a document of Word, PowerPoint or Excel; empty for another fault.
func officeSentence(err error) string {
	switch {
	case errors.Is(err, office.ErrMacros):
		return "マクロ（プログラム）の入った文書は載せられません。マクロのない形式で保存し直すか、PDFにして選んでください。"
	case errors.Is(err, office.ErrTooMuch):
		return "この文書は、開くと大きくなりすぎます。図や表を減らすか、PDFにして選んでください。"
	case errors.Is(err, office.ErrOther):
		return "この文書の中身は、名前の終わりとちがう種類です。もとのソフトで開き、保存し直してください。"
	case errors.Is(err, office.ErrDamaged):
		return "この文書は壊れていて、読み取れませんでした。もとのソフトで開き、保存し直してから選んでください。"
	}
	return ""
}

// checkOffice looks whether the archive is the document that its name says.
func (t *Taken) checkOffice() error {
	err := office.Check(t.temp, t.size, officeKinds[t.kind])
	if sentence := officeSentence(err); sentence != "" {
		return &apperr.Error{Kind: apperr.Invalid, Field: "file", Message: sentence, Err: err}
	}
	return err
}

// readOffice keeps the text of a document by its slides, sheets or pages, and its thumbnail as the first one's picture.
func readOffice(kind Type, data []byte, keep func(sheet) error) (note string, err error) {
	d, err := office.Read(bytes.NewReader(data), int64(len(data)), officeKinds[kind])
	if err != nil {
		return "", err
	}
	for i, text := range d.Pages {
		s := sheet{number: i + 1, width: d.Width, height: d.Height, text: text}
		if i == 0 {
			s = withThumbnail(s, d.Thumbnail)
		}
		if err := keep(s); err != nil {
			return "", err
		}
	}
	return reasonOffice, nil
}

// withThumbnail gives a page the picture that the document brings along. One that cannot be read is as good as none.
func withThumbnail(s sheet, thumbnail []byte) sheet {
	kind := JPEG
	if bytes.HasPrefix(thumbnail, []byte("\x89PNG")) {
		kind = PNG
	}
	if len(thumbnail) == 0 {
		return s
	}
	if _, err := checkHeader(kind, bytes.NewReader(thumbnail)); err != nil {
		return s
	}
	img, err := decode(kind, thumbnail, Widths[0], maxPixels)
	if err != nil {
		return s
	}
	pictures, err := ladder(img, Widths[:1])
	if err != nil {
		return s
	}
	s.width, s.height = float64(img.Bounds().Dx()), float64(img.Bounds().Dy())
	s.colour, s.pictures = colour(img), pictures
	return s
}
