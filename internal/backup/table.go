package backup

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/migrations"
)

// table is a table of the schema with its columns in their order.
type table struct {
	Name    string   `json:"name"`
	Columns []column `json:"columns"`
}

type column struct {
	Name string `json:"name"`
	Kind kind   `json:"kind"`
}

// kind is what the values of a column are, in either database.
type kind string

const (
	words   kind = "text" // JSON too: it is taken as it is written
	whole   kind = "integer"
	real    kind = "float"
	truth   kind = "boolean"
	instant kind = "time"
)

// kinds are the types of the schema as the two databases name them.
var kinds = map[string]kind{
	"text": words, "jsonb": words, "integer": whole, "bigint": whole, "double precision": real, "boolean": truth,
	"timestamptz": instant, "timestamp with time zone": instant,
}

var created = regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`)

// tables lists the schema's tables in the order in which they were made: each only refers to those before it.
func tables(ctx context.Context, r bun.IDB, postgres bool) ([]table, error) {
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var list []table
	for _, name := range names {
		source, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			return nil, err
		}
		for _, m := range created.FindAllStringSubmatch(string(source), -1) {
			t := table{Name: m[1]}
			if t.Columns, err = columns(ctx, r, postgres, t.Name); err != nil {
				return nil, err
			}
			if len(t.Columns) > 0 && !slices.ContainsFunc(list, func(o table) bool { return o.Name == t.Name }) {
				list = append(list, t)
			}
		}
	}
	return list, nil
}

// columns reads the columns of a table; there are none of a table that is not there yet, or no longer.
func columns(ctx context.Context, r bun.IDB, postgres bool, name string) ([]column, error) {
	query := "SELECT name, type FROM pragma_table_info(?) ORDER BY cid"
	if postgres {
		query = `SELECT column_name AS name, data_type AS type FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position`
	}
	var found []struct{ Name, Type string }
	if err := r.NewRaw(query, name).Scan(ctx, &found); err != nil {
		return nil, fmt.Errorf("read the columns of %s: %w", name, err)
	}
	var list []column
	for _, f := range found {
		k, ok := kinds[strings.ToLower(f.Type)]
		if !ok {
			return nil, fmt.Errorf("column %s.%s has the type %q, which backups do not know", name, f.Name, f.Type)
		}
		list = append(list, column{f.Name, k})
	}
	return list, nil
}

// holder is a place for a value of the kind; get reads what was put there, nil for NULL.
func (k kind) holder() (place any, get func() any) {
	switch k {
	case whole:
		v := new(sql.NullInt64)
		return v, func() any { return orNil(v.Int64, v.Valid) }
	case real:
		v := new(sql.NullFloat64)
		return v, func() any { return orNil(v.Float64, v.Valid) }
	case truth:
		v := new(sql.NullBool)
		return v, func() any { return orNil(v.Bool, v.Valid) }
	case instant:
		v := new(bun.NullTime)
		return v, func() any { return orNil(v.Time.UTC(), !v.IsZero()) }
	}
	v := new(sql.NullString)
	return v, func() any { return orNil(v.String, v.Valid) }
}

func orNil(v any, valid bool) any {
	if !valid {
		return nil
	}
	return v
}

// value reads back what json.Marshal has made of a value of the kind.
func (k kind) value(raw json.RawMessage) (any, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	switch k {
	case whole:
		return decode[int64](raw)
	case real:
		return decode[float64](raw)
	case truth:
		return decode[bool](raw)
	case instant:
		return decode[time.Time](raw)
	}
	return decode[string](raw)
}

func decode[T any](raw json.RawMessage) (any, error) {
	var v T
	err := json.Unmarshal(raw, &v)
	return v, err
}

// read gives each row of the table to each, in no order.
func (t table) read(ctx context.Context, r bun.IDB, each func(values []any) error) error {
	rows, err := r.QueryContext(ctx, "SELECT "+t.names()+" FROM "+quoted(t.Name))
	if err != nil {
		return fmt.Errorf("read table %s: %w", t.Name, err)
	}
	defer rows.Close()
	places, gets := make([]any, len(t.Columns)), make([]func() any, len(t.Columns))
	for i, c := range t.Columns {
		places[i], gets[i] = c.Kind.holder()
	}
	values := make([]any, len(t.Columns))
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return fmt.Errorf("read table %s: %w", t.Name, err)
		}
		for i, get := range gets {
			values[i] = get()
		}
		if err := each(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// insert writes rows.
func (t table) insert(ctx context.Context, w bun.IDB, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	one := "(" + strings.Repeat("?, ", len(t.Columns)-1) + "?)"
	var all []any
	for _, r := range rows {
		all = append(all, r...)
	}
	_, err := w.NewRaw("INSERT INTO "+quoted(t.Name)+" ("+t.names()+") VALUES "+strings.Repeat(one+", ", len(rows)-1)+one, all...).Exec(ctx)
	if err != nil {
		return fmt.Errorf("write table %s: %w", t.Name, err)
	}
	return nil
}

func (t table) names() string {
	list := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		list[i] = quoted(c.Name)
	}
	return strings.Join(list, ", ")
}

func quoted(name string) string { return `"` + name + `"` }

// batch gathers rows until there are enough of them for one statement.
type batch struct {
	table
	rows  [][]any
	bytes int
}

const (
	batchRows  = 200
	batchBytes = 256 << 10
)

// add takes a copy of the values and writes when the batch is full.
func (b *batch) add(ctx context.Context, w bun.IDB, values []any) error {
	b.rows = append(b.rows, slices.Clone(values))
	for _, v := range values {
		if s, ok := v.(string); ok {
			b.bytes += len(s)
		}
	}
	if len(b.rows) < batchRows && b.bytes < batchBytes {
		return nil
	}
	return b.flush(ctx, w)
}

func (b *batch) flush(ctx context.Context, w bun.IDB) error {
	err := b.insert(ctx, w, b.rows)
	b.rows, b.bytes = b.rows[:0], 0
	return err
}
