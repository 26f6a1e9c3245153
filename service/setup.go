package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"ziyara/audit"
	"ziyara/scheduling"
	"ziyara/service/demo"
	"ziyara/service/postgres"
	"ziyara/setup"
	"ziyara/slots"
)

// Migrate brings the schema up to date and returns how many migrations it
// applied. It is safe to run from several replicas at once.
func Migrate(ctx context.Context, databaseURL string) (int, error) {
	return postgres.Migrate(ctx, databaseURL)
}

// Prepare makes sure that a replica can serve: it migrates if DATABASE_URL is that of the
// owner of the tables, and returns an error that wraps ErrSchema if it is another one's and
// ziyara migrate has to run first.
func Prepare(ctx context.Context, databaseURL string) error {
	ready, mine, err := postgres.Schema(ctx, databaseURL)
	switch {
	case err != nil:
		return err
	case mine:
		_, err = Migrate(ctx, databaseURL)
		return err
	case !ready:
		return ErrSchema
	}
	return nil
}

// ErrSchema is returned when the schema is older than the program, and the role that serves
// may not change it.
var ErrSchema = errors.New("service: the schema is not up to date: run ziyara migrate as its owner first")

// Grant gives a role of the database what it needs to serve.
func Grant(ctx context.Context, databaseURL, role string) error {
	return postgres.Grant(ctx, databaseURL, role)
}

// MakeServing makes a role of the database that serves and can't change the log of what
// staff do, and returns the URL with which it connects. The URL is that of an owner who may
// make roles, and the schema is up to date.
func MakeServing(ctx context.Context, databaseURL, role string) (string, error) {
	servingURL, err := postgres.MakeServing(ctx, databaseURL, role)
	if err != nil {
		return "", err
	}
	return servingURL, postgres.Grant(ctx, databaseURL, role)
}

// SeedDemo adds the parts of the demo centre that the database lacks, and returns
// how many things it added.
func SeedDemo(ctx context.Context, databaseURL string) (int, error) {
	centre, err := demo.Load()
	if err != nil {
		return 0, err
	}
	var added []setup.Change
	err = withCentre(ctx, Config{DatabaseURL: databaseURL}, func(store *postgres.Centre) (err error) {
		added, err = store.Seed(ctx, centre)
		return err
	})
	return len(added), err
}

// withCentre lets do use the centre of a database.
func withCentre(ctx context.Context, c Config, do func(*postgres.Centre) error) error {
	store, err := postgres.Open(ctx, postgres.Config{
		URL: c.DatabaseURL, MaxConnections: 2, Timeout: cmp.Or(c.Patience, statementTimeout), Lazy: true, Connect: c.Connect,
	})
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // what was written is committed
	return do(store.Centre())
}

// Describe returns the centre in a database as a file has it.
func Describe(ctx context.Context, c Config) (described setup.Centre, err error) {
	err = withCentre(ctx, c, func(store *postgres.Centre) (err error) {
		described, err = store.Describe(ctx)
		return err
	})
	return described, err
}

// Apply makes the centre in a database as a file says, and returns what that does; with
// try it changes nothing, and returns what it would do. Visits that the centre would not
// take any more stay. The changes are in the log as those of actor. The error joins some
// that wrap setup.ErrRefused, or wraps a *slots.AffectedError if visits would lose their
// places.
func Apply(ctx context.Context, c Config, want setup.Centre, actor string, try bool) (setup.Outcome, error) {
	return change(ctx, c, func(setup.Centre) (setup.Centre, error) { return want, nil }, actor, try)
}

// ApplyTable is Apply for a table of services or desk groups. The error may also be a
// setup.FileError: what is wrong with the lines of the table in this centre.
func ApplyTable(ctx context.Context, c Config, t setup.Table, actor string, try bool) (setup.Outcome, error) {
	return change(ctx, c, t.On, actor, try)
}

func change(ctx context.Context, c Config, want func(have setup.Centre) (setup.Centre, error), actor string, try bool,
) (out setup.Outcome, err error) {
	r := slots.CentreRequest{Author: audit.Entry{At: c.now(), Actor: actor}, Try: try, Decision: slots.Keep}
	err = withCentre(ctx, c, func(store *postgres.Centre) (err error) {
		out, err = store.Change(ctx, r, want)
		return err
	})
	if affected, ok := errors.AsType[*slots.AffectedError](err); ok {
		err = fmt.Errorf("%w, of %s: close those times in the calendar first, where each visitor is offered another one",
			err, strings.Join(affected.DeskGroups, ", "))
	}
	return out, err
}

func (c Config) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// AuditLog checks the seals of the log of what staff do, writes a line for each fault and the
// head of the log, and returns how many faults there are. If head is the head of an earlier
// time, the log must still have it; "" for none. Of the configuration it uses the database.
func AuditLog(ctx context.Context, c Config, head string, out io.Writer) (int, error) {
	var earlier audit.Head
	if head != "" {
		var err error
		if earlier, err = audit.ParseHead(head); err != nil {
			return 0, err
		}
	}
	store, err := openForAudit(ctx, c)
	if err != nil {
		return 0, err
	}
	defer store.Close() //nolint:errcheck // nothing was written
	last, faults, err := store.AuditLog().Check(ctx)
	if err != nil {
		return 0, err
	}
	missing, err := store.AuditLog().Missing(ctx, earlier)
	if err != nil {
		return 0, err
	}
	if missing != nil {
		faults = append(faults, *missing)
	}
	for _, f := range faults {
		if _, err = fmt.Fprintln(out, "log:", f); err != nil {
			return len(faults), err
		}
	}
	_, err = fmt.Fprintf(out, "The log has %d sealed entries. Its head is %s.\n", last.Number, last.Head())
	return len(faults), err
}

// openForAudit opens the database for a look at all of it.
func openForAudit(ctx context.Context, c Config) (*postgres.Store, error) {
	return postgres.Open(ctx, postgres.Config{
		URL: c.DatabaseURL, MaxConnections: 2, Timeout: cmp.Or(c.Patience, statementTimeout), Lazy: true, Connect: c.Connect,
	})
}

// Audit recomputes the ledger from holds and booked visits, writes a line for
// each difference, and returns how many there are. Of the configuration it uses
// the database.
func Audit(ctx context.Context, c Config, out io.Writer) (int, error) {
	store, err := openForAudit(ctx, c)
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
