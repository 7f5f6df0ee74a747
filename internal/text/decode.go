package text

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
)

// ErrEncoding tells that bytes are text in none of the encodings that offices save.
var ErrEncoding = errors.New("text in no known encoding")

// Decode reads a text file as spreadsheets save it: UTF-8 with or without a mark, UTF-16 with one, or Shift_JIS.
func Decode(data []byte) (string, error) {
	var err error
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		data, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
	case utf8.Valid(data):
		data = bytes.TrimPrefix(data, []byte("\ufeff"))
	default:
		data, err = japanese.ShiftJIS.NewDecoder().Bytes(data)
	}
	if err != nil || bytes.ContainsRune(data, utf8.RuneError) || bytes.IndexByte(data, 0) >= 0 {
		return "", errors.Join(ErrEncoding, err)
	}
	return string(data), nil
}
