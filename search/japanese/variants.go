package japanese

import (
	_ "embed"
	"encoding/csv"
	"strings"
	"sync"
	"unicode/utf8"
)

// variantsCSV is the reviewed list of characters that mean the same (see data/README in the file's project docs):
// only its "any" rows may be used in running text. The others belong to names and are handled by looseGap.
//
//go:embed variants.csv
var variantsCSV string

// variants maps an old or rare form to the usual one.
var variants = sync.OnceValue(func() map[rune]rune {
	rows, err := csv.NewReader(strings.NewReader(variantsCSV)).ReadAll()
	if err != nil {
		panic("variants.csv: " + err.Error()) // embedded: a broken file is a broken build
	}
	table := make(map[rune]rune, 600)
	for _, row := range rows[1:] {
		canonical, forms, context := row[1], row[2], row[4]
		if context != "any" {
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
})
