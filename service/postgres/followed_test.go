package postgres_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/service/postgres"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

// follower follows the events of all visits.
type follower struct {
	store *postgres.Store
	limit int
	at    slots.Position
	pages map[slots.Position][]slots.VisitEvent // the full ones, by what they come after
	heard []slots.VisitEvent
}

func follows(store *postgres.Store, limit int) *follower {
	return &follower{store: store, limit: limit, pages: map[slots.Position][]slots.VisitEvent{}}
}

// reads reads up to the end.
func (f *follower) reads(t testing.TB) {
	t.Helper()
	for {
		page, next, err := f.store.Appointments().Follow(context.Background(), f.at, f.limit)
		if err != nil {
			t.Error(err)
			return
		}
		f.heard = append(f.heard, page...)
		if len(page) == f.limit {
			f.pages[f.at] = page
		}
		if f.at = next; len(page) < f.limit {
			return
		}
	}
}

// until reads until it has heard so many events: transactions of other tests on the same
// server hold the end back for a while.
func (f *follower) until(t testing.TB, events int) {
	t.Helper()
	for end := time.Now().Add(5 * time.Minute); len(f.heard) < events; time.Sleep(5 * time.Millisecond) {
		if f.reads(t); time.Now().After(end) {
			t.Fatalf("heard %d of %d events", len(f.heard), events)
		}
	}
}

func (f *follower) ids() (ids []int64) {
	for _, e := range f.heard {
		ids = append(ids, e.Event)
	}
	return ids
}

// same fails the test unless the full pages are what they were.
func (f *follower) same(t testing.TB) {
	t.Helper()
	for after, want := range f.pages {
		got, _, err := f.store.Appointments().Follow(t.Context(), after, f.limit)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the full page after %+v is another one: -was +is\n%s", after, diff)
		}
	}
}

// An event that commits after one with a greater id, or with a greater number of its
// transaction, is in the feed all the same, and no full page changes.
func TestFollowMissesNoEventThatCommitsLate(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	starts := b.starts(t, iban, "riyadh", "2026-11-24", "2026-11-24")
	late, early := b.book(t, 1, iban, "riyadh", starts[0]), b.book(t, 2, iban, "riyadh", starts[1])
	third := b.book(t, 3, iban, "riyadh", starts[2])
	f := follows(b.store, 1)
	f.until(t, 3)
	drawn := column[int64](t, db, "SELECT nextval(pg_get_serial_sequence('appointment_events', 'id'))")[0]
	sleeper, slow, quick := begin(t, db), begin(t, db), begin(t, db)
	first := b.writes(t, slow, late, "moved")
	second := b.writes(t, quick, early, "moved")
	commit(t, quick)
	for range 20 {
		f.reads(t)
	}
	if len(f.heard) != 3 {
		t.Errorf("heard %v while an earlier transaction is under way", f.ids()[3:])
	}
	commit(t, slow)
	f.until(t, 5)
	if _, err := sleeper.ExecContext(t.Context(), `INSERT INTO appointment_events (id, branch_id, appointment_id, kind, at, start_at, version)
		OVERRIDING SYSTEM VALUE SELECT $1, branch_id, id, 'confirmed', $2, start_at, version
		FROM appointments WHERE id = $3`, drawn, b.now, third.ID); err != nil {
		t.Fatal(err)
	}
	commit(t, sleeper)
	f.until(t, 6)
	if got := f.ids()[3:]; !slices.Equal(got, []int64{first, second, drawn}) {
		t.Errorf("heard %v, want %v", got, []int64{first, second, drawn})
	}
	f.same(t)
}

