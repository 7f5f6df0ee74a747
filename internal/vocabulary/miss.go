package vocabulary

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/bits"
	"time"
	"unicode/utf8"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/search"
)

// What is looked for in vain is counted by day. Whose it was is not kept: all people fall into sixteen parts, by a hash
// of their id and the words, and a row only knows which of the parts asked. Three parts are at least three people, never
// fewer; a part is a sixteenth of everybody. Until then the row holds a hash of the words and not the words themselves,
// which come from whoever asks third: what one or two people looked for stands nowhere.
const (
	parts      = 16
	enough     = 3   // people
	mostADay   = 500 // different words
	maxMiss    = 60  // characters: more is a question, not a word that the list could learn
	keptDays   = 90
	unsaidDays = 30 // for words that fewer people asked for
	pause      = 2 * time.Second
)

// Misses counts what is looked for in vain, beside the searches and never in their way.
type Misses struct {
	DB *db.DB
	in chan miss
}

type miss struct {
	id, words string
	part      uint
}

// NewMisses makes the counter; Run writes what it is told.
func NewMisses(d *db.DB) *Misses { return &Misses{DB: d, in: make(chan miss, 256)} }

// Add notes that a member found nothing for some words. It never waits; when there is too much, it forgets. A nil
// counter counts nothing.
func (m *Misses) Add(v access.Viewer, typed string) {
	words, err := text.Line("q", "", typed, maxMiss)
	key := search.Key(words)
	if m == nil || !v.Member || err != nil || utf8.RuneCountInString(key) < 2 {
		return
	}
	sum := sha256.Sum256([]byte("miss\n" + key))
	id := hex.EncodeToString(sum[:16])
	part := sha256.Sum256([]byte(id + v.Person))
	select {
	case m.in <- miss{id, words, uint(part[0]) % parts}:
	default:
	}
}

// Run writes what was added, some at once, and forgets what is old, until ctx ends.
func (m *Misses) Run(ctx context.Context) error {
	forget := time.NewTicker(time.Hour)
	defer forget.Stop()
	if err := m.forget(ctx); err != nil && ctx.Err() == nil {
		slog.ErrorContext(ctx, "forget old misses", "err", err)
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case first := <-m.in:
			err = m.write(ctx, m.more(ctx, first))
		case <-forget.C:
			err = m.forget(ctx)
		}
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "count misses", "err", err)
		}
	}
}

// more gathers what else comes within a moment, so that many misses are one write.
func (m *Misses) more(ctx context.Context, first miss) []miss {
	out := []miss{first}
	end := time.NewTimer(pause)
	defer end.Stop()
	for len(out) < cap(m.in) {
		select {
		case one := <-m.in:
			out = append(out, one)
		case <-end.C:
			return out
		case <-ctx.Done():
			return out
		}
	}
	return out
}

// today is the day in Japan.
func today(now time.Time) string { return day(now, 0) }

func day(now time.Time, back int) string {
	return now.In(time.FixedZone("JST", 9*60*60)).AddDate(0, 0, -back).Format(time.DateOnly)
}

func (m *Misses) write(ctx context.Context, all []miss) error {
	return m.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		now := today(tx.Now)
		for _, one := range all {
			var known struct{ Here, Sum int }
			err := tx.NewRaw(`SELECT (SELECT COUNT(*) FROM miss_day WHERE day = ? AND miss = ?) AS here,
				(SELECT COUNT(*) FROM miss_day WHERE day = ?) AS sum`, now, one.id, now).Scan(ctx, &known)
			if err != nil {
				return fmt.Errorf("count misses of the day: %w", err)
			}
			if known.Here == 0 && known.Sum >= mostADay {
				continue
			}
			if err := count(ctx, tx, one, now); err != nil {
				return fmt.Errorf("count a miss: %w", err)
			}
		}
		return nil
	})
}

func count(ctx context.Context, tx db.Tx, one miss, now string) error {
	var row struct {
		People int
		Text   string
	}
	err := tx.NewRaw(`INSERT INTO miss (id, people, last_day) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET people = miss.people | EXCLUDED.people, last_day = EXCLUDED.last_day
		RETURNING people, text`, one.id, 1<<one.part, now).Scan(ctx, &row)
	if err != nil {
		return err
	}
	if row.Text == "" && bits.OnesCount(uint(row.People)) >= enough {
		if _, err := tx.NewRaw("UPDATE miss SET text = ? WHERE id = ?", one.words, one.id).Exec(ctx); err != nil {
			return err
		}
	}
	_, err = tx.NewRaw(`INSERT INTO miss_day (miss, day, count) VALUES (?, ?, 1)
		ON CONFLICT (miss, day) DO UPDATE SET count = miss_day.count + 1`, one.id, now).Exec(ctx)
	return err
}

// forget drops what is old.
func (m *Misses) forget(ctx context.Context) error {
	return m.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw("DELETE FROM miss_day WHERE day < ?", day(tx.Now, keptDays)).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("DELETE FROM miss WHERE last_day < ? OR (text = '' AND last_day < ?)",
			day(tx.Now, keptDays), day(tx.Now, unsaidDays)).Exec(ctx)
		return err
	})
}

// Missed is what at least three people looked for in vain.
type Missed struct {
	ID, Text, LastDay string
	Count             int
}

// List gives what was looked for in vain most often.
func (m *Misses) List(ctx context.Context, v access.Viewer) ([]Missed, error) {
	const most = 100
	if !v.CanModerate() {
		return nil, forbidden()
	}
	var out []Missed
	err := m.DB.Read().NewRaw(`SELECT s.id, s.text, s.last_day, SUM(d.count) AS count FROM miss AS s JOIN miss_day AS d ON d.miss = s.id
		WHERE s.text <> '' AND NOT s.aside GROUP BY s.id, s.text, s.last_day ORDER BY count DESC, s.id LIMIT ?`, most).Scan(ctx, &out)
	if err != nil {
		return nil, fmt.Errorf("list misses: %w", err)
	}
	return out, nil
}

// SetAside takes one out of the list: somebody has seen to it.
func (m *Misses) SetAside(ctx context.Context, v access.Viewer, id string) error {
	if !v.CanModerate() {
		return forbidden()
	}
	return m.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var words []string
		err := tx.NewRaw("UPDATE miss SET aside = TRUE WHERE id = ? AND text <> '' RETURNING text", id).Scan(ctx, &words)
		if err != nil {
			return fmt.Errorf("set a miss aside: %w", err)
		}
		if len(words) == 0 {
			return apperr.Missing()
		}
		return audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: "miss.aside", Kind: "miss", Subject: id,
			Detail: map[string]string{"text": words[0]}})
	})
}
