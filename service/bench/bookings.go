package bench

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"ziyara/catalog"
	"ziyara/service"
	"ziyara/slots"
)

// The scripts of pgbench: the writes of a booking without any check, and a
// single row.
var (
	//go:embed same_rows.sql
	sameRows string
	//go:embed single_row.sql
	singleRow string
	//go:embed tables.sql
	tables string
)

// bookings compares complete bookings (a hold with its ledger update, then the
// visit with history and message, under all limits) with pgbench on the same
// server: writing the same rows without any check, and inserting a single row.
// The sides take turns.
func bookings(ctx context.Context, c Config, replica *service.Service, r *report) error {
	pgbench, err := newPgbench(ctx, c)
	if err != nil {
		return err
	}
	defer pgbench.remove()
	now := time.Now().UTC()
	from, err := spreadPlaces(c, replica.Centre(), benchService, now)
	if err != nil {
		return err
	}
	var same, single float64
	var ours rate
	for range rounds {
		n, err := pgbench.run(ctx, c, sameRows)
		if err != nil {
			return err
		}
		same += n / rounds
		if err = ours.run(ctx, c, from, bookStart(replica.Booker(), benchService, now)); err != nil {
			return err
		}
		if n, err = pgbench.run(ctx, c, singleRow); err != nil {
			return err
		}
		single += n / rounds
	}
	r.line("| pgbench, single-row INSERT, %d clients | %.0f/s | |", c.Callers, single)
	r.line("| pgbench, the rows of a booking without any check, %d clients | %.0f/s | 1 |", c.Callers, same)
	r.line("| complete bookings, spread over %d days, %d callers%s | %.0f/s | %.2f; %.2f of the single-row INSERT |",
		benchDays, c.Callers, ours.note(), ours.perSecond(), ours.perSecond()/same, ours.perSecond()/single)
	return nil
}

// hotCallers is the number of callers who all want the same day.
const hotCallers = 256

// hotDay compares bookings of one desk group on one day with the same load
// spread over days. The sides take turns, each time on another day. If a day is
// full, the next one follows.
func hotDay(ctx context.Context, c Config, replica *service.Service, r *report) error {
	c.Callers = hotCallers
	now := time.Now().UTC()
	all, err := spreadPlaces(c, replica.Centre(), spreadService, now)
	if err != nil {
		return err
	}
	days, err := hotPlaces(c, replica.Centre(), hotService, now)
	if err != nil {
		return err
	}
	var spread, hot rate
	for range rounds {
		if err = spread.run(ctx, c, all, bookStart(replica.Booker(), spreadService, now)); err != nil {
			return err
		}
		days.nextDay()
		if err = hot.run(ctx, c, days, bookStart(replica.Booker(), hotService, now)); err != nil {
			return err
		}
	}
	r.line("| complete bookings, spread over %d days, %d callers%s | %.0f/s | 1 |", benchDays, c.Callers, spread.note(), spread.perSecond())
	r.line("| complete bookings on one day of one desk group, %d callers%s | %.0f/s | %.2f |",
		c.Callers, hot.note(), hot.perSecond(), hot.perSecond()/spread.perSecond())
	return nil
}

// bookStart returns a function that makes a complete booking for a new visitor.
func bookStart(booker *slots.Booker, service string, now time.Time) func(time.Time) error {
	return func(start time.Time) error {
		_, err := bookOne(booker, service, start, now)
		return err
	}
}

// bookOne makes a complete booking for a new visitor. It does not use the
// context of the measurement, so that a booking once started is finished.
func bookOne(booker *slots.Booker, service string, start, now time.Time) (slots.Reference, error) {
	ctx := context.Background()
	hold, err := booker.Hold(ctx, slots.HoldRequest{
		Service: service, Branch: benchBranch, Start: start, Party: 1, Channel: catalog.Public,
	}, nil, now)
	if err != nil {
		return "", err
	}
	booking := newBooking()
	_, err = booker.Book(ctx, hold.ID, booking, nil, now)
	return booking.Reference, err
}

// newBooking returns a booking for a new visitor.
func newBooking() slots.Booking {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	number := binary.BigEndian.Uint64(random[8:])
	return slots.Booking{
		Reference: slots.NewReference([5]byte(random[:5])), Person: slots.Person(hex.EncodeToString(random[:])),
		Mobile: fmt.Sprintf("+9665%08d", number%1e8), Lang: "ar",
		Visitor: slots.Visitor{Name: "زائر", Identity: slots.Identity{Kind: slots.NationalID, Number: fmt.Sprintf("1%09d", number%1e9)}},
	}
}

// pgbench runs scripts with PostgreSQL's own load generator.
type pgbench struct{ program, dir string }

// newPgbench finds the program and creates tables like ours, with their primary
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
	// One client, one transaction: the script creates the tables.
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
// returns the transactions per second.
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
		return 0, fmt.Errorf("pgbench finished nothing within %s; a longer --each helps: %s", c.Each, out)
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
