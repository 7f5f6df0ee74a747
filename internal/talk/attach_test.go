package talk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/file/blob"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

func withFiles(t *testing.T, d *db.DB) *talk.Service {
	t.Helper()
	return &talk.Service{DB: d, Files: &file.Service{DB: d, Blobs: blob.Folder{Dir: filepath.Join(t.TempDir(), "files")}, Temp: t.TempDir()}}
}

func photo(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func taken(t *testing.T, s *talk.Service, name string, data []byte) *file.Taken {
	t.Helper()
	in, err := s.Files.Take(file.Upload{Name: name, Body: bytes.NewReader(data)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(in.Discard)
	return in
}

// pictured posts a picture and returns the post and the picture.
func pictured(t *testing.T, s *talk.Service, v access.Viewer, topic string) (talk.Posted, string) {
	t.Helper()
	p, err := s.Post(t.Context(), v, topic, talk.NewPost{Body: "写真です", Files: []*file.Taken{taken(t, s, "窓口.png", photo(t, 640, 480))}})
	if err != nil {
		t.Fatal(err)
	}
	return p, filesOf(t, s, v, p.ID)[0].ID
}

func filesOf(t *testing.T, s *talk.Service, v access.Viewer, post string) []file.Attachment {
	t.Helper()
	_, view, err := s.PostOf(t.Context(), v, post)
	if err != nil {
		t.Fatal(err)
	}
	return view.Files
}

// reads tells whether the viewer gets the bytes; anything but the bytes must be the answer for what is missing.
func reads(t *testing.T, s *talk.Service, v access.Viewer, id string) bool {
	t.Helper()
	c, err := s.OpenAttached(t.Context(), v, id)
	if err == nil {
		defer c.Close()
		_, err = io.Copy(io.Discard, c)
	} else if !apperr.Is(err, apperr.NotFound) {
		t.Errorf("a file that may not be read answers %v", err)
	}
	return err == nil
}

func blobsOf(t *testing.T, s *talk.Service, id string) (n int) {
	t.Helper()
	err := s.Files.Blobs.List(t.Context(), func(name string, _ time.Time) error {
		if strings.HasPrefix(name, id+"-") {
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAPictureComesWithItsSizeAndIsToldOfOnceItIsRead(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, v := withFiles(t, d), member(t, d, "hanako", "見本 花子")
		topic := opened(t, s, v, talk.NewTopic{Title: "題", Body: "一"})
		p, id := pictured(t, s, v, topic)
		before, err := s.Page(t.Context(), v, topic, 1)
		if err != nil {
			t.Fatal(err)
		}
		html := before.Posts[1].Whole()
		if !strings.Contains(html, `width="512" height="384"`) || !strings.Contains(html, "読み取っています") {
			t.Errorf("before it is read the post shows %s", html)
		}
		if did, err := s.Files.WorkOne(t.Context(), nil); !did || err != nil {
			t.Fatalf("WorkOne = %v, %v", did, err)
		}
		events, err := event.OfTopic(t.Context(), d, topic, before.N, 10)
		if err != nil || len(events) != 1 || events[0].Kind != event.PostTouched || events[0].Subject != p.ID || events[0].N != before.N+1 {
			t.Fatalf("readers are told %+v, %v", events, err)
		}
		current, err := s.Current(t.Context(), events)
		if err != nil {
			t.Fatal(err)
		}
		html = current.Post(events[0]).Whole()
		if !strings.Contains(html, `width="512" height="384" alt="画像：窓口.png"`) || strings.Contains(html, "読み取っています") {
			t.Errorf("after it is read the frame shows %s", html)
		}
		c, err := s.OpenPicture(t.Context(), v, id, 1280)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if size, err := jpeg.DecodeConfig(c); err != nil || size.Width != 640 || c.Type != "image/jpeg" {
			t.Errorf("the picture is %+v, %v", size, err)
		}
		if _, err := s.OpenPicture(t.Context(), v, id, 99999); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a width that there is not answers %v", err)
		}
	})
}

func TestFilesOfAPostHaveTheirLimits(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, v := withFiles(t, d), member(t, d, "hanako", "見本 花子")
		v.Unlimited = false
		topic := opened(t, s, v, talk.NewTopic{Title: "題", Body: "一"})
		some := func(n int) (list []*file.Taken) {
			for i := range n {
				list = append(list, taken(t, s, fmt.Sprint(i, ".png"), photo(t, 10+i, 10)))
			}
			return list
		}
		sized := func(id string, size int64) {
			act(t, d, func(ctx context.Context, tx db.Tx) ([]*event.Event, error) {
				_, err := tx.NewRaw("UPDATE attachment SET size = ? WHERE id = ?", size, id).Exec(ctx)
				return nil, err
			})
		}
		_, err := s.Post(t.Context(), v, topic, talk.NewPost{})
		wantKind(t, "文もファイルもない投稿", err, apperr.Invalid)
		_, err = s.Post(t.Context(), v, topic, talk.NewPost{Body: "五つ", Files: some(5)})
		wantKind(t, "五つめのファイル", err, apperr.Invalid)
		p, err := s.Post(t.Context(), v, topic, talk.NewPost{Files: some(3)})
		if err != nil {
			t.Fatal("文のない投稿:", err)
		}
		_, err = s.Edit(t.Context(), v, p.ID, talk.Edit{Files: some(2)})
		wantKind(t, "直すときの五つめ", err, apperr.Invalid)
		files := filesOf(t, s, v, p.ID)
		sized(files[0].ID, file.MaxPostSize-10)
		_, err = s.Edit(t.Context(), v, p.ID, talk.Edit{Files: some(1)})
		wantKind(t, "合わせて100MBをこえる", err, apperr.TooLarge)
		sized(files[0].ID, file.MaxDaySize-10)
		_, err = s.Post(t.Context(), v, topic, talk.NewPost{Body: "きょうはもう", Files: some(1)})
		wantKind(t, "一日の2GBをこえる", err, apperr.TooLarge)
		_, err = s.Files.Begin(t.Context(), v, "a.png", "", "entry", 100)
		wantKind(t, "記事に載せるファイルも同じ一日", err, apperr.TooLarge)
		if n := len(filesOf(t, s, v, p.ID)); n != 3 {
			t.Errorf("after what was refused the post has %d files", n)
		}
		kept := 0
		if err := s.Files.Blobs.List(t.Context(), func(string, time.Time) error { kept++; return nil }); err != nil || kept != 3 {
			t.Errorf("%d blobs are kept, want those of the post: %v", kept, err)
		}
	})
}

func TestEditingTakesFilesOutAndDescribesThem(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, v := withFiles(t, d), member(t, d, "hanako", "見本 花子")
		topic := opened(t, s, v, talk.NewTopic{Title: "題", Files: []*file.Taken{taken(t, s, "一.png", photo(t, 9, 9)), taken(t, s, "二.png", photo(t, 8, 8))}})
		page, err := s.Page(t.Context(), v, topic, 1)
		if err != nil {
			t.Fatal(err)
		}
		p := page.Posts[0]
		one, two := p.Files[0].ID, p.Files[1].ID
		if _, err := s.Edit(t.Context(), v, p.ID, talk.Edit{Drop: []string{one}, Alts: map[string]string{two: "二つの席"}, Files: []*file.Taken{taken(t, s, "三.png", photo(t, 7, 7))}}); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range filesOf(t, s, v, p.ID) {
			got = append(got, fmt.Sprint(a.Position, a.Name, a.Alt))
		}
		if !slices.Equal(got, []string{"2二.png二つの席", "3三.png"}) || reads(t, s, v, one) {
			t.Errorf("after the edit the post has %q", got)
		}
		var before string
		if err := d.Read().NewRaw("SELECT files FROM post_version WHERE post = ?", p.ID).Scan(t.Context(), &before); err != nil || before != "一.png\n二.png" {
			t.Errorf("the old version had %q, %v", before, err)
		}
		left := filesOf(t, s, v, p.ID)
		_, err = s.Edit(t.Context(), v, p.ID, talk.Edit{Drop: []string{left[0].ID, left[1].ID}})
		wantKind(t, "最後のファイルも文もなくす", err, apperr.Invalid)
		if c, err := s.Edit(t.Context(), v, p.ID, talk.Edit{Alts: map[string]string{two: "二つの席"}}); err != nil || c.N != page.N+1 {
			t.Errorf("an edit that changes nothing: %+v, %v", c, err)
		}
	})
}

