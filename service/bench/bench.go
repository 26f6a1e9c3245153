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
	Only        []string      // the parts to measure; none for all
	Each        time.Duration // how long each measurement runs
	Callers     int           // concurrent bookers and pgbench clients
	Connections int           // concurrent HTTP connections
	Stored      []int         // visits stored when the planning of reminders is looked at, ascending
	Gateway     Gateway       // that takes the reminders; an SMPP server
	Out         io.Writer     // gets the report, in Markdown

	now func() time.Time // the clock of the service; nil for the machine's
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
	one := func(jobs bool, measure func(context.Context, Config, *service.Service, *report) error) func() error {
		return func() error {
			return with(ctx, c, jobs, func(s *service.Service) error { return measure(ctx, c, s, r) })
		}
	}
	for _, part := range []struct {
		name    string
		measure func() error
	}{
		{"search", one(true, search)},
		// The delivery of the messages is not part of a booking, and would
		// take its share of the machine.
		{"bookings", one(false, bookings)},
		{"hot-day", one(false, hotDay)},
		{"http-bookings", one(true, httpBookings)},
		{"rush", one(true, rush)},
		{"waitlist", func() error { return waitlist(ctx, c, r) }},
		{"changes", one(true, changes)},
		{"scale", func() error { return scale(ctx, c, r) }},
		{"lists", func() error { return lists(ctx, c, r) }},
		{"reminders", func() error { return reminders(ctx, c, r) }}, // last: it leaves nothing behind
	} {
		if len(c.Only) > 0 && !slices.Contains(c.Only, part.name) {
			continue
		}
		if err := part.measure(); err != nil {
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
		DatabaseURL: c.DatabaseURL, Secret: []byte(benchSecret),
		Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler), MaxConnections: c.Callers,
		Now: c.now, SignIn: signIn,
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
	benchBranch   = "bench"
	benchService  = "bench"
	waitedService = "waited-for" // has two desks of its own
	benchDays     = 60
	benchSecret   = "a secret for measuring, thrown away after"
)

// seed adds one branch with a desk group that never runs out of places, one with
// the few that rush is after, one that is full for those who wait, and one that is closed.
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
		Services:    []catalog.Service{benchServiceOf(benchService), benchServiceOf(rushService), benchServiceOf(waitedService), benchServiceOf(closedService)},
		DeskGroups: []postgres.SeedGroup{
			{Slug: "bench", Branch: benchBranch, Department: "bench", Name: name, Services: []string{benchService}, Plan: benchPlan(1000)},
			{Slug: "rush", Branch: benchBranch, Department: "bench", Name: name, Services: []string{rushService}, Plan: benchPlan(rushPlaces)},
			{Slug: waitedService, Branch: benchBranch, Department: "bench", Name: name, Services: []string{waitedService}, Plan: benchPlan(2)},
			{Slug: closedService, Branch: benchBranch, Department: "bench", Name: name, Services: []string{closedService}, Plan: benchPlan(closedPlaces)},
		},
	})
	return err
}

// benchServiceOf returns a service with visits of twenty minutes.
func benchServiceOf(slug string) catalog.Service {
	name := catalog.Text{AR: "قياس", EN: "Measurement"}
	return catalog.Service{
		Slug: slug, Department: "bench", Name: name, About: name,
		Duration: 20 * time.Minute, Step: 20 * time.Minute, Horizon: (benchDays + 2) * 24 * time.Hour,
		PartyLimit: 1, ActiveLimit: 1, Reminders: catalog.DefaultReminders(),
	}
}

// benchPlan returns the hours of a normal day, every day, so that a ledger row
// has its normal size.
func benchPlan(places int) scheduling.Plan {
	return scheduling.Plan{Zone: "Asia/Riyadh", Rules: []scheduling.Rule{{
		Name: scheduling.Text{AR: "قياس", EN: "Measurement"}, RRule: "FREQ=DAILY", From: scheduling.NewDate(2026, time.January, 1),
		Openings: []scheduling.Opening{{From: 7*60 + 30, To: 16*60 + 30, Places: places}},
	}}}
}
