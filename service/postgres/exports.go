package postgres

import (
	"context"
	"time"

	"ziyara/audit"
	"ziyara/slots"
)

// Exports reads all of something, in portions. The store's vault is open.
type Exports struct{ *core }

// exportedAtOnce is how many rows are read at once.
const exportedAtOnce = 1000

// Visits calls each with the booked visits that start after now, by start; they have no history.
func (s *Exports) Visits(ctx context.Context, now time.Time, each func(slots.Appointment) error) error {
	last, id := now, lowestID
	for {
		var rows []appointmentRow
		if err := s.pool().list(ctx, &rows, "exports/visits", now, last, id, exportedAtOnce); err != nil {
			return err
		}
		for _, r := range rows {
			visit, err := r.appointment(&s.vault)
			if err != nil {
				return err
			}
			if err = each(visit); err != nil {
				return err
			}
			last, id = r.StartAt.Time, r.ID.String
		}
		if len(rows) < exportedAtOnce {
			return nil
		}
	}
}

// LeftOut returns how many requests and entries of the waitlist wait.
func (s *Exports) LeftOut(ctx context.Context) (requests, waiting int, err error) {
	var row struct {
		Requests int `db:"requests"`
		Waiting  int `db:"waiting"`
	}
	err = s.pool().get(ctx, &row, "exports/left_out")
	return row.Requests, row.Waiting, err
}

// Log calls each with the entries of the log of staff, the oldest first.
func (s *Exports) Log(ctx context.Context, each func(audit.Entry) error) error {
	var last int64
	for {
		var rows []auditRow
		if err := s.pool().list(ctx, &rows, "exports/log", last, exportedAtOnce); err != nil {
			return err
		}
		for _, r := range rows {
			if err := each(r.entry()); err != nil {
				return err
			}
			last = r.ID
		}
		if len(rows) < exportedAtOnce {
			return nil
		}
	}
}
