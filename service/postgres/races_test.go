package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/slots"
)

// together runs all at once and waits for them.
func together(do ...func()) {
	var ready, done sync.WaitGroup
	ready.Add(1)
	for _, f := range do {
		done.Go(func() {
			ready.Wait()
			f()
		})
	}
	ready.Done()
	done.Wait()
}

// One person confirming two visits at the same moment has two visits where
// two are allowed: that both chose the first number is no reason to refuse.
func TestPersonPlaceNumbersGivenAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	free := b.starts(t, "bank-guarantee", "riyadh", "2026-11-24", "2026-12-10")
	for round := range 20 {
		var holds [3]slots.Appointment
		for i := range holds {
			holds[i] = b.hold(t, "bank-guarantee", "riyadh", free[len(holds)*round+i])
		}
		var errs [3]error
		var book []func()
		for i, h := range holds {
			of := booking(round, b.ids.Add(1))
			book = append(book, func() { _, errs[i] = b.Book(context.Background(), h.ID, of, nil, b.now) })
		}
		together(book...)
		booked := 0
		for _, err := range errs {
			switch {
			case err == nil:
				booked++
			case !errors.Is(err, slots.ErrPersonLimit):
				t.Errorf("round %d: %v", round, err)
			}
		}
		if booked != 2 {
			t.Errorf("round %d: got %d visits and %v, want the 2 that are allowed", round, booked, errs)
		}
	}
	b.auditClean(t)
}

// One person confirming two visits at overlapping times at the same moment
// has one of them, and the server has no deadlock to break.
func TestOverlappingVisitsBookedAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	free := b.starts(t, "bank-guarantee", "riyadh", "2026-11-24", "2026-12-10")
	for round := range 30 {
		start := free[round]
		first, second := b.hold(t, "bank-guarantee", "riyadh", start), b.hold(t, "bank-guarantee", "riyadh", start)
		var errs [2]error
		of, again := booking(round, b.ids.Add(1)), booking(round, b.ids.Add(1))
		together(
			func() { _, errs[0] = b.Book(context.Background(), first.ID, of, nil, b.now) },
			func() { _, errs[1] = b.Book(context.Background(), second.ID, again, nil, b.now) })
		if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs[:]...), slots.ErrPersonBusy) {
			t.Errorf("round %d: got %v, want one visit and one %v", round, errs, slots.ErrPersonBusy)
		}
	}
	b.auditClean(t)
	b.noDeadlocks(t)
}

// The same when two visits of one person are moved to overlapping times.
func TestOverlappingVisitsMovedAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	from := b.starts(t, "bank-guarantee", "riyadh", "2026-11-24", "2026-11-26")
	to := b.starts(t, "bank-guarantee", "riyadh", "2026-12-01", "2026-12-03")
	for round := range 20 {
		first := b.book(t, round, "bank-guarantee", "riyadh", from[2*round])
		second := b.book(t, round, "bank-guarantee", "riyadh", from[2*round+1])
		var errs [2]error
		together(
			func() { _, errs[0] = b.Move(context.Background(), first.Reference, to[round], b.now) },
			func() { _, errs[1] = b.Move(context.Background(), second.Reference, to[round], b.now) })
		if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs[:]...), slots.ErrPersonBusy) {
			t.Errorf("round %d: got %v, want one moved and one %v", round, errs, slots.ErrPersonBusy)
		}
	}
	b.auditClean(t)
	b.noDeadlocks(t)
}

// Bookings and moves of one person take turns; nobody else waits for them.
func TestOnePersonTakesTurns(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	free := b.starts(t, "bank-guarantee", "riyadh", "2026-11-24", "2026-11-25")
	visit := b.book(t, 1, "bank-guarantee", "riyadh", free[0])
	hold := b.hold(t, "bank-guarantee", "riyadh", free[1])

	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // after the commit there is nothing to roll back
	if _, err = tx.ExecContext(t.Context(), "SELECT pg_advisory_xact_lock(hashtextextended($1, 2))", string(person(1))); err != nil {
		t.Fatal(err)
	}
	var bookErr, moveErr error
	var done sync.WaitGroup
	of := booking(1, b.ids.Add(1))
	done.Go(func() { _, bookErr = b.Book(context.Background(), hold.ID, of, nil, b.now) })
	done.Go(func() { _, moveErr = b.Move(context.Background(), visit.Reference, free[5], b.now) })
	waitForLocks(t, db, 2)
	b.book(t, 2, "bank-guarantee", "riyadh", free[0])
	if err = tx.Commit(); err != nil {
		t.Fatal(err)
	}
	done.Wait()
	if bookErr != nil || moveErr != nil {
		t.Errorf("book: %v; move: %v", bookErr, moveErr)
	}
}

