package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/lib/pq"

	"ziyara/migrations"
	"ziyara/service/postgres"
	"ziyara/service/servicetest"
)

// landed is the newest migration that is older than the rules which this file
// enforces.
const landed = 22

// smallTables have few rows, which only the seed and a change of the centre
// write. All other tables are hot: nobody may wait while one is read as a whole.
var smallTables = []string{ //nolint:gochecknoglobals // a list to read
	"branches", "cancellation_reasons", "centre", "departments", "desk_group_plans", "desk_group_services", "desk_groups", "desks", "entities",
	"goose_db_version", "holiday_lists", "reminder_clock", "services", "webhook_clock", "webhooks",
}

// No migration rewrites a hot table, or reads it as a whole while others wait
// (CONTRIBUTING.md, Migrations).
func TestMigrationsLeaveHotTablesFree(t *testing.T) {
	t.Parallel()
	database := servicetest.EmptyDatabase(t)
	before := fstest.MapFS{}
	var after []string
	for _, name := range migrationFiles(t) {
		text, err := fs.ReadFile(migrations.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		if version(t, name) <= landed {
			before[name] = &fstest.MapFile{Data: text}
		} else {
			after = append(after, name)
		}
	}
	if n, err := postgres.MigrateFiles(t.Context(), database, before, time.Second, 1); err != nil || n != len(before) {
		t.Fatalf("up to %d: got %d migrations and %v, want %d", landed, n, err, len(before))
	}
	db := connect(t, withSetting(t, database, "lock_timeout", "2s"))
	for _, name := range after {
		text, err := fs.ReadFile(migrations.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range guard(t, db, string(text)) {
			t.Errorf("%s: %s", name, fault)
		}
	}
}

// The guard sees what it is there for, and lets through what CONTRIBUTING.md
// recommends instead.
func TestMigrationGuard(t *testing.T) {
	t.Parallel()
	const (
		up       = "-- +goose Up\n"
		separate = "-- +goose NO TRANSACTION\n" + up
		patient  = separate + "SET lock_timeout = 0;\n"
		usual    = "RESET lock_timeout;\n"
	)
	for _, c := range []struct{ name, migration, fault string }{
		{"an index built under a lock", up + "CREATE INDEX x ON appointments (party);", "reads appointments"},
		{"the same without a transaction", separate + "CREATE INDEX x ON appointments (party);", "reads appointments"},
		{"the index of a constraint", up + "ALTER TABLE messages ADD CONSTRAINT x UNIQUE (id, lang);", "reads messages"},
		{"a volatile default", up + "ALTER TABLE appointments ADD COLUMN x uuid DEFAULT gen_random_uuid();", "rewrites appointments"},
		{"a column with a check", up + "ALTER TABLE appointments ADD COLUMN x smallint CONSTRAINT x CHECK (x > 0);", "reads appointments"},
		{"another type", up + "ALTER TABLE appointment_events ALTER COLUMN version TYPE bigint;", "rewrites appointment_events"},
		{"not null", up + "ALTER TABLE appointments ALTER COLUMN mobile SET NOT NULL;", "reads appointments"},
		{"a check that is validated at once", up + "ALTER TABLE appointments ADD CONSTRAINT x CHECK (party < 100);", "reads appointments"},
		{"a check that is validated in the same transaction",
			up + "ALTER TABLE appointments ADD CONSTRAINT x CHECK (party < 100) NOT VALID;\nALTER TABLE appointments VALIDATE CONSTRAINT x;",
			"reads appointments"},
		{"a foreign key that is validated at once",
			up + "ALTER TABLE appointments ADD CONSTRAINT x FOREIGN KEY (service_id) REFERENCES services;", "reads appointments"},
		{"all rows written", up + "UPDATE appointments SET visitor_key = NULL;", "reads appointments"},
		{"rows removed", up + "DELETE FROM messages;", "reads messages"},
		{"a table emptied", up + "TRUNCATE idempotency_keys;", "rewrites idempotency_keys"},
		{"a lock", up + "LOCK TABLE appointments;", "LOCK"},
		{"a short change, and then a long one while its lock is held",
			up + "ALTER TABLE appointments ADD COLUMN x smallint;\nCREATE TABLE y AS SELECT lang FROM messages;", "reads messages"},
		{"VACUUM FULL", separate + "VACUUM FULL appointments;", "rewrites appointments"},
		{"CLUSTER", up + "CLUSTER appointments USING appointments_pkey;", "rewrites appointments"},
		{"REINDEX", separate + "REINDEX TABLE messages;", "reads messages"},
		{"an index that can't be built a second time",
			patient + "CREATE INDEX CONCURRENTLY x ON appointments (party);\n" + usual, "again"},
		{"an index that is left as an interruption left it",
			patient + "CREATE INDEX CONCURRENTLY IF NOT EXISTS x ON appointments (party);\n" + usual, "IF NOT EXISTS"},
		{"an index that gives up when it has to wait",
			separate + "DROP INDEX CONCURRENTLY IF EXISTS x;\nCREATE INDEX CONCURRENTLY x ON appointments (party);", "lock_timeout"},
		{"a lock_timeout that stays off", patient + "DROP INDEX CONCURRENTLY IF EXISTS x;", "lock_timeout"},
		{"a constraint without a name", up + "ALTER TABLE appointments ADD CHECK (party < 100) NOT VALID;", "appointments_party_check1"},

		{"an index built while others write",
			patient + "DROP INDEX CONCURRENTLY IF EXISTS x;\nCREATE INDEX CONCURRENTLY x ON appointments (party);\n" + usual, ""},
		{"a column", up + "ALTER TABLE appointments ADD COLUMN x smallint NOT NULL DEFAULT 0;", ""},
		{"a check in two steps",
			separate + "ALTER TABLE appointments DROP CONSTRAINT IF EXISTS x, ADD CONSTRAINT x CHECK (party < 100) NOT VALID;\n" +
				"ALTER TABLE appointments VALIDATE CONSTRAINT x;", ""},
		{"not null after a check",
			separate + "ALTER TABLE appointments DROP CONSTRAINT IF EXISTS x, ADD CONSTRAINT x CHECK (mobile IS NOT NULL) NOT VALID;\n" +
				"ALTER TABLE appointments VALIDATE CONSTRAINT x;\nALTER TABLE appointments ALTER COLUMN mobile SET NOT NULL;", ""},
		{"a new table, its index and its rows",
			up + "CREATE TABLE x (id bigint PRIMARY KEY, branch_id smallint NOT NULL REFERENCES branches);\n" +
				"CREATE INDEX y ON x (branch_id);\nUPDATE x SET id = 2;", ""},
		{"a small table", up + "UPDATE services SET party_limit = 1;\nALTER TABLE services ALTER COLUMN about TYPE text;", ""},
		{"a function",
			up + "-- +goose StatementBegin\nCREATE FUNCTION x() RETURNS trigger LANGUAGE plpgsql AS $$\n" +
				"BEGIN\n    RETURN NULL;\nEND\n$$;\n-- +goose StatementEnd\n" +
				"CREATE TRIGGER x AFTER INSERT ON appointments FOR EACH ROW EXECUTE FUNCTION x();", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := guard(t, connect(t, withSetting(t, servicetest.Database(t), "lock_timeout", "2s")), c.migration)
			switch {
			case c.fault == "" && len(got) > 0:
				t.Errorf("refused: %q", got)
			case !strings.Contains(strings.Join(got, "\n"), c.fault):
				t.Errorf("got %q, want a fault with %q", got, c.fault)
			}
		})
	}
}

// withSetting adds a setting of the session to the URL of a database.
func withSetting(t *testing.T, databaseURL, name, value string) string {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}

// guard applies the Up part of a migration, and returns what is wrong with it.
// The sessions of db begin with a lock_timeout of two seconds.
func guard(t *testing.T, db *sql.DB, migration string) (faults []string) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // what it did is read back
	g := guarded{t: t, conn: conn}
	g.hot = g.strings(`SELECT relname FROM pg_class
		WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL ($1) ORDER BY 1`, pq.Array(smallTables))
	names := g.strings(constraintNames)
	statements, together := upStatements(migration)
	if len(statements) == 0 {
		t.Fatal("the migration has no statement")
	}
	g.apply(statements, together)
	if !together && len(g.faults) == 0 {
		// It may have been interrupted after its last statement, or before.
		if g.apply(statements, false); len(g.faults) > 0 {
			g.faults = []string{"it can't run again after an interruption: " + strings.Join(g.faults, "; ")}
		}
	}
	if timeout := g.strings("SHOW lock_timeout")[0]; timeout != "2s" {
		g.fault("it leaves lock_timeout at %s", timeout)
	}
	for _, name := range g.strings(constraintNames) {
		if !slices.Contains(names, name) && generatedName.MatchString(name) {
			g.fault("the constraint %s has no name of its own", name)
		}
	}
	for _, name := range g.strings("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid") {
		g.fault("the index %s is not valid", name)
	}
	return g.faults
}

