package pdfium

// The instructions of WebAssembly 2.0 that are written, or that are more than their number.
const (
	opBlock, opLoop, opIf, opEnd, opBr, opBrIf, opBrTable   = 0x02, 0x03, 0x04, 0x0b, 0x0c, 0x0d, 0x0e
	opCall, opCallIndirect, opDrop, opSelectTyped           = 0x10, 0x11, 0x1a, 0x1c
	opLocalGet, opGlobalGet, opGlobalSet, opTableSet        = 0x20, 0x23, 0x24, 0x26
	opLoad, opStoreLast, opMemorySize, opMemoryGrow         = 0x28, 0x3e, 0x3f, 0x40
	opConst, opConst64, opConstF32, opConstF64              = 0x41, 0x42, 0x43, 0x44
	opEqz, opSub, opRefNull, opRefFunc, opMisc, opVector    = 0x45, 0x6b, 0xd0, 0xd2, 0xfc, 0xfd
	miscMemoryInit, miscDataDrop, miscCopy, miscFill        = 8, 9, 10, 11
	miscTableInit, miscElemDrop, miscTableCopy, miscLast    = 12, 13, 14, 17
	vecLoadLast, vecConst, vecShuffle                       = 11, 12, 13
	vecLaneFirst, vecLaneLast                               = 21, 34
	vecLoadLaneFirst, vecLoadLaneLast, vecZero32, vecZero64 = 84, 91, 92, 93

	i32, blockEmpty = 0x7f, 0x40
)

// reader reads a part of a module. Past its end it gives nothing and is not ok.
type reader struct {
	b   []byte
	at  int
	bad bool
}

func (r *reader) ok() bool { return !r.bad }

func (r *reader) byte() byte {
	if r.at >= len(r.b) {
		r.bad = true
		return 0
	}
	r.at++
	return r.b[r.at-1]
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.b)-r.at {
		r.bad = true
		return nil
	}
	r.at += n
	return r.b[r.at-n : r.at]
}

// u32 reads a number; of a longer or a signed one, which are only passed over, the low bits.
func (r *reader) u32() (v uint32) {
	for shift := 0; ; shift += 7 {
		b := r.byte()
		v |= uint32(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
	}
}

// pass goes over n numbers.
func (r *reader) pass(n int) {
	for range n {
		r.u32()
	}
}

// instruction passes over one instruction and gives its number.
func (r *reader) instruction() byte {
	op := r.byte()
	switch {
	case op >= opLoad && op <= opStoreLast, op == opCallIndirect:
		r.pass(2)
	case op >= opBlock && op <= opIf, op == opBr, op == opBrIf, op == opCall, op >= opLocalGet && op <= opTableSet,
		op >= opMemorySize && op <= opConst64, op == opRefNull, op == opRefFunc:
		r.pass(1)
	case op == opConstF32:
		r.take(4)
	case op == opConstF64:
		r.take(8)
	case op == opBrTable, op == opSelectTyped:
		n := int(r.u32())
		if op == opBrTable {
			n++ // the default
		}
		if n > len(r.b) {
			r.bad = true
			return op
		}
		r.pass(n)
	case op == opMisc:
		r.misc()
	case op == opVector:
		r.vector()
	case op > opRefFunc:
		r.bad = true // of a later version
	}
	return op
}

func (r *reader) misc() {
	switch op := r.u32(); {
	case op == miscMemoryInit, op == miscCopy, op == miscTableInit, op == miscTableCopy:
		r.pass(2)
	case op == miscDataDrop, op == miscFill, op == miscElemDrop, op > miscTableCopy && op <= miscLast:
		r.pass(1)
	case op > miscLast:
		r.bad = true
	}
}

func (r *reader) vector() {
	switch op := r.u32(); {
	case op <= vecLoadLast, op == vecZero32, op == vecZero64:
		r.pass(2)
	case op == vecConst, op == vecShuffle:
		r.take(16)
	case op >= vecLaneFirst && op <= vecLaneLast:
		r.take(1)
	case op >= vecLoadLaneFirst && op <= vecLoadLaneLast:
		r.pass(2)
		r.take(1)
	}
}
