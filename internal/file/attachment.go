package file

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
)

// Limits of a post's files. All of them together have as much as one file may.
const (
	MaxPostFiles = 4
	MaxPostSize  = MaxSize
)

// Attachment is a file in a post. It has no access of its own: who may read the post at a moment may read it then, which
// the noun of posts decides before it asks here.
type Attachment struct {
	bun.BaseModel `bun:"table:attachment,alias:at"`

	ID        string    `bun:"id,pk"`
	Post      string    `bun:"post"`
	Position  int       `bun:"position"`
	Name      string    `bun:"name"`
	Type      Type      `bun:"type"`
	Size      int64     `bun:"size"`
	SHA256    string    `bun:"sha256"`
	Blob      string    `bun:"blob"`
	Alt       string    `bun:"alt"`
	State     State     `bun:"state"`
	Reason    string    `bun:"reason"`
	PageCount int       `bun:"page_count"`
	Width     int       `bun:"width"` // pixels of the picture the way up that it is shown; of documents their first page's
	Height    int       `bun:"height"`
	Colour    string    `bun:"colour"`
	Widths    string    `bun:"widths"` // 512,1280: the pictures that there are
	Tries     int       `bun:"tries"`
	CreatedBy string    `bun:"created_by"`
	CreatedAt time.Time `bun:"created_at"`
}

// Sizes lists the widths in which there is a picture, small to large.
func (a *Attachment) Sizes() []int { return sizes(a.Widths) }

// OriginalURL is where the file itself can be had.
func (a *Attachment) OriginalURL() string { return "/attachments/" + a.ID + "/original" }

// PictureURL is where its picture can be had, in one of Sizes.
func (a *Attachment) PictureURL(width int) string {
	return fmt.Sprintf("/attachments/%s/%d.jpg", a.ID, width)
}

func (a *Attachment) file() *File {
	return &File{ID: a.ID, Post: a.Post, Name: a.Name, Type: a.Type, Blob: a.Blob, Tries: a.Tries}
}

// Brought are files that were taken for a post and whose blobs are kept. Their rows are the post's own act's (AddTo);
// Settle must follow it.
type Brought struct {
	s         *Service
	files     []Attachment
	transfers []string
	pieces    []piece // of the transfers
}

// Bring keeps the blobs of what was taken for a post.
func (s *Service) Bring(ctx context.Context, v access.Viewer, list []*Taken) (*Brought, error) {
	b := &Brought{s: s}
	for i, t := range list {
		a := Attachment{ID: db.NewID(), Position: i + 1, Name: t.name, Type: t.kind, Size: t.size, SHA256: t.sha256,
			Alt: t.alt, State: Processing, Width: t.width, Height: t.height, CreatedBy: v.Person}
		a.Blob = originalBlob(a.ID)
		b.files = append(b.files, a)
		b.transfers = append(b.transfers, t.transfer)
	}
	if err := PostFits(len(b.files), b.size()); err != nil {
		return nil, err
	}
	for i, t := range list {
		parts, err := s.parts(ctx, t.transfer)
		if err == nil {
			err = s.Blobs.Put(ctx, b.files[i].Blob, t.temp, t.size)
		}
		if err != nil {
			b.Settle(ctx, err)
			return nil, full(err)
		}
		b.pieces = append(b.pieces, parts...)
	}
	return b, nil
}

func (b *Brought) size() (sum int64) {
	for _, a := range b.files {
		sum += a.Size
	}
	return sum
}

// PostFits looks at what a post has in all.
func PostFits(files int, size int64) error {
	switch {
	case files > MaxPostFiles:
		return refuse(fmt.Sprintf("1つの投稿に付けられるファイルは%dつまでです。いくつか外すか、投稿を分けてください。書いた内容は残っています。", MaxPostFiles))
	case size > MaxPostSize:
		return &apperr.Error{Kind: apperr.TooLarge, Field: "file", Message: fmt.Sprintf(
			"1つの投稿に付けられるファイルは、合わせて%dMBまでです。いくつか外すか、投稿を分けてください。書いた内容は残っています。", MaxPostSize>>20)}
	}
	return nil
}

// AddTo writes the rows, in the act that writes the post, behind the files that it has already.
func (b *Brought) AddTo(ctx context.Context, tx db.Tx, v access.Viewer, post string) error {
	if len(b.files) == 0 {
		return nil
	}
	if err := oneByOne(ctx, tx, v.Person); err != nil {
		return err
	}
	var had struct {
		Files, Last int
		Size        int64
	}
	err := tx.NewRaw("SELECT COUNT(*) AS files, COALESCE(MAX(position), 0) AS last, COALESCE(SUM(size), 0) AS size FROM attachment WHERE post = ?",
		post).Scan(ctx, &had)
	if err != nil {
		return fmt.Errorf("sum files of post %s: %w", post, err)
	}
	for _, id := range b.transfers {
		if err := endTransfer(ctx, tx, id); err != nil {
			return err
		}
	}
	if err := PostFits(had.Files+len(b.files), had.Size+b.size()); err != nil {
		return err
	}
	if err := withinDay(ctx, tx, v, b.size()); err != nil {
		return err
	}
	for i := range b.files {
		a := &b.files[i]
		a.Post, a.Position, a.CreatedAt = post, had.Last+i+1, tx.Now
	}
	if _, err := tx.NewInsert().Model(&b.files).Exec(ctx); err != nil {
		return fmt.Errorf("add files to post %s: %w", post, err)
	}
	return nil
}