const constraintNames = `SELECT conname FROM pg_constraint
	WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'u', 'x') ORDER BY 1`

// generatedName matches what PostgreSQL calls a constraint that has no name.
var generatedName = regexp.MustCompile(`_(check|key|excl)\d*$`)

// guarded is a database in which migrations are watched.
type guarded struct {
	t      *testing.T
	conn   *sql.Conn
	hot    []string
	faults []string
}

func (g *guarded) fault(format string, args ...any) {
	g.faults = append(g.faults, fmt.Sprintf(format, args...))
}

// apply runs the statements of a migration in one transaction, or each in its
// own. It ends with the first fault.
func (g *guarded) apply(statements []string, together bool) {
	if together {
		g.run("BEGIN")
	}
	for _, statement := range statements {
		if !together {
			g.run("BEGIN")
		}
		err := g.watch(statement)
		if refused, ok := errors.AsType[*pq.Error](err); ok && refused.Code == "25001" && !together { // active_sql_transaction
			g.run("ROLLBACK")
			err = g.outside(statement)
			g.run("BEGIN")
		}
		if err != nil {
			g.fault("%s: %v", statement, err)
		}
		if len(g.faults) > 0 {
			g.run("ROLLBACK")
			return
		}
		if !together {
			g.run("COMMIT")
		}
	}
	if together {
		g.run("COMMIT")
	}
}

