// Package bench measures the service against what the machine and PostgreSQL
// can do at best, side by side in one run: absolute figures depend on the
// machine and the hour, ratios hardly do.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/service"
	"ziyara/service/postgres"
)

// Config says what to measure and for how long.
type Config struct {
	DatabaseURL string        // an empty database whose server keeps fsync on
	Only        []string      // what to measure: search, bookings
	Each        time.Duration // how long each measurement runs
	Callers     int           // concurrent bookers and pgbench clients
	Connections int           // concurrent HTTP connections
	Out         io.Writer     // gets the report, in Markdown
}

// Run measures and writes the report.
func Run(ctx context.Context, c Config) error {
	if _, err := service.Migrate(ctx, c.DatabaseURL); err != nil {
		return err
	}
	if err := seed(ctx, c.DatabaseURL); err != nil {
		return err
	}
	r := &report{out: c.Out}
	r.line("| what | figure | ratio |")
	r.line("|---|---|---|")
	for _, part := range []struct {
		name string
		// The delivery of the messages is not part of a booking, and would
		// take its share of the machine.
		jobs    bool
		measure func(context.Context, Config, *service.Service, *report) error
	}{
		{"search", true, search},
		{"bookings", false, bookings},
	} {
		if !slices.Contains(c.Only, part.name) {
			continue
		}
		if err := with(ctx, c, part.jobs, func(s *service.Service) error { return part.measure(ctx, c, s, r) }); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	n, err := service.Audit(ctx, c.DatabaseURL, c.Out)
	switch {
	case err != nil:
		return err
	case n > 0:
		return fmt.Errorf("the ledger differs from the appointments at %d ticks", n)
	}
	return r.err
}

// with opens a replica, runs it if asked to, and stops it after do.
func with(ctx context.Context, c Config, run bool, do func(*service.Service) error) error {
	replica, err := service.New(ctx, service.Config{
		DatabaseURL: c.DatabaseURL, Secret: []byte("a secret for measuring, thrown away after"),
		Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler), MaxConnections: c.Callers,
	})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	stopped := make(chan error, 1)
	if run {
		go func() { stopped <- replica.Run(running) }()
	}
	err = do(replica)
	stop()
	if !run {
		stopped <- replica.Run(running) // closes what New opened
	}
	return errors.Join(err, <-stopped)
}

// report collects rows and the first error of writing them.
type report struct {
	out io.Writer
	err error
}

func (r *report) line(format string, args ...any) {
	if r.err == nil {
		_, r.err = fmt.Fprintf(r.out, format+"\n", args...)
	}
}

const (
	benchBranch  = "bench"
	benchService = "bench"
	benchDays    = 60
)

// seed adds one branch with one desk group that never runs out of places: the
// hours of a normal day, so that a ledger row has its normal size.
func seed(ctx context.Context, databaseURL string) error {
	store, err := postgres.Open(ctx, postgres.Config{URL: databaseURL, MaxConnections: 1, Timeout: time.Minute})
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // what was written is committed
	name := catalog.Text{AR: "قياس", EN: "Measurement"}
	_, err = store.SeedCentre(ctx, postgres.Seed{
		Branches:    []catalog.Branch{{Slug: benchBranch, Name: name, City: name, Address: name, Zone: "Asia/Riyadh"}},
		Departments: []catalog.Department{{Slug: "bench", Name: name}},
		Services: []catalog.Service{{
			Slug: benchService, Department: "bench", Name: name, About: name,
			Duration: 20 * time.Minute, Step: 20 * time.Minute, Horizon: (benchDays + 2) * 24 * time.Hour,
			PartyLimit: 1, ActiveLimit: 1,
		}},
		DeskGroups: []postgres.SeedGroup{{
			Slug: "bench", Branch: benchBranch, Department: "bench", Name: name, Services: []string{benchService},
			Plan: scheduling.Plan{Zone: "Asia/Riyadh", Rules: []scheduling.Rule{{
				Name: scheduling.Text(name), RRule: "FREQ=DAILY", From: scheduling.NewDate(2026, time.January, 1),
				Openings: []scheduling.Opening{{From: 7*60 + 30, To: 16*60 + 30, Places: 1000}},
			}}},
		}},
	})
	return err
}
