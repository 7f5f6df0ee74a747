// Package file takes in what people attach to entries, keeps it, reads it and serves it: PDF, pictures,
// and the text of Word, PowerPoint and Excel.
//
//	Begin ── Append … (pieces, cut anywhere) ──▶ TakeTransfer ─┐
//	Take (one body) ─────────────────────────────────────────────┴▶ Keep
//	Keep ── keeps the blob, then its row ──▶ queue (rows "processing") ──▶ Work ──▶ pages: text, places, pictures
//
// What stays true: a file is durable before its row; extension, declared type and content agree, judged by the first
// bytes; a picture's size is judged by its header before it is decoded, and what its file says about place and camera
// is dropped; a PDF is read by pdfium alone, in its sandbox. A file that cannot be read is still kept: it is `failed`
// with a Japanese reason. Access is the entry's, asked at every reading. The queue is the table itself: it survives a
// restart and several nodes share it by leases.
package file