// watch runs a statement within a transaction. While a hot table is locked so
// that somebody can't write it, none may be read as a whole: that is what takes
// long. Rows count nothing here, so an empty table shows it as well as a full one.
func (g *guarded) watch(statement string) error {
	if regexp.MustCompile(`(?i)^LOCK\b`).MatchString(statement) {
		g.fault("LOCK keeps everybody waiting: %s", statement)
	}
	files, reads := g.files(), g.reads()
	if _, err := g.conn.ExecContext(g.t.Context(), statement); err != nil {
		return err
	}
	g.compareFiles(files, statement)
	locked := g.strings(`SELECT relation::regclass || ' (' || mode || ')' FROM pg_locks
		WHERE pid = pg_backend_pid() AND granted AND relation::regclass::text = ANY ($1)
		  AND mode IN ('RowExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
		ORDER BY 1`, pq.Array(g.hot))
	if len(locked) == 0 {
		return nil
	}
	for table, n := range g.reads() {
		if n != reads[table] {
			g.fault("reads %s while these are locked: %s: %s", table, strings.Join(locked, ", "), statement)
		}
	}
	return nil
}

// outside runs what PostgreSQL does in no transaction.
func (g *guarded) outside(statement string) error {
	concurrently := strings.Contains(strings.ToUpper(statement), "CONCURRENTLY")
	if concurrently && regexp.MustCompile(`(?i)\bCREATE\b.*\bIF NOT EXISTS\b`).MatchString(statement) {
		g.fault("IF NOT EXISTS keeps the invalid index that an interruption leaves: %s", statement)
	}
	if timeout := g.strings("SHOW lock_timeout")[0]; concurrently && timeout != "0" {
		g.fault("lock_timeout ends it when it waits for others, who don't wait for it: %s", statement)
	}
	files := g.files()
	if _, err := g.conn.ExecContext(g.t.Context(), statement); err != nil {
		return err
	}
	g.compareFiles(files, statement)
	if !concurrently && len(g.faults) == 0 {
		g.fault("only what says CONCURRENTLY may run outside a transaction: %s", statement)
	}
	return nil
}

