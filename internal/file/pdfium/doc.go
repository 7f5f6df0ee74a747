// Package pdfium reads PDF files with Google's PDFium, compiled to WebAssembly and run under wazero: pure Go, in a
// sandbox that sees no file, no network and no clock but ours, with its memory and its time limited.
//
// What stays true: every document runs in an instance of its own, which is thrown away with it, so one file can
// never reach another; a document that takes too long or too much memory ends in an error of this package and in
// nothing else; scripts inside a document are never run (this build has no script engine); drawing a page holds nobody
// up, since its loops let others run (fuel.go).
//
//	Engine ── compiled once, kept in a cache folder ──▶ Document ──▶ Size · Text · Render, page by page
//
// pdfium.wasm is the file of the npm package pinned in package-lock.json; `make pdfium` copies it again and a test
// compares its checksum. The build is Emscripten's: host.go gives it the few functions that its JavaScript would.
package pdfium
