package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"ziyara/fault"
	"ziyara/notify"
	"ziyara/notify/verify"
	"ziyara/once"
)

// Verifications keeps verifications of mobile numbers. It implements
// verify.Store.
type Verifications struct{ *core }

var _ verify.Store = (*Verifications)(nil)

// StartVerification implements verify.Store.
func (s *Verifications) StartVerification(ctx context.Context, v verify.Verification, address []byte, since time.Time,
	allow func(verify.Counts) error, once *once.Request[verify.Verification],
) error {
	return s.transact(ctx, func(q session) error {
		var locks struct {
			First, Second string // void
		}
		if err := q.get(ctx, &locks, "verifications/lock", string(v.Mobile), address); err != nil {
			return err
		}
		var row struct {
			OfMobile      int          `db:"of_mobile"`
			OfAddress     int          `db:"of_address"`
			MobileOldest  sql.NullTime `db:"mobile_oldest"`
			MobileNewest  sql.NullTime `db:"mobile_newest"`
			AddressOldest sql.NullTime `db:"address_oldest"`
		}
		if err := q.get(ctx, &row, "verifications/counts", string(v.Mobile), address, since); err != nil {
			return err
		}
		if err := allow(verify.Counts{
			OfMobile: row.OfMobile, OfAddress: row.OfAddress,
			MobileOldest: row.MobileOldest.Time, MobileNewest: row.MobileNewest.Time, AddressOldest: row.AddressOldest.Time,
		}); err != nil {
			return err
		}
		if _, err := q.exec(ctx, "verifications/create", v.ID, string(v.Mobile), address, v.Created, v.Expires, v.Lang,
			string(notify.VerificationCode)); err != nil {
			return err
		}
		return keepAnswer(ctx, q, once, v, v.Created)
	})
}

// TryVerification implements verify.Store.
func (s *Verifications) TryVerification(ctx context.Context, id string, right bool, tries int, now time.Time) (verify.Verification, error) {
	return s.verification(ctx, verify.ErrOver, "verifications/try", id, now, right, tries)
}

// FindVerification implements verify.Store.
func (s *Verifications) FindVerification(ctx context.Context, id string) (verify.Verification, error) {
	return s.verification(ctx, fault.ErrNotFound, "verifications/find", id)
}

// verification reads one verification. It returns missing without one, or for an id
// that is not a UUID.
func (s *Verifications) verification(ctx context.Context, missing error, name string, args ...any) (verify.Verification, error) {
	var row struct {
		ID         string       `db:"id"`
		Mobile     string       `db:"mobile"`
		Tries      int          `db:"tries"`
		CreatedAt  time.Time    `db:"created_at"`
		ExpiresAt  time.Time    `db:"expires_at"`
		VerifiedAt sql.NullTime `db:"verified_at"`
	}
	err := s.pool().get(ctx, &row, name, args...)
	if errors.Is(err, sql.ErrNoRows) || noID(err) {
		return verify.Verification{}, missing
	}
	if err != nil {
		return verify.Verification{}, err
	}
	return verify.Verification{
		ID: row.ID, Mobile: notify.Mobile(row.Mobile), Tries: row.Tries,
		Created: row.CreatedAt, Expires: row.ExpiresAt, Verified: row.VerifiedAt.Time,
	}, nil
}
