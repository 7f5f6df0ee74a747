package search

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/internal/theme"
)

// Rows makes documents from the rows of the database, each batch with a fixed number of queries.
type Rows struct{ DB *db.DB }

// batchRows is how many entries or topics are read at once.
const batchRows = 50

// Head gives the position and epoch of the log.
func (r Rows) Head(ctx context.Context) (seq int64, epoch string, err error) {
	return event.Head(ctx, r.DB.Read())
}

// Count is how many entries, topics with their parts, and collections may be found.
func (r Rows) Count(ctx context.Context) (int, error) {
	var n int
	err := r.DB.Read().NewRaw(`SELECT (SELECT COUNT(*) FROM entry WHERE state IN ('published', 'review'))
		+ (SELECT COALESCE(SUM(2 + (posts - 1) / ?), 0) FROM topic WHERE state = 'published' AND posts > 0 AND room <> 'practice')
		+ (SELECT COUNT(*) FROM collection WHERE state = 'published')`, postsPerPart).Scan(ctx, &n)
	return n, err
}

// All hands over every entry, topic and collection, by key.
func (r Rows) All(ctx context.Context, use func([]Document) error) error {
	for _, kind := range []struct {
		keys string
		load func(context.Context, []string) ([]Document, error)
	}{
		{"SELECT id FROM entry WHERE id > ? AND state IN ('published', 'review') ORDER BY id LIMIT ?", r.Entries},
		{"SELECT id FROM topic WHERE id > ? AND state = 'published' AND posts > 0 AND room <> 'practice' ORDER BY id LIMIT ?", r.Topics},
		{"SELECT id FROM collection WHERE id > ? AND state = 'published' ORDER BY id LIMIT ?", r.Collections},
	} {
		for after := ""; ; {
			var ids []string
			if err := r.DB.Read().NewRaw(kind.keys, after, batchRows).Scan(ctx, &ids); err != nil {
				return fmt.Errorf("read keys for the index: %w", err)
			}
			if len(ids) == 0 {
				break
			}
			docs, err := kind.load(ctx, ids)
			if err != nil {
				return err
			}
			if err := use(docs); err != nil {
				return err
			}
			after = ids[len(ids)-1]
		}
	}
	return nil
}

type entryRow struct {
	ID, Kind, Title, Summary, Municipality, Course, Cohort, Team, Stage, Audience string
	Year                                                                          int
	Version                                                                       int64
	Useful, Adopted                                                               int
	PublishedAt                                                                   time.Time
}

// Entries gives the documents of those of the entries that can be found; the others are to be taken out.
func (r Rows) Entries(ctx context.Context, ids []string) ([]Document, error) {
	var rows []entryRow
	q := r.DB.Read().NewRaw(`SELECT id, kind, title, summary, municipality, year, course, cohort, team, stage, audience,
			version, useful, adopted, COALESCE(published_at, created_at) AS published_at
		FROM entry WHERE id IN (?) AND state IN ('published', 'review')`, bun.List(ids))
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read entries for the index: %w", err)
	}
	docs := make([]Document, len(rows))
	at := make(map[string]*Document, len(rows))
	for i, row := range rows {
		docs[i] = row.document()
		at[row.ID] = &docs[i]
	}
	for _, add := range []func(context.Context, []string, map[string]*Document) error{
		r.addSections, r.addThemes, r.addAuthors, r.addPages, r.addAfterwards, r.addNotes,
	} {
		if err := add(ctx, ids, at); err != nil {
			return nil, err
		}
	}
	return docs, nil
}

func (row entryRow) document() Document {
	d := Document{ID: row.ID, Kind: row.Kind, URL: "/" + row.Kind + "s/" + row.ID, Version: row.Version,
		Title: row.Title, Audience: access.Audience{Rung: access.Rung(row.Audience), Cohort: row.Cohort, Team: row.Team},
		Year: row.Year, Course: row.Course, Stage: row.Stage, Useful: row.Useful, Adopted: row.Adopted, At: row.PublishedAt}
	if m, ok := municipality.Get(row.Municipality); ok {
		d.Municipality, d.MunicipalityName, d.MunicipalityKana = m.Code, m.Name, m.Kana
		d.Prefecture, d.Region, d.Band = m.Prefecture, m.Region, string(municipality.BandOf(m))
	}
	d.add("summary", "概要", row.Summary, "")
	return d
}

// add adds a section at the narrower of its own and the document's rung.
func (d *Document) add(key, label, plain string, rung access.Rung) {
	if plain == "" {
		return
	}
	to := d.Audience
	if rung.Valid() {
		to.Rung = access.Narrower(to.Rung, rung)
	}
	d.Sections = append(d.Sections, Section{Key: key, Label: label, Text: plain, Audience: to})
}

// addAt adds a section that an address leads to.
func (d *Document) addAt(at, key, label, plain string) {
	if plain != "" {
		d.add(key, label, plain, "")
		d.Sections[len(d.Sections)-1].At = at
	}
}

// addPage adds the text of a page, saying where no person wrote it: people read on with care.
func (d *Document) addPage(at, key, label, plain string, machine bool) {
	if machine {
		label += "・機械が読み取りました"
	}
	d.addAt(at, key, label, plain)
	if machine && plain != "" {
		d.Sections[len(d.Sections)-1].Machine = true
	}
}

