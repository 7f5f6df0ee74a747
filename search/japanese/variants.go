package japanese

import (
	_ "embed"
	"encoding/csv"
	"strings"
	"sync"
	"unicode/utf8"
)

// variantsCSV is the reviewed list of characters that mean the same . Only its "any"
// rows may be used in running text; the others belong to names and to the loose fold of the n-grams.
//
//go:embed variants.csv
var variantsCSV string

// variants maps an old or rare form to the usual one, in any text.
var variants = sync.OnceValue(func() map[rune]rune {
	return readVariants(func(context, _ string) bool { return context == "any" })
})

// nameVariants maps letters that are one name to different people, such as 斎 and 斉: for n-grams only.
var nameVariants = sync.OnceValue(func() map[rune]rune {
	return readVariants(func(context, kind string) bool { return context == "name-only" && kind == "name" })
})

func readVariants(wanted func(context, kind string) bool) map[rune]rune {
	rows, err := csv.NewReader(strings.NewReader(variantsCSV)).ReadAll()
	if err != nil {
		panic("variants.csv: " + err.Error()) // embedded: a broken file is a broken build
	}
	table := make(map[rune]rune, 600)
	for _, row := range rows[1:] {
		canonical, forms := row[1], row[2]
		if !wanted(row[4], row[5]) {
			continue
		}
		to, size := utf8.DecodeRuneInString(canonical)
		if size != len(canonical) {
			continue
		}
		for form := range strings.SplitSeq(forms, "|") {
			if from, size := utf8.DecodeRuneInString(form); size == len(form) && from != to {
				table[from] = to
			}
		}
	}
	return table
}
