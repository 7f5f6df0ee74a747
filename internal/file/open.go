package file

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/file/blob"
)

// Blobs of a file are named after its id, so that the sweep knows whose they are.
func originalBlob(id string) string { return id + "-original" }

func pictureBlob(id string, page, width int) string {
	return fmt.Sprintf("%s-%d-%d.jpg", id, page, width)
}

// Content is what is served of a file.
type Content struct {
	*blob.Blob
	File *File
	Type string
	ETag string
}

// Open opens the original, for a viewer who may read its entry. The caller closes it.
func (s *Service) Open(ctx context.Context, v access.Viewer, id string) (*Content, error) {
	f, err := s.Get(ctx, v, id)
	if err != nil {
		return nil, err
	}
	return s.content(ctx, f, f.Blob, string(f.Type), f.SHA256[:min(32, len(f.SHA256))])
}

// OpenPicture opens a page's picture in one of Widths. One that does not exist in this width is answered with the
// nearest smaller one, so that an address that a page has printed keeps working.
func (s *Service) OpenPicture(ctx context.Context, v access.Viewer, id string, page, width int) (*Content, error) {
	f, err := s.Get(ctx, v, id)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(Widths, width) || page < 1 {
		return nil, apperr.Missing()
	}
	var p Page
	err = s.DB.Read().NewSelect().Model(&p).Column("file", "number", "widths").
		Where("p.file = ?", id).Where("p.number = ?", page).Scan(ctx)
	if err != nil || len(p.Sizes()) == 0 {
		return nil, apperr.Missing()
	}
	width = nearest(p.Sizes(), width)
	return s.content(ctx, f, pictureBlob(id, page, width), "image/jpeg", fmt.Sprintf("%s-%d-%d-%d", id, page, width, f.Tries))
}

// content opens a blob. One that is lost is told to the log, and to the reader as missing: never as a fault.
func (s *Service) content(ctx context.Context, f *File, name, kind, tag string) (*Content, error) {
	b, err := s.Blobs.Get(ctx, name)
	if errors.Is(err, blob.ErrMissing) {
		return nil, s.lost(ctx, f, name, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open file %s: %w", f.ID, err)
	}
	return &Content{Blob: b, File: f, Type: kind, ETag: strconv.Quote(tag)}, nil
}

// Sizes lists the widths in which the page has a picture, small to large.
func (p *Page) Sizes() []int { return sizes(p.Widths) }

// Sizes lists the widths in which the cover has a picture, small to large.
func (c Cover) Sizes() []int { return sizes(c.Widths) }

func sizes(list string) []int {
	var widths []int
	for _, w := range strings.Split(list, ",") {
		if n, err := strconv.Atoi(w); err == nil {
			widths = append(widths, n)
		}
	}
	return widths
}

// nearest is the largest width of the list that is not above the wanted one, else the smallest.
func nearest(widths []int, wanted int) int {
	best := widths[0]
	for _, w := range widths {
		if w <= wanted {
			best = w
		}
	}
	return best
}
