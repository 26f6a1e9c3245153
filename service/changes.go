package service

import (
	"context"
	"errors"
	"time"

	"ziyara/service/postgres"
	"ziyara/slots"
)

// keepDrafts is how long drafts of changes are kept after they expire.
const keepDrafts = 24 * time.Hour

// changes carries out changes of calendars.
type changes struct {
	*postgres.Changes
	reload func(context.Context) error // takes a new snapshot of the centre
	now    func() time.Time
}

func (c changes) jobs() []job {
	return []job{
		{name: "carry out changes", spec: "@every 1s", limit: longJobLimit, run: c.carryOut},
		{name: "purge drafts", spec: "@every 10m", run: c.purge},
	}
}

// carryOut carries out, in portions, what changes have decided about visits,
// until nothing is left to do.
func (c changes) carryOut(ctx context.Context) error {
	for ctx.Err() == nil {
		if _, err := c.Restore(ctx, c.now()); err != nil {
			return err
		}
		n, err := c.Continue(ctx, c.now())
		if errors.Is(err, slots.ErrStale) { // it needs a newer snapshot of the centre
			return c.reload(ctx)
		}
		if err != nil || n == 0 {
			return err
		}
	}
	return nil
}

func (c changes) purge(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return c.PurgeDrafts(ctx, c.now().Add(-keepDrafts), batch) })
}
