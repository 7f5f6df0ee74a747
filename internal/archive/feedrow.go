package archive

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/manetomo/manetomo/internal/event"
)

// feedRow is an event of the feed as the log has it.
type feedRow struct {
	Seq     int64
	Kind    event.Kind
	Subject string
	Data    json.RawMessage
	At      time.Time
	data    struct {
		FollowUp string `json:"follow_up"`
		Adoption string `json:"adoption"`
	}
}

// word is the id of what the row's event added.
func (row *feedRow) word() string {
	switch row.Kind {
	case event.FollowUpAdded:
		return row.data.FollowUp
	case event.AdoptionAdded:
		return row.data.Adoption
	case event.TopicOpened:
		return row.Subject
	}
	return ""
}

// named reads the rows' data and names the entries and the words that they tell of.
func named(rows []feedRow) (entries, words []string, err error) {
	for i := range rows {
		row := &rows[i]
		if err := json.Unmarshal(row.Data, &row.data); err != nil {
			return nil, nil, fmt.Errorf("read event %d: %w", row.Seq, err)
		}
		if row.Kind != event.TopicOpened {
			entries = append(entries, row.Subject)
		}
		if w := row.word(); w != "" {
			words = append(words, w)
		}
	}
	return entries, words, nil
}
