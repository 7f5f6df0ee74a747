package topics_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/page/pagetest"
	"github.com/manetomo/manetomo/web/topics"
)

const mostHTML = 80_000 // bytes of a window of thirty posts before gzip

var reader = access.Viewer{Person: "hanako", Name: "見本 花子", Member: true, Unlimited: true}

// long makes a topic with so many posts. Past the first they are written as one statement, since a discussion of years
// is not typed in a test.
func long(t testing.TB, d *db.DB, posts int) string {
	t.Helper()
	s := &talk.Service{DB: d, Files: &file.Service{DB: d}}
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO person (id, name, municipality, member, created_at) VALUES (?, ?, '990001', ?, ?) ON CONFLICT DO NOTHING",
			reader.Person, reader.Name, true, tx.Now).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	body := strings.Repeat("対話の場を月に一度ひらき、係をこえて困りごとを持ちよりました。", 4) + "記録を残します。"
	topic, err := s.Open(t.Context(), reader, talk.NewTopic{Title: "長い話し合い", Body: body, Audience: access.Audience{Rung: access.Members}})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		var all []*talk.Post
		for i := 2; i <= posts; i++ {
			all = append(all, &talk.Post{ID: db.NewID(), Topic: topic.ID, Number: int64(i), Author: reader.Person, Body: body,
				HTML: "<p>" + body + "</p>\n", Renderer: 1, State: access.Published, CreatedAt: tx.Now, N: int64(i + 1)})
		}
		for len(all) > 0 {
			some := all[:min(200, len(all))]
			all = all[len(some):]
			if _, err := tx.NewInsert().Model(&some).Exec(ctx); err != nil {
				return err
			}
		}
		if _, err := tx.NewRaw("UPDATE topic SET posts = ? WHERE id = ?", posts, topic.ID).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("UPDATE topic_head SET n = ? WHERE topic = ?", posts+1, topic.ID).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return topic.ID
}

// get asks for a page of the topic as the reader does.
func get(t testing.TB, d *db.DB, path string) *httptest.ResponseRecorder {
	t.Helper()
	p := topics.Pages{Talk: &talk.Service{DB: d, Files: &file.Service{DB: d}}, Notify: &notify.Service{DB: d}}
	mux := http.NewServeMux()
	mux.Handle("GET /topics/{id}", page.Handle(p.Show))
	mux.Handle("GET /topics/{id}/posts/{post}", page.Handle(p.To))
	r := httptest.NewRequest("GET", path, nil)
	r = r.WithContext(page.With(r.Context(), page.Session{Viewer: reader, BaseURL: "http://example.jp", Now: d.Now}))
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

func TestALongTopicOpensByWindows(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		id := long(t, d, 1000)
		for _, test := range []struct {
			name, query    string
			first, last    int
			earlier, later string // links that must be there
		}{
			{"the start", "?from=1", 1, 30, "", "?from=31#p31"},
			{"the middle", "?from=500", 500, 529, "?from=470#discussion", "?from=530#p530"},
			{"a number that the form asks for", "?number=500", 490, 519, "?from=460#discussion", "?from=520#p520"},
			{"the end", "?from=971", 971, 1000, "?from=941#discussion", ""},
			{"behind the end", "?from=5000", 1000, 1000, "?from=970#discussion", ""},
			{"a number behind the end", "?number=99999", 1000, 1000, "?from=970#discussion", ""},
			{"nonsense is no number: the first unread post", "?from=x", 1, 30, "", "?from=31#p31"},
		} {
			t.Run(test.name, func(t *testing.T) {
				w := get(t, d, "/topics/"+id+test.query)
				html := w.Body.String()
				if w.Code != http.StatusOK {
					t.Fatalf("answered %d", w.Code)
				}
				pagetest.Check(t, html)
				for number, want := range map[int]bool{test.first - 1: false, test.first: true, test.last: true, test.last + 1: false} {
					if number == 0 {
						continue // the sketch of a new post stands there
					}
					if got := strings.Contains(html, fmt.Sprintf(`id="p%d"`, number)); got != want {
						t.Errorf("post %d is there: %v, want %v", number, got, want)
					}
				}
				for _, link := range []string{test.earlier, test.later} {
					if link != "" && !strings.Contains(html, "/topics/"+id+link) {
						t.Errorf("no link to %s", link)
					}
				}
				if len(html) > mostHTML {
					t.Errorf("%d bytes, at most %d", len(html), mostHTML)
				}
			})
		}
	})
}

func TestALinkToAPostLeadsIntoItsWindow(t *testing.T) {
	d := testkit.SQLite(t)
	id := long(t, d, 200)
	var post string
	if err := d.Read().NewRaw("SELECT id FROM post WHERE topic = ? AND number = 120", id).Scan(t.Context(), &post); err != nil {
		t.Fatal(err)
	}
	w := get(t, d, "/topics/"+id+"/posts/"+post)
	if w.Code != http.StatusSeeOther || !strings.HasSuffix(w.Header().Get("Location"), "?from=110#p120") {
		t.Errorf("answered %d to %s", w.Code, w.Header().Get("Location"))
	}
}

// BenchmarkShow renders the window that a reader meets first: of a topic of thirty posts, and of one of three thousand.
func BenchmarkShow(b *testing.B) {
	d := testkit.SQLite(b)
	for _, posts := range []int{30, 3000} {
		id := long(b, d, posts)
		b.Run(fmt.Sprint(posts), func(b *testing.B) {
			var size int
			for b.Loop() {
				size = get(b, d, "/topics/"+id).Body.Len()
			}
			b.ReportMetric(float64(size), "B/page")
		})
	}
}
