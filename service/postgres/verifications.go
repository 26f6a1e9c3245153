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
func (s *Verifications) StartVerification(ctx context.Context, v verify.Verification, from verify.Requester, since time.Time,
	allow func(verify.Counts) error, once *once.Request[verify.Verification],
) error {
	return s.transact(ctx, func(q session) error {
		var locks struct {
			First, Second string // void
		}
		if err := q.get(ctx, &locks, "verifications/lock", s.vault.hash(ofMobile, string(v.Mobile)), from.Address); err != nil {
			return err
		}
		counts, err := countCodes(ctx, q, v, from, since)
		if err != nil {
			return err
		}
		if err = allow(counts); err != nil {
			return err
		}
		kept, err := s.vault.keep(checksTable, v.ID, personal{Mobile: string(v.Mobile)})
		if err != nil {
			return err
		}
		if _, err = q.exec(ctx, "verifications/create", v.ID, kept.Mobile, from.Address, v.Created, v.Expires, v.Lang,
			string(notify.VerificationCode), from.Network, counts.Stranger, null(kept.Name)); err != nil {
			return err
		}
		return keepAnswer(ctx, q, once, v, v.Created)
	})
}

// codesRow is what was sent before a code.
type codesRow struct {
	OfRequester     int                  `db:"of_requester"`
	RequesterOldest sql.NullTime         `db:"requester_oldest"`
	RequesterNewest sql.NullTime         `db:"requester_newest"`
	OfMobile        int                  `db:"of_mobile"`
	MobileOldest    sql.NullTime         `db:"mobile_oldest"`
	OfDay           int                  `db:"of_day"`
	DayOldest       sql.NullTime         `db:"day_oldest"`
	OfAddress       int                  `db:"of_address"`
	AddressOldest   sql.NullTime         `db:"address_oldest"`
	OfNetwork       int                  `db:"of_network"`
	NetworkOldest   sql.NullTime         `db:"network_oldest"`
	Known           bool                 `db:"known"`
	Stranger        bool                 `db:"stranger"`
	Sent            *jsonOf[[]time.Time] `db:"sent"`
	Today           int64                `db:"all_segments"`
	TodayStrangers  int64                `db:"stranger_segments"`
}

// countCodes counts the codes that were sent before v.
func countCodes(ctx context.Context, q session, v verify.Verification, from verify.Requester, since time.Time) (verify.Counts, error) {
	var r codesRow
	if err := q.get(ctx, &r, "verifications/counts", q.store.vault.spellings(ofMobile, string(v.Mobile)), from.Address, from.Network, since,
		v.Created.Add(-verify.Day), v.Created); err != nil {
		return verify.Counts{}, err
	}
	c := verify.Counts{
		Requester: verify.Count{Codes: r.OfRequester, Oldest: r.RequesterOldest.Time, Newest: r.RequesterNewest.Time},
		Mobile:    verify.Count{Codes: r.OfMobile, Oldest: r.MobileOldest.Time},
		Day:       verify.Count{Codes: r.OfDay, Oldest: r.DayOldest.Time},
		Address:   verify.Count{Codes: r.OfAddress, Oldest: r.AddressOldest.Time},
		Network:   verify.Count{Codes: r.OfNetwork, Oldest: r.NetworkOldest.Time},
		Known:     r.Known, Stranger: r.Stranger,
		Today: notify.DayUsage{All: r.Today, Strangers: r.TodayStrangers},
	}
	if r.Sent != nil {
		c.Sent = r.Sent.v
	}
	return c, nil
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
func (s *Verifications) verification(ctx context.Context, missing error, name, id string, args ...any) (verify.Verification, error) {
	var row struct {
		ID         string         `db:"id"`
		Mobile     string         `db:"mobile"`
		Sealed     sql.NullString `db:"sealed"`
		Tries      int            `db:"tries"`
		CreatedAt  time.Time      `db:"created_at"`
		ExpiresAt  time.Time      `db:"expires_at"`
		VerifiedAt sql.NullTime   `db:"verified_at"`
	}
	if !isID(id) {
		return verify.Verification{}, missing
	}
	err := s.pool().get(ctx, &row, name, append([]any{id}, args...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return verify.Verification{}, missing
	}
	if err != nil {
		return verify.Verification{}, err
	}
	who, err := s.vault.open(checksTable, row.ID, personal{Name: row.Sealed.String, Mobile: row.Mobile})
	return verify.Verification{
		ID: row.ID, Mobile: notify.Mobile(who.Mobile), Tries: row.Tries,
		Created: row.CreatedAt, Expires: row.ExpiresAt, Verified: row.VerifiedAt.Time,
	}, err
}