// Whatever is booked, moved and cancelled at once at two replicas, while transactions are
// held open and connections are cut: a follower has every event once, and no full page ever
// changes.
func TestFollowWhileVisitorsCome(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	starts := b.starts(t, iban, "riyadh", "2026-11-24", "2026-12-03")
	held := b.book(t, 900, iban, "jeddah", b.starts(t, iban, "jeddah", "2026-11-24", "2026-11-24")[0])
	followers := []*follower{follows(b.store, 3), follows(b.another(t), 10)}
	done := make(chan struct{})
	var visitors, readers sync.WaitGroup
	for n := range 24 {
		visitors.Go(func() { b.visits(t, n, starts) })
	}
	visitors.Go(func() { // one transaction is always under way
		open := begin(t, db)
		for range 20 {
			next := begin(t, db)
			number(t, next)
			b.writes(t, open, held, "confirmed")
			commit(t, open)
			open = next
		}
		commit(t, open)
	})
	for _, f := range followers {
		readers.Go(func() {
			for {
				f.reads(t)
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	visitors.Wait()
	close(done)
	readers.Wait()
	ids := column[int64](t, db, "SELECT id FROM appointment_events ORDER BY xid, id")
	if len(ids) < 100 {
		t.Fatalf("%d events are no test", len(ids))
	}
	for _, f := range followers {
		f.until(t, len(ids))
		if got := f.ids(); !slices.Equal(got, ids) {
			t.Errorf("heard %d events, want %d:\n%v\n%v", len(got), len(ids), got, ids)
		}
		f.same(t)
		if len(f.pages) == 0 {
			t.Error("no page was full")
		}
	}
}

// However events are spread over transactions (bursts, gaps, many in one), the pages are
// those of a plain list.
func TestFollowPagesOfAnySpread(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	visit := b.book(t, 1, iban, "riyadh", b.starts(t, iban, "riyadh", "2026-11-24", "2026-11-24")[0])
	run(t, db, "DELETE FROM messages")
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // not a secret
		run(t, db, "DELETE FROM appointment_events")
		last := column[int64](t, db, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")[0]
		var xids []string
		for xid := last - 1 - r.Int64N(200); len(xids) < 400 && xid > -1000; xid -= 1 + r.Int64N(1+last/int64(20+400*r.IntN(2))) {
			for range 1 + r.IntN(3)*r.IntN(40) {
				xids = append(xids, fmt.Sprint(xid))
			}
		}
		run(t, db, `INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version, xid)
			SELECT branch_id, a.id, 'confirmed', $3, start_at, version, x.xid::bigint
			FROM appointments a, unnest(string_to_array($2, ',')) AS x (xid) WHERE a.id = $1`, visit.ID, strings.Join(xids, ","), b.now)
		want := column[int64](t, db, "SELECT id FROM appointment_events ORDER BY xid, id")
		for _, limit := range []int{1, 7, 50} {
			if limit == 1 && len(want) > 300 {
				continue
			}
			f := follows(b.store, limit)
			f.until(t, len(want))
			if got := f.ids(); !slices.Equal(got, want) {
				t.Fatalf("seed %d, limit %d: heard %d events, want %d", seed, limit, len(got), len(want))
			}
		}
	}
}

// After a restore from a dump, the numbers of transactions begin anew. A position of before
// is refused, and once the operator has done what OPERATIONS says, a follower that begins
// again hears of all.
func TestFollowAfterARestore(t *testing.T) {
	t.Parallel()
	url := servicetest.HandedOn(t)
	b := openOn(t, url)
	db := connect(t, url)
	starts := b.starts(t, iban, "riyadh", "2026-11-24", "2026-11-24")
	for n := range 3 {
		b.book(t, n, iban, "riyadh", starts[n])
	}
	f := follows(b.store, 2)
	f.until(t, 3)
	other := f.at
	other.Database++
	ahead := f.at
	ahead.Transaction += 1 << 40
	for name, p := range map[string]slots.Position{"another database": other, "the future": ahead} {
		if _, _, err := b.store.Appointments().Follow(t.Context(), p, 2); err != slots.ErrPosition { //nolint:errorlint // it is not wrapped
			t.Errorf("a position of %s: %v", name, err)
		}
	}
	run(t, db, "UPDATE appointment_events SET xid = xid + (1::bigint << 33)")
	doc, err := os.ReadFile("../../docs/OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	statement := regexp.MustCompile("(?s)```sql\n(UPDATE appointment_events.*?)```").FindSubmatch(doc)
	if statement == nil {
		t.Fatal("OPERATIONS does not say what to do after a restore")
	}
	run(t, db, string(statement[1]))
	b.book(t, 3, iban, "riyadh", starts[3])
	again := follows(b.store, 2)
	again.until(t, 4)
	if got, want := again.ids(), column[int64](t, db, "SELECT id FROM appointment_events ORDER BY id"); !slices.Equal(got, want) {
		t.Errorf("heard %v, want %v", got, want)
	}
	again.same(t)
}
