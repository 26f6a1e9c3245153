package service

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"ziyara/scheduling"
	"ziyara/service/demo"
	"ziyara/service/postgres"
)

// Migrate brings the schema up to date and returns how many migrations it
// applied. It is safe to run from several replicas at once.
func Migrate(ctx context.Context, databaseURL string) (int, error) {
	return postgres.Migrate(ctx, databaseURL)
}

// SeedDemo adds the parts of the demo centre that the database lacks, and returns
// how many rows it added.
func SeedDemo(ctx context.Context, databaseURL string) (int, error) {
	centre, err := demo.Load()
	if err != nil {
		return 0, err
	}
	seed := postgres.Seed{
		Branches: centre.Branches, Departments: centre.Departments, Services: centre.Services,
		Entities: centre.Entities, Holidays: centre.Holidays,
	}
	for _, g := range centre.DeskGroups {
		seed.DeskGroups = append(seed.DeskGroups, postgres.SeedGroup(g))
	}
	store, err := postgres.Open(ctx, postgres.Config{URL: databaseURL, MaxConnections: 2, Timeout: statementTimeout, Lazy: true})
	if err != nil {
		return 0, err
	}
	defer store.Close() //nolint:errcheck // what was written is committed
	return store.Centre().Seed(ctx, seed)
}

// Audit recomputes the ledger from holds and booked visits, writes a line for
// each difference, and returns how many there are. Of the configuration it uses
// the database.
func Audit(ctx context.Context, c Config, out io.Writer) (int, error) {
	store, err := postgres.Open(ctx, postgres.Config{
		URL: c.DatabaseURL, MaxConnections: 2, Timeout: cmp.Or(c.Patience, statementTimeout), Lazy: true, Connect: c.Connect,
	})
	if err != nil {
		return 0, err
	}
	defer store.Close() //nolint:errcheck // nothing was written
	differences, err := store.Appointments().Audit(ctx)
	if err != nil {
		return 0, err
	}
	for _, d := range differences {
		_, err = fmt.Fprintf(out, "%s %s tick %d (%s after the day began): ledger %d, appointments %d\n",
			d.DeskGroup, d.Day.Format("2006-01-02"), d.Tick, scheduling.WallTime(d.Tick*int(scheduling.Tick.Minutes())), d.Used, d.Claimed)
		if err != nil {
			return len(differences), err
		}
	}
	return len(differences), nil
}
