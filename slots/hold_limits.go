package slots

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// HoldLimits bound how many holds may be open at once.
type HoldLimits struct {
	PerAddress int // of one network address; 0 for any number
	PerMobile  int // of one mobile; 0 for any number
}

// Holder is who a hold counts against, before a visitor's name is known.
type Holder struct {
	Address []byte // identifies the network address; nil when addresses are not limited
	HoldLimits
}

// CountedAddress returns the address when a limit counts its holds, or nil: an
// address that is not counted is not kept.
func (h Holder) CountedAddress() []byte {
	if h.PerAddress == 0 || len(h.Address) == 0 {
		return nil
	}
	return h.Address
}

// HoldLimitError says that an address or a mobile has as many open holds as
// allowed.
type HoldLimitError struct {
	Limit      int
	RetryAfter time.Duration // until the oldest of them expires; 0 when it has
}

// Error says when there is room again.
func (e *HoldLimitError) Error() string {
	return fmt.Sprintf("slots: %d holds are open, the oldest for another %v", e.Limit, e.RetryAfter)
}

// withinLimit tries to hold; if expired holds count against the holder's limit, it
// ends them and tries again.
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
