package postgres_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

// A service of the demo centre that offers given-up places again up to two
// hours later, and one that does so at once.
const (
	delaying = "expropriation-compensation"
	prompt   = "bank-guarantee"
)

// holds asks for a place on account of an address and a mobile.
func (b *bench) holds(address, mobile string, start, now time.Time) (slots.Appointment, error) {
	q := slots.HoldRequest{Service: "annual-returns", Branch: "riyadh", Start: start, Party: 1, Channel: catalog.Public, Mobile: mobile}
	if address != "" {
		q.Address = []byte(address)
	}
	return b.Hold(context.Background(), q, nil, now)
}

// wantLimit checks that err names a limit, and how long to wait.
func wantLimit(t *testing.T, what string, err error, limit int, wait time.Duration) {
	t.Helper()
	full, ok := errors.AsType[*slots.HoldLimitError](err)
	if !ok || full.Limit != limit || full.RetryAfter != wait {
		t.Errorf("%s: %v, want a limit of %d for %v", what, err, limit, wait)
	}
}

// Many requests of one address, and of one mobile, at the same moment: as many
// holds as may stand, and nobody else is kept from theirs.
func TestHoldLimitsAtOnce(t *testing.T) {
	t.Parallel()
	const limit, requests = 5, 40
	for _, tc := range []struct {
		name            string
		limits          slots.HoldLimits
		address, mobile string
	}{
		{"of an address", slots.HoldLimits{PerAddress: limit}, "hall", ""},
		{"of a mobile", slots.HoldLimits{PerMobile: limit}, "", "+966500000001"},
		{"of both", slots.HoldLimits{PerAddress: limit, PerMobile: limit}, "hall", "+966500000001"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := open(t, slots.WithHoldLimits(tc.limits))
			free := b.starts(t, "annual-returns", "riyadh", "2026-11-24", "2026-12-03")
			var held, refused atomic.Int64
			var try []func()
			for i := range requests {
				try = append(try, func() {
					_, err := b.holds(tc.address, tc.mobile, free[i], b.now)
					full, limited := errors.AsType[*slots.HoldLimitError](err)
					switch {
					case err == nil:
						held.Add(1)
					case limited && full.RetryAfter == 10*time.Minute:
						refused.Add(1)
					default:
						t.Errorf("request %d: %v", i, err)
					}
				}, func() {
					if _, err := b.holds("", "", free[i], b.now); err != nil {
						t.Errorf("without a limit: %v", err)
					}
				})
			}
			together(try...)
			if held.Load() != limit || refused.Load() != requests-limit {
				t.Errorf("%d held and %d refused, want %d and %d", held.Load(), refused.Load(), limit, requests-limit)
			}
			b.auditClean(t)
			b.noDeadlocks(t)
		})
	}
}

