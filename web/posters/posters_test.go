package posters

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/file/blob"
	"github.com/manetomo/manetomo/internal/file/pdfium"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/web/asset"
	"github.com/manetomo/manetomo/web/files"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/page/pagetest"
)

var author = access.Viewer{Person: "author", Name: "見本 花子", Municipality: "990001", Member: true,
	Cohorts: []string{"2023-regular"}, Teams: []string{"midori"}}

// site is the pages of this package over a fresh database, seen by whoever viewer is.
type site struct {
	*testing.T
	http.Handler
	viewer access.Viewer
	files  *file.Service
	engine *pdfium.Engine
}

func newSite(t *testing.T) *site {
	t.Helper()
	d := testkit.SQLite(t)
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, q := range []string{
			"INSERT INTO cohort (id, year, course) VALUES ('2023-regular', 2023, 'regular')",
			"INSERT INTO team (id, cohort, municipality, name) VALUES ('midori', '2023-regular', '990001', '見本チーム')",
			"INSERT INTO person (id, name, municipality, member, created_at) VALUES ('author', '見本 花子', '990001', TRUE, '2026-04-01')",
			"INSERT INTO participation (id, person, cohort, team, role, since) VALUES ('p', 'author', '2023-regular', 'midori', 'alumnus', '2023-04-01')",
		} {
			if _, err := tx.NewRaw(q).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	engine, err := pdfium.Open(t.Context(), pdfium.Options{CacheDir: filepath.Join(cache, "manetomo-pdfium")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close(context.Background()) })
	s := &site{T: t, viewer: author, engine: engine,
		files: &file.Service{DB: d, Blobs: blob.Folder{Dir: filepath.Join(t.TempDir(), "files")}, Temp: t.TempDir()}}
	a := &archive.Service{DB: d}
	p, f := Pages{Archive: a, Files: s.files, Talk: &talk.Service{DB: d, Files: &file.Service{DB: d}}}, files.Pages{Files: s.files, Archive: a}
	mux := http.NewServeMux()
	for pattern, h := range map[string]page.Handler{
		"GET /posters/new": p.New, "POST /posters": p.Create, "GET /posters/{id}": p.Show, "GET /papers/{id}": p.Show,
		"POST /posters/{id}/publish": p.Publish, "GET /posters/{id}/edit": p.Edit, "POST /posters/{id}/edit": p.Save, "GET /files/new": f.New, "POST /files": f.Attach, "POST /files/{id}/remove": f.Remove,
		"GET /files/{id}/original": f.Original, "GET /files/{id}/state": f.State, "GET /files/{id}/{picture}": f.Picture,
		"GET /files/{id}/iiif/{page}/info.json": f.Info, "GET /files/{id}/iiif/{page}/{region}/{size}/{rotation}/{quality}": f.Tile,
	} {
		mux.Handle(pattern, page.Handle(h))
	}
	mux.Handle("GET /assets/", asset.Handler())
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.WithContext(page.With(r.Context(), page.Session{Viewer: s.viewer, Now: d.Now})))
	})
	return s
}

func (s *site) get(address string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", address, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// post sends a multipart form; the field "file" names a sample.
func (s *site) post(address string, fields ...string) *httptest.ResponseRecorder {
	s.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		name, value := fields[i], fields[i+1]
		if name != "file" {
			form.WriteField(name, value)
			continue
		}
		part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + value + `"`},
			"Content-Type": {"application/octet-stream"}})
		if err != nil {
			s.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join("../../internal/file/testdata", value))
		if err != nil {
			s.Fatal(err)
		}
		part.Write(data)
	}
	form.Close()
	r := httptest.NewRequest("POST", address, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s *site) work() {
	s.Helper()
	if _, err := s.files.WorkOne(s.Context(), s.engine); err != nil {
		s.Fatal(err)
	}
}

