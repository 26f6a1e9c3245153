package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/service/postgres"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

// A caller who leaves while a commit waits for the standby is told that the outcome is
// not known. The commit is not cancelled and goes on waiting.
func TestLeavingCancelsNoCommit(t *testing.T) {
	t.Parallel()
	pair := servicetest.NewPair(t)
	b := openOn(t, pair.URL)
	day := date(t, "2026-11-24")
	starts := b.starts(t, "heirs-returns", "riyadh", day.String(), day.String())
	b.hold(t, "heirs-returns", "riyadh", starts[0]) // the ledger has the day
	held := b.hold(t, "heirs-returns", "riyadh", starts[1])
	booked := b.book(t, 1, "heirs-returns", "riyadh", starts[2])

	for _, c := range []struct {
		name  string
		do    func(ctx context.Context) error
		query string // 1 when it is done
	}{
		{"a statement in a batch", func(ctx context.Context) error {
			_, err := b.Hold(ctx, slots.HoldRequest{Service: "heirs-returns", Branch: "riyadh", Start: starts[3], Party: 1,
				Channel: catalog.Public}, nil, b.now)
			return err
		}, "SELECT count(*) FROM appointments WHERE status = 'held' AND id NOT IN " +
			"(SELECT id FROM appointments ORDER BY created_at, id LIMIT 3)"},
		{"a transaction", func(ctx context.Context) error { return b.Release(ctx, held.ID) },
			"SELECT count(*) FROM appointments WHERE status = 'released'"},
		{"a statement", func(ctx context.Context) error {
			return b.store.Appointments().Confirm(ctx, booked.Reference, booked.Version, b.now)
		}, "SELECT count(*) FROM appointment_confirmations"},
	} {
		before := b.store.Uncertain()
		pair.Pause()
		ctx, leave := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.do(ctx) }()
		pair.Waits()
		leave()
		if err := <-ended; !errors.Is(err, fault.ErrUncertain) {
			t.Errorf("%s: got %v, want %v", c.name, err, fault.ErrUncertain)
		}
		if n := pair.Waiting(); n != 1 {
			t.Errorf("%s: %d commits wait after the caller has left, want 1", c.name, n)
		}
		if n := servicetest.Query[int](t, pair.URL, c.query); n != 0 {
			t.Errorf("%s: others see what the standby does not have", c.name)
		}
		pair.Resume()
		for end := time.Now().Add(time.Minute); servicetest.Query[int](t, pair.URL, c.query) != 1; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: never done", c.name)
			}
		}
		if b.store.Uncertain() == before {
			t.Errorf("%s: it was not counted", c.name)
		}
	}
}

// Who leaves before a change has begun is told that nothing was recorded, and nothing
// is. Those who only read are served although all others wait for the standby.
func TestLeavingBeforeTheChangeBegins(t *testing.T) {
	t.Parallel()
	pair := servicetest.NewPair(t)
	b := openOn(t, pair.URL)
	few, err := postgres.Open(t.Context(), postgres.Config{URL: pair.URL, MaxConnections: 2, Timeout: 20 * time.Second, Lazy: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := few.Close(); err != nil {
			t.Error(err)
		}
	})
	starts := b.starts(t, "heirs-returns", "riyadh", "2026-11-24", "2026-11-24")
	one, other := b.hold(t, "heirs-returns", "riyadh", starts[0]), b.hold(t, "heirs-returns", "riyadh", starts[1])
	pair.Pause()
	first := make(chan error, 1)
	go func() { first <- few.Appointments().Release(context.Background(), one.ID) }()
	pair.Waits()
	ctx, leave := context.WithCancel(t.Context())
	second := make(chan error, 1)
	go func() { second <- few.Appointments().Release(ctx, other.ID) }()
	if _, err := few.Appointments().Find(t.Context(), one.ID); err != nil {
		t.Errorf("reading while a commit waits: %v", err)
	}
	leave()
	if err := <-second; !errors.Is(err, fault.ErrUnavailable) || errors.Is(err, fault.ErrUncertain) {
		t.Errorf("got %v, want %v for certain", err, fault.ErrUnavailable)
	}
	pair.Resume()
	if err := <-first; err != nil {
		t.Errorf("the first: %v", err)
	}
	if now, err := few.Appointments().Find(t.Context(), other.ID); err != nil || now.Status != slots.Held {
		t.Errorf("the hold is %s, %v: want it as it was", now.Status, err)
	}
}
