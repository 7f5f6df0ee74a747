package file

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// keptWebP are the chunks of a WebP that its pixels need. Films are not taken: their frames (ANMF) would be lost.
var keptWebP = map[string]bool{"VP8 ": true, "VP8L": true, "VP8X": true, "ALPH": true, "ICCP": true}

// Flags of the chunk VP8X: what the file says beside the pixels, and that it moves.
const (
	webpXMP   = 0x04
	webpExif  = 0x08
	webpMoves = 0x02
)

// stripWebP copies a WebP without its secrets; what is left of Exif is which way up it is. It tells what was there.
func stripWebP(w io.Writer, r io.Reader) (secrets []string, err error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, err
	}
	chunks, err := webpChunks(data)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	turn, flags := 1, -1
	for _, c := range chunks {
		switch {
		case c.name == "EXIF":
			found := secretsOf(withExifHead(c.data))
			turn, secrets = orientation(withExifHead(c.data)), append(secrets, found...)
		case c.name == "VP8X" && len(c.data) >= 10:
			if c.data[0]&webpMoves != 0 {
				return nil, errMoves
			}
			flags = body.Len() + 8
			writeChunk(&body, c.name, c.data)
		case keptWebP[c.name]:
			writeChunk(&body, c.name, c.data)
		}
	}
	if flags >= 0 {
		body.Bytes()[flags] &^= webpXMP | webpExif
		if turn > 1 {
			body.Bytes()[flags] |= webpExif
			writeChunk(&body, "EXIF", exifOrientation(turn)[len(exifHead):])
		}
	}
	head := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(4+body.Len()))...)
	if _, err := w.Write(append(head, "WEBP"...)); err != nil {
		return nil, err
	}
	_, err = w.Write(body.Bytes())
	return secrets, err
}

var errMoves = errors.New("the picture moves")

// withExifHead puts before a WebP's Exif what a JPEG has there, unless the writer did.
func withExifHead(b []byte) []byte {
	if bytes.HasPrefix(b, exifHead) {
		return b
	}
	return append(bytes.Clone(exifHead), b...)
}

type webpChunk struct {
	name string
	data []byte
}

// webpChunks takes a WebP apart as far as its header says it goes.
func webpChunks(data []byte) (list []webpChunk, err error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WEBP" {
		return nil, errBroken
	}
	size := int64(binary.LittleEndian.Uint32(data[4:])) + 8
	if size > int64(len(data)) {
		return nil, errTruncated
	}
	for rest := data[12:max(12, size)]; len(rest) > 0; {
		if len(rest) < 8 {
			return nil, errBroken
		}
		n := int64(binary.LittleEndian.Uint32(rest[4:]))
		if n > int64(len(rest)-8) {
			return nil, errBroken
		}
		list = append(list, webpChunk{string(rest[:4]), rest[8 : 8+n]})
		rest = rest[min(int64(len(rest)), 8+n+n%2):]
	}
	return list, nil
}

func writeChunk(w *bytes.Buffer, name string, data []byte) {
	w.WriteString(name)
	w.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(data))))
	w.Write(data)
	if len(data)%2 == 1 {
		w.WriteByte(0)
	}
}

// webpTurn reads which way up a WebP is.
func webpTurn(data []byte) int {
	chunks, err := webpChunks(data)
	if err != nil {
		return 1
	}
	for _, c := range chunks {
		if c.name == "EXIF" {
			return orientation(withExifHead(c.data))
		}
	}
	return 1
}
