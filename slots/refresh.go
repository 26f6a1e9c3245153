package slots

import (
	"context"
	"errors"
)

// WithRefresh lets refresh have the Booker's centre return what it is now, when
// the store finds that a calendar has changed since the snapshot was taken.
// Without it whoever asked meets ErrStale.
func WithRefresh(refresh func(ctx context.Context) error) Option {
	return func(b *Booker) { b.refresh = refresh }
}

// fresh runs do, and once more by a fresh snapshot of the centre when it says
// that a calendar is gone.
func (b *Booker) fresh(ctx context.Context, do func() error) error {
	err := do()
	if b.refresh == nil || !errors.Is(err, ErrStale) {
		return err
	}
	if err = b.refresh(ctx); err != nil {
		return err
	}
	return do()
}
