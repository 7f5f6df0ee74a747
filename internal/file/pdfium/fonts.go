package pdfium

import (
	"context"
	"encoding/binary"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/tetratelabs/wazero/api"
)

// A PDF that embeds no font names one and trusts the reader to have it. PDFium then looks into this folder, which
// exists only for it and holds the system's Noto CJK, if there is one.
const fontFolder = "/usr/share/fonts"

// systemFontFolders are where Debian and others put Noto CJK.
var systemFontFolders = []string{"/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk", "/usr/share/fonts/google-noto-cjk"}

// wantedFonts are offered when found. One plain weight of each is enough to read by.
var wantedFonts = []string{"NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc", "NotoSerifCJK-Regular.ttc"}

type font struct {
	name string // inside the folder
	path string // on this machine
	size int64
}

func findFonts(dirs []string) []font {
	if dirs == nil {
		dirs = systemFontFolders
	}
	var found []font
	for _, name := range wantedFonts {
		for _, dir := range dirs {
			p := filepath.Join(dir, name)
			if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() {
				found = append(found, font{name, p, info.Size()})
				break
			}
		}
	}
	return found
}

// Fonts names the fonts that this machine has for files that embed none.
func Fonts() (names []string) {
	for _, f := range findFonts(nil) {
		names = append(names, f.name)
	}
	return names
}

// files is the view of the font folder that one document has: open descriptors and their positions.
type files struct {
	fonts  []font
	opened map[uint32]*openFile
	next   uint32
}

type openFile struct {
	dir  bool
	font font
	f    *os.File
	pos  int64
}

type filesKey struct{}

func newFiles(fonts []font) *files {
	return &files{fonts: fonts, opened: map[uint32]*openFile{}, next: 3}
}

func filesOf(ctx context.Context) *files {
	f, _ := ctx.Value(filesKey{}).(*files)
	if f == nil {
		return newFiles(nil)
	}
	return f
}

func (fs *files) closeAll() {
	for fd := range fs.opened {
		fs.close(fd)
	}
}

func (fs *files) find(name string) (font, bool) {
	for _, f := range fs.fonts {
		if path.Join(fontFolder, f.name) == path.Clean(name) {
			return f, true
		}
	}
	return font{}, false
}

func (fs *files) open(name string, flags uint32) uint64 {
	const writing = 0o3 | 0o100 | 0o1000 // O_WRONLY, O_RDWR, O_CREAT, O_TRUNC
	if flags&writing != 0 {
		return errno(errNoSupport)
	}
	of := &openFile{dir: path.Clean(name) == fontFolder && len(fs.fonts) > 0}
	if !of.dir {
		font, ok := fs.find(name)
		if !ok {
			return errno(errNoEntry)
		}
		f, err := os.Open(font.path)
		if err != nil {
			return errno(errNoEntry)
		}
		of.font, of.f = font, f
	}
	fd := fs.next
	fs.next++
	fs.opened[fd] = of
	return uint64(fd)
}

func (fs *files) close(fd uint32) uint64 {
	of, ok := fs.opened[fd]
	if !ok {
		return errBadFile
	}
	delete(fs.opened, fd)
	if of.f != nil {
		of.f.Close()
	}
	return 0
}

// read fills the buffers of an iovec list.
func (fs *files) read(mem api.Memory, fd, vec, n, result uint32) uint64 {
	of, ok := fs.opened[fd]
	if !ok || of.dir {
		return errBadFile
	}
	total := 0
	for i := range n {
		at, _ := mem.ReadUint32Le(vec + i*8)
		size, _ := mem.ReadUint32Le(vec + i*8 + 4)
		buf, ok := mem.Read(at, size)
		if !ok {
			return errBadFile
		}
		got, err := of.f.ReadAt(buf, of.pos)
		if err != nil && err != io.EOF {
			return errBadFile
		}
		onlyFirstFace(buf[:got], of.pos)
		of.pos += int64(got)
		total += got
		if got < len(buf) {
			break
		}
	}
	mem.WriteUint32Le(result, uint32(total))
	return 0
}

// onlyFirstFace makes a font collection look as if it held its first face alone. In Noto CJK that one is the
// Japanese; PDFium would otherwise take any of the five regions and draw Japanese text with Chinese shapes.
func onlyFirstFace(buf []byte, pos int64) {
	const countAt = 8 // after "ttcf" and the version
	one := []byte{0, 0, 0, 1}
	for i, b := range one {
		if at := countAt + int64(i) - pos; at >= 0 && at < int64(len(buf)) {
			buf[at] = b
		}
	}
}

func (fs *files) seek(c call) uint64 {
	of, ok := fs.opened[c.u32(0)]
	if !ok {
		return errBadFile
	}
	offset := int64(c.u32(2))<<32 | int64(c.u32(1))
	switch c.u32(3) {
	case io.SeekStart:
		of.pos = offset
	case io.SeekCurrent:
		of.pos += offset
	case io.SeekEnd:
		of.pos = of.font.size + offset
	}
	c.mem.WriteUint64Le(c.u32(4), uint64(of.pos))
	return 0
}

func (fs *files) stat(mem api.Memory, name string, at uint32) uint64 {
	if path.Clean(name) == fontFolder && len(fs.fonts) > 0 {
		return writeStat(mem, at, true, 0)
	}
	f, ok := fs.find(name)
	if !ok {
		return errno(errNoEntry)
	}
	return writeStat(mem, at, false, f.size)
}

func (fs *files) fstat(mem api.Memory, fd, at uint32) uint64 {
	of, ok := fs.opened[fd]
	if !ok {
		return errno(errBadFile)
	}
	return writeStat(mem, at, of.dir, of.font.size)
}

// writeStat fills Emscripten's struct stat (96 bytes): mode and size are all that is read.
func writeStat(mem api.Memory, at uint32, dir bool, size int64) uint64 {
	var s [96]byte
	mode := uint32(0o100444)
	if dir {
		mode = 0o040555
	}
	binary.LittleEndian.PutUint32(s[4:], mode)
	binary.LittleEndian.PutUint32(s[8:], 1)
	binary.LittleEndian.PutUint64(s[24:], uint64(size))
	binary.LittleEndian.PutUint32(s[32:], 4096)
	mem.Write(at, s[:])
	return 0
}

// entries lists the folder as Emscripten's struct dirent (280 bytes each).
func (fs *files) entries(mem api.Memory, fd, at, room uint32) uint64 {
	const size = 280
	of, ok := fs.opened[fd]
	if !ok || !of.dir {
		return errno(errBadFile)
	}
	var written uint32
	for written+size <= room && int(of.pos) < len(fs.fonts) {
		var d [size]byte
		binary.LittleEndian.PutUint64(d[0:], uint64(of.pos)+1)
		binary.LittleEndian.PutUint64(d[8:], uint64(of.pos+1)*size)
		binary.LittleEndian.PutUint16(d[16:], size)
		d[18] = 8 // a plain file
		copy(d[19:size-1], fs.fonts[of.pos].name)
		mem.Write(at+written, d[:])
		written += size
		of.pos++
	}
	return uint64(written)
}