func TestWhoMayReadThePostMayReadItsFiles(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := withFiles(t, d)
		circle(t, d)
		hanako, taro, staff := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎"), member(t, d, "sakura", "仮名 桜")
		hanako.Cohorts, staff.Moderator = []string{"2026-regular"}, true
		friend := member(t, d, "mieko", "例示 美恵子")
		friend.Cohorts = hanako.Cohorts
		topic := opened(t, s, hanako, talk.NewTopic{Title: "期の話", Body: "一", Audience: access.Audience{Rung: access.Cohort, Cohort: "2026-regular"}})
		wide := opened(t, s, taro, talk.NewTopic{Title: "みんなの話", Body: "一"})
		post, id := pictured(t, s, hanako, topic)
		ref := talk.Ref{Kind: "post", ID: post.ID}
		who := map[string]access.Viewer{"見学者": {}, "会員でない人": {Person: "x"}, "書いた人": hanako, "期のなかま": friend, "ほかの会員": taro, "運営": staff}
		want := func(step string, readers ...string) {
			t.Helper()
			for name, v := range who {
				if got := reads(t, s, v, id); got != slices.Contains(readers, name) {
					t.Errorf("%s: %s reads it: %v", step, name, got)
				}
			}
		}
		do := func(_ any, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		moderated := func(f func(context.Context, db.Tx) ([]*event.Event, error)) { act(t, d, f) }
		want("期の話し合いで", "書いた人", "期のなかま")
		moderated(func(ctx context.Context, tx db.Tx) ([]*event.Event, error) {
			return talk.Flag(ctx, tx, ref, "taro", true)
		})
		want("知らせがあって", "書いた人", "期のなかま", "運営")
		moderated(func(ctx context.Context, tx db.Tx) ([]*event.Event, error) {
			return talk.Flag(ctx, tx, ref, "taro", false)
		})
		do(s.Remove(t.Context(), hanako, post.ID))
		want("取り消して")
		do(s.Undo(t.Context(), hanako, post.ID))
		want("もどして", "書いた人", "期のなかま")
		moderated(func(ctx context.Context, tx db.Tx) ([]*event.Event, error) {
			return talk.Hide(ctx, tx, ref, "sakura", "顔が写っています")
		})
		want("運営が見えなくして", "書いた人")
		moderated(func(ctx context.Context, tx db.Tx) ([]*event.Event, error) {
			return talk.Restore(ctx, tx, ref, "sakura")
		})
		staff.Cohorts = hanako.Cohorts
		moved, err := s.Move(t.Context(), staff, topic, talk.Move{Target: wide, Posts: []string{post.ID}, Reason: "広く読んでほしい", Widen: true})
		do(moved, err)
		want("書いた人が答えるまで", "書いた人", "期のなかま")
		do(s.AnswerAsk(t.Context(), hanako, moved.Ask, true))
		want("みんなの話に移って", "書いた人", "期のなかま", "ほかの会員", "運営")
		if files := filesOf(t, s, taro, post.ID); len(files) != 1 || files[0].ID != id {
			t.Errorf("the moved post has %v", files)
		}
	})
}