// sectionLabels names the sections of a report, in their order (contract §1).
var sectionLabels = [...]struct{ key, label string }{{"background", "背景・現状"}, {"vision", "ありたい姿"},
	{"practice", "取り組み"}, {"outcome", "成果・変化"}, {"stumble", "つまずき"}, {"reflection", "気づき・学び"}, {"next", "これから"}}

func (r Rows) addSections(ctx context.Context, ids []string, docs map[string]*Document) error {
	var rows []struct{ Entry, Key, Body, Audience string }
	err := r.DB.Read().NewRaw("SELECT entry, key, body, audience FROM entry_section WHERE entry IN (?)", bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read sections for the index: %w", err)
	}
	for _, section := range sectionLabels {
		for _, row := range rows {
			if d := docs[row.Entry]; d != nil && row.Key == section.key {
				d.add(section.key, section.label, text.Plain(row.Body), access.Rung(row.Audience))
			}
		}
	}
	return nil
}

// addThemes adds the themes and those above them, so that who looks for a top theme finds all below it.
func (r Rows) addThemes(ctx context.Context, ids []string, docs map[string]*Document) error {
	var rows []struct{ Entry, Theme string }
	err := r.DB.Read().NewRaw("SELECT entry, theme FROM entry_theme WHERE entry IN (?) ORDER BY theme", bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read themes for the index: %w", err)
	}
	for _, row := range rows {
		if d := docs[row.Entry]; d != nil {
			d.addTheme(row.Theme)
		}
	}
	return nil
}

func (d *Document) addTheme(id string) {
	for id != "" {
		for _, have := range d.Themes {
			if have == id {
				return
			}
		}
		d.Themes = append(d.Themes, id)
		t, _ := theme.Get(id)
		id = t.Parent
	}
}

func (r Rows) addAuthors(ctx context.Context, ids []string, docs map[string]*Document) error {
	var rows []struct{ Entry, Name string }
	err := r.DB.Read().NewRaw(`SELECT a.entry, p.name FROM entry_author a JOIN person p ON p.id = a.person
		WHERE a.entry IN (?) ORDER BY a.entry, a.position`, bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read authors for the index: %w", err)
	}
	for _, row := range rows {
		if d := docs[row.Entry]; d != nil {
			d.Authors = append(d.Authors, row.Name)
		}
	}
	for _, d := range docs {
		for _, name := range d.Authors { // who wrote it is for members, also where the text is public
			d.add("authors", "書いた人", name, access.Members)
		}
	}
	return nil
}

// addPages adds the text of every page of the files: 書き起こし for a poster's one sheet, 資料 p.3 elsewhere, 資料2 p.3 where
// there are several files. Each leads to its page.
func (r Rows) addPages(ctx context.Context, ids []string, docs map[string]*Document) error {
	var rows []struct {
		Entry, File, Text, Alt string
		Number, PageCount      int
		Machine                bool
	}
	err := r.DB.Read().NewRaw(`SELECT f.entry, f.id AS file, f.alt, f.page_count, COALESCE(p.number, 0) AS number, COALESCE(p.text, '') AS text, COALESCE(p.machine, FALSE) AS machine
		FROM file f LEFT JOIN page p ON p.file = f.id
		WHERE f.entry IN (?) ORDER BY f.entry, f.position, f.id, p.number`, bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read pages for the index: %w", err)
	}
	nth, last := map[string]int{}, ""
	for _, row := range rows {
		d := docs[row.Entry]
		if d == nil {
			continue
		}
		if row.File != last {
			nth[row.Entry]++
			last = row.File
		}
		d.Files = true
		at := "file=" + url.QueryEscape(row.File)
		if row.Number <= 1 {
			d.addAt(at, "transcript", "書き起こし", row.Alt)
		}
		if d.Kind == "poster" && row.PageCount <= 1 {
			d.addPage(at, "transcript", "書き起こし", row.Text, row.Machine)
			continue
		}
		name := "資料"
		if nth[row.Entry] > 1 {
			name += strconv.Itoa(nth[row.Entry])
		}
		number := strconv.Itoa(row.Number)
		d.addPage(at+"&page="+number, "p"+number, name+" p."+number, row.Text, row.Machine)
	}
	return nil
}

// addAfterwards adds その後 and うちでもやってみた.
func (r Rows) addAfterwards(ctx context.Context, ids []string, docs map[string]*Document) error {
	var rows []struct{ Entry, Key, Body string }
	err := r.DB.Read().NewRaw(`SELECT entry, key, body FROM (
			SELECT entry, 'after' AS key, body, created_at FROM follow_up WHERE entry IN (?)
			UNION ALL SELECT entry, 'adoption' AS key, body, created_at FROM adoption WHERE entry IN (?)) AS said
		ORDER BY created_at`, bun.List(ids), bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read what came after for the index: %w", err)
	}
	labels := map[string]string{"after": "その後", "adoption": "うちでもやってみた"}
	for _, row := range rows {
		if d := docs[row.Entry]; d != nil {
			d.add(row.Key, labels[row.Key], text.Plain(row.Body), "")
		}
	}
	return nil
}
