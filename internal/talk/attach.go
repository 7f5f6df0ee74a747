package talk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/text"
)

// takenBack is how long the files of a post stay that its author has taken back. Nobody can read it any more; its text
// stays for the record, its files do not.
const takenBack = 24 * time.Hour

// bring keeps what a post brings along, before the post's act.
func (s *Service) bring(ctx context.Context, v access.Viewer, list []*file.Taken) (*file.Brought, error) {
	if len(list) == 0 {
		return &file.Brought{}, nil
	}
	return s.Files.Bring(ctx, v, list)
}

// Uploads lists what the viewer has sent for a post that is still being written.
func (s *Service) Uploads(ctx context.Context, v access.Viewer, place string) ([]file.Transfer, error) {
	return s.Files.Transfers(ctx, v, place)
}

// readFiles fills in what is attached to posts.
func readFiles(ctx context.Context, r selector, posts map[string]*View) error {
	of, err := file.Of(ctx, r, keys(posts))
	for id, p := range posts {
		p.Files = of[id]
	}
	return err
}

// Attached finds a file of a post for whoever may read the post now: in its topic as it stands, or, when somebody asked
// the moderators to look at the post, on their desk.
func (s *Service) Attached(ctx context.Context, v access.Viewer, id string) (*file.Attachment, error) {
	r := s.DB.Read()
	var p Post
	err := r.NewSelect().Model(&p).Where("p.id = (SELECT post FROM attachment WHERE id = ?)", id).Scan(ctx)
	if db.IsMissing(err) {
		return nil, apperr.Missing()
	}
	if err != nil {
		return nil, fmt.Errorf("read the post of file %s: %w", id, err)
	}
	if !p.Flagged || !v.CanModerate() {
		if _, err := find(ctx, r, v, p.Topic); err != nil {
			return nil, err
		}
		if !p.visible(v) {
			return nil, apperr.Missing()
		}
	}
	of, err := file.Of(ctx, r, []string{p.ID})
	if err != nil {
		return nil, err
	}
	for _, a := range of[p.ID] {
		if a.ID == id {
			return &a, nil
		}
	}
	return nil, apperr.Missing() // taken out meanwhile
}

// OpenAttached opens a file of a post that the viewer may read. The caller closes it.
func (s *Service) OpenAttached(ctx context.Context, v access.Viewer, id string) (*file.Content, error) {
	a, err := s.Attached(ctx, v, id)
	if err != nil {
		return nil, err
	}
	return s.Files.OpenAttached(ctx, a)
}

// OpenPicture opens the picture of a file of a post that the viewer may read. The caller closes it.
func (s *Service) OpenPicture(ctx context.Context, v access.Viewer, id string, width int) (*file.Content, error) {
	a, err := s.Attached(ctx, v, id)
	if err != nil {
		return nil, err
	}
	return s.Files.OpenAttachedPicture(ctx, a, width)
}

// changeFiles takes files out of a post, writes new words beside others and adds what was brought. It returns whether
// anything changed, how many there are now, and the names that there were.
func changeFiles(ctx context.Context, tx db.Tx, v access.Viewer, p *Post, in Edit, b *file.Brought) (changed bool, left int, names string, err error) {
	of, err := file.Of(ctx, tx, []string{p.ID})
	if err != nil {
		return false, 0, "", err
	}
	had := of[p.ID]
	var kept []file.Attachment
	for _, a := range had {
		if slices.Contains(in.Drop, a.ID) {
			changed = true
			continue
		}
		if alt, given := in.Alts[a.ID]; given && alt != a.Alt {
			changed = true
			if a.Alt, err = file.CleanAlt(alt); err != nil {
				return false, 0, "", err
			}
		}
		kept = append(kept, a)
	}
	if changed {
		if err := file.Rewrite(ctx, tx, p.ID, kept); err != nil {
			return false, 0, "", err
		}
	}
	if err := b.AddTo(ctx, tx, v, p.ID); err != nil {
		return false, 0, "", err
	}
	return changed || b.Len() > 0, len(kept) + b.Len(), nameList(had, "\n"), nil
}

func nameList(files []file.Attachment, between string) string {
	names := make([]string, len(files))
	for i, a := range files {
		names[i] = a.Name
	}
	return strings.Join(names, between)
}

// Excerpt is the beginning of a post's text, for where it is named elsewhere; the names of its files where it has none.
func (p *View) Excerpt(characters int) string {
	plain := text.Plain(p.Body)
	if plain == "" {
		plain = nameList(p.Files, "、")
	}
	return text.Cut(plain, characters)
}

// SweepTakenBack deletes the files of posts that were taken back a day ago; their blobs go with the next sweep of files.
// What the moderators still have to look at stays.
func (s *Service) SweepTakenBack(ctx context.Context) error {
	var ids []string
	err := s.DB.Read().NewRaw(`SELECT DISTINCT at.post FROM attachment AS at JOIN post AS p ON p.id = at.post
		WHERE p.state = 'withdrawn' AND p.removed_at < ? AND NOT p.flagged`, s.DB.Now().Add(-takenBack)).Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("DELETE FROM attachment WHERE post IN (SELECT id FROM post WHERE id IN (?) AND state = 'withdrawn' AND NOT flagged)",
			bun.List(ids)).Exec(ctx)
		return err
	})
}