func TestWhatIsClearedOrTakenBackFreesItsFiles(t *testing.T) {
	d := testkit.SQLite(t)
	s, v := withFiles(t, d), member(t, d, "hanako", "見本 花子")
	room, err := s.Enter(t.Context(), v, talk.PracticeKey)
	if err != nil {
		t.Fatal(err)
	}
	topic := opened(t, s, v, talk.NewTopic{Title: "題", Body: "一"})
	_, practised := pictured(t, s, v, room.Topic)
	back, taken := pictured(t, s, v, topic)
	_, stays := pictured(t, s, v, topic)
	if _, err := s.Remove(t.Context(), v, back.ID); err != nil {
		t.Fatal(err)
	}
	sweep := func() {
		t.Helper()
		_, err := s.SweepPractice(t.Context())
		if err := errors.Join(err, s.SweepTakenBack(t.Context())); err != nil {
			t.Fatal(err)
		}
		err = s.Files.Blobs.List(t.Context(), func(name string, _ time.Time) error {
			old := d.Now().Add(-2 * time.Hour)
			return os.Chtimes(filepath.Join(s.Files.Blobs.(blob.Folder).Dir, name[:2], name), old, old)
		})
		if _, swept := s.Files.Sweep(t.Context()); swept != nil || err != nil {
			t.Fatal(swept, err)
		}
	}
	sweep()
	if n := blobsOf(t, s, taken); n != 1 {
		t.Error("what was just taken back can still be put back")
	}
	act(t, d, func(ctx context.Context, tx db.Tx) ([]*event.Event, error) {
		long := tx.Now.Add(-8 * 24 * time.Hour)
		_, err := tx.NewRaw("UPDATE post SET created_at = ?, removed_at = CASE WHEN removed_at IS NULL THEN NULL ELSE ? END", long, long).Exec(ctx)
		return nil, err
	})
	sweep()
	for id, want := range map[string]int{practised: 0, taken: 0, stays: 1} {
		if n := blobsOf(t, s, id); n != want {
			t.Errorf("%d blobs are left of %s, want %d", n, id, want)
		}
	}
}

