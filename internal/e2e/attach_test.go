package e2e

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/e2e/browser"
	"github.com/manetomo/manetomo/internal/e2e/site"
	"github.com/manetomo/manetomo/internal/e2e/visitor"
)

const samples = "../file/testdata/"

func samplePath(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(samples + name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// pasted puts a picture into the field as a browser does when somebody pastes a screenshot.
const pasted = `async () => {
	const c = Object.assign(document.createElement("canvas"), { width: 900, height: 600 });
	c.getContext("2d").fillRect(40, 40, 300, 200);
	const blob = await new Promise((done) => c.toBlob(done));
	const clipboardData = new DataTransfer();
	clipboardData.items.add(new File([blob], "image.png", { type: "image/png" }));
	document.getElementById("f-body").dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}`

// TestAPictureAndAPDFInAPostAreSeenLive: one pastes a picture and chooses a PDF and a photo; the other sees them without
// reloading, and nothing moves when the worker has read them. What the photo's file said of place and camera is gone.
func TestAPictureAndAPDFInAPostAreSeenLive(t *testing.T) {
	s := site.Start(t, site.Options{})
	_, made := room(t, s, 3)
	fellow, moderator := browser.New(t, s.URL, "fellow"), browser.New(t, s.URL, "moderator")
	for p, who := range map[*browser.Person]string{fellow: "fellow@example.jp", moderator: "moderator@example.jp"} {
		p.SignIn(who)
		p.Go("/topics/" + made.ID)
	}
	script(t, moderator, `() => {
		new MutationObserver(() => {
			const files = document.querySelector(".files");
			if (files) window.before ??= files.getBoundingClientRect().height;
		}).observe(document.querySelector(".discussion"), { childList: true, subtree: true });
		document.querySelector(".post-head a").focus();
	}`)
	before := where(t, moderator)
	script(t, fellow, pasted)
	fellow.Holds("the picture has arrived", `() => document.querySelectorAll(".upload-state.ok").length === 1`)
	fellow.Attach("ファイルを付ける", samplePath(t, "joint-paper.pdf"), samplePath(t, "exif-rotated-gps.jpg"))
	fellow.Holds("all have arrived", `() => document.querySelectorAll(".upload-state.ok").length === 3`)
	fellow.Fill("画像の説明（任意）", "黒い四角")
	fellow.Accessible()
	fellow.Attach("ファイルを付ける", samplePath(t, "html-named.pdf"))
	fellow.See("読めませんでした") // at once, before the post is sent
	fellow.Fill(postField, "画面の写しと論文です")
	fellow.Click(postButton)
	fellow.See("届きました")
	moderator.Holds("all have been read", `() => document.querySelectorAll(".file-picture img").length === 2 && !!document.querySelector(".file-sheet img")`)
	moderator.Holds("nothing moved meanwhile", `() => document.querySelector(".files").getBoundingClientRect().height === window.before`)
	if after := where(t, moderator); after != before {
		t.Errorf("the files moved the reader from %s to %s", before, after)
	}
	moderator.Holds("the picture is described", `() => document.querySelector(".file-picture img").alt === "黒い四角"`)
	moderator.Holds("the photo says nothing of its place", `async () => {
		const photo = [...document.querySelectorAll(".file-picture a")].at(-1);
		const bytes = async (address) => new TextDecoder("latin1").decode(await (await fetch(address)).arrayBuffer());
		const shown = await bytes(photo.href), original = await bytes(photo.href.replace(/[^/]+$/, "original"));
		return shown.length > 1000 && original.length > 1000 && ![shown, original].some((b) => /`+secret+`/.test(b));
	}`)
	for _, p := range []*browser.Person{fellow, moderator} {
		p.Go("/topics/" + made.ID)
		p.Holds("nothing floats", `() => { scrollTo(0, 0); return scrollY === 0 && document.querySelector("[data-jump]").hidden; }`)
		p.Accessible()
		p.FitsIn(390)
	}
}

// secret is what exif-rotated-gps.jpg says beside its picture.
const secret = "Sample Camera|private note|Mihon"

// TestAFileThatCannotComeNowKeepsTheText: the line breaks while a file is on its way; the form says what is kept and what
// to do, and without the file the text goes.
func TestAFileThatCannotComeNowKeepsTheText(t *testing.T) {
	s := site.Start(t, site.Options{})
	_, made := room(t, s, 1)
	poster, err := os.ReadFile(samples + "poster-zangyo.pdf")
	if err != nil {
		t.Fatal(err)
	}
	large := filepath.Join(t.TempDir(), "大きな資料.pdf")
	if err := os.WriteFile(large, pad(poster, 24<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	p := browser.New(t, s.URL, "fellow")
	p.Expect("ERR_INTERNET_DISCONNECTED")
	p.Expect("Failed to load resource")
	p.SignIn("fellow@example.jp")
	p.Go("/topics/" + made.ID)
	p.Attach("ファイルを付ける", samplePath(t, "poster-yameru.png"))
	p.Holds("the small one has arrived", `() => document.querySelectorAll(".upload-state.ok").length === 1`)
	network(t, p, 6<<20)
	p.Attach("ファイルを付ける", large)
	p.See("送っています")
	network(t, p, 0)
	p.See("つながりません")
	p.Fill(postField, "資料を送ります")
	p.Click(postButton)
	p.See("書いた文と、届いたファイルは残っています")
	network(t, p, -1)
	p.Go("/topics/" + made.ID)
	p.Holds("the text and the file that arrived are still there", `() => document.getElementById("f-body").value === "資料を送ります" &&
		document.querySelectorAll("input[name=upload]:checked").length === 1`)
	p.Click(postButton)
	p.Holds("they stand once", `() => document.querySelectorAll(".file-picture").length === 1`)
}

// TestFilesInPostsWithoutScripts attaches, describes, exchanges and takes out files by plain forms.
func TestFilesInPostsWithoutScripts(t *testing.T) {
	s := site.Start(t, site.Options{})
	_, made := room(t, s, 1)
	v := visitor.New(t, s.URL)
	v.SignIn("fellow@example.jp")
	see := func(words string) {
		t.Helper()
		if !v.Page.Has(words) {
			t.Fatalf("%s does not show 「%s」:\n%s", v.Page.URL, words, v.Page.Text())
		}
	}
	with := func(name string) visitor.File {
		t.Helper()
		content, err := os.ReadFile(samples + name)
		if err != nil {
			t.Fatal(err)
		}
		return visitor.File{Field: "file", Name: name, Content: string(content)}
	}
	v.Get("/topics/" + made.ID)
	v.Submit(url.Values{"body": {"だめなファイル"}, "button": {postButton}}, with("html-named.pdf"))
	see("ウェブページ（HTML）")
	see("だめなファイル")
	v.Submit(url.Values{"body": {""}, "alt": {"三つの席"}, "button": {postButton}}, with("poster-tonari.jpg"), with("teigen-slides.pptx"))
	see("teigen-slides.pptx")
	id := ""
	for _, link := range v.Page.Links() {
		if rest, ok := strings.CutPrefix(link, "/attachments/"); ok && strings.HasSuffix(link, "/original") {
			id, _, _ = strings.Cut(rest, "/")
		}
	}
	v.Follow("直す")
	see("poster-tonari.jpg")
	see("この投稿から外す")
	v.Submit(url.Values{"body": {"直した文"}, "drop": {id}, "button": {"直した文にする"}}, with("joint-paper.pdf"))
	see("直した文")
	see("joint-paper.pdf")
	if v.Page.Has("teigen-slides.pptx") {
		t.Errorf("the file that was taken out still stands:\n%s", v.Page.Text())
	}
}
