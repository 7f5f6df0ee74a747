package municipality

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

type suggestion struct {
	key string
	row int16
}

var suggestions = sync.OnceValue(func() []suggestion {
	var all []suggestion
	for i, m := range table().rows {
		if m.Kind == KindWard || m.Demo {
			continue
		}
		for _, key := range []string{foldName(m.Name), foldName(m.Kana), foldRomaji(m.Romaji)} {
			all = append(all, suggestion{key, int16(i)})
		}
	}
	slices.SortFunc(all, func(a, b suggestion) int { return cmp.Or(strings.Compare(a.key, b.key), int(a.row)-int(b.row)) })
	return slices.Compact(all)
})

// Suggest lists at most n municipalities whose name, reading or romaji begins with the text, those of the study
// group's list first. Made-up ones are not among them.
func Suggest(text string, n int) []Municipality {
	key := clean(text)
	if len(key) > longest*4 {
		return nil
	}
	if romaji := foldRomaji(key); romaji != "" {
		key = foldRomaji(wholeSyllables(key))
	} else {
		key = foldName(key)
	}
	if key == "" || n <= 0 {
		return nil
	}
	all := suggestions()
	from, _ := slices.BinarySearchFunc(all, key, func(s suggestion, key string) int { return strings.Compare(s.key, key) })
	var rows []int16
	for _, s := range all[from:] {
		if !strings.HasPrefix(s.key, key) {
			break
		}
		if !slices.Contains(rows, s.row) {
			rows = append(rows, s.row)
		}
	}
	slices.SortFunc(rows, func(a, b int16) int { return cmp.Or(rank(a)-rank(b), int(a)-int(b)) })
	found := make([]Municipality, 0, min(n, len(rows)))
	for _, row := range rows[:cap(found)] {
		found = append(found, table().rows[row])
	}
	return found
}

func rank(row int16) int {
	if IsParticipant(table().rows[row].Code) {
		return 0
	}
	return 1
}

// wholeSyllables drops consonants at the end of romaji that is still being typed: shioj may become shioji, and j
// alone folds otherwise than ji.
func wholeSyllables(romaji string) string {
	if whole := strings.TrimRight(strings.ToLower(romaji), "bcdfghjkmpqrstvwxyz"); whole != "" {
		return whole
	}
	return romaji
}
