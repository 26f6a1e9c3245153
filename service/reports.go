package service

import (
	"context"
	"time"

	"ziyara/centre"
	"ziyara/reports"
	"ziyara/scheduling"
	"ziyara/service/postgres"
)

const (
	// keepCounts is how long what reports count is kept: two years can be
	// compared, and there is time to ask for them.
	keepCounts = 800 * 24 * time.Hour
	// rememberDays is how many past dates are looked at to remember what was
	// open on them: a service that was down for a while catches up.
	rememberDays = 7
)

// reporting counts what reports tell.
type reporting struct {
	store  *postgres.Reports
	centre func() *centre.Snapshot
	now    func() time.Time
	demand reports.Counter
}

// reporter returns what makes reports over the store.
func (r *reporting) reporter() (*reports.Reporter, error) {
	return reports.New(r.store, r.centre)
}

func (r *reporting) jobs() []job {
	return []job{
		{name: "count demand", spec: "@every 30s", run: r.countDemand},
		{name: "remember what was open", spec: "@every 1h", run: r.rememberOpen},
		{name: "purge counts", spec: "@every 1h", run: r.purge},
	}
}

// countDemand keeps what was asked for since the last time. What can't be kept
// now is kept the next time.
func (r *reporting) countDemand(ctx context.Context) error {
	asked := r.demand.Take()
	if len(asked) == 0 {
		return nil
	}
	err := r.store.CountDemand(ctx, asked)
	if err != nil {
		r.demand.Return(asked)
	}
	return err
}

// rememberOpen keeps what was open on the last dates, before somebody changes
// the calendars.
func (r *reporting) rememberOpen(ctx context.Context) error {
	return r.store.RememberOpen(ctx, reports.Idle(r.centre(), rememberDays, r.now()))
}

func (r *reporting) purge(ctx context.Context) error {
	before := scheduling.DateOf(r.now().Add(-keepCounts), time.UTC)
	return inBatches(ctx, func() (int, error) { return r.store.Purge(ctx, before, batch) })
}
