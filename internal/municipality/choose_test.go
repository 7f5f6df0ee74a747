package municipality

import (
	"strings"
	"testing"
)

func TestChooseAsksBackWhereANameMeansSeveral(t *testing.T) {
	for _, test := range []struct{ text, code, ask string }{
		{"塩尻市", "202151", ""}, {"しおじり", "202151", ""}, {"202151", "202151", ""}, {"福島県 伊達市", "072133", ""}, {"広島県府中市", "342084", ""},
		{"伊達市", "", "北海道 伊達市、福島県 伊達市"}, {"だてし", "", "北海道 伊達市、福島県 伊達市"}, {"高森町", "", "長野県 高森町、熊本県 高森町"},
		{"府中市", "", "東京都 府中市、広島県 府中市"}, {"府中", "", "東京都 府中市、広島県 府中市"},
		{"ないない市", "", "見つかりません"}, {"", "", "見つかりません"}, {strings.Repeat("市", 500), "", "…」"},
	} {
		m, ask := Choose(test.text)
		if m.Code != test.code || test.ask == "" && ask != "" || !strings.Contains(ask, test.ask) {
			t.Errorf("Choose(%.20q) = %s %q; want %s %q", test.text, m.Code, ask, test.code, test.ask)
		}
		_, labels, offers := strings.Cut(ask, "ください：")
		for _, label := range strings.Split(labels, "、") { // what is offered is understood
			if again, _ := Choose(label); offers && again.Label() != label {
				t.Errorf("%q is offered, and read as %q", label, again.Label())
			}
		}
	}
}
