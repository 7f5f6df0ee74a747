// Package browser drives Debian's Chromium for the end-to-end tests: several people at once, each in a browser context
// of their own, who read, click and type as people do.
//
// A page that writes an error to its console fails the test. When a test fails, the screens of its people are kept in
// the folder that MANETOMO_E2E_SHOTS names, or in the temporary folder. Nothing here waits a fixed time.
package browser

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
)

// ErrMissing means that this machine has no Chromium. Tests fail with it; they never skip.
var ErrMissing = errors.New("no Chromium found: install it (on Debian: apt-get install chromium)")

// chromium is the one browser of this test process.
var chromium = sync.OnceValues(start)

// running lets Close end what start started.
var running *launcher.Launcher

func start() (*rod.Browser, error) {
	program, err := find()
	if err != nil {
		return nil, err
	}
	// Everything that would look for a network beyond this machine is off; a test machine has none.
	l := launcher.New().Bin(program).Headless(true).NoSandbox(true).
		Set("disable-background-networking").Set("disable-component-update").Set("disable-sync").
		Set("disable-quic").Set("disable-gpu").Set("no-first-run").Set("disable-dev-shm-usage").
		Set("lang", "ja").Set("force-color-profile", "srgb").Delete("use-mock-keychain")
	address, err := l.Launch()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	running = l
	b := rod.New().ControlURL(address)
	return b, b.Connect()
}

func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrMissing
}

// Close ends the browser; TestMain calls it last.
func Close() {
	if running == nil {
		return
	}
	if b, err := chromium(); err == nil {
		b.Close()
	}
	running.Kill()
	running.Cleanup()
}

// shots is where the screens of failed tests are kept.
func shots() string {
	if dir := os.Getenv("MANETOMO_E2E_SHOTS"); dir != "" {
		return dir
	}
	return os.TempDir() + "/manetomo-e2e-shots"
}
