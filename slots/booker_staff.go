package slots

import (
	"context"
	"time"

	"ziyara/catalog"
)

// MoveBy moves a visit as Move does, for somebody of the staff: until it
// starts, whatever the cut-off, among the places of the channel over, and
// without counting as given up by the visitor. It returns ErrUnaudited,
// ErrStarted, or the errors of Move.
func (b *Booker) MoveBy(ctx context.Context, r Reference, start time.Time, over catalog.Channel, by By, now time.Time) (Appointment, error) {
	return b.move(ctx, r, start, mover{staff: true, by: by, over: over}, now)
}

// CancelBy cancels a visit or a request for somebody of the staff: until it
// starts, whatever the cut-off, and without counting as given up by the
// visitor. Cancelling again changes nothing. It returns fault.ErrNotFound,
// ErrUnaudited, ErrNotBooked or ErrStarted.
func (b *Booker) CancelBy(ctx context.Context, r Reference, by By, now time.Time) (Appointment, error) {
	return b.store.Change(ctx, r, func(a Appointment) (Transition, error) {
		t, err := a.CancelBy(by, now)
		return b.delayed(t, now), err
	})
}
