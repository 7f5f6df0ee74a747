package office

import (
	"archive/zip"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// archive is an opened document.
type archive struct {
	files map[string]*zip.File
	left  int64 // bytes that may still be unpacked
	main  string
	text  int // letters that may still be kept
}

// rel leads from one part to another.
type rel struct{ kind, target string }

func open(r io.ReaderAt, size int64, kind Kind) (*archive, error) {
	if err := countEntries(r, size); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	if len(z.File) > maxEntries {
		return nil, ErrTooMuch
	}
	a := &archive{files: map[string]*zip.File{}, left: maxUnpacked, text: maxText}
	for _, f := range z.File {
		a.files[partName(f.Name)] = f
	}
	return a, a.findMain(kind)
}

// partName is how parts are looked up: without a leading slash; Office compares without case.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

// countEntries reads the archive's end, where it says how many entries it has and where their list begins. A list that
// is longer than two thousand entries can be is never read, whatever the number says.
func countEntries(r io.ReaderAt, size int64) error {
	const endSize, longest = 22, 22 + 1<<16
	tail := make([]byte, min(size, longest))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	at := strings.LastIndex(string(tail), "PK\x05\x06")
	if at < 0 || len(tail)-at < endSize {
		return fmt.Errorf("%w: no end of the archive", ErrDamaged)
	}
	end := tail[at:]
	entries, listSize, listAt := binary.LittleEndian.Uint16(end[10:]), binary.LittleEndian.Uint32(end[12:]), binary.LittleEndian.Uint32(end[16:])
	switch {
	case entries > maxEntries, listSize > maxEntries*1024:
		return ErrTooMuch
	case int64(listAt)+int64(listSize) != size-int64(len(tail))+int64(at):
		return fmt.Errorf("%w: the list of entries lies elsewhere", ErrDamaged)
	}
	return nil
}

// findMain finds the part that holds the text, and whether it is of the kind.
func (a *archive) findMain(kind Kind) error {
	for _, r := range a.rels("") {
		if strings.HasSuffix(r.kind, "/officeDocument") {
			a.main = r.target
		}
	}
	if a.main == "" || a.files[a.main] == nil {
		return ErrOther
	}
	found := ""
	err := a.walk("[content_types].xml", func(e element) {
		if e.name == "Override" && partName(e.attr("PartName")) == a.main {
			found = e.attr("ContentType")
		}
	}, nil)
	switch {
	case err != nil:
		return err
	case strings.Contains(strings.ToLower(found), "macroenabled"):
		return ErrMacros
	case found != mains[kind]:
		return ErrOther
	}
	return nil
}

// rels reads where a part leads. Addresses outside the archive are passed over.
func (a *archive) rels(part string) map[string]rel {
	list := map[string]rel{}
	dir, base := path.Split(part)
	_ = a.walk(partName(dir+"_rels/"+base+".rels"), func(e element) { // none, or unreadable: it leads nowhere
		if e.name != "Relationship" || e.attr("TargetMode") == "External" {
			return
		}
		target := e.attr("Target")
		if !strings.HasPrefix(target, "/") {
			target = dir + target
		}
		list[e.attr("Id")] = rel{e.attr("Type"), partName(target)}
	}, nil)
	return list
}

// related finds the parts of a kind that a part leads to.
func related(rels map[string]rel, kind string) (list []string) {
	for _, r := range rels {
		if strings.HasSuffix(r.kind, kind) {
			list = append(list, r.target)
		}
	}
	return list
}

// open opens a part for reading, as far as the limits go.
func (a *archive) open(name string) (*counted, error) {
	f := a.files[name]
	if f == nil {
		return nil, fmt.Errorf("%w: it has no part %s", ErrDamaged, name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	return &counted{r, a, maxPart}, nil
}

// counted is a part while it is unpacked.
type counted struct {
	io.ReadCloser
	a    *archive
	left int64
}

func (c *counted) Read(p []byte) (int, error) {
	if c.spent() {
		return 0, ErrTooMuch
	}
	n, err := c.ReadCloser.Read(p[:min(int64(len(p)), c.left, c.a.left)])
	c.left -= int64(n)
	c.a.left -= int64(n)
	return n, err
}

// spent tells whether the limit was reached.
func (c *counted) spent() bool { return c.left <= 0 || c.a.left <= 0 }

// element is one XML element, its name without the namespace.
type element struct {
	name  string
	attrs []xml.Attr
}

func (e element) attr(name string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// relID is the attribute that leads by a part's relations: r:id, beside an id of another meaning.
func (e element) relID() string {
	for _, a := range e.attrs {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

// walk goes through a part: start at each element, and at what follows it with text and end, either of which may be nil.
func (a *archive) walk(name string, start func(element), rest func(name string, text []byte)) error {
	r, err := a.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	d.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("%w: written in %s", ErrDamaged, charset)
	}
	for depth := 0; ; {
		token, err := d.RawToken()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, ErrTooMuch), err != nil && r.spent(): // a letter that is cut in two is an error of its own
			return ErrTooMuch
		case err != nil:
			return fmt.Errorf("%w: %s: %v", ErrDamaged, name, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return fmt.Errorf("%w: %s is too deep", ErrDamaged, name)
			}
			start(element{t.Name.Local, t.Attr})
		case xml.EndElement:
			depth--
			if rest != nil {
				rest(t.Name.Local, nil)
			}
		case xml.CharData:
			if rest != nil {
				rest("", t)
			}
		}
	}
}
