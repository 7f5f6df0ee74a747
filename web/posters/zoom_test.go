package posters

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
)

// checksum is of openseadragon.min.js in openseadragon 6.1.1, as its package-lock.json pins it.
const checksum = "14d587cd3ee7c4861f1a41077ce642029364a21029956ba635bd8fb1202cf9ad"

func TestOpenSeadragonIsTheOneOfTheLockFile(t *testing.T) {
	script, err := os.ReadFile("openseadragon/openseadragon.min.js")
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(script); hex.EncodeToString(sum[:]) != checksum {
		t.Errorf("openseadragon.min.js has SHA-256 %x, want %s: run make openseadragon, and change both together", sum, checksum)
	}
}

func TestASheetIsZoomedByTilesThatOnlyItsReadersGet(t *testing.T) {
	s := newSite(t)
	at := s.add("poster", "poster-zangyo.pdf")
	s.work()
	body := s.get(at).Body.String()
	tiles := regexp.MustCompile(`data-tiles="([^"]+)"`).FindStringSubmatch(body)
	if tiles == nil || strings.Contains(body, "zoom-") && strings.Contains(body, `<script type="module" src="/assets/zoom-`) {
		t.Fatal("the page names no tiles, or loads the zoom before it is asked for")
	}
	var info struct {
		ID, Profile, Protocol string
		Width, MaxWidth       int
		Tiles                 []struct{ Width int }
		Sizes                 []struct{ Width, Height int }
	}
	read := func() string {
		t.Helper()
		w := s.get(tiles[1] + "/info.json")
		if err := json.Unmarshal(w.Body.Bytes(), &info); w.Code != http.StatusOK || err != nil {
			t.Fatalf("info.json = %d, %v", w.Code, err)
		}
		return w.Header().Get("ETag")
	}
	before := read()
	if info.Tiles != nil || info.Width != 2560 || len(info.Sizes) != 3 || info.Profile != "level0" || !strings.HasSuffix(info.ID, tiles[1]) {
		t.Errorf("before its tiles: %+v", info)
	}
	if did, err := s.files.TileOne(t.Context(), s.engine); !did || err != nil {
		t.Fatalf("TileOne = %v, %v", did, err)
	}
	if after := read(); after == before || len(info.Tiles) != 1 || info.Tiles[0].Width != 512 || info.Width < 3000 || info.MaxWidth != 2560 {
		t.Errorf("with its tiles: %s %+v", after, info)
	}
	tile := tiles[1] + "/512,0,512,512/512,512/0/default.jpg"
	w := s.get(tile)
	tag := w.Header().Get("ETag")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/jpeg" || tag == "" || w.Header().Get("Cache-Control") != "private, no-cache" {
		t.Errorf("tile: %d %v", w.Code, w.Header())
	}
	if w := s.get(tile, "If-None-Match", tag); w.Code != http.StatusNotModified {
		t.Errorf("a tile that the browser has: %d", w.Code)
	}
	if w := s.get(tiles[1] + "/full/max/0/default.jpg"); w.Code != http.StatusOK {
		t.Errorf("the whole sheet: %d", w.Code)
	}
	for _, wrong := range []string{"/1,1,512,512/512,512/0/default.jpg", "/512,0,512,512/512,512/90/default.jpg", "/0,0,0,0/512,512/0/default.jpg",
		"/512,0,512,512/0,0/0/default.jpg", "/512,0,512/512,512/0/default.jpg", "/a,0,512,512/512,512/0/default.jpg", "/full/9,9/0/default.jpg"} {
		w := s.get(tiles[1] + wrong)
		if w.Code != http.StatusNotFound {
			t.Errorf("%s = %d", wrong, w.Code)
		}
	}
	s.viewer = access.Viewer{}
	for _, address := range []string{tile, tiles[1] + "/info.json"} {
		if w := s.get(address, "If-None-Match", tag); w.Code != http.StatusNotFound {
			t.Errorf("a visitor gets %d of %s", w.Code, address)
		}
	}
}
