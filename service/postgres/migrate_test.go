package postgres_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/migrations"
	"ziyara/service/postgres"
	"ziyara/service/servicetest"
)

// A schema that was taken down and brought up again is the same to the letter.
func TestMigrateUpDownUp(t *testing.T) {
	t.Parallel()
	url := servicetest.EmptyDatabase(t)
	all := len(migrationFiles(t))
	bare := schema(t, url)

	migrate(t, url, all)
	first := schema(t, url)
	if len(first) == 0 {
		t.Fatal("the schema is empty")
	}
	migrate(t, url, 0)
	if diff := cmp.Diff(first, schema(t, url)); diff != "" {
		t.Errorf("migrating what is up to date changed it (-before +after):\n%s", diff)
	}

	if n, err := postgres.MigrateDown(t.Context(), url); err != nil || n != all {
		t.Fatalf("down: got %d migrations and %v, want %d", n, err, all)
	}
	if diff := cmp.Diff(bare, schema(t, url)); diff != "" {
		t.Errorf("something is left over after down (-before +after):\n%s", diff)
	}
	migrate(t, url, all)
	if diff := cmp.Diff(first, schema(t, url)); diff != "" {
		t.Errorf("up, down and up again differs from up (-first +second):\n%s", diff)
	}
}

// Replicas that start at the same moment bring the schema up once.
func TestMigrateFromSeveralReplicas(t *testing.T) {
	t.Parallel()
	url := servicetest.EmptyDatabase(t)
	const replicas = 4
	var counts [replicas]int
	var errs [replicas]error
	var done sync.WaitGroup
	for i := range replicas {
		done.Go(func() { counts[i], errs[i] = postgres.Migrate(t.Context(), url) })
	}
	done.Wait()
	total := 0
	for i := range replicas {
		if errs[i] != nil {
			t.Errorf("replica %d: %v", i, errs[i])
		}
		total += counts[i]
	}
	if want := len(migrationFiles(t)); total != want {
		t.Errorf("the replicas together applied %v migrations, want %d", counts, want)
	}
	twice := column[int](t, connect(t, url), "SELECT version_id FROM goose_db_version GROUP BY version_id HAVING count(*) > 1")
	if len(twice) > 0 {
		t.Errorf("migrations recorded more than once: %v", twice)
	}
	store, err := postgres.Open(t.Context(), postgres.Config{URL: url, MaxConnections: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err = store.Close(); err != nil {
		t.Error(err)
	}
}

// small is a schema for the tests of how migrations are applied.
func small(more ...string) fstest.MapFS {
	files := fstest.MapFS{}
	const table = "-- +goose Up\nCREATE TABLE small (n integer NOT NULL);\n-- +goose Down\nDROP TABLE small;\n"
	for i, text := range append([]string{table}, more...) {
		files[fmt.Sprintf("%05d_small.sql", i+1)] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

const (
	column2 = "-- +goose Up\nALTER TABLE small ADD COLUMN m integer;\n-- +goose Down\nALTER TABLE small DROP COLUMN m;\n"
	index2  = "-- +goose NO TRANSACTION\n-- +goose Up\nSET lock_timeout = 0;\nDROP INDEX CONCURRENTLY IF EXISTS small_n;\n" +
		"CREATE UNIQUE INDEX CONCURRENTLY small_n ON small (n);\nRESET lock_timeout;\n" +
		"-- +goose Down\nDROP INDEX CONCURRENTLY IF EXISTS small_n;\n"
)

// A migration that can't have a lock lets go of the queue behind it, tries
// again, and in the end says which lock it was and who holds it.
func TestMigrateWithoutLock(t *testing.T) {
	t.Parallel()
	url := servicetest.EmptyDatabase(t)
	if _, err := postgres.MigrateFiles(t.Context(), url, small(), time.Second, 1); err != nil {
		t.Fatal(err)
	}
	db := connect(t, url)
	reader, pid := reading(t, db)

	// The migrator sees what it waits for if it gets to look in time: on a busy
	// machine that takes more patience.
	var err error
	for patience := 200 * time.Millisecond; ; patience *= 2 {
		var n int
		n, err = postgres.MigrateFiles(t.Context(), url, small(column2), patience, 2)
		if err == nil || n != 0 {
			t.Fatalf("got %d migrations and %v, want an error", n, err)
		}
		if patience > 20*time.Second || !strings.Contains(err.Error(), "not seen") {
			break
		}
	}
	for _, want := range []string{"00002_small.sql", "AccessExclusiveLock on small", fmt.Sprintf("process %d", pid), "tried 2 times"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}

	done := make(chan error, 1)
	go func() {
		n, err := postgres.MigrateFiles(t.Context(), url, small(column2), 200*time.Millisecond, 1000)
		if err == nil && n != 1 {
			err = fmt.Errorf("%d migrations, want 1", n)
		}
		done <- err
	}()
	attempts := make(map[string]bool)
	for len(attempts) < 2 {
		for _, began := range column[string](t, db, `SELECT query_start::text FROM pg_stat_activity
			WHERE application_name = 'ziyara migrate' AND wait_event_type = 'Lock' AND datname = current_database()`) {
			attempts[began] = true
		}
		select {
		case err := <-done:
			t.Fatalf("ended while the lock was held: %v", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// reading returns a transaction that has read the table, and its process.
func reading(t *testing.T, db *sql.DB) (tx *sql.Tx, pid int) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.QueryRow("SELECT pg_backend_pid() FROM (SELECT count(*) FROM small) AS read").Scan(&pid); err != nil {
		t.Fatal(err)
	}
	return tx, pid
}

// A migration takes as long as it takes, whatever the URL says of statements.
func TestMigrateWithoutStatementTimeout(t *testing.T) {
	t.Parallel()
	url := withSetting(t, servicetest.EmptyDatabase(t), "statement_timeout", "20")
	slow := "-- +goose Up\nSELECT pg_sleep(0.1);\n-- +goose Down\nSELECT 1;\n"
	if n, err := postgres.MigrateFiles(t.Context(), url, small(slow), time.Second, 1); err != nil || n != 2 {
		t.Errorf("got %d migrations and %v, want 2", n, err)
	}
}

// Replicas that wait for the first one don't stand in the way of an index that
// is built concurrently, which waits for all who may still see the old table.
func TestMigrateConcurrentIndexFromSeveralReplicas(t *testing.T) {
	t.Parallel()
	url := servicetest.EmptyDatabase(t)
	const replicas = 4
	counts := make(chan int, replicas)
	for range replicas {
		go func() {
			n, err := postgres.MigrateFiles(t.Context(), url, small(index2), time.Second, 1)
			if err != nil {
				t.Error(err)
			}
			counts <- n
		}()
	}
	total := 0
	for range replicas {
		total += <-counts
	}
	if total != 2 {
		t.Errorf("the replicas together applied %d migrations, want 2", total)
	}
	if valid := column[bool](t, connect(t, url), "SELECT indisvalid FROM pg_index WHERE indexrelid = 'small_n'::regclass"); !valid[0] {
		t.Error("the index is not valid")
	}
}

// What an interrupted build leaves is an invalid index. The migration runs again
// and begins anew.
func TestMigrateInterruptedConcurrentIndex(t *testing.T) {
	t.Parallel()
	url := servicetest.EmptyDatabase(t)
	if _, err := postgres.MigrateFiles(t.Context(), url, small(), time.Second, 1); err != nil {
		t.Fatal(err)
	}
	db := connect(t, url)
	run(t, db, "INSERT INTO small VALUES (1), (1)")
	if n, err := postgres.MigrateFiles(t.Context(), url, small(index2), time.Second, 1); err == nil {
		t.Fatalf("%d migrations were applied over two equal rows", n)
	}
	const valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'small_n'::regclass"
	if left := column[bool](t, db, valid); len(left) != 1 || left[0] {
		t.Fatalf("got %v, want an invalid index left", left)
	}
	run(t, db, "TRUNCATE small")
	if n, err := postgres.MigrateFiles(t.Context(), url, small(index2), time.Second, 1); err != nil || n != 1 {
		t.Fatalf("again: got %d migrations and %v, want 1", n, err)
	}
	if now := column[bool](t, db, valid); !now[0] {
		t.Error("the index is still invalid")
	}
}

func migrate(t *testing.T, url string, want int) {
	t.Helper()
	if n, err := postgres.Migrate(context.Background(), url); err != nil || n != want {
		t.Fatalf("up: got %d migrations and %v, want %d", n, err, want)
	}
}

func migrationFiles(t *testing.T) []string {
	t.Helper()
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("migrations: %v, %v", names, err)
	}
	return names
}

// schema describes every table, column, constraint, index and sequence but
// those of goose, one per line.
func schema(t *testing.T, url string) []string {
	t.Helper()
	return column[string](t, connect(t, url), `
		WITH tables AS (
			SELECT oid, relname, relkind, reloptions
			FROM pg_class
			WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'goose%'
		)
		SELECT concat_ws(' ', 'relation', relname, relkind, reloptions) AS line FROM tables
		UNION ALL
		SELECT concat_ws(' ', 'column', relname, attnum, attname, format_type(atttypid, atttypmod),
		                 CASE WHEN attnotnull THEN 'not null' END, attidentity, pg_get_expr(adbin, adrelid))
		FROM tables
		JOIN pg_attribute ON attrelid = tables.oid AND attnum > 0
		LEFT JOIN pg_attrdef ON adrelid = tables.oid AND adnum = attnum
		WHERE relkind = 'r'
		UNION ALL
		SELECT concat_ws(' ', 'constraint', relname, conname, pg_get_constraintdef(pg_constraint.oid))
		FROM tables
		JOIN pg_constraint ON conrelid = tables.oid
		UNION ALL
		SELECT concat_ws(' ', 'index', pg_get_indexdef(indexrelid)) FROM tables JOIN pg_index ON indrelid = tables.oid
		UNION ALL
		SELECT concat_ws(' ', 'type', typname, typtype) FROM pg_type
		WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd') AND typname NOT LIKE 'gbtree%'
		ORDER BY line`)
}
