package search

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/manetomo/manetomo/internal/access"
)

// pack writes a document as the index stores it: numbers and strings one after the other. A page reads twenty of them,
// and a topic can have thousands of sections; JSON took longer than finding them.
func pack(d Document) []byte {
	p := packer{make([]byte, 0, 256+len(d.Title))}
	p.strings(d.ID, d.Kind, d.URL, d.Title, d.Municipality, d.MunicipalityName, d.MunicipalityKana, d.Prefecture, d.Region,
		d.Band, d.Course, d.Stage, d.Of)
	p.audience(d.Audience)
	p.bool(d.Files)
	for _, n := range []int64{d.Version, int64(d.Year), int64(d.Useful), int64(d.Adopted), d.At.UnixMicro(), int64(d.Part)} {
		p.number(n)
	}
	for _, list := range [][]string{d.Themes, d.Authors} {
		p.number(int64(len(list)))
		p.strings(list...)
	}
	p.number(int64(len(d.Sections)))
	for _, s := range d.Sections {
		p.strings(s.Key, s.Label, s.Text, s.At)
		p.bool(s.Machine)
		p.audience(s.Audience)
	}
	return p.out
}

type packer struct{ out []byte }

func (p *packer) number(n int64) { p.out = binary.AppendVarint(p.out, n) }

func (p *packer) bool(is bool) {
	n := int64(0)
	if is {
		n = 1
	}
	p.number(n)
}

func (p *packer) strings(list ...string) {
	for _, s := range list {
		p.number(int64(len(s)))
		p.out = append(p.out, s...)
	}
}

func (p *packer) audience(a access.Audience) { p.strings(string(a.Rung), a.Cohort, a.Team) }

var errStored = errors.New("a stored document of the index is damaged")

// unpack reads what pack wrote.
func unpack(stored []byte) (d Document, err error) {
	u := unpacker{rest: string(stored)}
	for _, to := range []*string{&d.ID, &d.Kind, &d.URL, &d.Title, &d.Municipality, &d.MunicipalityName, &d.MunicipalityKana,
		&d.Prefecture, &d.Region, &d.Band, &d.Course, &d.Stage, &d.Of} {
		*to = u.string()
	}
	d.Audience = u.audience()
	d.Files = u.bool()
	d.Version, d.Year, d.Useful, d.Adopted = u.number(), int(u.number()), int(u.number()), int(u.number())
	d.At = time.UnixMicro(u.number()).UTC()
	d.Part = int(u.number())
	for _, list := range []*[]string{&d.Themes, &d.Authors} {
		for range u.length() {
			*list = append(*list, u.string())
		}
	}
	if n := u.length(); n > 0 {
		d.Sections = make([]Section, n)
		for i := range d.Sections {
			d.Sections[i] = Section{Key: u.string(), Label: u.string(), Text: u.string(), At: u.string(), Machine: u.bool(), Audience: u.audience()}
		}
	}
	if u.bad {
		return Document{}, errStored
	}
	return d, nil
}

// unpacker reads on until something does not fit.
type unpacker struct {
	rest string
	bad  bool
}

func (u *unpacker) number() int64 {
	head := u.rest[:min(len(u.rest), binary.MaxVarintLen64)]
	n, size := binary.Varint([]byte(head))
	if size <= 0 {
		u.bad, u.rest = true, ""
		return 0
	}
	u.rest = u.rest[size:]
	return n
}

func (u *unpacker) bool() bool { return u.number() == 1 }

// length reads how many follow; each takes a byte at least.
func (u *unpacker) length() int {
	n := u.number()
	if n < 0 || n > int64(len(u.rest)) {
		u.bad, u.rest = true, ""
		return 0
	}
	return int(n)
}

func (u *unpacker) string() string {
	n := u.length()
	s := u.rest[:n]
	u.rest = u.rest[n:]
	return s
}

func (u *unpacker) audience() access.Audience {
	return access.Audience{Rung: access.Rung(u.string()), Cohort: u.string(), Team: u.string()}
}