// Settle lets go of what the act, which ended with err, leaves over: the pieces that the files came in, or the files.
// What fails here the sweep takes.
func (b *Brought) Settle(ctx context.Context, err error) {
	gone := b.pieces
	if err != nil {
		gone = nil
		for _, a := range b.files {
			gone = append(gone, piece{Blob: a.Blob})
		}
	}
	if err := b.s.deleteParts(context.WithoutCancel(ctx), gone); err != nil {
		slog.WarnContext(ctx, "what a post's files left over waits for the sweep", "err", err)
	}
}

// Of reads the files of posts, by post, in their order.
func Of(ctx context.Context, r selecter, posts []string) (map[string][]Attachment, error) {
	if len(posts) == 0 {
		return nil, nil
	}
	var list []Attachment
	if err := r.NewSelect().Model(&list).Where("at.post IN (?)", bun.List(posts)).Order("at.post", "at.position").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read files of posts: %w", err)
	}
	of := map[string][]Attachment{}
	for _, a := range list {
		of[a.Post] = append(of[a.Post], a)
	}
	return of, nil
}

// OpenAttached opens the original. The caller has asked who may read the post, and closes it.
func (s *Service) OpenAttached(ctx context.Context, a *Attachment) (*Content, error) {
	return s.content(ctx, a.file(), a.Blob, string(a.Type), a.SHA256[:min(32, len(a.SHA256))])
}

// OpenAttachedPicture opens the picture in one of Widths, or the nearest smaller one. The caller has asked who may read
// the post, and closes it.
func (s *Service) OpenAttachedPicture(ctx context.Context, a *Attachment, width int) (*Content, error) {
	have := a.Sizes()
	if !slices.Contains(Widths, width) || len(have) == 0 {
		return nil, apperr.Missing()
	}
	width = nearest(have, width)
	return s.content(ctx, a.file(), pictureBlob(a.ID, 1, width), "image/jpeg", fmt.Sprintf("%s-%d-%d", a.ID, width, a.Tries))
}

// keepCover writes what the first page of a post's file looks like. A picture's own size is known already, and larger.
func keepCover(ctx context.Context, tx db.Tx, f *File, sh sheet, widths string) error {
	if sh.number != 1 {
		return nil
	}
	_, err := tx.NewRaw(`UPDATE attachment SET colour = ?, widths = ?, width = CASE WHEN width = 0 THEN ? ELSE width END,
		height = CASE WHEN height = 0 THEN ? ELSE height END WHERE id = ?`,
		sh.colour, widths, int(sh.width), int(sh.height), f.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep the first page of %s: %w", f.ID, err)
	}
	return nil
}

// finishAttachment says how reading a post's file ended, once, and tells the readers of the topic that the post looks
// otherwise now. What could not be read of a file that is otherwise fine is of no use beside a post.
func (s *Service) finishAttachment(ctx context.Context, f *File, state State, reason string) error {
	if state == Ready {
		reason = ""
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		topic, err := holdTopic(ctx, tx, f.Post)
		if err != nil || topic == "" {
			return err
		}
		res, err := tx.NewRaw("UPDATE attachment SET state = ?, reason = ?, lease_until = NULL WHERE id = ? AND tries = ? AND state = ?",
			state, reason, f.ID, f.Tries, Processing).Exec(ctx)
		if err != nil {
			return fmt.Errorf("finish file %s: %w", f.ID, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // removed meanwhile, or another worker's
		}
		return event.Append(ctx, tx, &event.Event{Kind: event.PostTouched, Subject: f.Post, Topic: topic})
	})
}

// holdTopic holds the topic that a post stands in, also when the post is moved meanwhile; none when the post is gone.
func holdTopic(ctx context.Context, tx db.Tx, post string) (topic string, err error) {
	for {
		var now string
		err := tx.NewRaw("SELECT topic FROM post WHERE id = ?", post).Scan(ctx, &now)
		if db.IsMissing(err) || err == nil && now == topic {
			return now, nil
		}
		if err == nil {
			topic = now
			_, err = event.Hold(ctx, tx, topic)
		}
		if err != nil {
			return "", fmt.Errorf("hold the topic of post %s: %w", post, err)
		}
	}
}

// Len is how many files were brought.
func (b *Brought) Len() int { return len(b.files) }

// CleanAlt is the description of a picture as it is kept.
func CleanAlt(alt string) (string, error) {
	return text.OptionalLine("alt", "画像の説明", alt, maxAlt)
}

// Rewrite leaves a post only those of its files that are given, with their descriptions, in its author's act.
func Rewrite(ctx context.Context, tx db.Tx, post string, kept []Attachment) error {
	ids := []string{""} // a list for SQL is never empty
	for _, a := range kept {
		ids = append(ids, a.ID)
		if _, err := tx.NewRaw("UPDATE attachment SET alt = ? WHERE id = ?", a.Alt, a.ID).Exec(ctx); err != nil {
			return fmt.Errorf("describe file %s: %w", a.ID, err)
		}
	}
	if _, err := tx.NewRaw("DELETE FROM attachment WHERE post = ? AND id NOT IN (?)", post, bun.List(ids)).Exec(ctx); err != nil {
		return fmt.Errorf("take files out of post %s: %w", post, err)
	}
	return nil
}
