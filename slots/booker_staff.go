package slots

import (
	"context"
	"time"

	"ziyara/catalog"
)

// MoveByStaff moves a visit as Move does, on behalf of a member of staff: until
// it starts, whatever the cut-off, to places of the channel over, and without
// counting as given up by the visitor. It returns ErrUnaudited,
// ErrStarted, or the errors of Move.
func (b *Booker) MoveByStaff(
	ctx context.Context, r Reference, start time.Time, over catalog.Channel, by StaffAction, now time.Time,
) (Appointment, error) {
	return b.move(ctx, r, start, mover{staff: true, by: by, over: over}, now)
}

// CancelByStaff cancels a visit or a request on behalf of a member of staff:
// until it starts, whatever the cut-off, and without counting as given up by the
// visitor. Cancelling again changes nothing. It returns fault.ErrNotFound,
// ErrUnaudited, ErrNotBooked or ErrStarted.
func (b *Booker) CancelByStaff(ctx context.Context, r Reference, by StaffAction, now time.Time) (Appointment, error) {
	return b.store.Change(ctx, r, func(a Appointment) (Transition, error) {
		t, err := a.CancelByStaff(by, now)
		return b.delayed(t, now), err
	})
}
