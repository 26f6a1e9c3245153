package bench

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/service"
	"ziyara/slots"
)

// The scripts of pgbench: what a booking writes without any check, and a
// single row.
var (
	//go:embed same_rows.sql
	sameRows string
	//go:embed single_row.sql
	singleRow string
	//go:embed tables.sql
	tables string
)

// bookings compares complete bookings (a hold with its ledger update, then
// the visit with history and message, under all limits) with pgbench on the
// same server: writing the same rows without any check, and inserting a single
// row. The sides take turns.
func bookings(ctx context.Context, c Config, replica *service.Service, r *report) error {
	pgbench, err := newPgbench(ctx, c)
	if err != nil {
		return err
	}
	defer pgbench.remove()
	var ours, same, single float64
	for range rounds {
		n, err := pgbench.run(ctx, c, sameRows)
		if err != nil {
			return err
		}
		same += n / rounds
		if n, err = book(ctx, c, replica); err != nil {
			return err
		}
		ours += n / rounds
		if n, err = pgbench.run(ctx, c, singleRow); err != nil {
			return err
		}
		single += n / rounds
	}
	r.line("| pgbench, single-row INSERT, %d clients | %.0f/s | |", c.Callers, single)
	r.line("| pgbench, the rows of a booking without any check, %d clients | %.0f/s | 1 |", c.Callers, same)
	r.line("| complete bookings, spread over %d days, %d callers | %.0f/s | %.2f; %.2f of the single-row INSERT |",
		benchDays, c.Callers, ours, ours/same, ours/single)
	return nil
}

// book holds and books for the time of one measurement and returns complete
// bookings a second.
func book(ctx context.Context, c Config, replica *service.Service) (float64, error) {
	now := time.Now().UTC()
	starts, err := allStarts(replica.Centre(), now, benchDays)
	if err != nil {
		return 0, err
	}
	return each(ctx, c, starts, func(start time.Time) error { return one(replica.Booker(), start, now) })
}

