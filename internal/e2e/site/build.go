// Package site runs the program itself for the end-to-end tests: built once, started on a free port with a folder of
// its own, stopped politely or killed, started again on the same folder. Nothing of the program is imported.
package site

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// EnvBinary names the environment variable that holds a built program to test instead of building one.
const EnvBinary = "MANETOMO_E2E_BINARY"

// built is the program under test and how to remove it.
var built = sync.OnceValues(func() (string, error) {
	if binary := os.Getenv(EnvBinary); binary != "" {
		return binary, nil
	}
	dir, err := os.MkdirTemp("", "manetomo-e2e-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "manetomo")
	out, err := exec.Command("go", "build", "-o", binary, "github.com/manetomo/manetomo/cmd/manetomo").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return binary, nil
})

// Binary gives the program under test, building it the first time.
func Binary() (string, error) { return built() }

// Clean removes the built program and the demo's folder; TestMain calls it last.
func Clean() {
	if filled.dir != "" {
		os.RemoveAll(filled.dir)
	}
	if binary, err := built(); err == nil && os.Getenv(EnvBinary) == "" {
		os.RemoveAll(filepath.Dir(binary))
	}
}