// files returns which file each hot table is in: a rewritten one is in another.
func (g *guarded) files() map[string]int64 {
	return g.figures("SELECT relname, relfilenode FROM pg_class WHERE oid = ANY ($1::regclass[])")
}

func (g *guarded) compareFiles(before map[string]int64, statement string) {
	after := g.files()
	for _, table := range slices.Sorted(maps.Keys(before)) {
		if file, ok := after[table]; ok && file != before[table] {
			g.fault("rewrites %s: %s", table, statement)
		}
	}
}

// reads returns how often this transaction has begun to read each hot table.
func (g *guarded) reads() map[string]int64 {
	return g.figures("SELECT relname, seq_scan + coalesce(idx_scan, 0) FROM pg_stat_xact_user_tables WHERE relid = ANY ($1::regclass[])")
}

// figures reads a figure of each hot table that is still there.
func (g *guarded) figures(query string) map[string]int64 {
	g.t.Helper()
	there := g.strings("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY ($1)", pq.Array(g.hot))
	rows, err := g.conn.QueryContext(g.t.Context(), query, pq.Array(there))
	if err != nil {
		g.t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // Err says what is wrong
	figures := make(map[string]int64)
	for rows.Next() {
		var name string
		var figure int64
		if err := rows.Scan(&name, &figure); err != nil {
			g.t.Fatal(err)
		}
		figures[name] = figure
	}
	if err := rows.Err(); err != nil {
		g.t.Fatal(err)
	}
	return figures
}

func (g *guarded) strings(query string, args ...any) (values []string) {
	g.t.Helper()
	rows, err := g.conn.QueryContext(g.t.Context(), query, args...)
	if err != nil {
		g.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close() //nolint:errcheck // Err says what is wrong
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			g.t.Fatal(err)
		}
		values = append(values, value)
	}
	if err := rows.Err(); err != nil {
		g.t.Fatal(err)
	}
	return values
}

func (g *guarded) run(statement string) {
	g.t.Helper()
	if _, err := g.conn.ExecContext(context.WithoutCancel(g.t.Context()), statement); err != nil {
		g.t.Fatalf("%s: %v", statement, err)
	}
}

// upStatements returns the statements of the Up part, as goose splits them: at a
// semicolon that ends a line, and around StatementBegin and StatementEnd. They
// run in one transaction unless the file says NO TRANSACTION.
func upStatements(migration string) (statements []string, together bool) {
	together = true
	up, whole := false, false
	var statement []string
	end := func() {
		if text := strings.TrimSpace(strings.Join(statement, "\n")); text != "" {
			statements = append(statements, text)
		}
		statement = nil
	}
	for line := range strings.Lines(migration) {
		line = strings.TrimSpace(line)
		switch {
		case line == "-- +goose NO TRANSACTION":
			together = false
		case line == "-- +goose Up":
			up = true
		case line == "-- +goose Down":
			up = false
		case line == "-- +goose StatementBegin":
			whole = true
		case line == "-- +goose StatementEnd":
			whole = false
			end()
		case up && (whole || !strings.HasPrefix(line, "--")):
			statement = append(statement, line)
			code, _, _ := strings.Cut(line, " --")
			if !whole && strings.HasSuffix(strings.TrimSpace(code), ";") {
				end()
			}
		}
	}
	end()
	return statements, together
}

// No number is missing but the one that package migrations explains, and none is
// there twice: goose refuses a migration that comes below the newest one of a
// database, so a number that was passed over stays unused.
func TestMigrationNumbers(t *testing.T) {
	t.Parallel()
	want := 0
	for _, name := range migrationFiles(t) {
		if want++; want == 10 {
			want++
		}
		if got := version(t, name); got != want {
			t.Fatalf("%s: got number %d, want %d", name, got, want)
		}
	}
	if want < landed {
		t.Errorf("the newest migration is %d, and %d had landed", want, landed)
	}
}

func version(t *testing.T, name string) int {
	t.Helper()
	number, _, _ := strings.Cut(path.Base(name), "_")
	n, err := strconv.Atoi(number)
	if err != nil || len(number) != 5 {
		t.Fatalf("%s: a migration's name begins with five digits and an underscore", name)
	}
	return n
}
