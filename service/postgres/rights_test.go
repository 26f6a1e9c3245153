package postgres_test

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"testing"

	"ziyara/service/postgres"
	"ziyara/service/servicetest"
)

// asServing is a connection of the owner that can become the role that serves.
func asServing(t *testing.T) *sql.Conn {
	t.Helper()
	conn, err := connect(t, servicetest.Database(t)).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	return conn
}

// allowed returns why the role that serves may not run a statement; nil if it may.
func allowed(ctx context.Context, conn *sql.Conn, name, text string) error {
	prepared := strings.NewReplacer("/", "_").Replace(name)
	var count int
	if err := conn.QueryRowContext(ctx, "SELECT coalesce(max(cardinality(parameter_types)), -1) FROM pg_prepared_statements WHERE name = $1",
		prepared).Scan(&count); err != nil {
		return err
	}
	if count < 0 {
		if _, err := conn.ExecContext(ctx, "PREPARE "+prepared+" AS "+text); err != nil {
			return err
		}
		return allowed(ctx, conn, name, text)
	}
	execute := "EXPLAIN EXECUTE " + prepared
	if count > 0 {
		execute += "(" + strings.TrimSuffix(strings.Repeat("NULL, ", count), ", ") + ")"
	}
	_, err := conn.ExecContext(ctx, execute)
	return err
}

// The role that serves may do what the statements of the program do, and nothing beyond:
// each right is one without which a statement is refused.
func TestRights(t *testing.T) {
	t.Parallel()
	conn := asServing(t)
	become := func(statement string) {
		t.Helper()
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	become("SET plan_cache_mode = force_generic_plan")
	become("SET ROLE " + servicetest.ServingRole)
	statements := statementFiles(t)
	for name, text := range statements {
		if err := allowed(t.Context(), conn, name, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	become("RESET ROLE")
	// What triggers of the database do as the role that serves.
	byTrigger := []string{"INSERT ON waitlist_log"}
	for table, rights := range postgres.Rights() {
		for _, right := range rights {
			what := right + " ON " + table
			become("BEGIN")
			become("REVOKE " + what + " FROM " + servicetest.ServingRole)
			become("SET LOCAL ROLE " + servicetest.ServingRole)
			needed := slices.Contains(byTrigger, what)
			for _, name := range slices.Sorted(maps.Keys(statements)) {
				if needed || !strings.Contains(statements[name], table) {
					continue
				}
				become("SAVEPOINT tried")
				needed = allowed(t.Context(), conn, name, statements[name]) != nil
				become("ROLLBACK TO tried")
			}
			become("ROLLBACK")
			if !needed {
				t.Errorf("no statement needs %s", what)
			}
		}
	}
}

// The role that serves can't change what is in the log, nor date an entry, nor change how
// the log works.
func TestServingRoleCannotRewriteTheLog(t *testing.T) {
	t.Parallel()
	conn := asServing(t)
	for _, statement := range []string{
		"INSERT INTO audit_log (at, actor, action, subject) VALUES ('2020-01-01', 'noura', 'approved', 'appointment V-1')",
		"SET ROLE " + servicetest.ServingRole,
		"INSERT INTO audit_log (actor, action, subject) VALUES ('huda', 'approved', 'appointment V-2')",
	} {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	var backdated int
	if err := conn.QueryRowContext(t.Context(),
		"SELECT count(*) FROM audit_log WHERE at < now() - interval '1 minute'").Scan(&backdated); err != nil {
		t.Fatal(err)
	}
	if backdated != 0 {
		t.Errorf("%d entries are dated by who wrote them", backdated)
	}
	for _, statement := range []string{
		"INSERT INTO audit_log (at, actor, action, subject) VALUES ('2020-01-01', 'huda', 'approved', 'appointment V-2')",
		"INSERT INTO audit_log (id, actor, action, subject) OVERRIDING SYSTEM VALUE VALUES (7, 'huda', 'approved', 'appointment V-2')",
		"UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_log", "TRUNCATE audit_log",
		"UPDATE audit_seals SET number = 0", "DELETE FROM audit_seals", "TRUNCATE audit_seals",
		"ALTER TABLE audit_log DISABLE TRIGGER ALL", "DROP TRIGGER audit_log_dated ON audit_log", "ALTER TABLE audit_log DISABLE TRIGGER USER",
		"SET session_replication_role = replica", "DROP TABLE audit_log", "CREATE TABLE mine (n integer)",
		"CREATE RULE away AS ON INSERT TO audit_log DO INSTEAD NOTHING",
		"CREATE OR REPLACE FUNCTION audit_log_keeps() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
		"UPDATE goose_db_version SET version_id = 1",
	} {
		if _, err := conn.ExecContext(t.Context(), statement); err == nil ||
			!strings.Contains(err.Error(), "permission denied") && !strings.Contains(err.Error(), "must be owner") {
			t.Errorf("%s: got %v, want a refusal", statement, err)
		}
	}
}
