package service

import (
	"context"
	"time"
)

// offerPause is the least time between two looks at what was given back: what
// comes in between is looked at together.
const offerPause = 100 * time.Millisecond

// offerAtOnce offers places as soon as they are given back through this
// replica, until ctx is done. The periodic jobs do the same for other replicas,
// and again should this fail.
func (s *Service) offerAtOnce(ctx context.Context) {
	entry := schedule{name: "offer freed places", run: s.offerFreed}
	pause := time.NewTicker(offerPause)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.store.Woken():
			s.runJob(ctx, entry)
		}
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

func (s *Service) offerFreed(ctx context.Context) error {
	made, err := s.waitlist.OfferFreed(ctx, s.config.Now())
	s.gauges.offers.Add(float64(made))
	return err
}

func (s *Service) offerAll(ctx context.Context) error {
	made, err := s.waitlist.OfferAll(ctx, s.config.Now())
	s.gauges.offers.Add(float64(made))
	return err
}

func (s *Service) closeEntries(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return s.store.CloseEntries(ctx, s.config.Now(), batch) })
}
