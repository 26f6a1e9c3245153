package service

import (
	"context"
	"time"

	"ziyara/centre"
	"ziyara/privacy"
	"ziyara/reports"
	"ziyara/scheduling"
	"ziyara/service/postgres"
)

const (
	// keepCounts is how long the counts for reports are kept: two years to compare,
	// and some time to ask for them.
	keepCounts = privacy.KeepCounts
	// rememberDays is how many past dates a run stores opening hours for, so that
	// a service that was down catches up.
	rememberDays = 7
)

// reporting has the jobs that count for reports.
type reporting struct {
	store  *postgres.Reports
	centre func() *centre.Snapshot
	now    func() time.Time
	demand *reports.Counter
}

// reporter returns a reporter that reads the store.
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

// countDemand stores the demand since the last run. If that fails, the next run
// stores it.
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

// rememberOpen stores the opening hours of the last dates before the calendars
// change.
func (r *reporting) rememberOpen(ctx context.Context) error {
	return r.store.RememberOpen(ctx, reports.Idle(r.centre(), rememberDays, r.now()))
}

func (r *reporting) purge(ctx context.Context) error {
	before := scheduling.DateOf(r.now().Add(-keepCounts), time.UTC)
	return inBatches(ctx, func() (int, error) { return r.store.Purge(ctx, before, batch) })
}
