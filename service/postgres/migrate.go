package postgres

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"ziyara/migrations"
)

// Migrate brings the schema up to date and returns how many migrations it applied.
// Several replicas may call it at once: a lock in the database lets one go first, and
// the others find nothing left to do. If a migration does not get a lock on a table,
// Migrate tries again. The final error names the lock and its holder.
func Migrate(ctx context.Context, databaseURL string) (int, error) {
	return newMigrator(databaseURL).up(ctx)
}

// Schema reports whether the schema is up to date, and whether it is the role of the URL that
// may change it: the owner of the tables or, before there are any, who may make them.
func Schema(ctx context.Context, databaseURL string) (current, mine bool, err error) {
	db, err := newMigrator(databaseURL).connect(ctx)
	if err != nil {
		return false, false, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err = db.GetContext(ctx, &mine, schemaOwned); err != nil || mine {
		return false, mine, translate("schema", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db.DB, migrations.FS)
	if err != nil {
		return false, false, err
	}
	pending, err := provider.HasPending(ctx)
	return err == nil && !pending, false, err
}

const schemaOwned = `
	SELECT coalesce(
		(SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass('public.goose_db_version')),
		has_schema_privilege('public', 'CREATE'))`

// MigrateDown removes the whole schema, with all data.
func MigrateDown(ctx context.Context, databaseURL string) (int, error) {
	return newMigrator(databaseURL).run(ctx, func(p *goose.Provider) ([]*goose.MigrationResult, error) { return p.DownTo(ctx, 0) })
}

const (
	// replicaPatience is how long a replica waits for another one's migrations.
	replicaPatience = 5 * time.Minute
	// lockTimeout is how long a migration waits for a lock on a table. Later
	// statements on the table queue meanwhile, so it is shorter than a visitor
	// would wait.
	lockTimeout = 2 * time.Second
	// lockAttempts is how often a migration asks for a lock, lockPause how long the
	// queue may drain in between: two minutes altogether.
	lockAttempts = 30
	lockPause    = 2 * time.Second
)

// migrationSession is the application name of migrations. It distinguishes them from
// replicas in pg_stat_activity.
const migrationSession = "ziyara migrate"

// migrator applies migrations to a database.
type migrator struct {
	databaseURL string
	files       fs.FS
	lockTimeout time.Duration
	attempts    int
	pause       time.Duration
}

func newMigrator(databaseURL string) migrator {
	return migrator{databaseURL: databaseURL, files: migrations.FS, lockTimeout: lockTimeout, attempts: lockAttempts, pause: lockPause}
}

func (m migrator) up(ctx context.Context) (int, error) {
	return m.run(ctx, func(p *goose.Provider) ([]*goose.MigrationResult, error) { return p.Up(ctx) })
}

// run repeats do until it gets every lock that it needs. Applied migrations stay, so
// the next attempt continues from there.
func (m migrator) run(ctx context.Context, do func(*goose.Provider) ([]*goose.MigrationResult, error)) (n int, err error) {
	db, err := m.connect(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for attempt := 1; ; attempt++ {
		applied, blocked, err := m.try(ctx, db, do)
		n += applied
		answered, ok := errors.AsType[*pq.Error](err)
		switch {
		case err == nil:
			return n, nil
		case !ok || answered.Code != "55P03": // lock_not_available
			return n, fmt.Errorf("migrate: %w", err)
		case attempt == m.attempts:
			return n, fmt.Errorf("migrate: no lock within %s, tried %d times: %s: %w", m.lockTimeout, m.attempts, blocked, err)
		}
		select {
		case <-ctx.Done():
			return n, fmt.Errorf("migrate: %w: %w", ctx.Err(), err)
		case <-time.After(m.pause):
		}
	}
}

// connect opens two connections: one for the migrations, and one to watch what they
// wait for.
func (m migrator) connect(ctx context.Context) (*sqlx.DB, error) {
	u, err := url.Parse(m.databaseURL)
	if err != nil {
		return nil, errors.New("database: DATABASE_URL is not a postgres:// URL") // the URL itself holds a password
	}
	q := u.Query()
	// A migration has no time limit, whatever the URL says about statements. Only
	// its waits for locks are limited.
	q.Set("statement_timeout", "0")
	q.Set("idle_in_transaction_session_timeout", "0")
	q.Set("lock_timeout", strconv.FormatInt(m.lockTimeout.Milliseconds(), 10))
	q.Set("application_name", migrationSession)
	u.RawQuery = q.Encode()
	return connect(ctx, Config{URL: u.String(), MaxConnections: 2})
}

// try returns how many migrations were applied and, if one got no lock, which lock it
// was.
func (m migrator) try(ctx context.Context, db *sqlx.DB, do func(*goose.Provider) ([]*goose.MigrationResult, error),
) (applied int, blocked string, err error) {
	// The locker asks for its advisory lock with pg_try_advisory_lock, once a
	// second. That matters for CREATE INDEX CONCURRENTLY, which waits for every
	// older snapshot: a replica that waited inside a statement would hold one, and
	// each would wait for the other.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, uint64(replicaPatience/time.Second)))
	if err != nil {
		return 0, "", err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db.DB, m.files, goose.WithSessionLocker(locker))
	if err != nil {
		return 0, "", err
	}
	seen := m.watch(ctx, db)
	results, err := do(provider)
	blocked = seen()
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		return len(partial.Applied), path.Base(partial.Failed.Source.Path) + " waits for " + blocked, err
	}
	return len(results), blocked, err
}

// migrate.sql lists the locks that a migration waits for, and who holds them.
//
//go:embed migrate.sql
var migrationWaits string

// watch observes what the migration waits for, until the returned function is called.
// That function returns the last wait that was seen.
func (m migrator) watch(ctx context.Context, db *sqlx.DB) (seen func() string) {
	var last atomic.Pointer[string]
	ctx, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(m.lockTimeout / 4)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			var waits *string
			// An error only leaves it unknown what the migration waits for.
			if err := db.GetContext(ctx, &waits, migrationWaits, migrationSession); err == nil && waits != nil {
				last.Store(waits)
			}
		}
	})
	return func() string {
		stop()
		watching.Wait()
		if waits := last.Load(); waits != nil {
			return *waits
		}
		return "a lock that was not seen"
	}
}
