package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"ziyara/fault"
)

// How many transactions one statement looks at. The number grows while they have few
// events, and shrinks while a statement makes many deliveries.
const (
	firstSpan   = 256
	longestSpan = 8192
	manyEvents  = 2000 // deliveries, or events, of one statement
)

// Plan makes deliveries of the events since the last time, and returns how many. Several
// replicas may call it at once: one plans, the others return. Each event becomes one
// delivery to a webhook.
func (s *Webhooks) Plan(ctx context.Context, now time.Time) (planned int, err error) {
	var wanted bool
	if err = s.pool().get(ctx, &wanted, "webhooks/wanted"); err != nil || !wanted {
		return 0, err
	}
	for span := firstSpan; ctx.Err() == nil; {
		var row struct {
			Done    bool `db:"done"`
			Events  int  `db:"events"`
			Planned int  `db:"planned"`
			Ahead   bool `db:"ahead"`
		}
		err = retry(func() error { return s.pool().get(ctx, &row, "webhooks/plan", span, now) })
		switch {
		case errors.Is(err, sql.ErrNoRows): // another replica plans
			return planned, nil
		case errors.Is(err, fault.ErrUnavailable) && span > 1: // perhaps too much for one statement
			span = max(1, span/16)
			continue
		case err != nil:
			return planned, err
		case row.Ahead:
			if _, err = s.pool().exec(ctx, "webhooks/reset_clock"); err != nil {
				return planned, err
			}
			continue
		}
		planned += row.Planned
		switch {
		case row.Done:
			return planned, nil
		case max(row.Events, row.Planned) > manyEvents:
			span = max(1, span/4)
		default:
			span = min(2*span, longestSpan)
		}
	}
	return planned, nil
}
