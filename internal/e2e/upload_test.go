package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-rod/rod/lib/proto"

	"github.com/manetomo/manetomo/internal/e2e/browser"
	"github.com/manetomo/manetomo/internal/e2e/site"
)

// network sets how fast the browser's line is upwards, in bytes a second; 0 is no line at all.
func network(t *testing.T, p *browser.Person, up float64) {
	t.Helper()
	if err := (proto.NetworkEnable{}).Call(p.Page); err != nil {
		t.Fatal(err)
	}
	err := proto.NetworkEmulateNetworkConditions{Offline: up == 0, DownloadThroughput: -1, UploadThroughput: up}.Call(p.Page)
	if err != nil {
		t.Fatal(err)
	}
}

// TestAnUploadSurvivesTheNetworkAndAReload: a large file is on its way when the line breaks, goes on when it is back,
// goes on again after the page was loaded anew and the file chosen again, and is then published with the form.
func TestAnUploadSurvivesTheNetworkAndAReload(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	poster, err := os.ReadFile("../file/testdata/poster-zangyo.pdf")
	if err != nil {
		t.Fatal(err)
	}
	large := filepath.Join(t.TempDir(), "大きなポスター.pdf")
	if err := os.WriteFile(large, pad(poster, 24<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	p := browser.New(t, s.URL, "fellow")
	p.Expect("ERR_INTERNET_DISCONNECTED")
	p.Expect("Failed to load resource")
	p.SignIn("fellow@example.jp")
	p.Go("/posters/new")
	network(t, p, 6<<20)
	p.Attach("ファイル", large)
	p.Holds("a part has arrived", `() => /^送っています：[2-9][0-9]％/.test(document.querySelector("[data-state]")?.textContent)`)
	network(t, p, 0)
	p.See("つながりません")
	network(t, p, 6<<20)
	p.Holds("it goes on", `() => /^送っています：[4-9][0-9]％/.test(document.querySelector("[data-state]")?.textContent)`)
	p.Accessible()
	p.Go("/posters/new")
	p.See("もう一度選ぶと、続きから送ります")
	network(t, p, -1)
	p.Attach("ファイル", large)
	p.See("できました（PDF）")
	p.Fill("題名", "途中で切れたポスター")
	p.Fill("ことばでの説明", "緑の帯と時計")
	p.Click("載せる")
	p.Arrive("/posters/")
	p.See("途中で切れたポスター")
	p.See("残業を減らす前に") // read from the file
}

// pad makes a PDF larger by a comment before its last lines, which say where its table begins.
func pad(pdf []byte, size int) []byte {
	end := bytes.LastIndex(pdf, []byte("startxref"))
	out := append([]byte{}, pdf[:end]...)
	for len(out) < size {
		out = append(out, "% nothing to see here\n"...)
	}
	return append(out, pdf[end:]...)
}
