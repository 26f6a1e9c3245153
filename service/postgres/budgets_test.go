package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/fault"
	"ziyara/notify"
	"ziyara/service/postgres"
	"ziyara/service/servicetest"
)

// terms sets what a department decides about its messages.
func (b *bench) terms(t *testing.T, d notify.Department) {
	t.Helper()
	if err := setTerms(t, b.store, b.now, d); err != nil {
		t.Fatal(err)
	}
}

// spent returns what a department has spent in the month of an instant.
func (b *bench) spent(t *testing.T, department string, at time.Time) notify.Usage {
	t.Helper()
	list, err := b.store.Budgets().Usage(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.Department == department {
			return s.Usage
		}
	}
	t.Fatalf("no department %s in %+v", department, list)
	return notify.Usage{}
}

// accept claims what is due at an instant and records that the gateway took it
// with so many segments each. It returns what was claimed.
func (b *bench) accept(t *testing.T, at time.Time, segments int) []notify.Claimed {
	t.Helper()
	ledger := b.store.Messages().Prompt(func(string) string { return "" })
	claimed, err := ledger.Claim(t.Context(), at, 100, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var outcomes []notify.Outcome
	for _, c := range claimed {
		outcomes = append(outcomes, notify.Outcome{ID: c.ID, Attempt: c.Attempt, State: notify.Accepted, Segments: segments, Text: "x"})
	}
	for range 2 { // the same outcomes again change nothing
		if err := ledger.Finish(t.Context(), at, outcomes); err != nil {
			t.Fatal(err)
		}
	}
	return claimed
}

// What a gateway accepted is charged to the department of the visit, once, at
// the price of the moment, in the month of the head office.
func TestUsage(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.terms(t, notify.Department{Slug: "revenues", Price: 575, Links: true})
	b.now = time.Date(2026, time.November, 30, 20, 59, 0, 0, time.UTC) // 23:59 in Riyadh
	starts := b.starts(t, "heirs-returns", "riyadh", "2026-12-02", "2026-12-06")
	visit := b.book(t, 1, "heirs-returns", "riyadh", starts[0])
	b.book(t, 2, "disbursement-justifications", "riyadh", b.starts(t, "disbursement-justifications", "riyadh", "2026-12-02", "2026-12-06")[0])
	b.accept(t, b.now, 2)
	december := b.now.Add(time.Minute)
	for _, c := range []struct {
		department string
		at         time.Time
		want       notify.Usage
	}{
		{"revenues", b.now, notify.Usage{Segments: 2, Cost: 1150}},
		{"payments", b.now, notify.Usage{Segments: 2}}, // nobody said what it costs
		{"care", b.now, notify.Usage{}},
		{"revenues", december, notify.Usage{}},
	} {
		if got := b.spent(t, c.department, c.at); got != c.want {
			t.Errorf("%s at %v: %+v, want %+v", c.department, c.at, got, c.want)
		}
	}

	b.terms(t, notify.Department{Slug: "revenues", Price: 600})
	b.now = december
	if _, err := b.Cancel(t.Context(), visit.Reference, "", b.now); err != nil {
		t.Fatal(err)
	}
	b.accept(t, b.now, 1)
	if got, want := b.spent(t, "revenues", b.now), (notify.Usage{Segments: 1, Cost: 600}); got != want {
		t.Errorf("in December: %+v, want %+v", got, want)
	}
	db := connect(t, b.url)
	costs := column[int64](t, db, "SELECT cost FROM messages WHERE appointment_id = '"+visit.ID+"' ORDER BY id")
	if diff := cmp.Diff([]int64{1150, 600}, costs); diff != "" {
		t.Errorf("costs of the messages (-want +got):\n%s", diff)
	}
	// The counts outlive the messages.
	servicetest.Exec(t, b.url, "DELETE FROM messages")
	if got := b.spent(t, "revenues", b.now); got.Segments != 1 {
		t.Errorf("after the messages were removed: %+v", got)
	}
}

// Neither what was put back nor what failed or was dropped is charged.
func TestUsageOfNothing(t *testing.T) {
	t.Parallel()
	b := open(t)
	for i, start := range b.starts(t, "heirs-returns", "riyadh", "2026-11-24", "2026-11-26")[:3] {
		b.book(t, i+1, "heirs-returns", "riyadh", start)
	}
	ledger := b.store.Messages().Prompt(func(string) string { return "" })
	claimed, err := ledger.Claim(t.Context(), b.now, 100, time.Minute)
	if err != nil || len(claimed) != 3 {
		t.Fatalf("claimed %d, %v", len(claimed), err)
	}
	var outcomes []notify.Outcome
	for i, state := range []notify.State{notify.Retry, notify.Failed, notify.Dropped} {
		outcomes = append(outcomes, notify.Outcome{ID: claimed[i].ID, Attempt: 1, State: state, NextAttempt: b.now, Segments: 1})
	}
	if err = ledger.Finish(t.Context(), b.now, outcomes); err != nil {
		t.Fatal(err)
	}
	if got := b.spent(t, "revenues", b.now); got != (notify.Usage{}) {
		t.Errorf("spent %+v, want nothing", got)
	}
}

// Whoever claims a message knows how far its department has gone.
func TestClaimKnowsTheBudget(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.terms(t, notify.Department{Slug: "revenues", Budget: notify.Budget{Segments: 4, Warn: 50}})
	starts := b.starts(t, "heirs-returns", "riyadh", "2026-11-24", "2026-11-30")
	for i, want := range []notify.Level{notify.Within, notify.Within, notify.Warned, notify.Warned, notify.Spent} {
		b.book(t, i+1, "heirs-returns", "riyadh", starts[i])
		claimed := b.accept(t, b.now, 1)
		if len(claimed) != 1 || claimed[0].Budget != want || claimed[0].Facts.Department != "revenues" {
			t.Fatalf("message %d: %+v, want %q of revenues", i, claimed, want)
		}
	}
}

// Batches of several workers at once are added up, whatever departments they
// touch, and nobody has to break a deadlock.
func TestUsageOfManyAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	n := 0
	for _, service := range []string{"heirs-returns", "disbursement-justifications", "supplier-claim"} {
		starts := b.starts(t, service, "riyadh", "2026-11-24", "2026-11-30")
		for _, start := range starts[:8] {
			n++
			b.book(t, n, service, "riyadh", start)
		}
	}
	ledger := b.store.Messages().Prompt(func(string) string { return "" })
	var workers sync.WaitGroup
	errs := make(chan error, 4)
	for range 4 {
		workers.Go(func() {
			for {
				claimed, err := ledger.Claim(context.Background(), b.now, 3, time.Hour)
				if err != nil || len(claimed) == 0 {
					errs <- err
					return
				}
				var outcomes []notify.Outcome
				for _, c := range claimed {
					outcomes = append(outcomes, notify.Outcome{ID: c.ID, Attempt: c.Attempt, State: notify.Accepted, Segments: 2, Text: "x"})
				}
				if err = ledger.Finish(context.Background(), b.now, outcomes); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	workers.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	list, err := b.store.Budgets().Usage(t.Context(), b.now)
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, s := range list {
		total += s.Usage.Segments
	}
	if want := int64(2 * n); total != want {
		t.Errorf("%d segments in all, want %d: %+v", total, want, list)
	}
	b.noDeadlocks(t)
}

// That a budget is reached is noted once for each level and month, whoever
// looks.
func TestFlagBudgets(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.book(t, 1, "heirs-returns", "riyadh", b.starts(t, "heirs-returns", "riyadh", "2026-11-24", "2026-11-30")[0])
	b.accept(t, b.now, 1)
	flag := func(at time.Time, levels, want map[string]notify.Level) {
		t.Helper()
		got, err := b.store.Budgets().Flag(t.Context(), at, levels)
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("flagged %v, %v, want %v", got, err, want)
		}
	}
	warned, spent := map[string]notify.Level{"revenues": notify.Warned}, map[string]notify.Level{"revenues": notify.Spent}
	flag(b.now, map[string]notify.Level{"revenues": notify.Within}, nil)
	flag(b.now, warned, warned)
	flag(b.now, warned, map[string]notify.Level{})
	flag(b.now.Add(time.Hour), spent, spent)
	flag(b.now, spent, map[string]notify.Level{})
	flag(b.now, warned, map[string]notify.Level{})
	flag(b.now, map[string]notify.Level{"payments": notify.Spent}, map[string]notify.Level{}) // it has spent nothing
	list, err := b.store.Budgets().Usage(t.Context(), b.now)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.Department == "revenues" && (!s.WarnedAt.Equal(b.now) || !s.SpentAt.Equal(b.now.Add(time.Hour))) {
			t.Errorf("noted at %v and %v", s.WarnedAt, s.SpentAt)
		}
	}
}

// What a department decides is read back, and told to the replicas.
func TestMessageTerms(t *testing.T) {
	t.Parallel()
	b := open(t)
	before, err := b.store.Centre().Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := notify.Department{Slug: "care", Price: 575, Budget: notify.Budget{Segments: 1000, Cost: 60 * notify.Riyal, Warn: 90}}
	b.terms(t, want)
	departments, err := b.store.Texts().Departments(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]notify.Department{}
	for _, d := range departments {
		got[d.Slug] = d
	}
	if diff := cmp.Diff(want, got["care"]); diff != "" {
		t.Errorf("care (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(notify.Department{Slug: "revenues", Links: true, Budget: notify.Budget{Warn: 80}}, got["revenues"]); diff != "" {
		t.Errorf("a department that decided nothing (-want +got):\n%s", diff)
	}
	if after, err := b.store.Centre().Version(t.Context()); err != nil || after != before+1 {
		t.Errorf("version %d after %d, %v", after, before, err)
	}
	if err = setTerms(t, b.store, b.now, notify.Department{Slug: "nobody"}); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("unknown department: %v, want %v", err, fault.ErrNotFound)
	}
	for _, d := range []notify.Department{{Slug: "care", Price: -1}, {Slug: "care", Budget: notify.Budget{Warn: 101}}} {
		if err = setTerms(t, b.store, b.now, d); err == nil {
			t.Errorf("accepted %s", fmt.Sprint(d))
		}
	}
}

// setTerms writes what a department decides about its messages.
func setTerms(t testing.TB, store *postgres.Store, now time.Time, d notify.Department) error {
	t.Helper()
	return store.Budgets().ChangeTerms(t.Context(), d.Slug, by("sara", now),
		func(notify.Department) (notify.Department, error) { return d, nil })
}
