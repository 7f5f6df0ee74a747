package pdfium

import (
	"fmt"
	"image"
	"math"
)

// maxPixels bounds one picture: four bytes a pixel must fit into the document's memory beside the document.
const maxPixels = 24_000_000

// Flags and formats of PDFium's public headers.
const (
	bitmapBGRx      = 3
	renderAnnots    = 0x01
	renderRGBOrder  = 0x10
	white           = 0xFFFFFFFF
	bytesPerPixel   = 4
	opaque          = 0xFF
	longestSidePx   = 16000
	smallestSidePx  = 1
	alphaByteOffset = 3
)

// Render draws the page on white, width pixels wide (less for a page so long that it would not fit).
func (p *Page) Render(width int) (*image.RGBA, error) {
	w, h := p.pixels(width)
	bitmap, err := p.doc.call(p.ctx, "FPDFBitmap_CreateEx", uint64(w), uint64(h), bitmapBGRx, 0, 0)
	if err != nil {
		return nil, err
	}
	if bitmap == 0 {
		return nil, ErrMemory
	}
	defer p.doc.call(p.ctx, "FPDFBitmap_Destroy", bitmap)
	if _, err := p.doc.call(p.ctx, "FPDFBitmap_FillRect", bitmap, 0, 0, uint64(w), uint64(h), white); err != nil {
		return nil, err
	}
	_, err = p.doc.call(p.ctx, "FPDF_RenderPageBitmap", bitmap, p.ptr, 0, 0, uint64(w), uint64(h), 0, renderAnnots|renderRGBOrder)
	if err != nil {
		return nil, err
	}
	return p.copyBitmap(bitmap, w, h)
}

func (p *Page) pixels(width int) (w, h int) {
	scale := float64(width) / p.Width
	scale = min(scale, longestSidePx/max(p.Width, p.Height), math.Sqrt(maxPixels/(p.Width*p.Height)))
	return max(smallestSidePx, int(math.Round(p.Width*scale))), max(smallestSidePx, int(math.Round(p.Height*scale)))
}

func (p *Page) copyBitmap(bitmap uint64, w, h int) (*image.RGBA, error) {
	at, err := p.doc.call(p.ctx, "FPDFBitmap_GetBuffer", bitmap)
	if err != nil {
		return nil, err
	}
	stride, err := p.doc.call(p.ctx, "FPDFBitmap_GetStride", bitmap)
	if err != nil {
		return nil, err
	}
	pixels, ok := p.doc.module.Memory().Read(uint32(at), uint32(stride)*uint32(h))
	if !ok {
		return nil, fmt.Errorf("%w: picture outside memory", ErrDamaged)
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		copy(img.Pix[y*img.Stride:][:w*bytesPerPixel], pixels[y*int(stride):])
	}
	for i := alphaByteOffset; i < len(img.Pix); i += bytesPerPixel {
		img.Pix[i] = opaque // the fourth byte means nothing in this format
	}
	return img, nil
}
