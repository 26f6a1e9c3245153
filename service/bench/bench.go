// Package bench compares the service with the best that the machine and
// PostgreSQL can do, side by side in one run. Absolute figures depend on the
// machine and its load; ratios hardly do.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/service"
	"ziyara/service/postgres"
	"ziyara/setup"
)

// Parts returns the names of all measurements, in order.
func Parts() []string {
	return []string{
		"search", "pages", "bookings", "hot-day", "http-bookings", "rush", "waitlist", "changes", "import", "scale", "lists",
		"reminders", // after what it reminds of; it leaves nothing behind
		"apply",     // last, because the centre is larger afterwards
	}
}

// Choose returns the named parts in order, or all if only is empty. It returns
// an error for an unknown part.
func Choose(only []string) ([]string, error) {
	for _, name := range only {
		if !slices.Contains(Parts(), name) {
			return nil, fmt.Errorf("unknown part %q, want one of %s", name, strings.Join(Parts(), ", "))
		}
	}
	return slices.DeleteFunc(Parts(), func(name string) bool { return len(only) > 0 && !slices.Contains(only, name) }), nil
}

// Config defines what to measure and for how long.
type Config struct {
	DatabaseURL string        // an empty database on a server with fsync on
	Only        []string      // the parts to measure; none for all
	Each        time.Duration // maximum time of each measurement
	Callers     int           // concurrent bookers and pgbench clients
	Connections int           // concurrent HTTP connections
	Stored      []int         // numbers of stored visits at which to measure the planning of reminders, ascending
	Gateway     Gateway       // receives the reminders; an SMPP server by default
	Out         io.Writer     // receives the report, in Markdown
	Progress    io.Writer     // receives progress messages

	origin string           // of the portal; "" for none
	now    func() time.Time // the clock of the service; nil for the machine's
	places int              // places per start; 0 for the maximum of a calendar
}

// Run measures and writes the report. A part that fails is left unfinished and
// the others continue. The error names the failed parts.
func Run(ctx context.Context, c Config) error {
	parts, err := Choose(c.Only)
	if err != nil {
		return err
	}
	if c.places == 0 {
		c.places = mostPlaces
	}
	if _, err = service.Migrate(ctx, c.DatabaseURL); err != nil {
		return err
	}
	if err = seed(ctx, c); err != nil {
		return err
	}
	r := &report{out: c.Out}
	r.line("| what | figure | ratio |")
	r.line("|---|---|---|")
	var errs []error
	for i, name := range parts {
		began := time.Now()
		fmt.Fprintf(c.Progress, "bench: %s, %d of %d\n", name, i+1, len(parts)) //nolint:errcheck // only progress
		if err := measure(ctx, c, name, r); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
		fmt.Fprintf(c.Progress, "bench: %s took %.0f s\n", name, time.Since(began).Seconds()) //nolint:errcheck // only progress
		if ctx.Err() != nil {
			return errors.Join(errs...)
		}
	}
	n, err := service.Audit(ctx, service.Config{DatabaseURL: c.DatabaseURL}, c.Out)
	if n > 0 {
		err = fmt.Errorf("the ledger differs from the appointments at %d ticks", n)
	}
	return errors.Join(append(errs, err, r.err)...)
}

// measure measures one part.
func measure(ctx context.Context, c Config, part string, r *report) error {
	one := func(jobs bool, measure func(context.Context, Config, *service.Service, *report) error) error {
		return with(ctx, c, jobs, func(s *service.Service) error { return measure(ctx, c, s, r) })
	}
	switch part {
	case "search":
		return one(true, search)
	case "pages":
		c.origin = "http://127.0.0.1"
		return one(true, portalPages)
	// Delivering messages is not part of a booking, but would take its share of
	// the machine.
	case "bookings":
		return one(false, bookings)
	case "hot-day":
		return one(false, hotDay)
	case "http-bookings":
		return one(true, httpBookings)
	case "rush":
		return one(true, rush)
	case "waitlist":
		return waitlist(ctx, c, r)
	case "changes":
		return one(true, changes)
	case "import":
		return imports(ctx, c, r)
	case "apply":
		return applies(ctx, c, r)
	case "scale":
		return scale(ctx, c, r)
	case "lists":
		return lists(ctx, c, r)
	default:
		return reminders(ctx, c, r)
	}
}

// with opens a replica, runs it if run is set, and stops it after do.
func with(ctx context.Context, c Config, run bool, do func(*service.Service) error) error {
	replica, err := service.New(ctx, service.Config{
		Limits: service.NoLimits(), UnprovedShare: 100,
		DatabaseURL: c.DatabaseURL, Secret: []byte(benchSecret),
		Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler), MaxConnections: c.Callers,
		Now: c.now, SignIn: signIn, PublicURL: c.origin, Dev: true, // messages go to the sandbox
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
	spreadService = "spread" // each booking takes another desk group
	hotService    = "hot"
	httpService   = "http"
	waitedService = "waited-for" // has two desks of its own
	benchDays     = 60
	mostPlaces    = 1000 // the most that a calendar may open at once
	benchSecret   = "a secret for measuring, thrown away after"
)

// seed adds a branch with desk groups that have the maximum of places, one with
// the few that rush claims, one that is full, for the waitlist, and one that is
// closed.
func seed(ctx context.Context, c Config) error {
	store, err := postgres.Open(ctx, postgres.Config{URL: c.DatabaseURL, MaxConnections: 1, Timeout: time.Minute})
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // the data is committed already
	name := catalog.Text{AR: "قياس", EN: "Measurement"}
	seeded := setup.Centre{
		Branches:    []catalog.Branch{{Slug: benchBranch, Name: name, City: name, Address: name, Zone: "Asia/Riyadh"}},
		Departments: []catalog.Department{{Slug: "bench", Name: name}},
	}
	for _, group := range []struct {
		slug   string
		places int
	}{
		{benchService, c.places}, {spreadService, c.places}, {hotService, c.places}, {httpService, c.places}, {importService, c.places},
		{rushService, rushPlaces}, {waitedService, 2}, {closedService, closedPlaces},
	} {
		seeded.Services = append(seeded.Services, benchServiceOf(group.slug))
		seeded.DeskGroups = append(seeded.DeskGroups, setup.DeskGroup{
			Slug: group.slug, Branch: benchBranch, Department: "bench", Name: name, Services: []string{group.slug}, Plan: benchPlan(group.places),
			Desks: []setup.Desk{},
		})
	}
	_, err = store.Centre().Seed(ctx, seeded)
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
