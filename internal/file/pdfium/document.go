package pdfium

import (
	"context"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"
)

// Document is one open PDF in its own instance of PDFium. It is for one goroutine. Close it.
type Document struct {
	engine  *Engine
	module  api.Module
	files   *files
	ptr     uint64 // FPDF_DOCUMENT
	pages   int
	scratch uint64 // 64 bytes for results

	functions map[string]api.Function // as they are asked for: each has a stack of its own
	stack     [16]uint64              // of arguments and results
}

// Page is one loaded page; its time runs from loading to closing.
type Page struct {
	doc    *Document
	ctx    context.Context
	cancel context.CancelFunc
	ptr    uint64  // FPDF_PAGE
	Width  float64 // points, as shown (the page's rotation applied)
	Height float64
}

// PDFium's error numbers (FPDF_GetLastError).
const (
	fpdfErrPassword = 4
	fpdfErrSecurity = 5
)

// Document opens a PDF from memory. The context bounds everything done with it.
func (e *Engine) Document(ctx context.Context, pdf []byte) (*Document, error) {
	d := &Document{engine: e, files: newFiles(e.fonts), functions: map[string]api.Function{}}
	ctx, cancel := context.WithTimeout(d.context(ctx), e.pageTimeout)
	defer cancel()
	module, err := e.runtime.InstantiateModule(ctx, e.module, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return nil, fmt.Errorf("start pdfium: %w", d.explain(ctx, err))
	}
	d.module = module
	if err := d.load(ctx, pdf); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *Document) load(ctx context.Context, pdf []byte) error {
	for _, start := range []string{"emscripten_stack_init", "__wasm_call_ctors", "PDFiumExt_Init"} {
		if _, err := d.call(ctx, start); err != nil {
			return fmt.Errorf("start pdfium: %w", err)
		}
	}
	var err error
	if d.scratch, err = d.alloc(ctx, 64); err != nil {
		return err
	}
	at, err := d.alloc(ctx, len(pdf)) // PDFium reads from it as long as the document is open
	if err != nil {
		return err
	}
	if !d.module.Memory().Write(uint32(at), pdf) {
		return ErrMemory
	}
	d.ptr, err = d.call(ctx, "FPDF_LoadMemDocument64", at, uint64(len(pdf)), 0)
	if err != nil {
		return err
	}
	if d.ptr == 0 {
		code, err := d.call(ctx, "FPDF_GetLastError")
		switch {
		case err != nil:
			return err
		case code == fpdfErrPassword || code == fpdfErrSecurity:
			return ErrPassword
		}
		return ErrDamaged
	}
	n, err := d.call(ctx, "FPDF_GetPageCount", d.ptr)
	if err != nil {
		return err
	}
	d.pages = int(int32(n))
	switch {
	case d.pages <= 0:
		return ErrDamaged
	case d.pages > MaxPages:
		return fmt.Errorf("%w: %d", ErrTooMany, d.pages)
	}
	return nil
}

// Pages counts the pages.
func (d *Document) Pages() int { return d.pages }

// Close throws the instance away with all it holds.
func (d *Document) Close() {
	d.files.closeAll()
	if d.module != nil {
		d.module.Close(context.Background())
	}
}

// Page loads a page, counted from 1.
func (d *Document) Page(ctx context.Context, number int) (*Page, error) {
	ctx, cancel := context.WithTimeout(d.context(ctx), d.engine.pageTimeout)
	p := &Page{doc: d, ctx: ctx, cancel: cancel}
	if err := p.load(number); err != nil {
		cancel()
		return nil, fmt.Errorf("page %d: %w", number, err)
	}
	return p, nil
}

func (p *Page) load(number int) (err error) {
	p.ptr, err = p.doc.call(p.ctx, "FPDF_LoadPage", p.doc.ptr, uint64(number-1))
	if err != nil {
		return err
	}
	if p.ptr == 0 {
		return ErrDamaged
	}
	if p.Width, err = p.size("FPDF_GetPageWidthF"); err != nil {
		return err
	}
	p.Height, err = p.size("FPDF_GetPageHeightF")
	if err == nil && !(p.Width >= 1 && p.Height >= 1 && p.Width < 1e6 && p.Height < 1e6) {
		return ErrDamaged // a page without an area cannot be shown; NaN ends here too
	}
	return err
}

func (p *Page) size(function string) (float64, error) {
	v, err := p.doc.call(p.ctx, function, p.ptr)
	return float64(api.DecodeF32(v)), err
}

// Close frees the page. The document stays open.
func (p *Page) Close() {
	// The page's own time may be over; freeing is short and the document's end frees everything anyway.
	_, _ = p.doc.call(p.ctx, "FPDF_ClosePage", p.ptr)
	p.cancel()
}

// context carries the document's view of the font folder to the host functions.
func (d *Document) context(ctx context.Context) context.Context {
	return context.WithValue(ctx, filesKey{}, d.files)
}

// call calls an exported function; it returns its first result, or 0.
func (d *Document) call(ctx context.Context, name string, args ...uint64) (uint64, error) {
	f, err := d.function(name)
	if err != nil {
		return 0, err
	}
	stack := d.stack[:max(len(args), 1)]
	stack[0] = 0
	copy(stack, args)
	if err := f.CallWithStack(ctx, stack); err != nil {
		return 0, fmt.Errorf("%s: %w", name, d.explain(ctx, err))
	}
	if len(f.Definition().ResultTypes()) == 0 {
		return 0, nil
	}
	return stack[0], nil
}

func (d *Document) function(name string) (api.Function, error) {
	if f := d.functions[name]; f != nil {
		return f, nil
	}
	f := d.module.ExportedFunction(name)
	if f == nil {
		return nil, fmt.Errorf("pdfium has no function %s", name)
	}
	d.functions[name] = f
	return f, nil
}

// explain says what a broken call means: time, memory, or a file that PDFium cannot bear.
func (d *Document) explain(ctx context.Context, err error) error {
	var exit *sys.ExitError
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case ctx.Err() != nil, errors.As(err, &exit):
		return ErrTooLong
	case d.module != nil && d.nearLimit():
		return fmt.Errorf("%w: %v", ErrMemory, err)
	}
	return fmt.Errorf("%w: %v", ErrDamaged, err)
}

// nearLimit tells whether the instance has grown to where the next large wish is refused.
func (d *Document) nearLimit() bool {
	mem := d.module.Memory()
	_, room := mem.Grow((32 << 20) / wasmPageBytes)
	return !room
}

func (d *Document) alloc(ctx context.Context, size int) (uint64, error) {
	at, err := d.call(ctx, "malloc", uint64(max(size, 1)))
	if err == nil && at == 0 {
		return 0, ErrMemory
	}
	return at, err
}

// float32At reads a result from the scratch place.
func (d *Document) float32At(offset uint32) float64 {
	v, _ := d.module.Memory().ReadFloat32Le(uint32(d.scratch) + offset)
	return float64(v)
}

// Memory is how much the document's instance has taken, which never shrinks.
func (d *Document) Memory() uint64 { return uint64(d.module.Memory().Size()) }
