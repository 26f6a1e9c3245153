package postgres

import (
	"context"
	"time"

	"ziyara/slots"
)

// Confirm notes that the visitor comes to the start of the given version, if
// the visit still has it and it is ahead at now. Saying so again changes
// nothing. It returns slots.ErrNotBooked otherwise.
func (s *Appointments) Confirm(ctx context.Context, r slots.Reference, version int, now time.Time) error {
	var n int
	if err := s.pool().get(ctx, &n, "appointments/confirm", string(r), version, now); err != nil {
		return err
	}
	if n == 0 {
		return slots.ErrNotBooked
	}
	return nil
}

// Confirmed reports whether the visitor has said that they come, to the start
// that the visit has now.
func (s *Appointments) Confirmed(ctx context.Context, r slots.Reference) (bool, error) {
	var n int
	err := s.pool().get(ctx, &n, "appointments/confirmed", string(r))
	return n > 0, err
}
