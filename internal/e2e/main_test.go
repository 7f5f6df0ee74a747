package e2e

import (
	"os"
	"testing"

	"github.com/manetomo/manetomo/internal/e2e/browser"
	"github.com/manetomo/manetomo/internal/e2e/site"
)

func TestMain(m *testing.M) {
	code := m.Run()
	browser.Close()
	site.Clean()
	os.Exit(code)
}
