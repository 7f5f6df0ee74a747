package municipality

import (
	"strings"
	"unicode/utf8"
)

// Choose finds the one municipality that a field's text means, or asks back with a sentence under the field: every
// form, the roster's and the directory's alike, resolves and asks by it.
func Choose(text string) (m Municipality, ask string) {
	const most = 6
	r := Resolve(text)
	if one, ok := r.One(); ok {
		return one, ""
	}
	if utf8.RuneCountInString(text) > longest {
		text = string([]rune(text)[:longest]) + "…"
	}
	if len(r.Found) == 0 {
		return m, "「" + text + "」という自治体は見つかりません。「長野県 塩尻市」のように、都道府県から書いてみてください。"
	}
	labels := make([]string, 0, most)
	for _, m := range r.Found[:min(len(r.Found), most)] {
		labels = append(labels, m.Label())
	}
	more := ""
	if len(r.Found) > most {
		more = "など"
	}
	return m, "「" + text + "」は、いくつかの自治体の名前です。どれか書いてください：" + strings.Join(labels, "、") + more
}