// Visits moved from one day to the other and back at the same moment, beside
// sweeps of holds on both days, never wait for each other in a circle.
func TestOppositeMoves(t *testing.T) {
	t.Parallel()
	const rounds = 50 // of four moves each
	b := open(t)
	// Two of four desks: there is a place wherever they go.
	first := b.starts(t, "annual-returns", "riyadh", "2026-11-29", "2026-11-29")
	second := b.starts(t, "annual-returns", "riyadh", "2026-11-30", "2026-11-30")
	var visits []slots.Appointment
	for n := range 4 {
		day := [][]time.Time{first, second}[n%2]
		visits = append(visits, b.book(t, n, "annual-returns", "riyadh", day[n/2]))
	}
	for round := range rounds {
		// Holds that are overdue when the sweep comes by.
		b.hold(t, "iban-update", "riyadh", first[20])
		b.hold(t, "iban-update", "riyadh", second[20])
		var moves []func()
		for n, v := range visits {
			day := [][]time.Time{first, second}[(n+round+1)%2]
			moves = append(moves, func() {
				if _, err := b.Move(context.Background(), v.Reference, day[n/2], b.now); err != nil {
					t.Errorf("round %d, visit %d: %v", round, n, err)
				}
			})
		}
		sweep := func() {
			if _, err := b.store.Appointments().ExpireHolds(context.Background(), b.now.Add(time.Hour), nil, 100); err != nil {
				t.Errorf("round %d, sweep: %v", round, err)
			}
		}
		together(append(moves, sweep, sweep)...)
		// What a sweep passed by is the next one's.
		sweep()
	}
	for n, v := range visits {
		now, err := b.Find(t.Context(), v.Reference)
		if err != nil {
			t.Fatal(err)
		}
		if now.Version != rounds+1 || len(now.History) != rounds+1 {
			t.Errorf("visit %d: version %d and %d events, want %d of both", n, now.Version, len(now.History), rounds+1)
		}
	}
	b.auditClean(t)
	b.noDeadlocks(t)
}

// A change that had to wait for another one is decided, and answered, with
// all of that one's history.
func TestHistoryAfterWaiting(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	free := b.starts(t, "bank-guarantee", "riyadh", "2026-11-24", "2026-11-25")
	visit := b.book(t, 1, "bank-guarantee", "riyadh", free[0])

	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // after the commit there is nothing to roll back
	if _, err = tx.ExecContext(t.Context(), "SELECT FROM appointments WHERE id = $1 FOR UPDATE", visit.ID); err != nil {
		t.Fatal(err)
	}
	var moved, cancelled slots.Appointment
	var moveErr, cancelErr error
	var done sync.WaitGroup
	done.Go(func() { moved, moveErr = b.Move(context.Background(), visit.Reference, free[5], b.now) })
	waitForLocks(t, db, 1)
	done.Go(func() { cancelled, cancelErr = b.Cancel(context.Background(), visit.Reference, "", b.now) })
	waitForLocks(t, db, 2)
	if err = tx.Commit(); err != nil {
		t.Fatal(err)
	}
	done.Wait()
	if moveErr != nil || cancelErr != nil {
		t.Fatalf("move: %v; cancel: %v", moveErr, cancelErr)
	}
	now, err := b.Find(t.Context(), visit.Reference)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(now.History, cancelled.History); diff != "" {
		t.Errorf("the cancellation was answered with another history than there is (-there +answered):\n%s", diff)
	}
	if got, want := len(moved.History), 2; got != want {
		t.Errorf("the move was answered with %d events, want %d", got, want)
	}
}

// waitForLocks waits until so many connections to the database wait for a
// lock.
func waitForLocks(t *testing.T, db *sql.DB, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for waiting := 0; waiting < n; {
		err := db.QueryRowContext(ctx, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			t.Fatalf("waiting for %d connections at a lock: %v", n, err)
		}
	}
}

