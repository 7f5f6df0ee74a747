package desk

import (
	"encoding/json"
	"testing"

	"github.com/manetomo/manetomo/internal/curate"
)

func TestTheRecordSpeaksJapanese(t *testing.T) {
	for _, test := range []struct{ name, detail, want string }{
		{"くわしいことがなければ空", `{}`, ""},
		{"特集は状態と件数", `{"front":true,"items":5,"state":"published","title":"対話"}`, "題名：対話／状態：公開中／表紙：はい／実践：5件"},
		{"直したところだけ、前と後", `{"before":{"title":"対話","state":"review"},"after":{"title":"対話","state":"published"},"reason":"確かめました"}`,
			"状態：確認待ち → 公開中／一言：確かめました"},
		{"近いことばは並べる", `{"before":null,"after":{"term":"見守り","near":["声かけ","訪問"],"off":false}}`, "ことば：見守り／近いことば：声かけ・訪問"},
		{"なくしたことも分かる", `{"before":{"near":["声かけ"]},"after":{"near":[]}}`, "近いことば：声かけ → なし"},
		{"番号だけの項目は出さない", `{"person":"0123456789","team":"a"}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := detail(curate.Act{Detail: json.RawMessage(test.detail)}); got != test.want {
				t.Errorf("detail %s: %q; want %q", test.detail, got, test.want)
			}
		})
	}
}
