package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/lib/pq"

	"ziyara/service/servicetest"
)

// A database that is handed on is as it was: the same rows in all tables, and the
// same next numbers. It comes with a connection that it was left with.
func TestDatabaseIsHandedOnAsItWas(t *testing.T) { //nolint:paralleltest // no other test may take the database
	untouched := contents(t, connect(t, servicetest.Database(t)))
	var first, second string
	var before, after int
	t.Run("first", func(t *testing.T) { //nolint:paralleltest // one after the other
		b := open(t)
		first, before = b.url, backend(t, b.url)
		b.book(t, 1, "annual-returns", "riyadh", b.starts(t, "annual-returns", "riyadh", "2026-11-24", "2026-11-24")[0])
		servicetest.Exec(t, b.url, "UPDATE services SET notice_minutes = notice_minutes + 1")
		servicetest.Exec(t, b.url, "DELETE FROM desk_group_services")
		servicetest.Exec(t, b.url, `INSERT INTO audit_log (at, actor, action, subject)
			VALUES (now(), 'reem', 'test', 'appointment X')`)
		if cmp.Equal(untouched, contents(t, connect(t, b.url))) {
			t.Error("nothing was changed")
		}
	})
	t.Run("second", func(t *testing.T) { //nolint:paralleltest // one after the other
		b := open(t)
		second, after = b.url, backend(t, b.url)
		if diff := cmp.Diff(untouched, contents(t, connect(t, b.url))); diff != "" {
			t.Errorf("the next test finds (-as it was +found):\n%s", diff)
		}
	})
	if first != second || before != after {
		t.Errorf("database %s with process %d, then %s with %d: want the same", first, before, second, after)
	}
}

// A database with another schema, or with statistics, is not handed on.
func TestDatabaseThatCantBePutBackIsDropped(t *testing.T) { //nolint:paralleltest // no other test may take the database
	for _, change := range []string{ //nolint:paralleltest // one after the other
		"ALTER TABLE services ADD another integer", "DROP INDEX appointments_representative", "TRUNCATE survey_answers",
		"CREATE TABLE another (n integer)", "ANALYZE services",
	} {
		var first, second string
		t.Run(change, func(t *testing.T) {
			first = servicetest.HandedOn(t)
			servicetest.Exec(t, first, change)
		})
		t.Run("next", func(t *testing.T) { second = servicetest.HandedOn(t) })
		if first == second {
			t.Errorf("%s: the next test got the same database", change)
		}
	}
}

// A deadlock is counted, wherever in an answer it is told.
func TestDeadlocksAreCounted(t *testing.T) {
	t.Parallel()
	url := servicetest.HandedOn(t)
	connector, err := servicetest.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	for i, query := range []string{
		"SELECT pg_advisory_xact_lock($1)::text",
		"SELECT n || pg_advisory_xact_lock(n)::text FROM unnest(ARRAY[0, $1::bigint]) AS n",
	} {
		var locked, done sync.WaitGroup
		var victims [2]error
		for own := range 2 {
			locked.Add(1)
			done.Go(func() {
				tx, err := db.BeginTx(context.Background(), nil)
				if err != nil {
					t.Error(err)
				}
				defer tx.Rollback() //nolint:errcheck // nothing was written
				var rest string
				if err = tx.QueryRowContext(context.Background(), "SELECT pg_advisory_xact_lock($1)::text", own+1).Scan(&rest); err != nil {
					t.Error(err)
				}
				locked.Done()
				locked.Wait()
				victims[own] = readAll(tx, query, 2-own)
			})
		}
		done.Wait()
		deadlock, ok := errors.AsType[*pq.Error](errors.Join(victims[:]...))
		if got := servicetest.Deadlocks(url); got != i+1 || !ok || deadlock.Code != "40P01" {
			t.Errorf("%s: %d deadlocks after errors %v, want %d", query, got, victims, i+1)
		}
	}
}

// readAll reads the rows of a query and returns why that ended, nil at the last.
func readAll(tx *sql.Tx, query string, arg int) error {
	rows, err := tx.QueryContext(context.Background(), query, arg)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err says what is wrong
	for rows.Next() {
	}
	return rows.Err()
}

// backend returns the server process that serves a connection for a Store.
func backend(t *testing.T, url string) int {
	t.Helper()
	connector, err := servicetest.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	pid := column[int](t, db, "SELECT pg_backend_pid()")[0]
	if err = db.Close(); err != nil {
		t.Error(err)
	}
	return pid
}

// contents returns all rows of all tables and the state of all sequences, as text.
func contents(t *testing.T, db *sql.DB) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, table := range column[string](t, db, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") {
		all[table] = column[string](t, db, "SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM "+table+" t")[0]
	}
	for _, sequence := range column[string](t, db, "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'") {
		all[sequence] = column[string](t, db, "SELECT concat_ws(' ', last_value, is_called) FROM "+sequence)[0]
	}
	return all
}
