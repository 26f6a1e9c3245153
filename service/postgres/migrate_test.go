package postgres_test

import (
	"context"
	"io/fs"
	"sync"
	"testing"

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
