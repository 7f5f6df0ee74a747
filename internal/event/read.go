package event

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/db"
)

// After returns up to limit events behind seq, in order.
func After(ctx context.Context, d *db.DB, seq int64, limit int) ([]Event, error) {
	var events []Event
	err := d.Read().NewSelect().Model(&events).Where("seq > ?", seq).Order("seq").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the log after %d: %w", seq, err)
	}
	return events, nil
}

// OfTopic returns up to limit events of a topic behind n, in order.
func OfTopic(ctx context.Context, d *db.DB, topic string, n int64, limit int) ([]Event, error) {
	var events []Event
	err := d.Read().NewSelect().Model(&events).
		Where("topic = ?", topic).Where("n > ?", n).Order("n").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read topic %s after %d: %w", topic, n, err)
	}
	return events, nil
}

// Head returns the position of the log and its epoch. It takes the reader of a snapshot where a page must agree with it.
func Head(ctx context.Context, r interface{ NewSelect() *bun.SelectQuery }) (seq int64, epoch string, err error) {
	err = r.NewSelect().Table("log_head").Column("seq", "epoch").Where("id = 1").Scan(ctx, &seq, &epoch)
	if err != nil {
		return 0, "", fmt.Errorf("read the head of the log: %w", err)
	}
	return seq, epoch, nil
}

// TopicHead returns the n of a topic's last event, 0 before the first.
func TopicHead(ctx context.Context, r interface{ NewSelect() *bun.SelectQuery }, topic string) (n int64, err error) {
	err = r.NewSelect().Table("topic_head").Column("n").Where("topic = ?", topic).Scan(ctx, &n)
	if db.IsMissing(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the head of topic %s: %w", topic, err)
	}
	return n, nil
}

// NewEpoch gives the log a name of its own: at the first start and after a restore, so that clients that know
// positions of another life of the database read their page again.
func NewEpoch(ctx context.Context, d *db.DB, restored bool) error {
	return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q := tx.NewUpdate().Table("log_head").Set("epoch = ?", db.NewID()).Where("id = 1")
		if !restored {
			q = q.Where("epoch = ''")
		}
		_, err := q.Exec(ctx)
		return err
	})
}
