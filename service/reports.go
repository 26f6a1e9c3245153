package service

import (
	"context"
	"time"

	"ziyara/reports"
	"ziyara/scheduling"
)

const (
	// keepCounts is how long what reports count is kept: two years can be
	// compared, and there is time to ask for them.
	keepCounts = 800 * 24 * time.Hour
	// rememberDays is how many past dates are looked at to remember what was
	// open on them: a service that was down for a while catches up.
	rememberDays = 7
)

// newReporter returns what makes reports over the store.
func (s *Service) newReporter() (*reports.Reporter, error) {
	return reports.New(s.store, s.centre.Load)
}

// countDemand keeps what was asked for since the last time. What can't be kept
// now is kept the next time.
func (s *Service) countDemand(ctx context.Context) error {
	asked := s.demand.Take()
	if len(asked) == 0 {
		return nil
	}
	err := s.store.CountDemand(ctx, asked)
	if err != nil {
		s.demand.Return(asked)
	}
	return err
}

// rememberOpen keeps what was open on the last dates, before somebody changes
// the calendars.
func (s *Service) rememberOpen(ctx context.Context) error {
	return s.store.RememberOpen(ctx, reports.Idle(s.centre.Load(), rememberDays, s.config.Now()))
}

func (s *Service) purgeCounts(ctx context.Context) error {
	before := scheduling.DateOf(s.config.Now().Add(-keepCounts), time.UTC)
	return inBatches(ctx, func() (int, error) { return s.store.PurgeCounts(ctx, before, batch) })
}
