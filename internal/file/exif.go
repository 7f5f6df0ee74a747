package file

import (
	"bytes"
	"encoding/binary"
)

const orientationTag = 0x0112

var exifHead = []byte("Exif\x00\x00")

// orientation reads from an APP1 segment which way up the picture is: 1 to 8 as Exif counts, 1 when it does not say.
// It looks at the first directory only and trusts no offset.
func orientation(app1 []byte) int {
	tiff, ok := bytes.CutPrefix(app1, exifHead)
	if !ok || len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == orientationTag {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
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
	for at := 2; at+4 <= len(head) && head[at] == 0xFF; {
		mark := head[at+1]
		end := at + 2 + int(binary.BigEndian.Uint16(head[at+2:]))
		if mark == markSOS || end > len(head) {
			return 1
		}
		if mark == markAPP1 && bytes.HasPrefix(head[at+4:end], exifHead) {
			return orientation(head[at+4 : end])
		}
		at = end
	}
	return 1
}
