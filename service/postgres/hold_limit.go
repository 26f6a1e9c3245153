package postgres

import (
	"context"
	"database/sql"

	"ziyara/slots"
)

// holdLimit returns the limit that a hold did not fit in, with the time until
// the oldest hold that counts for it runs out; 0 when it has, or when there is
// room by now.
func (s *Appointments) holdLimit(ctx context.Context, a slots.Appointment, by slots.Holder) error {
	var row struct {
		OfAddress    int          `db:"of_address"`
		AddressUntil sql.NullTime `db:"address_until"`
		OfMobile     int          `db:"of_mobile"`
		MobileUntil  sql.NullTime `db:"mobile_until"`
	}
	if err := s.pool().get(ctx, &row, "holds/limit", by.CountedAddress(), null(a.Mobile)); err != nil {
		return err
	}
	switch {
	case by.CountedAddress() != nil && row.OfAddress >= by.PerAddress:
		return &slots.HoldLimitError{Limit: by.PerAddress, RetryAfter: row.AddressUntil.Time.Sub(a.Created)}
	case by.PerMobile > 0 && row.OfMobile >= by.PerMobile:
		return &slots.HoldLimitError{Limit: by.PerMobile, RetryAfter: row.MobileUntil.Time.Sub(a.Created)}
	}
	return &slots.HoldLimitError{Limit: max(by.PerAddress, by.PerMobile)}
}
