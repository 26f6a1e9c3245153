package postgres_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/service/postgres"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

func TestMain(m *testing.M) { os.Exit(servicetest.Main(m)) }

// connect opens the database for statements that the Store does not have.
func connect(t testing.TB, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// run executes a statement that has to succeed.
func run(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// column reads one column of a query's rows.
func column[T any](t testing.TB, db *sql.DB, query string, args ...any) []T {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close() //nolint:errcheck // Err says what is wrong
	var values []T
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}

// bench is a Booker over a Store of the demo centre, without HTTP.
type bench struct {
	*slots.Booker
	url   string
	store *postgres.Store
	now   time.Time
	ids   atomic.Int64
}

// open opens the demo centre on a database of its own, at noon in Riyadh of
// Saturday 21 November 2026.
func open(t testing.TB, options ...slots.Option) *bench {
	t.Helper()
	return openOn(t, servicetest.HandedOn(t), options...)
}

// openOn opens the demo centre on a database.
func openOn(t testing.TB, url string, options ...slots.Option) *bench {
	t.Helper()
	b := &bench{url: url, now: time.Date(2026, time.November, 21, 9, 0, 0, 0, time.UTC)}
	ctx := context.Background()
	var err error
	if b.store, err = postgres.Open(ctx, postgres.Config{
		URL: b.url, MaxConnections: 32, Timeout: 20 * time.Second, Lazy: true, Connect: servicetest.Connect,
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.store.Close(); err != nil {
			t.Error(err)
		}
	})
	snapshot, err := b.store.Centre().Load(ctx)
	if err != nil {
		t.Fatal(err)
	}
	bookers, err := slots.NewBookers(b.store.Appointments(), 10*time.Minute, b.id, options...)
	if err != nil {
		t.Fatal(err)
	}
	b.Booker = bookers.On(snapshot)
	return b
}

func (b *bench) id() string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", b.ids.Add(1)) }

// person returns the pseudonym of the n-th person.
func person(n int) slots.Person { return slots.Person(fmt.Sprintf("00000000-0000-8000-9000-%012x", n)) }

// booking returns what the n-th person writes.
func booking(n int, random int64) slots.Booking {
	return slots.Booking{
		Reference: slots.NewReference([5]byte{byte(random >> 32), byte(random >> 24), byte(random >> 16), byte(random >> 8), byte(random)}),
		Person:    person(n), Mobile: fmt.Sprintf("+9665%08d", n), Lang: "ar",
		Visitor: slots.Visitor{Name: "زائر", Identity: slots.Identity{Kind: slots.NationalID, Number: servicetest.NationalID(n)}},
	}
}

// starts returns the free starts of a service at a branch from day to day.
func (b *bench) starts(t testing.TB, service, branch, from, to string) []time.Time {
	t.Helper()
	found, err := b.Search(t.Context(), slots.Query{
		Service: service, Branch: branch, From: date(t, from), To: date(t, to), Party: 1, Channel: catalog.Public}, b.now)
	days := found.Days
	if err != nil {
		t.Fatal(err)
	}
	var starts []time.Time
	for _, d := range days {
		for _, s := range d.Slots {
			starts = append(starts, s.Start)
		}
	}
	return starts
}

// hold holds a place that is free.
func (b *bench) hold(t testing.TB, service, branch string, start time.Time) slots.Appointment {
	t.Helper()
	a, err := b.Hold(t.Context(), slots.HoldRequest{Service: service, Branch: branch, Start: start, Party: 1, Channel: catalog.Public}, nil,
		b.now)
	if err != nil {
		t.Fatalf("hold %s at %s: %v", service, start, err)
	}
	return a
}

// book holds and books a place that is free for the n-th person.
func (b *bench) book(t testing.TB, n int, service, branch string, start time.Time) slots.Appointment {
	t.Helper()
	a, err := b.Book(t.Context(), b.hold(t, service, branch, start).ID, booking(n, b.ids.Add(1)), nil, b.now)
	if err != nil {
		t.Fatalf("book %s at %s: %v", service, start, err)
	}
	return a
}

// auditClean fails the test unless the ledger agrees with the appointments.
func (b *bench) auditClean(t testing.TB) {
	t.Helper()
	differences, err := b.store.Appointments().Audit(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		t.Errorf("%s %s tick %d: ledger %d, appointments %d", d.DeskGroup, d.Day.Format(time.DateOnly), d.Tick, d.Used, d.Claimed)
	}
}

// noDeadlocks fails the test when the server had to break a deadlock.
func (b *bench) noDeadlocks(t testing.TB) {
	t.Helper()
	if n := servicetest.Deadlocks(b.url); n > 0 {
		t.Errorf("%d deadlocks", n)
	}
}

func date(t testing.TB, s string) scheduling.Date {
	t.Helper()
	d, err := scheduling.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
