// Package japanese turns Japanese text into what the archive's search compares: words, n-grams and readings.
//
// Everything starts with Fold, which makes spellings alike (width, case, old kanji, dashes, 々) rune by rune and
// keeps for each folded rune the bytes of the original that it came from. So every token knows where it stands in
// the stored text, and a mark on a result falls on exactly those letters. Text is only folded to be compared,
// never to be stored or shown.
//
// Words need the dictionary, which takes a second and some 90 MB; Load brings it in the background, and Words
// answers ok=false until then. N-grams and the fold need nothing.
package japanese