// sent sends an upload in pieces and returns its id.
func sent(t *testing.T, s *talk.Service, v access.Viewer, topic string, data []byte, cut int) string {
	t.Helper()
	up, err := s.Files.Begin(t.Context(), v, "写真.png", "image/png", "topic:"+topic, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.Files.Append(t.Context(), v, up.ID, 0, bytes.NewReader(data[:cut])); err != nil || n != int64(cut) {
		t.Fatal(n, err)
	}
	return up.ID
}

func TestACutUploadGoesOnAndStandsOnce(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, v := withFiles(t, d), member(t, d, "hanako", "見本 花子")
		topic := opened(t, s, v, talk.NewTopic{Title: "題", Body: "一"})
		data := photo(t, 300, 300)
		id := sent(t, s, v, topic, data, len(data)/2)
		_, err := s.Files.TakeTransfer(t.Context(), v, id, "")
		wantKind(t, "まだ全部は届いていない", err, apperr.Invalid)
		if _, err := s.Files.Append(t.Context(), v, id, int64(len(data)/2), bytes.NewReader(data[len(data)/2:])); err != nil {
			t.Fatal(err)
		}
		var posts sync.WaitGroup
		var mu sync.Mutex
		stands := 0
		for range 4 {
			posts.Go(func() {
				in, err := s.Files.TakeTransfer(t.Context(), v, id, "三つの席")
				if err == nil {
					defer in.Discard()
					_, err = s.Post(t.Context(), v, topic, talk.NewPost{Files: []*file.Taken{in}})
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					stands++
				} else if !strings.Contains(err.Error(), "もう載せ") { // whenever the others came, that is what they are told
					t.Error(err)
				}
			})
		}
		posts.Wait()
		_, all, err := s.Posts(t.Context(), v, topic, 1, 10)
		if err != nil || stands != 1 || len(all) != 1 || len(all[0].Files) != 1 || all[0].Files[0].Alt != "三つの席" {
			t.Errorf("the upload stands %d times: %+v, %v", stands, all, err)
		}
		_, err = s.Files.TakeTransfer(t.Context(), v, id, "")
		wantKind(t, "もう付けたファイル", err, apperr.Invalid)
		left := 0
		if err := s.Files.Blobs.List(t.Context(), func(string, time.Time) error { left++; return nil }); err != nil || left != 1 {
			t.Errorf("%d blobs are left, want the picture alone: %v", left, err)
		}
	})
}

func TestALostBlobIsNoFault(t *testing.T) {
	d := testkit.SQLite(t)
	s, v := withFiles(t, d), member(t, d, "hanako", "見本 花子")
	topic := opened(t, s, v, talk.NewTopic{Title: "題", Body: "一"})
	_, id := pictured(t, s, v, topic)
	if err := s.Files.Blobs.Delete(t.Context(), id+"-original"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenAttached(t.Context(), v, id); !errors.Is(err, file.ErrLost) || !apperr.Is(err, apperr.NotFound) {
		t.Errorf("a lost file answers %v", err)
	}
	if _, err := s.Files.WorkOne(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	a, err := s.Attached(t.Context(), v, id)
	if err != nil || a.State != file.Failed || a.Reason == "" {
		t.Errorf("after the worker it is %+v, %v", a, err)
	}
}
