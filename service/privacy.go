package service

import (
	"cmp"
	"context"
	"time"

	"ziyara/privacy"
	"ziyara/scheduling"
	"ziyara/service/postgres"
)

// forgetting has the jobs that empty and remove what is kept of people once its period is
// over.
type forgetting struct {
	store *postgres.Privacy
	keep  privacy.Periods
	now   func() time.Time

	// next is the first date that may have visits to forget; 0 until that is known.
	next scheduling.Date
}

const (
	// week is how many dates are looked through at once.
	week = 7
	// overlap is how many dates are looked through again each time, for visits that somebody
	// was just changing.
	overlap = 30
)

func (f *forgetting) jobs() []job {
	return []job{
		{name: "forget visits", spec: "45 1 * * *", limit: longJobLimit, run: f.visits},
		{name: "forget entries", spec: "50 1 * * *", limit: longJobLimit, run: f.entries},
	}
}

// visits empties past visits, a week after the other, in portions.
func (f *forgetting) visits(ctx context.Context) error {
	end := scheduling.DateOf(f.now().Add(-f.keep.Visits), time.UTC)
	if f.next == 0 {
		first, ok, err := f.store.FirstDay(ctx)
		if err != nil || !ok {
			return err
		}
		f.next = first
	}
	for from := f.next; from < end && ctx.Err() == nil; from += week {
		err := inBatches(ctx, func() (int, error) { return f.store.ForgetVisits(ctx, from, min(from+week, end), batch) })
		if err != nil {
			return err
		}
		f.next = max(f.next, from-overlap)
	}
	return ctx.Err()
}

// entries removes entries of the waitlist that have ended.
func (f *forgetting) entries(ctx context.Context) error {
	before := f.now().Add(-f.keep.Waitlist)
	return inBatches(ctx, func() (int, error) { return f.store.ForgetEntries(ctx, before, batch) })
}

// ExportPerson returns a copy of what is kept of a person. Of the configuration it uses the
// database and the keys.
func ExportPerson(ctx context.Context, c Config, who privacy.Who) (data privacy.Data, err error) {
	err = withPrivacy(ctx, c, func(p *postgres.Privacy) error {
		data, err = p.Find(ctx, who)
		return err
	})
	return data, err
}

// ErasePerson erases what is kept of a person, as privacy.Erasure counts it. It returns a
// *privacy.OngoingError if it may not be erased yet.
func ErasePerson(ctx context.Context, c Config, who privacy.Who, now time.Time) (erased privacy.Erasure, err error) {
	err = withPrivacy(ctx, c, func(p *postgres.Privacy) error {
		erased, err = p.Erase(ctx, who, now)
		return err
	})
	return erased, err
}

func withPrivacy(ctx context.Context, c Config, do func(*postgres.Privacy) error) error {
	store, err := postgres.Open(ctx, postgres.Config{
		URL: c.DatabaseURL, MaxConnections: 2, Timeout: cmp.Or(c.Patience, statementTimeout), Lazy: true, Connect: c.Connect,
	})
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // what was written is committed
	keys, err := c.keys()
	if err == nil {
		err = store.OpenVault(ctx, keys)
	}
	if err != nil {
		return err
	}
	return do(store.Privacy())
}
