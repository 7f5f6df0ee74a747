package pdfium

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"
)

// TestNobodyWaitsForAPage: collecting garbage stops everything, so it must be able to stop a page that is drawn.
func TestNobodyWaitsForAPage(t *testing.T) {
	d, err := open(t, Options{PageTimeout: time.Minute}).Document(t.Context(), bomb())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx, stop := context.WithCancel(t.Context())
	loaded := make(chan error, 1)
	go func() {
		_, err := d.Page(ctx, 1) // draws for seconds, then runs out of memory
		loaded <- err
	}()
	for range 3 {
		runtime.GC()
	}
	select {
	case err := <-loaded:
		t.Fatalf("the page ended before anything else could happen: %v", err)
	default:
	}
	stop()
	select {
	case err := <-loaded:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Page = %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("nobody could stop the page")
	}
}

func TestEachLoopCountsDown(t *testing.T) {
	loop := []byte{0x00, 0x00, // no locals … unreachable
		opLoop, blockEmpty, opConst, 0x03, opDrop, opConstF64, 3, 3, 3, 3, 3, 3, 3, 3, opDrop, opBr, 0, opEnd, opEnd}
	count := []byte{0x01}
	code := append([]byte{1, byte(len(loop))}, loop...)
	got := fuelledCode(&reader{b: code}, count)
	want := append([]byte{1, byte(len(loop) + 1)}, loop[:4]...)
	want = append(append(want, count...), loop[4:]...)
	if string(got) != string(want) {
		t.Errorf("fuelledCode = % x, want % x", got, want)
	}
}

func TestAModuleCutOffIsRefused(t *testing.T) {
	for _, n := range []int{0, 7, 9, 100, 5_000, len(wasm) / 2, len(wasm) - 1} {
		if _, err := fuelled(wasm[:n]); !errors.Is(err, errModule) {
			t.Errorf("cut after %d bytes: %v", n, err)
		}
	}
}
