package postgres

import (
	"context"
	"time"

	"github.com/lib/pq"

	"ziyara/slots"
)

// sweep is a request to end the overdue holds of a ledger day, for the batcher.
type sweep struct {
	day   dayKey
	now   time.Time
	limit int

	ended int
	err   error
}

// ExpireHolds implements slots.Store. Concurrent callers for the same day share a
// transaction, which begins after their calls.
func (s *Appointments) ExpireHolds(ctx context.Context, now time.Time, on *slots.Place, limit int) (int, error) {
	if on == nil {
		ended, err := s.expire(ctx, "holds/expire", now, limit)
		return len(ended), err
	}
	w := &sweep{day: keyOf(*on), now: now, limit: limit}
	if err := s.sweeps.serve(ctx, w.day, w); err != nil {
		return 0, err
	}
	return w.ended, w.err
}

// sweep ends the overdue holds on the days of a batch.
func (s *Appointments) sweep(batch []*sweep) {
	ctx, cancel := context.WithTimeout(context.Background(), batchLimits*s.config.Timeout)
	defer cancel()
	all := together(batch)
	places, err := s.expire(ctx, "holds/expire_on_days", all.now, all.limit, all.branches, all.groups, all.days)
	ended := make(map[dayKey]int)
	for _, p := range places {
		ended[keyOf(p)]++
	}
	for _, w := range batch {
		w.ended, w.err = ended[w.day], err
	}
}

// sweeps are the days of a batch without repetition, one array per column.
type sweeps struct {
	now              time.Time // the latest of all requests
	limit            int
	branches, groups pq.Int64Array
	days             pq.StringArray
}

func together(batch []*sweep) sweeps {
	var all sweeps
	known := make(map[dayKey]bool)
	for _, w := range batch {
		if w.now.After(all.now) {
			all.now = w.now
		}
		if known[w.day] {
			continue
		}
		known[w.day] = true
		all.limit += w.limit
		all.branches = append(all.branches, int64(w.day.branch))
		all.groups = append(all.groups, int64(w.day.group))
		all.days = append(all.days, w.day.day.String())
	}
	return all
}

// expire runs a statement that ends holds, and gives their places back.
func (s *Appointments) expire(ctx context.Context, name string, args ...any) (ended []slots.Place, err error) {
	err = s.transact(ctx, func(q session) error {
		var rows []placeRow
		if err := q.list(ctx, &rows, name, args...); err != nil {
			return err
		}
		ended = places(rows)
		return q.giveBack(ctx, ended)
	})
	return ended, err
}
