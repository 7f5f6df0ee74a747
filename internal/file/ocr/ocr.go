// Package ocr reads the text of pictures with tesseract, where that program and its Japanese data are installed.
//
// What stays true: tesseract is a process of its own, one for each pass, with its memory, its time and its output
// limited, and it is killed at the limit; it gets a picture that this program has drawn itself, never a file of
// somebody's. What it says is trusted no more than the text of a PDF.
package ocr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	scale "golang.org/x/image/draw"

	"github.com/manetomo/manetomo/internal/file/pdfium"
)

// Limits of one pass.
const (
	passTime   = 60 * time.Second
	cpuSeconds = 60
	memoryKiB  = 1 << 20 // 1 GB of addresses; a pass over a sample poster takes a tenth of it
	maxOutput  = 8 << 20
)

// What can be wrong.
var (
	ErrNone   = errors.New("tesseract with Japanese data is not installed")
	ErrFailed = errors.New("the picture could not be read")
)

// Packages are what Debian calls the things that are needed.
var Packages = []string{"tesseract-ocr", "tesseract-ocr-jpn", "tesseract-ocr-jpn-vert"}

// Reader is tesseract as it was found.
type Reader struct {
	program  string
	vertical bool // its data for vertical writing is there
}

// Find looks for tesseract and its Japanese data.
func Find(ctx context.Context) (*Reader, error) {
	program, err := exec.LookPath("tesseract")
	if err != nil {
		return nil, ErrNone
	}
	ctx, cancel := context.WithTimeout(ctx, passTime)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, "--list-langs").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("ask tesseract for its languages: %w", err)
	}
	languages := strings.Fields(string(out))
	if !slices.Contains(languages, "jpn") {
		return nil, ErrNone
	}
	return &Reader{program, slices.Contains(languages, "jpn_vert")}, nil
}

// pass is one way to look at a picture. A poster has letters of very different sizes, on grounds of different
// brightness; what one pass overlooks another sees (passes are chosen by the figures in ocr_test.go).
type pass struct {
	width    int
	language string
	psm      string // how the page is taken apart: 3 looks for columns of text, 11 for words anywhere, 5 takes it for one column
}

var passes = []pass{{2560, "jpn", "3"}, {2560, "jpn", "11"}, {1280, "jpn", "11"}}

// Read reads a picture: its text, and its words with their places.
func (r *Reader) Read(ctx context.Context, img image.Image) (string, []pdfium.Word, error) {
	var lines []line
	for n, p := range passes {
		gray := shrunk(img, p.width)
		out, err := r.run(ctx, gray, p)
		if err != nil {
			return "", nil, err
		}
		lines = append(lines, parse(out, n, gray.Bounds().Dx(), gray.Bounds().Dy())...)
	}
	lines = best(lines)
	if r.vertical {
		down, err := r.readColumns(ctx, img, lines)
		if err != nil {
			return "", nil, err
		}
		lines = withColumns(lines, down)
	}
	chars := chars(order(lines))
	b := img.Bounds()
	text, words := pdfium.Group(chars, float64(b.Dx())/float64(b.Dy()))
	return text, words, nil
}

// shrunk draws a picture in grey, not wider than width.
func shrunk(img image.Image, width int) *image.Gray {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w > width {
		w, h = width, max(1, h*width/w)
	}
	colour := image.NewRGBA(image.Rect(0, 0, w, h))
	scale.CatmullRom.Scale(colour, colour.Bounds(), img, b, draw.Src, nil)
	gray := image.NewGray(colour.Bounds())
	draw.Draw(gray, gray.Bounds(), colour, image.Point{}, draw.Src)
	return gray
}

// run is one pass. The shell sets the limits and then becomes tesseract.
func (r *Reader) run(ctx context.Context, img image.Image, p pass) ([]byte, error) {
	var in bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&in, img); err != nil {
		return nil, fmt.Errorf("draw the picture for tesseract: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, passTime)
	defer cancel()
	limits := fmt.Sprintf(`ulimit -v %d && ulimit -t %d && ulimit -c 0 && exec nice -n 10 "$@"`, memoryKiB, cpuSeconds)
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", limits, "ocr", r.program, "stdin", "stdout", "-l", p.language, "--psm", p.psm, "tsv")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "OMP_THREAD_LIMIT=1", "LC_ALL=C.UTF-8"}
	if data := os.Getenv("TESSDATA_PREFIX"); data != "" {
		cmd.Env = append(cmd.Env, "TESSDATA_PREFIX="+data)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	out := &limited{}
	said := &limited{}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, out, said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%w: %w", ErrFailed, ctx.Err())
		}
		return nil, fmt.Errorf("%w: %v: %.300s", ErrFailed, err, said.Bytes())
	}
	return out.Bytes(), nil
}

// limited keeps as much output as there may be.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len() < maxOutput {
		l.Buffer.Write(p)
	}
	return len(p), nil
}
