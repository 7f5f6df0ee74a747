package text

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Why a table could not be read, besides ErrEncoding.
var (
	ErrTable   = errors.New("table cannot be read to its end")
	ErrTooLong = errors.New("table has too many lines")
)

// TableRow is one line of a table that is not blank.
type TableRow struct {
	Number int // as a spreadsheet counts it: from 1, a line end within a cell begins no new one
	Cells  []string
}

// ReadTable reads a table as spreadsheets save it: commas or tabs, in any encoding that Decode knows. The first line is
// that of the headings; most is how many may follow it.
func ReadTable(data []byte, most int) ([]TableRow, error) {
	content, err := Decode(data)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(strings.NewReader(content))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	if first, _, _ := strings.Cut(content, "\n"); strings.Count(first, "\t") > strings.Count(first, ",") {
		r.Comma = '\t'
	}
	var lines []TableRow
	breaks := 0 // line ends within cells
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTable, err)
		}
		number, _ := r.FieldPos(0)
		number -= breaks
		for _, c := range cells {
			breaks += strings.Count(c, "\n")
		}
		switch {
		case Blank(cells):
		case len(lines) > most:
			return nil, ErrTooLong
		default:
			lines = append(lines, TableRow{number, cells})
		}
	}
}

// Blank tells whether nothing stands in any of the cells.
func Blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// FoldWord makes what people write over a column, or choose in a cell, alike: width, case and blanks do not count.
func FoldWord(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(s)), ""))
}
