package file

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"slices"
)

const orientationTag = 0x0112

var exifHead = []byte("Exif\x00\x00")

// directory reads the first directory of an APP1 segment, up to where visit says no. It trusts no offset.
func directory(app1 []byte, visit func(order binary.ByteOrder, entry []byte) bool) {
	tiff, ok := bytes.CutPrefix(app1, exifHead)
	if !ok || len(tiff) < 8 {
		return
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 || !visit(order, entries[:12]) {
			return
		}
		entries = entries[12:]
	}
}

// orientation reads from an APP1 segment which way up the picture is: 1 to 8 as Exif counts, 1 when it does not say.
func orientation(app1 []byte) int {
	turn := 1
	directory(app1, func(order binary.ByteOrder, entry []byte) bool {
		if order.Uint16(entry) != orientationTag {
			return true
		}
		if o := int(order.Uint16(entry[8:])); o >= 1 && o <= 8 {
			turn = o
		}
		return false
	})
	return turn
}

// secretTags are what Exif says of a person, and how we call it.
var secretTags = map[uint16]string{0x8825: "撮った場所", 0x013B: "撮った人の名前", 0x8298: "著作者の名前", 0x010F: "カメラの機種", 0x0110: "カメラの機種", 0x0132: "撮った日時"}

// secretsOf lists what an APP1 segment says of where, when and by whom a picture was taken.
func secretsOf(app1 []byte) (list []string) {
	directory(app1, func(order binary.ByteOrder, entry []byte) bool {
		if name := secretTags[order.Uint16(entry)]; name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
		return true
	})
	return list
}

// jpegSecrets looks at the beginning of a JPEG without taking it from the reader.
func jpegSecrets(r *bufio.Reader) (list []string) {
	head, _ := r.Peek(r.Size())
	eachSegment(head, func(mark byte, body []byte) bool {
		if mark == markAPP1 {
			list = secretsOf(body)
		}
		return list == nil
	})
	return list
}

// exifOrientation is an APP1 segment that says only which way up the picture is.
func exifOrientation(o int) []byte {
	b := append([]byte{}, exifHead...)
	b = append(b, "MM\x00*"...)
	b = binary.BigEndian.AppendUint32(b, 8) // the directory follows at once
	b = binary.BigEndian.AppendUint16(b, 1) // with one entry
	b = binary.BigEndian.AppendUint16(b, orientationTag)
	b = binary.BigEndian.AppendUint16(b, 3) // a short
	b = binary.BigEndian.AppendUint32(b, 1) // of one value
	b = binary.BigEndian.AppendUint16(b, uint16(o))
	b = binary.BigEndian.AppendUint16(b, 0)
	return binary.BigEndian.AppendUint32(b, 0) // no further directory
}

// orientationOf finds the Exif segment at the beginning of a JPEG and reads it.
func orientationOf(head []byte) int {
	turn := 1
	eachSegment(head, func(mark byte, body []byte) bool {
		if mark != markAPP1 || !bytes.HasPrefix(body, exifHead) {
			return true
		}
		turn = orientation(body)
		return false
	})
	return turn
}

// eachSegment goes through the segments before a JPEG's pixels.
func eachSegment(head []byte, visit func(mark byte, body []byte) bool) {
	for at := 2; at+4 <= len(head) && head[at] == 0xFF; {
		mark := head[at+1]
		end := at + 2 + int(binary.BigEndian.Uint16(head[at+2:]))
		if mark == markSOS || end > len(head) || end < at+4 || !visit(mark, head[at+4:end]) {
			return
		}
		at = end
	}
}