// However a hold ends, another may stand in its stead; and of what was booked
// the address is not kept.
func TestEndedHoldsLeaveTheirNumbers(t *testing.T) {
	t.Parallel()
	b := open(t, slots.WithHoldLimits(slots.HoldLimits{PerAddress: 1, PerMobile: 1}))
	mobile := booking(1, 1).Mobile
	free := b.starts(t, "annual-returns", "riyadh", "2026-11-24", "2026-11-26")
	hold := func(now time.Time) slots.Appointment {
		t.Helper()
		a, err := b.holds("hall", mobile, free[0], now)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.holds("hall", "", free[1], now.Add(time.Minute))
		wantLimit(t, "another of the address", err, 1, 9*time.Minute)
		_, err = b.holds("home", mobile, free[1], now.Add(time.Minute))
		wantLimit(t, "another of the mobile", err, 1, 9*time.Minute)
		if _, err = b.holds("home", "+966500000077", free[1], now.Add(time.Minute)); err != nil {
			t.Errorf("somebody else: %v", err)
		}
		return a
	}
	a := hold(b.now)
	if err := b.Booker.Release(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	// It is not swept: what ran out is ended when it is in the way.
	b.now = b.now.Add(time.Hour)
	hold(b.now)
	b.now = b.now.Add(time.Hour)
	a = hold(b.now)
	if _, err := b.Book(t.Context(), a.ID, booking(1, 77), nil, b.now); err != nil {
		t.Fatal(err)
	}
	b.now = b.now.Add(time.Hour)
	hold(b.now)
	kept := column[int](t, connect(t, b.url),
		"SELECT count(*) FROM appointments WHERE status = 'booked' AND (address IS NOT NULL OR mobile_place IS NOT NULL)")[0]
	if kept > 0 {
		t.Errorf("the addresses of %d visits are kept", kept)
	}
	b.auditClean(t)
}

// Holds of one address that share a transaction get a number each, and those
// beyond the limit are refused without harm to the others.
func TestHoldLimitWithinABatch(t *testing.T) {
	t.Parallel()
	const limit, requests = 6, 24
	b := open(t, slots.WithHoldLimits(slots.HoldLimits{PerAddress: limit}))
	free := b.starts(t, "annual-returns", "riyadh", "2026-11-24", "2026-11-24")
	var held, refused, others atomic.Int64
	var try []func()
	for i := range requests {
		try = append(try, func() {
			_, err := b.holds("hall", "", free[i%12], b.now)
			if _, limited := errors.AsType[*slots.HoldLimitError](err); limited {
				refused.Add(1)
			} else if err == nil {
				held.Add(1)
			} else if !errors.Is(err, slots.ErrTaken) {
				t.Error(err)
			}
		}, func() {
			if _, err := b.holds("", "", free[12+i%12], b.now); err == nil {
				others.Add(1)
			} else if !errors.Is(err, slots.ErrTaken) {
				t.Error(err)
			}
		})
	}
	together(try...)
	if held.Load() != limit || refused.Load() == 0 || others.Load() < 12 {
		t.Errorf("%d held, %d refused, %d of others; want %d held, the rest refused, and others have theirs",
			held.Load(), refused.Load(), others.Load(), limit)
	}
	b.auditClean(t)
	b.noDeadlocks(t)
}

// A hold that is bound to a mobile is booked by that one only; the refused
// attempt changes nothing.
func TestBoundHold(t *testing.T) {
	t.Parallel()
	b := open(t)
	start := b.starts(t, "annual-returns", "riyadh", "2026-11-24", "2026-11-24")[0]
	a, err := b.holds("", booking(1, 1).Mobile, start, b.now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = b.Book(t.Context(), a.ID, booking(2, 2), nil, b.now); !errors.Is(err, slots.ErrHoldBound) {
		t.Errorf("by another mobile: %v, want %v", err, slots.ErrHoldBound)
	}
	booked, err := b.Book(t.Context(), a.ID, booking(1, 1), nil, b.now)
	if err != nil || booked.Mobile != a.Mobile {
		t.Errorf("by its mobile: %+v, %v", booked, err)
	}
	b.auditClean(t)
}

// giveUp cancels a new visit of the n-th person, at now.
func (b *bench) giveUp(t *testing.T, n int, service string, start time.Time) {
	t.Helper()
	if _, err := b.Cancel(t.Context(), b.book(t, n, service, "riyadh", start).Reference, "", b.now); err != nil {
		t.Fatal(err)
	}
}

// tryBook holds a place and tries to book it for the n-th person.
func (b *bench) tryBook(t *testing.T, n int, service string, start time.Time) error {
	t.Helper()
	_, err := b.Book(context.Background(), b.hold(t, service, "riyadh", start).ID, booking(n, b.ids.Add(1)), nil, b.now)
	return err
}

// Three visits given up within a week, by cancelling or moving: nothing new of
// that service for a day. Others, and other services, are not concerned; then
// all is as before, and one more begins the next pause.
func TestPauseAfterGivingUp(t *testing.T) {
	t.Parallel()
	b := open(t)
	free := b.starts(t, prompt, "riyadh", "2026-11-29", "2026-12-03")
	b.giveUp(t, 1, prompt, free[0])
	b.now = b.now.Add(24 * time.Hour)
	moved := b.book(t, 1, prompt, "riyadh", free[0])
	if _, err := b.Move(t.Context(), moved.Reference, free[1], b.now); err != nil {
		t.Fatal(err)
	}
	b.now = b.now.Add(24 * time.Hour)
	if err := b.tryBook(t, 1, prompt, free[4]); err != nil {
		t.Fatalf("after two: %v", err)
	}
	if _, err := b.Move(t.Context(), moved.Reference, free[2], b.now); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Cancel(t.Context(), moved.Reference, "", b.now.Add(time.Minute)); err != nil { // the fourth
		t.Fatal(err)
	}
	until := b.now.Add(24*time.Hour + time.Minute)
	b.now = until.Add(-time.Second)
	err := b.tryBook(t, 1, prompt, free[6])
	pause, ok := errors.AsType[*slots.PauseError](err)
	if !ok || !pause.Until.Equal(until) || pause.RetryAfter != time.Second {
		t.Errorf("a second before the pause ends: %v, want a pause until %v", err, until)
	}
	if err := b.tryBook(t, 2, prompt, free[7]); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	if err := b.tryBook(t, 1, "annual-returns", b.starts(t, "annual-returns", "riyadh", "2026-11-29", "2026-11-29")[0]); err != nil {
		t.Errorf("another service: %v", err)
	}
	b.now = until
	b.giveUp(t, 1, prompt, free[8])
	if err := b.tryBook(t, 1, prompt, free[8]); err == nil {
		t.Error("one more within the week begins no pause")
	}
	b.auditClean(t)
}

// A booking that had to wait while its person gave up once too often is
// refused, although it began before.
func TestPauseAfterWaiting(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	free := b.starts(t, prompt, "riyadh", "2026-11-29", "2026-12-03")
	b.giveUp(t, 1, prompt, free[0])
	b.giveUp(t, 1, prompt, free[0])
	visit := b.book(t, 1, prompt, "riyadh", free[0])
	hold, of := b.hold(t, prompt, "riyadh", free[5]), booking(1, b.ids.Add(1))

	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // after the commit there is nothing to roll back
	if _, err = tx.ExecContext(t.Context(), "SELECT pg_advisory_xact_lock(hashtextextended($1, 2))", string(person(1))); err != nil {
		t.Fatal(err)
	}
	var cancelErr, bookErr error
	var done sync.WaitGroup
	done.Go(func() { _, cancelErr = b.Cancel(context.Background(), visit.Reference, "", b.now) })
	waitForLocks(t, db, 1)
	done.Go(func() { _, bookErr = b.Book(context.Background(), hold.ID, of, nil, b.now) })
	waitForLocks(t, db, 2)
	if err = tx.Commit(); err != nil {
		t.Fatal(err)
	}
	done.Wait()
	if _, paused := errors.AsType[*slots.PauseError](bookErr); cancelErr != nil || !paused {
		t.Errorf("cancel: %v; book: %v, want a pause", cancelErr, bookErr)
	}
	b.auditClean(t)
}

// However often a person cancels and books at the same moment, the sum is what
// one after the other would have come to: no visit after the pause began.
func TestPauseAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	free := b.starts(t, prompt, "riyadh", "2026-11-29", "2026-12-03")
	for round := range 10 {
		free := free[6*round:] // earlier rounds have filled what is before
		b.giveUp(t, round, prompt, free[0])
		first, second := b.book(t, round, prompt, "riyadh", free[1]), b.book(t, round, prompt, "riyadh", free[2])
		holds := [2]slots.Appointment{b.hold(t, prompt, "riyadh", free[3]), b.hold(t, prompt, "riyadh", free[5])}
		of := [2]slots.Booking{booking(round, b.ids.Add(1)), booking(round, b.ids.Add(1))}
		var bookErrs, cancelErrs [2]error
		together(
			func() { _, cancelErrs[0] = b.Cancel(context.Background(), first.Reference, "", b.now) },
			func() { _, bookErrs[0] = b.Book(context.Background(), holds[0].ID, of[0], nil, b.now) },
			func() { _, cancelErrs[1] = b.Cancel(context.Background(), second.Reference, "", b.now) },
			func() { _, bookErrs[1] = b.Book(context.Background(), holds[1].ID, of[1], nil, b.now) })
		if err := errors.Join(cancelErrs[:]...); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for _, err := range bookErrs {
			_, paused := errors.AsType[*slots.PauseError](err)
			if err != nil && !paused && !errors.Is(err, slots.ErrPersonLimit) {
				t.Errorf("round %d: %v", round, err)
			}
		}
		// Before the third was given up there was room for one of them.
		if bookErrs[0] == nil && bookErrs[1] == nil {
			t.Errorf("round %d: both were booked beside the two that were there", round)
		}
		err := b.tryBook(t, round, prompt, free[8])
		if _, paused := errors.AsType[*slots.PauseError](err); !paused {
			t.Errorf("round %d: after all: %v, want a pause", round, err)
		}
		if _, err = b.store.Appointments().ExpireHolds(t.Context(), b.now.Add(time.Hour), nil, 100); err != nil {
			t.Fatal(err)
		}
	}
	b.auditClean(t)
	b.noDeadlocks(t)
}

// What was given up is forgotten when it can't matter any more, not before.
func TestGivenUpIsForgotten(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	free := b.starts(t, prompt, "riyadh", "2026-12-01", "2026-12-03")
	for range 3 {
		b.giveUp(t, 1, prompt, free[0])
	}
	count := func(now time.Time) int {
		t.Helper()
		if err := b.store.Appointments().Purge(t.Context(), now, 10); err != nil {
			t.Fatal(err)
		}
		return column[int](t, db, "SELECT count(*) FROM rebookings")[0]
	}
	const week, day = 7 * 24 * time.Hour, 24 * time.Hour
	if got := count(b.now.Add(week + day)); got != 1 {
		t.Errorf("forgotten after %v", week+day)
	}
	if got := count(b.now.Add(week + day + time.Second)); got != 0 {
		t.Errorf("remembered for longer than %v", week+day)
	}
	run(t, db, "UPDATE services SET rebook_limit = 0, rebook_window_minutes = 0, rebook_pause_minutes = 0")
	b.giveUp(t, 2, prompt, free[0])
	if got := count(b.now); got != 0 {
		t.Error("what is not limited is remembered")
	}
}

// free returns the places left at a start of the delaying service in Riyadh.
func (b *bench) free(t *testing.T, start time.Time) int {
	t.Helper()
	day := start.Add(3 * time.Hour).Format(time.DateOnly)
	found, err := b.Search(t.Context(), slots.Query{
		Service: delaying, Branch: "riyadh", From: date(t, day), To: date(t, day), Party: 1, Channel: catalog.Public}, b.now)
	days := found.Days
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range days {
		for _, s := range d.Slots {
			if s.Start.Equal(start) {
				return s.Places
			}
		}
	}
	return 0
}

// middle chooses the middle of the moments.
func middle(n int64) int64 { return n / 2 }

// A place that was cancelled is taken for everybody until its moment, counted
// by the audit, and offered once, whichever replica is first.
func TestDelayedPlaces(t *testing.T) {
	t.Parallel()
	b := open(t, slots.WithRandom(middle))
	free := b.starts(t, delaying, "riyadh", "2026-11-29", "2026-11-30")
	all := b.free(t, free[0])
	var visits []slots.Appointment
	for n := range 6 {
		visits = append(visits, b.book(t, n, delaying, "riyadh", free[n%2]))
		if n >= 2*all-1 {
			break
		}
	}
	taken := b.free(t, free[0])
	for _, v := range visits {
		if _, err := b.Cancel(t.Context(), v.Reference, "", b.now); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.free(t, free[0]); got != taken {
		t.Errorf("%d places are free at once, want the %d of before", got, taken)
	}
	b.auditClean(t)

	until := b.now.Add(time.Hour)
	if n, err := b.store.Waitlist().OfferDelayed(t.Context(), until.Add(-time.Second), 100); err != nil || n != 0 {
		t.Errorf("before the moment: %d places and %v, want none", n, err)
	}
	var offered [4]int
	var errs [4]error
	var offer []func()
	for i := range offered {
		offer = append(offer, func() {
			for n := 2; n > 0 && errs[i] == nil; {
				n, errs[i] = b.store.Waitlist().OfferDelayed(context.Background(), until, 2)
				offered[i] += n
			}
		})
	}
	together(offer...)
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	if sum := offered[0] + offered[1] + offered[2] + offered[3]; sum != len(visits) {
		t.Errorf("%v places came back, want %d", offered, len(visits))
	}
	if got := b.free(t, free[0]); got != all {
		t.Errorf("%d places are free then, want %d", got, all)
	}
	b.auditClean(t)
	b.noDeadlocks(t)
}

// The place that a move leaves behind, too; its new one is taken at once.
func TestDelayedPlaceOfAMove(t *testing.T) {
	t.Parallel()
	b := open(t, slots.WithRandom(middle))
	free := b.starts(t, delaying, "riyadh", "2026-11-29", "2026-11-30")
	before := b.free(t, free[0])
	visit := b.book(t, 1, delaying, "riyadh", free[0])
	for _, to := range []time.Time{free[len(free)-1], free[1]} { // another day, and back to the first
		if _, err := b.Move(t.Context(), visit.Reference, to, b.now); err != nil {
			t.Fatal(err)
		}
		b.auditClean(t)
	}
	if a, z := b.free(t, free[0]), b.free(t, free[len(free)-1]); a != before-1 || z != before-1 {
		t.Errorf("%d and %d places are free, want %d of both", a, z, before-1)
	}
	if _, err := b.store.Waitlist().OfferDelayed(t.Context(), b.now.Add(2*time.Hour), 10); err != nil {
		t.Fatal(err)
	}
	if a, z := b.free(t, free[0]), b.free(t, free[len(free)-1]); a != before || z != before {
		t.Errorf("%d and %d places are free then, want %d of both", a, z, before)
	}
	b.auditClean(t)
}

// Who waits for a place that comes back late is offered it when it does, as the
// first to be told.
func TestDelayedPlaceReachesTheWaitlist(t *testing.T) {
	t.Parallel()
	b := open(t, slots.WithRandom(middle))
	w := newWaitlist(t, b.store, b.Booker)
	free := b.starts(t, delaying, "riyadh", "2026-11-29", "2026-11-29")
	visit := b.book(t, 1, delaying, "riyadh", free[0])
	servicetest.Exec(t, b.url, "UPDATE ledger_days SET open = used")
	day := date(t, "2026-11-29")
	entry, err := w.Join(t.Context(), slots.JoinRequest{
		Service: delaying, Branch: "riyadh", Booking: booking(2, 0),
		Wish: slots.Wish{From: day, To: day, Latest: scheduling.Clock(24, 0), Party: 1},
	}, nil, b.now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = b.Cancel(t.Context(), visit.Reference, "", b.now); err != nil {
		t.Fatal(err)
	}
	until := b.now.Add(time.Hour)
	if made, err := w.OfferFreed(t.Context(), until.Add(-time.Second)); err != nil || made != 0 {
		t.Errorf("before the moment: %d offers, %v, want none", made, err)
	}
	if n, err := b.store.Waitlist().OfferDelayed(t.Context(), until, 10); err != nil || n != 1 {
		t.Fatalf("%d places come back, %v, want one", n, err)
	}
	if made, err := w.OfferFreed(t.Context(), until); err != nil || made != 1 {
		t.Errorf("then: %d offers, %v, want one", made, err)
	}
	if e, err := w.Find(t.Context(), entry.ID, until); err != nil || e.Offered(until) == nil || !e.Offer.Start.Equal(visit.Start) {
		t.Errorf("the entry is %+v, %v", e, err)
	}
	b.auditClean(t)
}

// The audit sees a delayed place that the ledger does not count.
func TestAuditCountsDelayedPlaces(t *testing.T) {
	t.Parallel()
	b := open(t, slots.WithRandom(middle))
	free := b.starts(t, delaying, "riyadh", "2026-11-29", "2026-11-29")
	visit := b.book(t, 1, delaying, "riyadh", free[0])
	if _, err := b.Cancel(t.Context(), visit.Reference, "", b.now); err != nil {
		t.Fatal(err)
	}
	run(t, connect(t, b.url), "DELETE FROM delayed_places")
	differences, err := b.store.Appointments().Audit(t.Context())
	if err != nil || len(differences) != visit.Place.Ticks {
		t.Errorf("%d differences, %v, want one for each of %d ticks", len(differences), err, visit.Place.Ticks)
	}
}

// At the moment at which a date opens everybody is there: nobody a second
// before, and then as many as there are places, on a date that the ledger has
// never seen.
func TestRushAtOpening(t *testing.T) {
	t.Parallel()
	const followUp, visitors = "exemption-follow-up", 60
	b := open(t)
	opens := time.Date(2026, time.November, 22, 7, 0, 0, 0, time.UTC) // ten in Riyadh
	start := time.Date(2026, time.December, 13, 4, 30, 0, 0, time.UTC)
	wave := func(now time.Time) (held, early, taken int64) {
		t.Helper()
		var counts [3]atomic.Int64
		var try []func()
		for range visitors {
			try = append(try, func() {
				_, err := b.Hold(context.Background(), slots.HoldRequest{
					Service: followUp, Branch: "riyadh", Start: start, Party: 1, Channel: catalog.Public}, nil, now)
				tooEarly, isEarly := errors.AsType[*slots.HorizonError](err)
				switch {
				case err == nil:
					counts[0].Add(1)
				case isEarly && tooEarly.Opens.Equal(opens):
					counts[1].Add(1)
				case errors.Is(err, slots.ErrTaken):
					counts[2].Add(1)
				default:
					t.Error(err)
				}
			})
		}
		together(try...)
		return counts[0].Load(), counts[1].Load(), counts[2].Load()
	}
	if held, early, taken := wave(opens.Add(-time.Second)); early != visitors {
		t.Errorf("a second before: %d held, %d too early, %d taken", held, early, taken)
	}
	found, err := b.Search(t.Context(), slots.Query{
		Service: followUp, Branch: "riyadh", From: date(t, "2026-12-13"), To: date(t, "2026-12-13"), Party: 1, Channel: catalog.Public}, opens)
	days := found.Days
	if err != nil || len(days) != 1 {
		t.Fatalf("%d days, %v", len(days), err)
	}
	places := int64(0)
	for _, s := range days[0].Slots {
		if s.Start.Equal(start) {
			places = int64(s.Places)
		}
	}
	if held, early, taken := wave(opens); held != places || early != 0 || taken != visitors-places || places == 0 {
		t.Errorf("then: %d held of %d places, %d too early, %d taken", held, places, early, taken)
	}
	b.auditClean(t)
	b.noDeadlocks(t)
}