// each books starts with all callers for the time of one measurement and
// returns how many a second.
func each(ctx context.Context, c Config, starts []time.Time, book func(time.Time) error) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Each)
	defer cancel()
	var wg sync.WaitGroup
	var booked atomic.Int64
	errs := make([]error, c.Callers)
	began := time.Now()
	for i := range c.Callers {
		wg.Go(func() {
			for n := i * len(starts) / c.Callers; ctx.Err() == nil; n++ {
				if errs[i] = book(starts[n*31%len(starts)]); errs[i] != nil {
					return
				}
				booked.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(booked.Load()) / time.Since(began).Seconds(), errors.Join(errs...)
}

// hotCallers are those who all want the same day.
const hotCallers = 256

// hotDay compares bookings of one desk group on one day with the same load
// spread over days. The sides take turns, each time on another day.
func hotDay(ctx context.Context, c Config, replica *service.Service, r *report) error {
	c.Callers = hotCallers
	now := time.Now().UTC()
	starts, err := allStarts(replica.Centre(), now, benchDays)
	if err != nil {
		return err
	}
	perDay := len(starts) / benchDays
	var spread, hot float64
	for round := range rounds {
		n, err := each(ctx, c, starts, func(start time.Time) error { return one(replica.Booker(), start, now) })
		if err != nil {
			return err
		}
		spread += n / rounds
		day := starts[(10+round)*perDay : (11+round)*perDay]
		if n, err = each(ctx, c, day, func(start time.Time) error { return one(replica.Booker(), start, now) }); err != nil {
			return err
		}
		hot += n / rounds
	}
	r.line("| complete bookings, spread over %d days, %d callers | %.0f/s | 1 |", benchDays, c.Callers, spread)
	r.line("| complete bookings on one day of one desk group, %d callers | %.0f/s | %.2f |", c.Callers, hot, hot/spread)
	return nil
}

// allStarts returns the starts of so many days from tomorrow on.
func allStarts(centre *centre.Snapshot, now time.Time, days int) ([]time.Time, error) {
	service, group, err := centre.Desk(benchService, benchBranch)
	if err != nil {
		return nil, err
	}
	visit, err := slots.ShapeOf(service, 1, catalog.Public)
	if err != nil {
		return nil, err
	}
	var starts []time.Time
	first := group.Calendar.DateOf(now) + 1
	for date := first; date < first+scheduling.Date(days); date++ {
		for _, s := range slots.Free(group.Calendar.Day(date), nil, visit, now) {
			starts = append(starts, s.Start)
		}
	}
	return starts, nil
}

// one is a complete booking by somebody new. The context is not the
// measurement's: what was begun is finished.
func one(booker *slots.Booker, start, now time.Time) error {
	_, err := oneOf(booker, benchService, start, now)
	return err
}

// oneOf is the same of any service.
func oneOf(booker *slots.Booker, service string, start, now time.Time) (slots.Reference, error) {
	ctx := context.Background()
	hold, err := booker.Hold(ctx, slots.HoldRequest{
		Service: service, Branch: benchBranch, Start: start, Party: 1, Channel: catalog.Public,
	}, nil, now)
	if err != nil {
		return "", err
	}
	booking := somebody()
	_, err = booker.Book(ctx, hold.ID, booking, nil, now)
	return booking.Reference, err
}

// somebody is a booking by somebody new.
func somebody() slots.Booking {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	return slots.Booking{
		Reference: slots.NewReference([5]byte(random[:5])), Person: slots.Person(hex.EncodeToString(random[:])),
		Mobile: "+966500000000", Lang: "ar",
		Visitor: slots.Visitor{Name: "زائر", Identity: slots.Identity{Kind: slots.NationalID, Number: "1000000008"}},
	}
}

// pgbench runs scripts with PostgreSQL's own load generator.
type pgbench struct{ program, dir string }

// newPgbench finds the program and makes tables like ours, with their primary
// keys and nothing else.
func newPgbench(ctx context.Context, c Config) (*pgbench, error) {
	program, err := exec.LookPath("pgbench")
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench") // the pattern is valid
		if len(found) == 0 {
			return nil, errors.New("pgbench is missing: install Debian's package postgresql-contrib or postgresql")
		}
		slices.Sort(found)
		program = found[len(found)-1]
	}
	dir, err := os.MkdirTemp("", "ziyara-bench-")
	if err != nil {
		return nil, err
	}
	p := &pgbench{program, dir}
	script, err := p.write(tables)
	if err != nil {
		return nil, err
	}
	// One client, one transaction: the script makes the tables.
	if _, err = p.pgbench(ctx, c, script, "--client=1", "--transactions=1"); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *pgbench) remove() { _ = os.RemoveAll(p.dir) } // a temporary directory

func (p *pgbench) write(script string) (string, error) {
	f, err := os.CreateTemp(p.dir, "*.sql")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(script)
	return f.Name(), errors.Join(err, f.Close())
}

var tps = regexp.MustCompile(`tps = ([0-9.]+)`)

// run runs a script with all clients for the time of one measurement and
// returns transactions of the script a second.
func (p *pgbench) run(ctx context.Context, c Config, script string) (float64, error) {
	name, err := p.write(script)
	if err != nil {
		return 0, err
	}
	out, err := p.pgbench(ctx, c, name,
		"--client="+strconv.Itoa(c.Callers), "--jobs=2", "--protocol=prepared",
		"--time="+strconv.Itoa(max(1, int(c.Each.Seconds()))))
	if err != nil {
		return 0, err
	}
	found := tps.FindSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("pgbench told no tps: %s", out)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

func (p *pgbench) pgbench(ctx context.Context, c Config, script string, args ...string) ([]byte, error) {
	args = append(args, "--no-vacuum", "--file="+script, c.DatabaseURL)
	out, err := exec.CommandContext(ctx, p.program, args...).CombinedOutput() //nolint:gosec // our own arguments
	if err != nil {
		return nil, fmt.Errorf("pgbench: %w: %s", err, out[:min(len(out), 500)])
	}
	return out, nil
}
