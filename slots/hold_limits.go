package slots

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// HoldLimits bound how many holds may stand at once.
type HoldLimits struct {
	PerAddress int // of one network address; 0 for any number
	PerMobile  int // of one mobile; 0 for any number
}

// Holder is on whose account a hold stands, as far as that is known before
// somebody puts their name to it.
type Holder struct {
	Address []byte // what tells the network address from others; nil when none counts
	HoldLimits
}

// CountedAddress returns the address when a limit counts its holds, or nil: what
// nothing counts is not kept.
func (h Holder) CountedAddress() []byte {
	if h.PerAddress == 0 || len(h.Address) == 0 {
		return nil
	}
	return h.Address
}

// HoldLimitError says that as many holds of an address or a mobile stand as
// may.
type HoldLimitError struct {
	Limit      int
	RetryAfter time.Duration // until the oldest of them runs out; 0 when it has
}

// Error says when there is room again.
func (e *HoldLimitError) Error() string {
	return fmt.Sprintf("slots: %d holds stand, the oldest for another %v", e.Limit, e.RetryAfter)
}

// withinLimit tries to hold, and once more without holds that have run out when
// one of those is in the way of the holder's limit.
func (b *Booker) withinLimit(ctx context.Context, now time.Time, try func() error) error {
	err := try()
	limit, ok := errors.AsType[*HoldLimitError](err)
	if !ok || limit.RetryAfter > 0 {
		return err
	}
	if _, err = b.store.ExpireHolds(ctx, now, nil, expireAtOnce); err != nil {
		return err
	}
	return try()
}
