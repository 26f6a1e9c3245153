package postgres

import (
	"context"
	"time"

	"github.com/lib/pq"

	"ziyara/catalog"
)

// countGivenUp records that the person of the appointment has given up a visit, and
// begins a pause if that exceeds the limit.
func (q session) countGivenUp(ctx context.Context, id string, now time.Time) error {
	var row struct {
		Limit   int                 `db:"rebook_limit"`
		Window  int                 `db:"rebook_window_minutes"`
		Pause   int                 `db:"rebook_pause_minutes"`
		GivenUp jsonOf[[]time.Time] `db:"given_up"`
	}
	if err := q.get(ctx, &row, "appointments/rebooking", id); err != nil || row.Limit == 0 {
		return err
	}
	rule := catalog.Rebooking{
		Limit: row.Limit, Window: time.Duration(row.Window) * time.Minute, Pause: time.Duration(row.Pause) * time.Minute,
	}
	given := append(rule.Remembered(row.GivenUp.v, now), now)
	until := rule.PausedUntil(given)
	instants := make(pq.StringArray, len(given))
	for i, at := range given {
		instants[i] = at.UTC().Format(time.RFC3339Nano)
	}
	_, err := q.exec(ctx, "appointments/remember_rebooking", id, instants, nullTime(until), now.Add(rule.Memory()))
	return err
}

// OfferDelayed offers places again whose delay is over at now, at most limit, and
// returns how many.
func (s *Waitlist) OfferDelayed(ctx context.Context, now time.Time, limit int) (int, error) {
	offered := 0
	err := s.transact(ctx, func(q session) error {
		var rows []placeRow
		if err := q.list(ctx, &rows, "ledger/offer_delayed", now, limit); err != nil {
			return err
		}
		offered = len(rows)
		return q.giveBack(ctx, places(rows))
	})
	return offered, err
}
