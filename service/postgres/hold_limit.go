package postgres

import (
	"context"
	"database/sql"

	"ziyara/slots"
)

// holdLimit returns the limit that a hold exceeds, with the time until the oldest
// hold that counts for it expires: 0 when that has expired, or when there is room
// by now.
func (s *Appointments) holdLimit(ctx context.Context, a slots.Appointment, holder slots.Holder) error {
	var row struct {
		OfAddress    int          `db:"of_address"`
		AddressUntil sql.NullTime `db:"address_until"`
		OfMobile     int          `db:"of_mobile"`
		MobileUntil  sql.NullTime `db:"mobile_until"`
	}
	if err := s.pool().get(ctx, &row, "holds/limit", holder.CountedAddress(), null(s.vault.hash(ofMobile, a.Mobile))); err != nil {
		return err
	}
	switch {
	case holder.CountedAddress() != nil && row.OfAddress >= holder.PerAddress:
		return &slots.HoldLimitError{Limit: holder.PerAddress, RetryAfter: row.AddressUntil.Time.Sub(a.Created)}
	case holder.PerMobile > 0 && row.OfMobile >= holder.PerMobile:
		return &slots.HoldLimitError{Limit: holder.PerMobile, RetryAfter: row.MobileUntil.Time.Sub(a.Created)}
	}
	return &slots.HoldLimitError{Limit: max(holder.PerAddress, holder.PerMobile)}
}
