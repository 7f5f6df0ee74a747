package pdfium

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// PDFium's code runs where Go's scheduler cannot interrupt it: nobody could stop a page that takes too long, and every
// collection of garbage would wait for it, and with it every request. wazero's own answer (WithCloseOnContextDone) leaves
// the code at each turn of each loop, which makes drawing four times as slow. So each loop counts fuel down, a few
// machine instructions, and only when it has run out the code calls the host, which looks at the time and lets others run.

// fuel is how many turns of loops pass between two calls: well under a millisecond.
const fuel = 100_000

// tick is the import that is called. Its result is dropped; an import of this form (no parameters, one number) is taken
// because a new one would move the numbers of all functions.
const tick = "emscripten_date_now"

var errModule = errors.New("pdfium's code is not what was expected")

// Sections and kinds of a module that matter here.
const (
	sectionImport, sectionGlobal, sectionCode = 2, 6, 10
	importFunc, importGlobal                  = 0, 3
)

// fuelled gives a module whose loops count down.
func fuelled(module []byte) ([]byte, error) {
	const header = 8
	if len(module) < header || string(module[:4]) != "\x00asm" {
		return nil, errModule
	}
	out := bytes.NewBuffer(make([]byte, 0, len(module)+len(module)/8))
	out.Write(module[:header])
	r := &reader{b: module, at: header}
	var count []byte // what stands at the beginning of each loop
	globals, call := 0, -1
	for r.at < len(module) && r.ok() {
		id := r.byte()
		body := r.take(int(r.u32()))
		s := &reader{b: body}
		switch id {
		case sectionImport:
			globals, call = imports(s)
		case sectionGlobal:
			n := int(s.u32())
			count = countdown(uint32(globals+n), uint32(call))
			global := append([]byte{i32, 1, opConst}, append(sleb(fuel), opEnd)...) // i32, may change
			body = slices.Concat(uleb(uint32(n+1)), body[s.at:], global)
		case sectionCode:
			if call < 0 || count == nil {
				return nil, fmt.Errorf("%w: nothing to call", errModule)
			}
			body = fuelledCode(s, count)
		}
		if !s.ok() {
			return nil, fmt.Errorf("%w: section %d", errModule, id)
		}
		out.WriteByte(id)
		out.Write(uleb(uint32(len(body))))
		out.Write(body)
	}
	if !r.ok() {
		return nil, errModule
	}
	return out.Bytes(), nil
}

// imports counts the globals that are imported and finds the number of tick.
func imports(s *reader) (globals, call int) {
	call = -1
	functions := 0
	for range s.u32() {
		s.take(int(s.u32())) // module
		name := string(s.take(int(s.u32())))
		switch s.byte() {
		case importFunc:
			if name == tick {
				call = functions
			}
			functions++
			s.u32()
		case importGlobal:
			globals++
			s.take(2)
		default: // of a table or memory, which this build has of its own
			s.bad = true
		}
		if !s.ok() {
			break
		}
	}
	return globals, call
}

// countdown is: fuel = fuel-1; if fuel == 0 { tick(); fuel = full }.
func countdown(global, call uint32) []byte {
	g := uleb(global)
	return slices.Concat([]byte{opGlobalGet}, g, []byte{opConst, 1, opSub, opGlobalSet}, g,
		[]byte{opGlobalGet}, g, []byte{opEqz, opIf, blockEmpty, opCall}, uleb(call), []byte{opDrop, opConst}, sleb(fuel),
		[]byte{opGlobalSet}, g, []byte{opEnd})
}

// fuelledCode puts count at the beginning of each loop of each function.
func fuelledCode(s *reader, count []byte) []byte {
	n := s.u32()
	out := append(make([]byte, 0, len(s.b)+len(s.b)/8), uleb(n)...)
	var body []byte
	for range n {
		f := &reader{b: s.take(int(s.u32()))}
		for range f.u32() { // locals
			f.u32()
			f.byte()
		}
		body = body[:0]
		from := 0
		for f.at < len(f.b) && f.ok() {
			if f.instruction() == opLoop {
				body = append(append(body, f.b[from:f.at]...), count...)
				from = f.at
			}
		}
		if !f.ok() {
			s.bad = true
			return nil
		}
		body = append(body, f.b[from:]...)
		out = append(append(out, uleb(uint32(len(body)))...), body...)
	}
	return out
}

func uleb(v uint32) []byte { return binary.AppendUvarint(nil, uint64(v)) }

// sleb is a number of WebAssembly's signed form; ours are positive.
func sleb(v uint32) []byte {
	b := binary.AppendUvarint(nil, uint64(v))
	if last := len(b) - 1; b[last]&0x40 != 0 {
		b[last] |= 0x80
		b = append(b, 0)
	}
	return b
}
