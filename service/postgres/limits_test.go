package postgres_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/once"
	"ziyara/service/postgres"
	"ziyara/slots"
)

// One person confirming as many visits at the same moment as a service allows
// at most has all of them, however often two of them chose the same number.
func TestEveryAllowedVisitBookedAtOnce(t *testing.T) {
	t.Parallel()
	const limit = 20 // the highest that a service may have
	b := open(t)
	run(t, connect(t, b.url), "UPDATE services SET active_limit = $1 WHERE slug = 'bank-guarantee'", limit)
	free := b.starts(t, "bank-guarantee", "riyadh", "2026-11-24", "2026-11-26")
	var errs [limit]error
	var book []func()
	for i := range limit {
		h := b.hold(t, "bank-guarantee", "riyadh", free[i])
		of := booking(1, b.ids.Add(1))
		book = append(book, func() { _, errs[i] = b.Book(context.Background(), h.ID, of, nil, b.now) })
	}
	together(book...)
	if err := errors.Join(errs[:]...); err != nil {
		t.Errorf("%d visits are allowed: %v", limit, err)
	}
	b.auditClean(t)
}

// A visit that is over and that the periodic job of another replica closes in
// this moment does not count against its person any more.
func TestBookWhileAnotherReplicaClosesVisits(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	free := b.starts(t, "dues-certificate", "riyadh", "2026-11-24", "2026-11-26") // one visit at a time
	over := b.book(t, 1, "dues-certificate", "riyadh", free[0])
	b.now = over.End
	hold := b.hold(t, "dues-certificate", "riyadh", free[len(free)-1])

	job, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer job.Rollback() //nolint:errcheck // after the commit there is nothing to roll back
	if _, err = job.ExecContext(t.Context(), "UPDATE appointments SET person_place = NULL WHERE id = $1", over.ID); err != nil {
		t.Fatal(err)
	}
	var bookErr error
	of := booking(1, b.ids.Add(1))
	var done sync.WaitGroup
	done.Go(func() { _, bookErr = b.Book(context.Background(), hold.ID, of, nil, b.now) })
	waitForLocks(t, db, 1)
	if err = job.Commit(); err != nil {
		t.Fatal(err)
	}
	done.Wait()
	if bookErr != nil {
		t.Errorf("book: %v", bookErr)
	}
}

// A replica that stands still in the middle of a transaction, as one does
// whose machine is cut off, keeps a ledger day from the others for no longer
// than a statement may take.
func TestReplicaThatStandsStill(t *testing.T) {
	t.Parallel()
	b := open(t)
	free := b.starts(t, "annual-returns", "riyadh", "2026-11-24", "2026-11-24")
	b.hold(t, "annual-returns", "riyadh", free[0]) // the day is open
	still, err := postgres.Open(t.Context(), postgres.Config{URL: b.url, MaxConnections: 1, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := still.Close(); err != nil {
			t.Error(err)
		}
	})
	snapshot, err := still.Centre().Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bookers, err := slots.NewBookers(still.Appointments(), 10*time.Minute, b.id)
	if err != nil {
		t.Fatal(err)
	}
	booker := bookers.On(snapshot)
	request := slots.HoldRequest{Service: "annual-returns", Branch: "riyadh", Start: free[1], Party: 1, Channel: catalog.Public}
	standing, goOn := make(chan struct{}), make(chan struct{})
	var stillErr error
	var done sync.WaitGroup
	done.Go(func() {
		once := once.Request[slots.Appointment]{Key: "stands still", Answer: func(slots.Appointment) ([]byte, error) {
			close(standing)
			<-goOn
			return []byte("{}"), nil
		}}
		_, stillErr = booker.Hold(context.Background(), request, &once, b.now)
	})
	<-standing
	_, err = b.Hold(t.Context(), request, nil, b.now) // waits for 20 seconds at most
	close(goOn)
	done.Wait()
	if err != nil {
		t.Errorf("hold beside a replica that stands still: %v", err)
	}
	if !errors.Is(stillErr, fault.ErrUnavailable) {
		t.Errorf("the one that stood still: %v, want %v", stillErr, fault.ErrUnavailable)
	}
	b.auditClean(t)
}
