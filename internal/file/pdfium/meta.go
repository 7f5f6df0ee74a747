package pdfium

import (
	"context"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// Author is who the document says has made it, on one line.
func (d *Document) Author(ctx context.Context) (string, error) {
	const longest = 1024 // bytes of UTF-16 with its end
	ctx, cancel := context.WithTimeout(d.context(ctx), d.engine.pageTimeout)
	defer cancel()
	tag, err := d.alloc(ctx, len("Author")+1)
	if err != nil {
		return "", err
	}
	buffer, err := d.alloc(ctx, longest)
	if err != nil {
		return "", err
	}
	mem := d.module.Memory()
	if !mem.Write(uint32(tag), []byte("Author\x00")) {
		return "", ErrMemory
	}
	n, err := d.call(ctx, "FPDF_GetMetaText", d.ptr, tag, buffer, longest)
	if err != nil || n < 2 || n > longest { // one that is longer is no name
		return "", err
	}
	raw, ok := mem.Read(uint32(buffer), uint32(n-2))
	if !ok {
		return "", ErrMemory
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(raw[2*i:])
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(string(utf16.Decode(units)), "\x00", "")), " "), nil
}
