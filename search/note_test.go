package search_test

import (
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/search"
)

func TestNotesAreFoundByMembersOnTheirSheet(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		addPerson(t, d)
		addEntry(t, d)
		exec(t, d, []string{
			"UPDATE entry SET audience = 'public' WHERE id = 'E1'",
			`INSERT INTO note (id, topic, entry, file, page, pinned, x, y, question, body, answer, author, state, n, created_at) VALUES
				('N1', 'T1', 'E1', '', 0, FALSE, 0, 0, FALSE, '番号札の色がよい', '', 'mieko', 'published', 1, ?0),
				('N2', 'T1', 'E1', '', 0, FALSE, 0, 0, FALSE, 'はがした付せん', '', 'mieko', 'withdrawn', 2, ?0)`,
		})
		docs, err := search.Rows{DB: d}.Entries(t.Context(), []string{"E1"})
		if err != nil || len(docs) != 1 {
			t.Fatal(len(docs), err)
		}
		var notes []search.Section
		for _, s := range docs[0].Sections {
			if s.Key == "notes" {
				notes = append(notes, s)
			}
		}
		if len(notes) != 1 || notes[0].Text != "番号札の色がよい" || notes[0].Audience.Rung != access.Members || notes[0].At != "#notes" {
			t.Errorf("the notes in the index are %+v", notes)
		}
		seq := exec(t, d, []string{"UPDATE topic SET state = 'hidden' WHERE id = 'T1' AND ? IS NOT NULL"},
			&event.Event{Kind: event.TopicHidden, Subject: "T1", Topic: "T1"})
		c, err := search.Rows{DB: d}.Changes(t.Context(), seq-1)
		if err != nil {
			t.Fatal(err)
		}
		again := false
		for _, doc := range c.Docs {
			again = again || doc.ID == "E1"
			for _, s := range doc.Sections {
				if s.Key == "notes" {
					t.Errorf("a note of a hidden discussion stays in the index: %q", s.Text)
				}
			}
		}
		if !again {
			t.Error("the sheet is not indexed again when its discussion is hidden")
		}
	})
}

func TestThePracticeRoomIsNotInTheIndex(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		addPerson(t, d)
		exec(t, d, []string{
			"INSERT INTO topic (id, title, room, posts, state, audience, author, created_at, last_at) VALUES ('TP', '練習部屋', 'practice', 1, 'published', 'members', '', ?0, ?0)",
			"INSERT INTO post (id, topic, number, author, body, html, renderer, state, n, created_at) VALUES ('P1', 'TP', 1, 'mieko', 'ためしの一言', '', 1, 'published', 1, ?0)",
		})
		docs, err := search.Rows{DB: d}.Topics(t.Context(), []string{"TP"})
		if err != nil || len(docs) > 0 {
			t.Errorf("%d documents, %v", len(docs), err)
		}
	})
}
