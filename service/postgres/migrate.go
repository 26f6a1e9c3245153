package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"ziyara/migrations"
)

// Migrate brings the schema up to date and returns how many migrations it
// applied. Several replicas may call it at once: a lock in the database lets
// one go first, and the others find nothing left to do.
func Migrate(ctx context.Context, url string) (int, error) {
	return migrate(ctx, url, func(p *goose.Provider) ([]*goose.MigrationResult, error) { return p.Up(ctx) })
}

// MigrateDown takes the whole schema down again, with everything in it.
func MigrateDown(ctx context.Context, url string) (int, error) {
	return migrate(ctx, url, func(p *goose.Provider) ([]*goose.MigrationResult, error) { return p.DownTo(ctx, 0) })
}

func migrate(ctx context.Context, url string, run func(*goose.Provider) ([]*goose.MigrationResult, error)) (n int, err error) {
	// A migration takes as long as it takes: no statement timeout.
	db, err := connect(ctx, Config{URL: url, MaxConnections: 2})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, uint64(lockPatience/time.Second)))
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db.DB, migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	results, err := run(provider)
	if err != nil {
		return len(results), fmt.Errorf("migrate: %w", err)
	}
	return len(results), nil
}

// lockPatience is how long a replica waits for another one's migrations.
const lockPatience = 5 * time.Minute
