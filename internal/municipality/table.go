package municipality

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

//go:embed data/*.csv
var data embed.FS

// rows is the code table as it is used: every row in official order, the demo's last.
type rows struct {
	rows        []Municipality
	byCode      map[string]int
	authorities []Municipality // rows without wards and demo
}

var table = sync.OnceValue(buildTable)

func buildTable() *rows {
	t := &rows{rows: make([]Municipality, 0, 2000), byCode: make(map[string]int, 2000)}
	for r := range records("municipalities.csv", 16) {
		t.rows = append(t.rows, Municipality{
			Code: r[0], Name: r[1], Kana: r[2], Romaji: r[3],
			PrefectureCode: r[4], Prefecture: r[5], Region: r[6], Kind: r[7], County: r[8], Parent: r[9],
			Lat: float(r[10]), Lng: float(r[11]), Population: integer(r[12]),
			Website: r[14], AltNames: list(r[15]),
		})
	}
	t.rows = append(t.rows, demo...)
	for i, m := range t.rows {
		t.byCode[m.Code] = i
		if m.Kind != KindWard && !m.Demo {
			t.authorities = append(t.authorities, m)
		}
	}
	return t
}

// demo are the made-up municipalities of the demo. They lie on no map, so they have no position.
var demo = []Municipality{
	sample("990001", "みどり見本市", "みどりみほんし", "Midorimihon-shi", KindCity, 68000),
	sample("990002", "かわせみ見本町", "かわせみみほんちょう", "Kawasemimihon-cho", KindTown, 9800),
	sample("990003", "そらいろ見本区", "そらいろみほんく", "Sorairomihon-ku", KindSpecialWard, 180000),
	sample("990004", "もみじ見本市", "もみじみほんし", "Momijimihon-shi", KindCity, 31000),
}

func sample(code, name, kana, romaji string, kind Kind, population int) Municipality {
	return Municipality{Code: code, Name: name, Kana: kana, Romaji: romaji, Kind: kind, Population: population,
		PrefectureCode: demoPrefectureID, Prefecture: demoPrefecture, Region: demoPrefecture, Demo: true}
}

// records yields the rows of an embedded file under its heading. The files are part of the program: one that cannot
// be read is a broken build, which the tests find.
func records(name string, columns int) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		text, err := data.ReadFile("data/" + name)
		if err != nil {
			panic(fmt.Errorf("embedded %s: %w", name, err))
		}
		r := csv.NewReader(bytes.NewReader(text))
		r.FieldsPerRecord = columns
		r.ReuseRecord = true // the strings are fresh for each row, only the slice is not
		all := 0
		for {
			record, err := r.Read()
			if err != nil {
				if all == 0 || r.InputOffset() != int64(len(text)) {
					panic(fmt.Errorf("embedded %s: %w", name, err))
				}
				return
			}
			if all++; all > 1 && !yield(record) {
				return
			}
		}
	}
}

func list(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, "|")
}

// float and integer read a cell that may be empty.
func float(cell string) float64 {
	f, _ := strconv.ParseFloat(cell, 64)
	return f
}

func integer(cell string) int {
	n, _ := strconv.Atoi(cell)
	return n
}
