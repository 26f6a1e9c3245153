package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/slots"
)

// Whatever comes at once, and to whatever replica, holds without a proof take no more
// than their share of a day, and no less than it: booked ones don't count any more, even
// where another replica booked them, and neither do those that were given back or are
// over.
func TestUnprovedHoldsAtOnce(t *testing.T) {
	t.Parallel()
	const service, share = "annual-returns", 20
	b := open(t, slots.WithUnprovedShare(share))
	other, err := slots.NewBookers(b.replica(t).Appointments(), 10*time.Minute, b.id, slots.WithUnprovedShare(share))
	if err != nil {
		t.Fatal(err)
	}
	bookers := []*slots.Booker{b.Booker, other.On(b.Centre())}
	starts := b.starts(t, service, "riyadh", "2026-11-24", "2026-11-24")
	held := make(chan slots.Appointment, 1000)
	rush := func() (proofs int) {
		t.Helper()
		refused := make(chan error, 1000)
		var holds []func()
		for i := range 60 {
			holds = append(holds, func() {
				a, err := bookers[i%2].Hold(context.Background(), slots.HoldRequest{
					Service: service, Branch: "riyadh", Start: starts[i%len(starts)], Party: 1, Channel: catalog.Public}, nil, b.now)
				switch {
				case err == nil:
					held <- a
				case errors.Is(err, slots.ErrProofFirst):
					refused <- err
				case !errors.Is(err, slots.ErrTaken):
					t.Errorf("hold: %v", err)
				}
			})
		}
		together(holds...)
		return len(refused)
	}
	db := connect(t, b.url)
	taken := func() int {
		t.Helper()
		return column[int](t, db, `SELECT coalesce(sum(ticks * places), 0) FROM appointments WHERE status = 'held' AND mobile IS NULL`)[0]
	}
	if proofs := rush(); proofs == 0 {
		t.Fatal("nobody was asked for a proof")
	}
	room := column[int](t, db, `SELECT sum(n) FROM ledger_days, unnest(open) AS n`)[0] * share / 100
	full := func(when string) {
		t.Helper()
		if n := taken(); n > room || n+4 <= room { // a visit takes four ticks
			t.Errorf("%s: holds without a proof take %d ticks of a day, want %d at the most, and no visit less", when, n, room)
		}
	}
	full("at once")

	of := booking(1, 1)
	proved, err := b.Hold(t.Context(), slots.HoldRequest{
		Service: service, Branch: "riyadh", Start: b.starts(t, service, "riyadh", "2026-11-24", "2026-11-24")[0], Party: 1,
		Channel: catalog.Public, Mobile: of.Mobile}, nil, b.now)
	if err != nil {
		t.Errorf("with a proof: %v", err)
	} else if _, err = b.Book(t.Context(), proved.ID, of, nil, b.now); err != nil {
		t.Error(err)
	}

	for n := range 3 { // one replica books what both have held, and gives one back
		if _, err := b.Book(t.Context(), (<-held).ID, booking(10+n, int64(10+n)), nil, b.now); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Release(t.Context(), (<-held).ID); err != nil {
		t.Fatal(err)
	}
	rush()
	full("after some were booked")

	b.now = b.now.Add(10 * time.Minute) // all are over, and nobody has swept
	rush()
	full("after all were over")
	b.auditClean(t)
	b.noDeadlocks(t)
}
