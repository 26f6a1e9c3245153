package postgres_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"ziyara/fault"
	"ziyara/once"
	"ziyara/scheduling"
	"ziyara/service/postgres"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

const waitedFor = "heirs-returns" // at Riyadh: three desks

// replica returns the store of another replica.
func (b *bench) replica(t testing.TB) *postgres.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), postgres.Config{
		URL: b.url, MaxConnections: 8, Timeout: 20 * time.Second, Lazy: true, Connect: servicetest.Connect,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// waitlist is a waitlist with the Booker of every request.
type waitlist struct {
	*slots.Waitlist
	booker *slots.Booker
}

func (w waitlist) Join(ctx context.Context, r slots.JoinRequest, once *once.Request[slots.Entry], now time.Time) (slots.Entry, error) {
	return w.Waitlist.Join(ctx, w.booker, r, once, now)
}

func (w waitlist) Accept(ctx context.Context, id string, r slots.Reference, now time.Time) (slots.Appointment, error) {
	return w.Waitlist.Accept(ctx, w.booker, id, r, nil, now)
}

func (w waitlist) OfferFreed(ctx context.Context, now time.Time) (int, error) {
	return w.Waitlist.OfferFreed(ctx, w.booker, now)
}

func (w waitlist) OfferAll(ctx context.Context, now time.Time) (int, error) {
	return w.Waitlist.OfferAll(ctx, w.booker, now)
}

// newWaitlist returns the waitlist of a store.
func newWaitlist(t testing.TB, store *postgres.Store, booker *slots.Booker) waitlist {
	t.Helper()
	w, err := slots.NewWaitlist(store.Waitlist(), slots.DefaultWaitPolicy())
	if err != nil {
		t.Fatal(err)
	}
	return waitlist{w, booker}
}

// waitlist returns a waitlist of its own, as another replica has one.
func (b *bench) waitlist(t testing.TB) waitlist {
	t.Helper()
	store := b.replica(t)
	snapshot, err := store.Centre().Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bookers, err := slots.NewBookers(store.Appointments(), 10*time.Minute, b.id)
	if err != nil {
		t.Fatal(err)
	}
	return newWaitlist(t, store, bookers.On(snapshot))
}

// join lets the n-th person wait for any of the dates.
func (b *bench) join(t testing.TB, w waitlist, n int, from, to string) slots.Entry {
	t.Helper()
	e, err := w.Join(t.Context(), slots.JoinRequest{
		Service: waitedFor, Branch: "riyadh", Booking: booking(n, 0),
		Wish: slots.Wish{From: date(t, from), To: date(t, to), Latest: scheduling.Clock(24, 0), Party: 1},
	}, nil, b.now)
	if err != nil {
		t.Fatalf("join: %v", err)
	}
	return e
}

// full books n visits and closes everything else on their days.
func (b *bench) full(t testing.TB, n int, from, to string) []slots.Appointment {
	t.Helper()
	free := b.starts(t, waitedFor, "riyadh", from, to)
	var visits []slots.Appointment
	for i := range n {
		visits = append(visits, b.book(t, 1000+i, waitedFor, "riyadh", free[i*len(free)/n]))
	}
	servicetest.Exec(t, b.url, "UPDATE ledger_days SET open = used")
	return visits
}

// cancel cancels visits, some at once.
func (b *bench) cancel(t testing.TB, visits []slots.Appointment) {
	t.Helper()
	var cancels []func()
	for i := range 5 {
		cancels = append(cancels, func() {
			for j := i; j < len(visits); j += 5 {
				if _, err := b.Cancel(context.Background(), visits[j].Reference, "", b.now); err != nil {
					t.Errorf("cancel: %v", err)
				}
			}
		})
	}
	together(cancels...)
}

// entries returns the ids of the entries, in the order of arrival,
// for which the condition holds.
func entries(t testing.TB, b *bench, condition string) []string {
	t.Helper()
	return column[string](t, connect(t, b.url), "SELECT id FROM waitlist_entries WHERE "+condition+" ORDER BY position")
}

// Of 500 people who wait, the first 50 are offered the 50 places that are
// given back at once: each one, none twice, whichever replica does it, and with
// one message each.
func TestFiftyPlacesForFiveHundred(t *testing.T) {
	t.Parallel()
	b := open(t)
	replicas := []waitlist{b.waitlist(t), b.waitlist(t), b.waitlist(t)}
	const from, to = "2026-11-24", "2026-11-30"
	visits := b.full(t, 50, from, to)
	var first []string
	for n := range 500 {
		e := b.join(t, replicas[n%3], n, from, to)
		if n < 50 {
			first = append(first, e.ID)
		}
	}
	if made, err := replicas[0].OfferFreed(t.Context(), b.now); made != 0 || err != nil {
		t.Fatalf("%d offers, %v, before anything is free", made, err)
	}
	b.cancel(t, visits)
	var made atomic.Int64
	look := func(w waitlist) func() {
		return func() {
			n, err := w.OfferFreed(context.Background(), b.now)
			if err != nil {
				t.Errorf("offer: %v", err)
			}
			made.Add(int64(n))
			if n, err = w.OfferAll(context.Background(), b.now); err != nil {
				t.Errorf("offer: %v", err)
			}
			made.Add(int64(n))
		}
	}
	began := time.Now()
	together(look(replicas[0]), look(replicas[1]), look(replicas[2]))
	t.Logf("50 offers took %d ms", time.Since(began).Milliseconds())
	if made.Load() != 50 {
		t.Errorf("%d offers were made, want 50", made.Load())
	}
	if offered := entries(t, b, "offer_until IS NOT NULL"); !slices.Equal(offered, first) {
		t.Errorf("%d entries are offered a place, want the first 50", len(offered))
	}
	db := connect(t, b.url)
	for what, query := range map[string]string{
		"offers": "SELECT count(*) FROM waitlist_offers",
		"holds":  "SELECT count(*) FROM appointments WHERE status = 'held'",
		"entries and holds": "SELECT count(*) FROM waitlist_entries e JOIN appointments a ON a.id = e.hold_id " +
			"WHERE a.mobile = e.mobile AND a.expires_at = e.offer_until",
		"messages": "SELECT count(*) FROM messages WHERE kind = 'offer'",
	} {
		if got := column[int](t, db, query)[0]; got != 50 {
			t.Errorf("%d %s, want 50", got, what)
		}
	}
	if over := column[int](t, db,
		"SELECT count(*) FROM ledger_days, unnest(used, open) AS tick (used, open) WHERE tick.used > tick.open")[0]; over > 0 {
		t.Errorf("%d ticks are over capacity", over)
	}
	if left := b.starts(t, waitedFor, "riyadh", from, to); len(left) != 0 {
		t.Errorf("%d starts are still free", len(left))
	}
	b.auditClean(t)
	b.noDeadlocks(t)
}

// A replica that is killed while it makes offers has made none, and the next
// look makes all of them: what was freed stays marked until it is done.
func TestKilledWhileOffering(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.waitlist(t)
	visits := b.full(t, 5, "2026-11-24", "2026-11-25")
	for n := range 8 {
		b.join(t, w, n, "2026-11-24", "2026-11-25")
	}
	b.cancel(t, visits)

	db := connect(t, b.url)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // it has been by then
	if _, err = tx.ExecContext(t.Context(), "SELECT FROM ledger_days FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	offered := make(chan error, 1)
	go func() {
		_, err := w.OfferFreed(context.Background(), b.now)
		offered <- err
	}()
	waitForLocks(t, db, 1)
	run(t, db, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
	if err = <-offered; !errors.Is(err, fault.ErrUnavailable) {
		t.Errorf("the killed look: %v, want %v", err, fault.ErrUnavailable)
	}
	if err = tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if n := column[int](t, db, "SELECT count(*) FROM waitlist_offers")[0]; n != 0 {
		t.Errorf("%d offers are there after it was killed", n)
	}
	if made, err := w.OfferFreed(t.Context(), b.now); made != 5 || err != nil {
		t.Errorf("%d offers, %v, want 5", made, err)
	}
	if made, err := w.OfferFreed(t.Context(), b.now); made != 0 || err != nil {
		t.Errorf("%d more offers, %v", made, err)
	}
	b.auditClean(t)
}

// The public books while places are offered: each place has one taker.
func TestOffersAgainstThePublic(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.waitlist(t)
	const rounds = 20
	visits := b.full(t, rounds, "2026-11-24", "2026-11-29")
	for n := range rounds {
		b.join(t, w, n, "2026-11-24", "2026-11-29")
	}
	public := 0
	for round, v := range visits {
		b.cancel(t, visits[round:round+1])
		var made int
		var offerErr, holdErr error
		together(
			func() { made, offerErr = w.OfferFreed(context.Background(), b.now) },
			func() {
				_, holdErr = b.Hold(context.Background(), slots.HoldRequest{
					Service: waitedFor, Branch: "riyadh", Start: v.Start, Party: 1, Channel: "public"}, nil, b.now)
			})
		if holdErr != nil && !errors.Is(holdErr, slots.ErrTaken) || offerErr != nil {
			t.Fatalf("round %d: %v, %v", round, offerErr, holdErr)
		}
		if (made == 1) == (holdErr == nil) {
			t.Errorf("round %d: %d offers, and the public got %v", round, made, holdErr)
		}
		if holdErr == nil {
			public++
		}
	}
	t.Logf("the public was faster %d times of %d", public, rounds)
	b.auditClean(t)
	b.noDeadlocks(t)
}

// People leave, decline and accept in the moment in which offers are made or
// run out. In the end every place has one holder: nobody who is gone holds one,
// and whoever was told that it is theirs has it.
func TestEverythingAtOnceOnTheWaitlist(t *testing.T) {
	t.Parallel()
	b := open(t)
	replicas := []waitlist{b.waitlist(t), b.waitlist(t)}
	const people = 40
	visits := b.full(t, 12, "2026-11-24", "2026-11-26")
	var waiting []slots.Entry
	for n := range people {
		waiting = append(waiting, b.join(t, replicas[0], n, "2026-11-24", "2026-11-26"))
	}
	b.cancel(t, visits)
	var accepted atomic.Int64
	for round := range 6 {
		now := b.now.Add(time.Duration(round) * 8 * time.Minute)
		do := []func(){
			func() { offerAll(t, replicas[0], now) },
			func() { offerAll(t, replicas[1], now) },
			func() {
				if _, err := b.store.Appointments().ExpireHolds(context.Background(), now, nil, 100); err != nil {
					t.Errorf("expire: %v", err)
				}
			},
		}
		for n := round; n < people; n += 6 {
			e, w := waiting[n], replicas[n%2]
			reference := slots.NewReference([5]byte{byte(round), byte(n), 7})
			do = append(do,
				func() {
					switch _, err := w.Accept(context.Background(), e.ID, reference, now); {
					case err == nil:
						accepted.Add(1)
					case !errors.Is(err, slots.ErrNoOffer) && !errors.Is(err, slots.ErrOfferOver) && !errors.Is(err, slots.ErrNotWaiting):
						t.Errorf("accept: %v", err)
					}
				},
				func() {
					if n%3 == 0 {
						if _, err := w.Decline(context.Background(), e.ID, now); err != nil && !errors.Is(err, slots.ErrNotWaiting) {
							t.Errorf("decline: %v", err)
						}
					}
				},
				func() {
					if n%5 == 0 {
						if err := w.Leave(context.Background(), e.ID, now); err != nil {
							t.Errorf("leave: %v", err)
						}
					}
				})
		}
		together(do...)
	}
	db := connect(t, b.url)
	booked := column[int](t, db, "SELECT count(*) FROM appointments WHERE status = 'booked'")[0]
	if int(accepted.Load()) != booked {
		t.Errorf("%d accepted, %d have a visit", accepted.Load(), booked)
	}
	for what, query := range map[string]string{
		"holds of nobody who waits": `SELECT count(*) FROM appointments a WHERE status = 'held'
			AND NOT EXISTS (SELECT FROM waitlist_entries e WHERE e.hold_id = a.id AND e.state = 'waiting')`,
		"visits of people who wait on": `SELECT count(*) FROM appointments a JOIN waitlist_entries e USING (person)
			WHERE a.status = 'booked' AND e.state = 'waiting'`,
		"starts offered to one twice": `SELECT count(*) FROM (SELECT FROM waitlist_offers GROUP BY entry_id, start_at
			HAVING count(*) > 1) AS twice`,
		"places with two takers": `SELECT count(*) FROM ledger_days, unnest(used, open) AS tick (used, open) WHERE tick.used > tick.open`,
	} {
		if got := column[int](t, db, query)[0]; got != 0 {
			t.Errorf("%d %s", got, what)
		}
	}
	b.auditClean(t)
	b.noDeadlocks(t)
}

func offerAll(t testing.TB, w waitlist, now time.Time) {
	t.Helper()
	if _, err := w.OfferAll(context.Background(), now); err != nil {
		t.Errorf("offer: %v", err)
	}
}

// An accepted offer whose program died before it wrote so ends its entry by
// the visit that is there.
func TestAcceptedAndDied(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.waitlist(t)
	visits := b.full(t, 1, "2026-11-24", "2026-11-24")
	e := b.join(t, w, 1, "2026-11-24", "2026-11-24")
	b.cancel(t, visits)
	b.now = b.now.Add(time.Second)
	offerAll(t, w, b.now)
	offered, err := w.Find(t.Context(), e.ID, b.now)
	if err != nil || offered.Offered(b.now) == nil {
		t.Fatalf("%+v, %v, want an offer", offered, err)
	}
	// All that accepting does first.
	if _, err = b.Book(t.Context(), offered.Offer.Hold, booking(1, 99), nil, b.now); err != nil {
		t.Fatal(err)
	}
	if now, err := w.Find(t.Context(), e.ID, b.now); err != nil || now.State != slots.EntryBooked {
		t.Errorf("the entry is %s, %v, want it booked", now.State, err)
	}
	if a, err := w.Accept(t.Context(), e.ID, "OTHER", b.now); err != nil || a.Reference != booking(1, 99).Reference {
		t.Errorf("accepted again: %s, %v", a.Reference, err)
	}
	offerAll(t, w, b.now.Add(time.Hour))
	if ended := entries(t, b, "state = 'booked' AND ignored = 0"); !slices.Equal(ended, []string{e.ID}) {
		t.Errorf("ended %v, want %s", ended, e.ID)
	}
	b.auditClean(t)
}

// One person who joins from everywhere at once waits once.
func TestJoiningAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.waitlist(t)
	var joined atomic.Int64
	var joins []func()
	for range 12 {
		joins = append(joins, func() {
			_, err := w.Join(context.Background(), slots.JoinRequest{
				Service: waitedFor, Branch: "riyadh", Booking: booking(1, 0),
				Wish: slots.Wish{From: date(t, "2026-11-24"), To: date(t, "2026-11-25"), Latest: scheduling.Clock(24, 0), Party: 1},
			}, nil, b.now)
			switch {
			case err == nil:
				joined.Add(1)
			case !errors.Is(err, slots.ErrAlreadyWaiting):
				t.Errorf("join: %v", err)
			}
		})
	}
	together(joins...)
	if joined.Load() != 1 {
		t.Errorf("joined %d times", joined.Load())
	}
}

// Ended entries go after two days, in batches, with what they were offered;
// those that wait stay.
func TestCloseEntries(t *testing.T) {
	t.Parallel()
	b := open(t)
	w := b.waitlist(t)
	for n := range 12 {
		b.join(t, w, n, "2026-11-24", "2026-11-24")
	}
	stays := b.join(t, w, 12, "2026-11-24", "2026-12-03")
	offerAll(t, w, b.now)
	over := date(t, "2026-11-25").Time().Add(-3 * time.Hour) // midnight in Riyadh
	closing := func(now time.Time, want ...int) {
		t.Helper()
		for _, n := range want {
			if got, err := b.store.Waitlist().CloseEntries(t.Context(), now, 5); got != n || err != nil {
				t.Errorf("at %v: %d, %v, want %d", now, got, err, n)
			}
		}
	}
	closing(over.Add(-time.Second), 0)
	closing(over, 5, 5, 2, 0)
	closing(over.Add(48*time.Hour), 0)
	closing(over.Add(48*time.Hour+time.Second), 5, 5, 2, 0)
	if left := entries(t, b, "true"); !slices.Equal(left, []string{stays.ID}) {
		t.Errorf("left %v, want %s", left, stays.ID)
	}
	if n := column[int](t, connect(t, b.url), "SELECT count(*) FROM waitlist_offers WHERE entry_id <> '"+stays.ID+"'")[0]; n != 0 {
		t.Errorf("%d offers of entries that are gone", n)
	}
}