// add makes a page with a sample and returns its address.
func (s *site) add(kind, sample string) string {
	s.Helper()
	w := s.post("/posters", "kind", kind, "title", "残業を減らす前に、話す時間を増やした", "team", "midori", "audience", "members",
		"alt", "緑の帯に題名と時計", "act", "publish", "file", sample)
	if w.Code != http.StatusSeeOther {
		s.Fatalf("POST /posters = %d %s", w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

func (s *site) sees(w *httptest.ResponseRecorder, want ...string) {
	s.Helper()
	for _, text := range want {
		if !strings.Contains(w.Body.String(), text) {
			s.Errorf("the page lacks %q", text)
		}
	}
}

func TestAPosterFromTheFormToTheWordOnTheSheet(t *testing.T) {
	s := newSite(t)
	w := s.get("/posters/new?kind=poster")
	pagetest.Check(t, w.Body.String())
	s.sees(w, "ファイルはあとで載せる", "2023年度 通常部会")

	at := s.add("poster", "poster-zangyo.pdf")
	w = s.get(at)
	pagetest.Check(t, w.Body.String())
	s.sees(w, "文字を読み取っています", "data-waiting", "画像を用意しています")

	s.work()
	w = s.get(at)
	pagetest.Check(t, w.Body.String())
	s.sees(w, "残業を減らす前に、話す時間を増やした。", `alt="緑の帯に題名と時計"`, "2560w", "みどり見本市", "見本チーム", "保存（170KB）")
	if strings.Contains(w.Body.String(), "data-waiting") {
		t.Error("the page still waits for a file that is ready")
	}

	w = s.get(at + "?q=%E5%AF%BE%E8%A9%B1")
	pagetest.Check(t, w.Body.String())
	s.sees(w, "<mark>対話</mark>", `id="hit-1"`, `<rect class="ring"`, "か所</b>", "のうち 1か所目", `class="frame cur"`)
	w = s.get(at + "?q=%E8%AD%B0%E4%BC%9A")
	s.sees(w, "「議会」は、この中に見つかりませんでした。")
}

func TestAPaperHasPages(t *testing.T) {
	s := newSite(t)
	at := s.add("paper", "joint-paper.pdf")
	if !strings.HasPrefix(at, "/papers/") {
		t.Fatalf("a paper stands at %s", at)
	}
	s.work()
	w := s.get(at + "?page=3")
	pagetest.Check(t, w.Body.String())
	s.sees(w, `aria-label="頁をえらぶ"`, "3頁の全文", "8頁")
	if other := s.get("/posters" + strings.TrimPrefix(at, "/papers")); other.Code != 303 || other.Header().Get("Location") != at {
		t.Errorf("a paper at the address of posters is answered %d", other.Code)
	}
}

// open is the side that a page shows beside the sheet.
func open(body string) string {
	m := regexp.MustCompile(`class="side is-shown" id="side-(\w+)"`).FindAllStringSubmatch(body, -1)
	if len(m) != 1 {
		return fmt.Sprint(len(m), " sides are open")
	}
	return m[0][1]
}

func TestASideOfTheSheetHasAnAddressAndWorksWithoutAScript(t *testing.T) {
	s := newSite(t)
	poster := s.add("poster", "poster-zangyo.pdf")
	paper := s.add("paper", "joint-paper.pdf")
	s.work()
	s.work()
	for address, want := range map[string]string{
		"": "text", "?side=beside": "beside", "?side=talk": "talk", "?side=notes": "notes", "?side=facts": "facts", "?side=nothing": "text",
		"?from=1": "talk", "?q=%E5%AF%BE%E8%A9%B1": "text",
	} {
		body := s.get(poster + address).Body.String()
		pagetest.Check(t, body)
		if got := open(body); got != want {
			t.Errorf("%s opens %s, want %s", address, got, want)
		}
		if text := strings.Contains(body, "全職員542人にアンケート"); text != (want == "beside") {
			t.Errorf("%s has the paper's text: %v", address, text)
		}
	}
	w := s.get(paper + "?page=3&side=beside")
	s.sees(w, `<b>3</b>／8頁`, `rel="prev"`, `rel="next"`, paper+"?page=4&amp;side=beside", "ポスターのページで話し合いを読む")
	if last := s.get(paper + "?page=8").Body.String(); strings.Contains(last, `rel="next"`) {
		t.Error("the last page leads on")
	}
}

func TestAFormThatIsNotAcceptedComesBack(t *testing.T) {
	s := newSite(t)
	for _, test := range []struct {
		rule   string
		fields []string
		want   []string
	}{
		{"種類ちがいのファイル", []string{"kind", "poster", "title", "題名です", "audience", "members", "alt", "絵", "act", "publish", "file", "script.svg"},
			[]string{"SVGの図", `value="題名です"`, "もう一度選んでください"}},
		{"題名も説明もファイルもない", []string{"kind", "poster", "audience", "members", "act", "publish"},
			[]string{"題名を書いてください", "ファイルはあとで載せる」に印"}},
		{"説明がない", []string{"kind", "poster", "title", "題名です", "audience", "members", "act", "publish", "file", "poster-tonari.jpg"},
			[]string{"ことばでの説明を書いてください"}},
		{"知らない自治体", []string{"kind", "poster", "title", "題名です", "audience", "members", "alt", "絵", "municipality", "ない町", "later", "yes", "act", "publish"},
			[]string{`value="ない町"`}},
		{"ほかの自治体", []string{"kind", "poster", "title", "題名です", "audience", "members", "alt", "絵", "municipality", "990002", "year", "2023", "course", "regular", "later", "yes", "act", "publish"},
			[]string{"自分のチーム"}},
		{"すべての誤りをいちどに", []string{"kind", "poster", "audience", "members", "municipality", "ない町", "year", "2023", "act", "publish"},
			[]string{"題名を書いてください", "ファイルを選んでください", "「ない町」という自治体は見つかりません", "コースを選んでください"}},
		{"ファイルのないことと、ほかの自治体であること", []string{"kind", "poster", "title", "題名です", "audience", "members", "municipality", "990002", "year", "2023", "course", "regular", "act", "publish"},
			[]string{"ファイルを選んでください", "自分のチーム"}},
	} {
		t.Run(test.rule, func(t *testing.T) {
			w := s.post("/posters", test.fields...)
			if w.Code != http.StatusUnprocessableEntity {
				t.Errorf("answered %d, want 422", w.Code)
			}
			s.sees(w, test.want...)
			pagetest.Check(t, w.Body.String())
		})
	}
	left, err := s.files.DB.Read().NewSelect().Table("entry").Count(t.Context())
	if err != nil || left != 0 {
		t.Errorf("refused forms wrote %d entries (%v)", left, err)
	}
}

func TestADraftIsPublishedAndItsFileFollows(t *testing.T) {
	s := newSite(t)
	w := s.post("/posters", "kind", "poster", "title", "下書きのポスター", "team", "midori", "audience", "members", "act", "draft")
	at := w.Header().Get("Location")
	w = s.get(at)
	pagetest.Check(t, w.Body.String())
	s.sees(w, "下書きです。書いた人だけが読めます。", "ファイルは、まだ載っていません", "/files/new?entry=")
	if w := s.post(at+"/publish", "version", "1"); w.Code != http.StatusSeeOther {
		t.Fatalf("publish = %d %s", w.Code, w.Body)
	}
	id := at[strings.LastIndex(at, "/")+1:]
	pagetest.Check(t, s.get("/files/new?entry="+id).Body.String())
	w = s.post("/files", "entry", id)
	s.sees(w, "ファイルを選んでください。1つ100MBまでです。")
	if w := s.post("/files", "entry", id, "file", "encrypted-user-password.pdf"); w.Header().Get("Location") != at {
		t.Fatalf("attach = %d %s", w.Code, w.Body)
	}
	s.work()
	w = s.get(at)
	pagetest.Check(t, w.Body.String())
	s.sees(w, "パスワードが要るPDFです", "画像はありません。ファイルは保存して開けます。")
}

func TestFilesAreServedSafely(t *testing.T) {
	s := newSite(t)
	at := s.add("poster", "poster-soma.pdf")
	s.work()
	list, err := s.files.List(t.Context(), author, at[strings.LastIndex(at, "/")+1:])
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	original, picture := "/files/"+list[0].ID+"/original", "/files/"+list[0].ID+"/1-1280.jpg"
	w := s.get(original)
	for name, want := range map[string]string{
		"Content-Disposition": `attachment; filename=poster-soma.pdf`, "Content-Security-Policy": "sandbox; default-src 'none'",
		"X-Content-Type-Options": "nosniff", "Content-Type": "application/pdf", "Cache-Control": "private, no-cache",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	part := s.get(original, "Range", "bytes=0-4")
	if body, _ := io.ReadAll(part.Body); part.Code != http.StatusPartialContent || string(body) != "%PDF-" {
		t.Errorf("a range is answered %d %q", part.Code, body)
	}
	w = s.get(picture)
	if w.Code != 200 || w.Header().Get("Content-Type") != "image/jpeg" || w.Header().Get("Content-Disposition") != "inline" {
		t.Errorf("the picture is answered %d %v", w.Code, w.Header())
	}
	if again := s.get(picture, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("the same picture is answered %d", again.Code)
	}
	if w := s.get("/files/" + list[0].ID + "/state"); w.Body.String() != "ready" {
		t.Errorf("the state is %q", w.Body)
	}
	etag := w.Header().Get("ETag")
	s.viewer = access.Viewer{}
	missing := s.get("/files/nothing000/original")
	for _, address := range []string{original, picture, at, "/files/" + list[0].ID + "/state"} {
		w := s.get(address, "If-None-Match", etag, "Range", "bytes=0-4")
		if w.Code != http.StatusNotFound || address != at && w.Body.Len() != missing.Body.Len() && !strings.Contains(address, "jpg") && !strings.HasSuffix(address, "state") {
			t.Errorf("a visitor gets %d at %s", w.Code, address)
		}
		if strings.Contains(w.Body.String(), "残業") {
			t.Errorf("a visitor reads the title at %s", address)
		}
	}
	for _, bad := range []string{"/files/" + list[0].ID + "/9-1280.jpg", "/files/" + list[0].ID + "/1-9999.jpg", "/files/" + list[0].ID + "/x.jpg"} {
		s.viewer = author
		if w := s.get(bad); w.Code != http.StatusNotFound {
			t.Errorf("%s is answered %d", bad, w.Code)
		}
	}
}

func TestOfTwoWhoChangeAPosterNeitherLosesTheirs(t *testing.T) {
	s := newSite(t)
	at := s.add("poster", "exif-rotated-gps.jpg")
	w := s.get(at + "/edit")
	pagetest.Check(t, w.Body.String())
	s.sees(w, `value="残業を減らす前に、話す時間を増やした"`, `name="version" value="1"`)
	fields := []string{"version", "1", "team", "midori", "municipality", "990001", "year", "2023", "course", "regular", "audience", "members", "title"}
	if w := s.post(at+"/edit", append(fields, "先に直した題名")...); w.Header().Get("Location") != at {
		t.Fatalf("save = %d %s", w.Code, w.Body)
	}
	w = s.post(at+"/edit", append(fields, "あとから直した題名")...)
	pagetest.Check(t, w.Body.String())
	s.sees(w, "題名：先に直した題名", `value="あとから直した題名"`, `name="version" value="2"`)
	if w.Code != http.StatusConflict {
		t.Errorf("a conflict is answered %d", w.Code)
	}
	if w := s.post(at+"/edit", append(fields, "  ")...); w.Code != http.StatusConflict {
		t.Errorf("an old version without a title is answered %d", w.Code)
	}
	s.viewer = access.Viewer{Person: "other", Member: true}
	if w := s.get(at + "/edit"); w.Code != http.StatusForbidden {
		t.Errorf("somebody else's edit form is answered %d", w.Code)
	}
}

func TestAFormThatComesBackKeepsTheFilesThatCameWithIt(t *testing.T) {
	s := newSite(t)
	w := s.post("/posters", "kind", "poster", "title", "", "team", "midori", "audience", "members", "alt", "緑の帯", "act", "publish",
		"file", "poster-zangyo.pdf", "file", "html-named.pdf")
	if w.Code != http.StatusUnprocessableEntity {
		t.Fatalf("a form without a title is answered %d", w.Code)
	}
	pagetest.Check(t, w.Body.String())
	sent := regexp.MustCompile(`name="upload" value="(\w+)" checked`).FindAllStringSubmatch(w.Body.String(), -1)
	if len(sent) != 1 {
		t.Fatalf("%d files stay, want the one that is a poster", len(sent))
	}
	s.sees(w, "poster-zangyo.pdf", "受け取りました。もう一度選ばなくても、このまま載せられます。")
	w = s.post("/posters", "kind", "poster", "title", "残業を減らす前に", "team", "midori", "audience", "members", "alt", "緑の帯", "act", "publish",
		"upload", sent[0][1])
	if w.Code != http.StatusSeeOther {
		t.Fatalf("the form with what stayed is answered %d %s", w.Code, w.Body)
	}
	s.work()
	s.sees(s.get(w.Header().Get("Location")), "残業を減らす前に、話す時間を増やした。")
}
