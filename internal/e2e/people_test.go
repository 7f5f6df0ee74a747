package e2e

import (
	"strconv"
	"testing"

	"github.com/manetomo/manetomo/internal/e2e/browser"
	"github.com/manetomo/manetomo/internal/e2e/site"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// The words on the pages by which people find their way.
const (
	postField  = "本文"
	postButton = "返信する"
)

// reads waits until a person can read a new post without reloading: it stands in the discussion, or a button says that
// it has come, which is pressed. Nothing moves under the eye of somebody who reads elsewhere.
func reads(p *browser.Person, words string) {
	p.Holds("「"+words+"」 has come", `(words) => {
		const all = document.body.innerText;
		if (all.includes(words)) return true;
		const pill = [...document.querySelectorAll("button, a")].find(e => e.innerText.includes("新しい投稿") && e.getClientRects().length > 0);
		if (pill) pill.click();
		return false;
	}`, words)
}

// talkTogether lets two people say something in one discussion; each reads the other without reloading.
func talkTogether(a, b *browser.Person, path string) {
	a.Go(path)
	b.Go(path)
	a.Fill(postField, "こちらの町ではどう進めましたか。")
	a.Send(postField, postButton)
	a.See("こちらの町ではどう進めましたか。")
	reads(b, "こちらの町ではどう進めましたか。")
	b.Fill(postField, "月に一度、窓口の横で話しました。")
	b.Send(postField, postButton)
	b.See("月に一度、窓口の横で話しました。")
	reads(a, "月に一度、窓口の横で話しました。")
}

func TestTwoPeopleInOneDiscussion(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	a := api{t, s.URL, token(t, s, "moderator@example.jp")}
	made := a.newTopic("ふたりで話す")
	fellow, alumnus := browser.New(t, s.URL, "fellow"), browser.New(t, s.URL, "alumnus")
	fellow.SignIn("fellow@example.jp")
	alumnus.SignIn("alumnus@example.jp")
	talkTogether(fellow, alumnus, "/topics/"+made.ID)
}

// TestSignInOverAnotherOrigin uses a provider on another port, which browsers treat as another origin: the page's
// policy on forms must let the way there and back through.
func TestSignInOverAnotherOrigin(t *testing.T) {
	t.Parallel()
	provider := site.Start(t, site.Options{Args: []string{"demo-provider"}})
	s := site.Start(t, site.Options{Args: []string{"serve"}, Env: []string{
		"MANETOMO_OIDC_DEMO_ISSUER=" + provider.URL, "MANETOMO_OIDC_DEMO_CLIENT_ID=manetomo",
		"MANETOMO_OIDC_DEMO_CLIENT_SECRET=demo", "MANETOMO_OIDC_DEMO_LABEL=町の入口",
	}})
	if out, code := s.Run("demo"); code != 0 {
		t.Fatalf("demo ended with %d:\n%s", code, out)
	}
	p := browser.New(t, s.URL, "fellow")
	p.SignIn("fellow@example.jp")
	p.Go("/home")
	p.Arrive("/home")
	p.Accessible()
}
