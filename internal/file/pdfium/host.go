package pdfium

import (
	"context"
	"errors"
	"math"
	"runtime"
	"time"

	"github.com/tetratelabs/wazero/api"
)

// call is one call from PDFium to us: its arguments, its memory, and the little folder that its document may see.
type call struct {
	ctx   context.Context
	mem   api.Memory
	args  []uint64
	files *files
}

func (c call) u32(i int) uint32 { return uint32(c.args[i]) }

func (c call) str(i int) string {
	at := c.u32(i)
	for n := uint32(0); n < 4096; n++ {
		b, ok := c.mem.ReadByte(at + n)
		if !ok {
			return ""
		}
		if b == 0 {
			s, _ := c.mem.Read(at, n)
			return string(s)
		}
	}
	return ""
}

type hostFunction func(call) uint64

// errno makes a system call's negative result.
func errno(n int32) uint64 { return uint64(uint32(-n)) }

// Linux's error numbers as Emscripten's C library knows them (its own numbering, shared with WASI).
const (
	errBadFile   = 8
	errNoEntry   = 44
	errNoSupport = 52
)

// errAbort is how PDFium gives up: its allocator found no memory, or an assertion failed.
var errAbort = errors.New("pdfium gave up")

// errTime is how a page is stopped whose time is over.
var errTime = errors.New("time is over")

// hostFunctions is all that this build of PDFium asks of the world. It may read the font folder; it may write
// nothing; it is told the time because some file dates ask for it.
var hostFunctions = map[string]hostFunction{
	"__syscall_openat":       func(c call) uint64 { return c.files.open(c.str(1), c.u32(2)) },
	"__syscall_stat64":       func(c call) uint64 { return c.files.stat(c.mem, c.str(0), c.u32(1)) },
	"__syscall_lstat64":      func(c call) uint64 { return c.files.stat(c.mem, c.str(0), c.u32(1)) },
	"__syscall_newfstatat":   func(c call) uint64 { return c.files.stat(c.mem, c.str(1), c.u32(2)) },
	"__syscall_fstat64":      func(c call) uint64 { return c.files.fstat(c.mem, c.u32(0), c.u32(1)) },
	"__syscall_getdents64":   func(c call) uint64 { return c.files.entries(c.mem, c.u32(0), c.u32(1), c.u32(2)) },
	"__syscall_fcntl64":      func(call) uint64 { return 0 }, // flags of a descriptor: none of ours has any
	"__syscall_ioctl":        func(call) uint64 { return errno(errNoSupport) },
	"__syscall_unlinkat":     func(call) uint64 { return errno(errNoSupport) },
	"__syscall_rmdir":        func(call) uint64 { return errno(errNoSupport) },
	"__syscall_ftruncate64":  func(call) uint64 { return errno(errNoSupport) },
	"fd_read":                func(c call) uint64 { return c.files.read(c.mem, c.u32(0), c.u32(1), c.u32(2), c.u32(3)) },
	"fd_seek":                func(c call) uint64 { return c.files.seek(c) },
	"fd_close":               func(c call) uint64 { return c.files.close(c.u32(0)) },
	"fd_sync":                func(call) uint64 { return 0 },
	"fd_write":               discard,
	"environ_sizes_get":      func(c call) uint64 { c.mem.WriteUint64Le(c.u32(0), 0); return 0 },
	"environ_get":            func(call) uint64 { return 0 },
	"emscripten_resize_heap": growMemory,
	"_emscripten_memcpy_js":  copyMemory,
	tick:                     timeOfDay,
	"_tzset_js":              func(call) uint64 { return 0 }, // UTC
	"_localtime_js":          brokenDownTime,
	"_gmtime_js":             brokenDownTime,
	"_abort_js":              func(call) uint64 { panic(errAbort) },
	"__assert_fail":          func(call) uint64 { panic(errAbort) },
}

// timeOfDay is what some dates in files ask for, and what every loop calls from time to time: here a page whose time is
// over is stopped, and whoever waits for the core goes first.
func timeOfDay(c call) uint64 {
	if c.ctx.Err() != nil {
		panic(errTime)
	}
	runtime.Gosched()
	return math.Float64bits(float64(time.Now().UnixMilli()))
}

// discard takes what PDFium prints (complaints about the file) and forgets it.
func discard(c call) uint64 {
	var total uint32
	for i := range c.u32(2) {
		n, ok := c.mem.ReadUint32Le(c.u32(1) + i*8 + 4)
		if !ok {
			return errBadFile
		}
		total += n
	}
	c.mem.WriteUint32Le(c.u32(3), total)
	return 0
}

// growMemory answers malloc's wish for a heap of that size; past the limit it says no and PDFium gives up.
func growMemory(c call) uint64 {
	want := c.u32(0)
	have := c.mem.Size()
	if want <= have {
		return 1
	}
	// A little more than asked, because each growth copies the whole memory.
	for _, size := range []uint64{uint64(want) + uint64(have)/5, uint64(want)} {
		if _, ok := c.mem.Grow(uint32((size - uint64(have) + wasmPageBytes - 1) / wasmPageBytes)); ok {
			return 1
		}
	}
	return 0
}

// copyMemory is memcpy for large blocks.
func copyMemory(c call) uint64 {
	if from, ok := c.mem.Read(c.u32(1), c.u32(2)); ok {
		c.mem.Write(c.u32(0), from)
	}
	return 0
}

// brokenDownTime fills C's struct tm from seconds given as two halves, in UTC.
func brokenDownTime(c call) uint64 {
	t := time.Unix(int64(c.u32(1))<<32|int64(c.u32(0)), 0).UTC()
	fields := []int{t.Second(), t.Minute(), t.Hour(), t.Day(), int(t.Month()) - 1, t.Year() - 1900, int(t.Weekday()), t.YearDay() - 1, 0, 0}
	for i, v := range fields {
		c.mem.WriteUint32Le(c.u32(2)+uint32(i)*4, uint32(v))
	}
	return 0
}
