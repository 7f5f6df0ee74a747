package page_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/web/page"
)

func TestProgramsGetProblemsAndNoSignInPage(t *testing.T) {
	for _, path := range []string{"/api/v1/me", "/api", "/ws", "/live?topics=a:1"} {
		w := httptest.NewRecorder()
		page.Fail(w, httptest.NewRequest("GET", path, nil), apperr.SignIn())
		if kind := w.Header().Get("Content-Type"); w.Code != 401 || !strings.HasPrefix(kind, "application/problem+json") {
			t.Errorf("%s answers %d %s", path, w.Code, kind)
		}
	}
}