// A hold that is booked in the moment in which it runs out is either booked
// or expired, and the ledger knows which.
func TestBookAgainstExpiry(t *testing.T) {
	t.Parallel()
	b := open(t)
	free := b.starts(t, "dues-certificate", "riyadh", "2026-11-24", "2026-12-03")
	won := 0
	for round := range 40 {
		h := b.hold(t, "dues-certificate", "riyadh", free[round])
		var bookErr, releaseErr error
		of := booking(round, b.ids.Add(1))
		together(
			func() { _, bookErr = b.Book(context.Background(), h.ID, of, nil, h.Expires.Add(-time.Microsecond)) },
			func() {
				if round%2 == 0 {
					_, releaseErr = b.store.Appointments().ExpireHolds(context.Background(), h.Expires, nil, 10)
				} else {
					releaseErr = b.Release(context.Background(), h.ID)
				}
			})
		// Whoever is told that the hold was given back must not find it booked.
		used := bookErr == nil && round%2 == 1
		if (used && !errors.Is(releaseErr, slots.ErrHoldUsed)) || (!used && releaseErr != nil) {
			t.Errorf("round %d: release: %v, book: %v", round, releaseErr, bookErr)
		}
		a, err := b.FindHold(t.Context(), h.ID)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case bookErr == nil:
			won++
			if a.Status != slots.Booked {
				t.Errorf("round %d: booked, but the visit is %s", round, a.Status)
			}
		case errors.Is(bookErr, slots.ErrExpired) || errors.Is(bookErr, slots.ErrReleased):
			if a.Status == slots.Booked {
				t.Errorf("round %d: %v, but the visit is booked", round, bookErr)
			}
		default:
			t.Errorf("round %d: %v", round, bookErr)
		}
	}
	t.Logf("booking was first in %d of 40 rounds", won)
	b.auditClean(t)
}

