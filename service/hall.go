package service

import (
	"context"

	"ziyara/hall"
)

// newReception returns what runs the halls.
func (s *Service) newReception() (*hall.Reception, error) {
	return hall.NewReception(s.store.Hall(), s.centre.Load, hall.DefaultPolicy())
}

// tellDelays tells visitors who are called later than promised.
func (s *Service) tellDelays(ctx context.Context) error {
	_, err := s.reception.Notify(ctx, s.config.Now())
	return err
}

// closeHalls puts visits in order of which nobody wrote down how they ended.
func (s *Service) closeHalls(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return s.reception.Close(ctx, s.config.Now(), batch) })
}
