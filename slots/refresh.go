package slots

import (
	"context"
	"errors"
)

// WithRefresh sets a function that renews the snapshot of the Booker's centre. It
// is called when the store finds that a calendar has changed since the snapshot
// was taken. Without it the caller gets ErrStale.
func WithRefresh(refresh func(ctx context.Context) error) Option {
	return func(b *Booker) { b.refresh = refresh }
}

// fresh runs do, and once more with a fresh snapshot of the centre when do
// returns ErrStale.
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
