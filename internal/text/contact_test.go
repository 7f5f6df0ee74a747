package text

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestContactsAreFoundAndYearsAreNot(t *testing.T) {
	for _, test := range []struct {
		text string
		want []Contact
	}{
		{"問い合わせは０２６-２４８-９０００まで", []Contact{{"電話番号", "026-248-9000"}}},
		{"携帯 09012345678", []Contact{{"電話番号", "09012345678"}}},
		{"jinzai@example.jp へ", []Contact{{"メールアドレス", "jinzai@example.jp"}}},
		{"〒382-0911 見本市", []Contact{{"住所", "〒382-0911"}}},
		{"2015年度〜2019年度、1,240時間、−41％、2021年10月", nil},
	} {
		if diff := cmp.Diff(test.want, Contacts(test.text)); diff != "" {
			t.Errorf("%s: %s", test.text, diff)
		}
	}
}
