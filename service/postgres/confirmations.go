package postgres

import (
	"context"
	"time"

	"ziyara/fault"
	"ziyara/slots"
)

// Confirm records that the visitor confirms the start with the given version (slots.Appointment.StartVersion).
// Confirming again changes nothing. It returns slots.ErrNotBooked if the visit has
// another start by now, or none that is ahead at now.
func (s *Appointments) Confirm(ctx context.Context, r slots.Reference, startVersion int, now time.Time) error {
	var n int
	if err := s.pool().get(ctx, &n, "appointments/confirm", string(r), startVersion, now); err != nil {
		return err
	}
	if n == 0 {
		return slots.ErrNotBooked
	}
	return nil
}

// Confirmed reports whether the visitor has confirmed the present start of the
// visit.
func (s *Appointments) Confirmed(ctx context.Context, r slots.Reference) (bool, error) {
	var n int
	err := s.pool().get(ctx, &n, "appointments/confirmed", string(r))
	return n > 0, err
}

// ConfirmEmail records that an e-mail address is that of the visitor of a visit, for this
// visit and later ones of the same person. It returns fault.ErrNotFound if the visit does
// not have the address, or not any more.
func (s *Appointments) ConfirmEmail(ctx context.Context, r slots.Reference, email string, now time.Time) error {
	var n int
	err := s.pool().get(ctx, &n, "appointments/confirm_email", string(r), s.vault.spellings(ofEmail, email), now)
	if err == nil && n == 0 {
		err = fault.ErrNotFound
	}
	return err
}
