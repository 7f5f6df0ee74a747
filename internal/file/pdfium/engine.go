package pdfium

import (
	"context"
	_ "embed" // for pdfium.wasm
	"errors"
	"fmt"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/emscripten"
)

//go:embed pdfium.wasm
var wasm []byte

// Limits of one document (the contract's table of limits).
const (
	MaxPages      = 2000
	MemoryLimit   = 256 << 20
	PageTimeout   = 20 * time.Second
	wasmPageBytes = 64 << 10
)

// What is wrong with a document. Everything else is a fault of ours.
var (
	ErrPassword = errors.New("the document needs a password")
	ErrDamaged  = errors.New("the document cannot be read")
	ErrTooMany  = errors.New("the document has too many pages")
	ErrTooLong  = errors.New("the document took too long")
	ErrMemory   = errors.New("the document needs too much memory")
)

// Options say where and how large. The zero value keeps no compile cache and uses the limits above.
type Options struct {
	CacheDir    string        // compiled code is kept here (16 MB) and shared by processes; empty: compiled at each start
	MemoryLimit int           // bytes for one document
	PageTimeout time.Duration // for each page's text and picture together with its loading
	FontDirs    []string      // where to look for a Japanese font for files that embed none; nil: the system's usual folders
}

// Engine is PDFium, compiled. It is safe for several goroutines; each Document is for one.
type Engine struct {
	runtime     wazero.Runtime
	cache       wazero.CompilationCache
	module      wazero.CompiledModule
	pageTimeout time.Duration
	fonts       []font
}

// Open compiles PDFium (some seconds; no longer than ctx lasts) or takes the compiled code from the cache folder (0.1 s).
func Open(ctx context.Context, o Options) (*Engine, error) {
	if o.MemoryLimit == 0 {
		o.MemoryLimit = MemoryLimit
	}
	if o.PageTimeout == 0 {
		o.PageTimeout = PageTimeout
	}
	config := wazero.NewRuntimeConfig().
		WithMemoryLimitPages(uint32(o.MemoryLimit / wasmPageBytes))
	e := &Engine{pageTimeout: o.PageTimeout, fonts: findFonts(o.FontDirs)}
	if o.CacheDir != "" {
		cache, err := wazero.NewCompilationCacheWithDir(o.CacheDir)
		if err != nil {
			return nil, fmt.Errorf("open the compile cache %s: %w", o.CacheDir, err)
		}
		e.cache = cache
		config = config.WithCompilationCache(cache)
	}
	e.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	// Compiling cannot be stopped; whoever gives up (a server that ends) does not wait for it.
	compiled := make(chan error, 1)
	go func() { compiled <- e.compile(ctx) }()
	select {
	case err := <-compiled:
		if err != nil {
			return nil, errors.Join(err, e.Close(ctx))
		}
		return e, nil
	case <-ctx.Done():
		go func() {
			<-compiled
			_ = e.Close(context.WithoutCancel(ctx)) // nobody is left to hear of it
		}()
		return nil, fmt.Errorf("compile pdfium: %w", ctx.Err())
	}
}

func (e *Engine) compile(ctx context.Context) error {
	code, err := fuelled(wasm)
	if err != nil {
		return err
	}
	module, err := e.runtime.CompileModule(ctx, code)
	if err != nil {
		return fmt.Errorf("compile pdfium: %w", err)
	}
	e.module = module
	// The invoke_* functions and longjmp are wazero's own; the rest of "env" and "wasi…" is host.go's.
	invokes, err := emscripten.NewFunctionExporterForModule(module)
	if err != nil {
		return fmt.Errorf("pdfium's dynamic calls: %w", err)
	}
	env := e.runtime.NewHostModuleBuilder("env")
	wasi := e.runtime.NewHostModuleBuilder("wasi_snapshot_preview1")
	invokes.ExportFunctions(env)
	for _, f := range module.ImportedFunctions() {
		where, name, _ := f.Import()
		host, ok := hostFunctions[name]
		if !ok {
			continue // an invoke_*; an unknown one fails at the first instantiation, which the tests do
		}
		builder := env
		if where != "env" {
			builder = wasi
		}
		builder.NewFunctionBuilder().
			WithGoModuleFunction(host.adapt(), f.ParamTypes(), f.ResultTypes()).
			Export(name)
	}
	if _, err := env.Instantiate(ctx); err != nil {
		return fmt.Errorf("pdfium's host functions: %w", err)
	}
	if _, err := wasi.Instantiate(ctx); err != nil {
		return fmt.Errorf("pdfium's host functions: %w", err)
	}
	return nil
}

// Patient is the same engine with n times the time for each page. Time is measured by the clock on the wall, which on a
// busy machine says little about the file: a later try deserves more of it.
func (e *Engine) Patient(n int) *Engine {
	patient := *e
	patient.pageTimeout *= time.Duration(n)
	return &patient
}

// Close frees the compiled code and whatever documents are still open.
func (e *Engine) Close(ctx context.Context) error {
	err := e.runtime.Close(ctx)
	if e.cache != nil {
		err = errors.Join(err, e.cache.Close(ctx))
	}
	return err
}

// adapt turns a hostFunction into wazero's shape.
func (f hostFunction) adapt() api.GoModuleFunction {
	return api.GoModuleFunc(func(ctx context.Context, mod api.Module, stack []uint64) {
		result := f(call{ctx: ctx, mem: mod.Memory(), args: stack, files: filesOf(ctx)})
		if len(stack) > 0 {
			stack[0] = result
		}
	})
}
