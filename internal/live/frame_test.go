package live

import (
	"bytes"
	"testing"

	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
)

func TestJoinedFramesComeApartAgain(t *testing.T) {
	b := &batch{}
	for n, size := range []int{0, 100, 124, 125, 126, 1000, 65535, 65536, 100_000} {
		b.add(ev{T: "ev", N: int64(n + 7), HTML: string(bytes.Repeat([]byte("x"), size))})
	}
	for from := int64(0); from <= b.last(); from++ {
		want := min(b.last()-from, int64(len(b.ends)))
		it := b.after(from)
		n := int64(0)
		payloads(it.buf, func(text []byte) {
			n++
			if !bytes.HasPrefix(text, []byte(`{"t":"ev"`)) || !bytes.HasSuffix(text, []byte("}")) {
				t.Errorf("after %d: a frame came apart wrongly", from)
			}
		})
		if n != want || int64(it.frames) != want {
			t.Errorf("after %d: %d frames, counted %d, want %d", from, n, it.frames, want)
		}
	}
}

func TestFrameKeepsMarkupReadable(t *testing.T) {
	b := appendFrame(nil, ev{T: "ev", Kind: event.PostAdded, HTML: "<p>あ&amp;い</p>"})
	if !bytes.Contains(b, []byte(`"html":"<p>あ&amp;い</p>"`)) {
		t.Errorf("frame %s", b[2:])
	}
}

// FuzzFrame throws bytes at the decoder of what readers send: it answers a frame or a close code, never anything else.
func FuzzFrame(f *testing.F) {
	for _, s := range []string{`{"t":"hello","v":1}`, `{"t":"sub","topic":"x","since":41}`, `{"t":"sub","since":-1}`,
		`{"t":"sub","since":1e400}`, `{"since":"41"}`, `[]`, `null`, `{"t":null}`, "\xff", `{"t":"read","n":99999999999999999999}`,
		`{"t":{"t":{}}}`, `"`, ``} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		a, code := read(text)
		if code != 0 && code != closeData {
			t.Errorf("close code %d", code)
		}
		if n, given, ok := a.since(); ok && (n < 0 || n != 0 && !given) {
			t.Errorf("since %d, %v", n, given)
		}
	})
}

func TestAFrameOfClearedPostsSaysHowFar(t *testing.T) {
	e := event.Event{Kind: event.PostsCleared, Topic: "T", N: 9}.With(map[string]int64{"number": 4})
	if f := evOf(e, &talk.Current{}); f.Number != 4 || f.Kind != event.PostsCleared || f.HTML != "" {
		t.Errorf("the frame is %+v", f)
	}
	if f := evOf(event.Event{Kind: event.PostAdded, Topic: "T", N: 3}, &talk.Current{}); f.Number != 0 || f.Author != nil {
		t.Errorf("the frame of a post that was deleted is %+v", f)
	}
}
