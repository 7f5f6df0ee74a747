package e2e

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/e2e/site"
)

// TestASiteComesBackFromItsBackup takes a backup beside the running site, restores it into another folder, and finds
// there what was said before it.
func TestASiteComesBackFromItsBackup(t *testing.T) {
	s := site.Start(t, site.Options{})
	a := api{t, s.URL, token(t, s, "moderator@example.jp")}
	said := a.newTopic("控えを取る前の話し合い")
	backup := filepath.Join(t.TempDir(), "backup.zip")
	if out, code := s.Run("backup", "--to", backup); code != 0 {
		t.Fatalf("backup beside the site: exit %d: %s", code, out)
	}
	a.newTopic("控えを取った後の話し合い")
	if out, code := s.Run("restore", backup); code != 1 || !strings.Contains(out, "stop it first") {
		t.Errorf("restore beside the site: exit %d: %s", code, out)
	}
	s.Stop()
	if out, code := s.Run("restore", backup); code != 1 || !strings.Contains(out, "not empty") {
		t.Errorf("restore over a life: exit %d: %s", code, out)
	}
	folder := t.TempDir()
	if out, err := site.Command(t, folder, nil, "restore", backup).CombinedOutput(); err != nil {
		t.Fatalf("restore: %v: %s", err, out)
	}
	again := site.Start(t, site.Options{Data: folder})
	b := api{t, again.URL, a.token} // tokens come back too
	b.wantFound(again, "控えを取る前の話し合い")
	if posts := b.posts(said.ID); len(posts) != 1 {
		t.Errorf("the discussion has %d posts", len(posts))
	}
	if hits := b.hits("kind=topic&q=" + url.QueryEscape(`"控えを取った後の話し合い"`)); len(hits) != 0 {
		t.Errorf("found what came after the backup: %v", hits)
	}
}
