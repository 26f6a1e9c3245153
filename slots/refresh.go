package slots

import (
	"context"
	"errors"

	"ziyara/centre"
)

// WithRefresh sets a function that reads the centre again and returns the newest
// snapshot. It is called when the store finds that a calendar has changed since
// the snapshot of a Booker was taken. Without it the caller gets ErrStale.
func WithRefresh(refresh func(ctx context.Context) (*centre.Snapshot, error)) Option {
	return func(b *Bookers) { b.refresh = refresh }
}

// fresh runs do, and once more on a fresh snapshot of the centre, which replaces
// the Booker's, when do returns ErrStale.
func (b *Booker) fresh(ctx context.Context, do func() error) error {
	err := do()
	if b.refresh == nil || !errors.Is(err, ErrStale) {
		return err
	}
	c, err := b.refresh(ctx)
	if err != nil {
		return err
	}
	b.centre = c
	return do()
}