// A place that is being freed in this moment, by the periodic job of another
// replica, is not told to be taken: whoever wants it waits.
func TestHoldWhileAnotherReplicaSweeps(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	start := b.starts(t, "supplier-claim", "dammam", "2026-11-24", "2026-11-24")[0] // one desk
	overdue := b.hold(t, "supplier-claim", "dammam", start)
	b.now = overdue.Expires
	for _, end := range []func(*sql.Tx) error{(*sql.Tx).Commit, (*sql.Tx).Rollback} {
		sweep, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer sweep.Rollback() //nolint:errcheck // after the end there is nothing to roll back
		for _, statement := range []string{
			"UPDATE appointments SET status = 'expired' WHERE status = 'held'",
			"UPDATE ledger_days SET used = array_fill(0::smallint, ARRAY[cardinality(used)])",
		} {
			if _, err = sweep.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		var holdErr error
		var next slots.Appointment
		var done sync.WaitGroup
		done.Go(func() {
			next, holdErr = b.Hold(context.Background(), slots.HoldRequest{
				Service: "supplier-claim", Branch: "dammam", Start: start, Party: 1, Channel: catalog.Public,
			}, nil, b.now)
		})
		waitForLocks(t, db, 1)
		if err = end(sweep); err != nil {
			t.Fatal(err)
		}
		done.Wait()
		if holdErr != nil {
			t.Fatalf("the place of an overdue hold: %v", holdErr)
		}
		b.now = next.Expires
	}
	b.auditClean(t)
}

// A sweep of many holds on many days gives back all of them, and nobody else's
// place.
func TestExpireManyHolds(t *testing.T) {
	t.Parallel()
	b := open(t)
	var kept int
	for n, start := range b.starts(t, "annual-returns", "riyadh", "2026-11-24", "2026-12-03")[:100] {
		b.hold(t, "annual-returns", "riyadh", start)
		if n%3 == 0 {
			b.book(t, n, "annual-returns", "riyadh", start)
			kept++
		}
	}
	n, err := b.store.Appointments().ExpireHolds(t.Context(), b.now.Add(time.Hour), nil, 60)
	if err != nil || n != 60 {
		t.Fatalf("first sweep: %d holds and %v, want 60", n, err)
	}
	b.auditClean(t)
	n, err = b.store.Appointments().ExpireHolds(t.Context(), b.now.Add(time.Hour), nil, 60)
	if err != nil || n != 40 {
		t.Fatalf("second sweep: %d holds and %v, want 40", n, err)
	}
	b.auditClean(t)
	used := column[int](t, connect(t, b.url), "SELECT sum(u) FROM ledger_days, unnest(used) AS u")[0]
	if want := kept * 4; used != want { // 20 minutes each
		t.Errorf("got %d ticks used, want the %d of the visits", used, want)
	}
}

// Purging removes what is old enough and only that, in as many batches as it
// takes, from two replicas at once.
func TestPurge(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	free := b.starts(t, "annual-returns", "riyadh", "2026-11-24", "2026-11-26")
	const old, young = 35, 3
	fill := func(n int, prefix string) {
		for i := range n {
			h := b.hold(t, "annual-returns", "riyadh", free[i])
			if err := b.Release(t.Context(), h.ID); err != nil {
				t.Fatal(err)
			}
			run(t, db, "INSERT INTO idempotency_keys (key, fingerprint, answer, created_at) VALUES ($1, sha256('x'), 'x', $2)",
				fmt.Sprint(prefix, i), b.now)
			run(t, db, `WITH v AS (INSERT INTO verifications (id, mobile, address, created_at, expires_at)
				VALUES (gen_random_uuid(), '+966500000001', '\x00', $1, $1) RETURNING id)
				INSERT INTO messages (kind, verification_id, lang, created_at, next_attempt_at, expires_at) SELECT 'verification_code', id, 'ar',
				$1, $1, $1 FROM v`, b.now)
		}
	}
	visit := b.book(t, 1, "annual-returns", "riyadh", free[0])
	fill(old, "old")
	b.now = b.now.Add(49 * time.Hour)
	free = b.starts(t, "annual-returns", "riyadh", "2026-11-25", "2026-11-26")
	fill(young, "young")
	standing := b.hold(t, "annual-returns", "riyadh", free[0])

	var errs [2]error
	together(
		func() { errs[0] = b.store.Appointments().Purge(context.Background(), b.now, 10) },
		func() { errs[1] = b.store.Appointments().Purge(context.Background(), b.now, 10) })
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what, table string
		want        int
	}{
		{"released holds", "appointments WHERE status = 'released'", young},
		{"verifications", "verifications", young},
		{"messages with codes", "messages WHERE verification_id IS NOT NULL", young},
		{"answers", "idempotency_keys", young},
		{"visits and standing holds", "appointments WHERE id IN ('" + visit.ID + "', '" + standing.ID + "')", 2},
	} {
		if got := column[int](t, db, "SELECT count(*) FROM "+c.table)[0]; got != c.want {
			t.Errorf("%s: %d are left, want %d", c.what, got, c.want)
		}
	}
	b.auditClean(t)
}

// Every message that is due is claimed by one worker, however many ask at
// once; none that is leased, until the lease is over.
func TestClaimsAreDisjoint(t *testing.T) {
	t.Parallel()
	b := open(t)
	ledger := b.store.Messages().Prompt(func(string) string { return "" })
	for n, start := range b.starts(t, "annual-returns", "riyadh", "2026-11-24", "2026-11-30")[:40] {
		b.book(t, n, "annual-returns", "riyadh", start)
	}
	claim := func(now time.Time) map[int64]int {
		var mu sync.Mutex
		claimed := make(map[int64]int)
		worker := func() {
			for {
				batch, err := ledger.Claim(context.Background(), now, 7, time.Minute)
				if err != nil {
					t.Error(err)
				}
				if len(batch) == 0 {
					return
				}
				mu.Lock()
				for _, c := range batch {
					claimed[c.ID]++
				}
				mu.Unlock()
			}
		}
		together(worker, worker, worker, worker)
		return claimed
	}
	for _, c := range []struct {
		when string
		now  time.Time
		want int
	}{
		{"at once", b.now, 40},
		{"while they are leased", b.now.Add(time.Minute - time.Second), 0},
		{"when the leases are over", b.now.Add(time.Minute), 40},
	} {
		claimed := claim(c.now)
		if len(claimed) != c.want {
			t.Errorf("%s: %d messages were claimed, want %d", c.when, len(claimed), c.want)
		}
		for id, times := range claimed {
			if times != 1 {
				t.Errorf("%s: message %d was claimed %d times", c.when, id, times)
			}
		}
	}
}
