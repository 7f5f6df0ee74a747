package file

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// errTruncated says that a picture ends before its end; errBroken that it is not built like one.
var (
	errTruncated = errors.New("the picture ends too early")
	errBroken    = errors.New("the picture is not built like one")
)

// strip copies a picture without what its file says beside the picture: where, when, by whom and with which camera it
// was taken. The pixels stay as they are, byte for byte; which way up it is stays too. It tells in Japanese what it left
// out that a person would want to know of.
func strip(kind Type, w io.Writer, r io.Reader) (secrets []string, err error) {
	switch kind {
	case PNG:
		err = stripPNG(w, r)
	case WebP:
		secrets, err = stripWebP(w, r)
	default:
		in := bufio.NewReaderSize(r, 1<<17) // Exif has at most 64 kB
		secrets = jpegSecrets(in)
		err = stripJPEG(w, in)
	}
	return secrets, err
}

// keptChunks are the chunks of a PNG that its pixels need.
var keptChunks = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "gAMA": true, "cHRM": true, "sRGB": true, "iCCP": true,
	"sBIT": true, "bKGD": true, "pHYs": true,
}

func stripPNG(w io.Writer, r io.Reader) error {
	if _, err := io.CopyN(w, r, 8); err != nil {
		return errTruncated
	}
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return errTruncated
		}
		size, name := int64(binary.BigEndian.Uint32(head[:])), string(head[4:])
		if size > MaxSize {
			return errBroken
		}
		to := io.Discard
		if keptChunks[name] {
			to = w
			if _, err := w.Write(head[:]); err != nil {
				return err
			}
		}
		sum := crc32.NewIEEE()
		sum.Write(head[4:])
		if _, err := io.CopyN(io.MultiWriter(to, sum), r, size); err != nil {
			return copyError(err)
		}
		var check [4]byte
		if _, err := io.ReadFull(r, check[:]); err != nil {
			return errTruncated
		}
		if binary.BigEndian.Uint32(check[:]) != sum.Sum32() {
			return errBroken
		}
		if _, err := to.Write(check[:]); err != nil {
			return err
		}
		if name == "IEND" {
			return nil // whatever comes behind is not the picture
		}
	}
}

func copyError(err error) error {
	if errors.Is(err, io.EOF) {
		return errTruncated
	}
	return err
}

// Markers of a JPEG.
const (
	markTEM  = 0x01
	markRST0 = 0xD0
	markSOI  = 0xD8
	markEOI  = 0xD9
	markSOS  = 0xDA
	markAPP0 = 0xE0 // JFIF
	markAPP1 = 0xE1 // Exif, XMP
	markAPP2 = 0xE2 // colour profile, and further pictures
	markAPPE = 0xEE // Adobe: how the colours are stored
	markAPPF = 0xEF
	markCOM  = 0xFE
)

func stripJPEG(w io.Writer, r *bufio.Reader) error {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil || head != [2]byte{0xFF, markSOI} {
		return errBroken
	}
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	mark, err := nextMarker(r)
	for err == nil && mark != markEOI { // a second picture or a film behind it goes
		mark, err = stripSegment(w, r, mark)
	}
	if err != nil {
		return err
	}
	_, err = w.Write([]byte{0xFF, markEOI})
	return err
}

// stripSegment copies what a marker leads, if it stays, and returns the next marker.
func stripSegment(w io.Writer, r *bufio.Reader, mark byte) (next byte, err error) {
	if mark == markTEM || mark >= markRST0 && mark < markSOI {
		return nextMarker(r) // they lead nothing
	}
	body, err := segment(r)
	if err != nil {
		return 0, err
	}
	if body, keep := keptSegment(mark, body); keep {
		if err := writeSegment(w, mark, body); err != nil {
			return 0, err
		}
	}
	if mark == markSOS {
		return copyScan(w, r)
	}
	return nextMarker(r)
}

// keptSegment says what of a segment stays: everything that decoding needs, and of Exif only which way up it is.
func keptSegment(mark byte, body []byte) ([]byte, bool) {
	switch {
	case mark == markAPP1:
		o := orientation(body)
		return exifOrientation(o), o > 1
	case mark == markAPP2:
		return body, bytes.HasPrefix(body, []byte("ICC_PROFILE\x00"))
	case mark == markAPP0 || mark == markAPPE:
		return body, true
	}
	return body, mark != markCOM && !(mark >= markAPP1 && mark <= markAPPF)
}

func writeSegment(w io.Writer, mark byte, body []byte) error {
	head := []byte{0xFF, mark, byte((len(body) + 2) >> 8), byte(len(body) + 2)}
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(body)
	return err
}

func nextMarker(r *bufio.Reader) (byte, error) {
	b, err := r.ReadByte()
	if err != nil {
		return 0, errTruncated
	}
	if b != 0xFF {
		return 0, errBroken
	}
	for b == 0xFF { // any number of them may fill up
		if b, err = r.ReadByte(); err != nil {
			return 0, errTruncated
		}
	}
	return b, nil
}

func segment(r *bufio.Reader) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, errTruncated
	}
	n := int(binary.BigEndian.Uint16(size[:]))
	if n < 2 {
		return nil, errBroken
	}
	body := make([]byte, n-2)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, errTruncated
	}
	return body, nil
}

// copyScan copies compressed pixels and returns the marker behind them.
func copyScan(w io.Writer, r *bufio.Reader) (next byte, err error) {
	out := bufio.NewWriter(w)
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, errTruncated
		}
		if b != 0xFF {
			out.WriteByte(b)
			continue
		}
		for b == 0xFF { // any number of them may fill up
			if b, err = r.ReadByte(); err != nil {
				return 0, errTruncated
			}
		}
		if b != 0 && (b < markRST0 || b >= markSOI) {
			return b, out.Flush()
		}
		out.WriteByte(0xFF) // a plain byte FF, or a place where decoding may begin anew
		out.WriteByte(b)
	}
}
