package verify

import (
	"cmp"
	"errors"
	"slices"
	"time"
)

// Policy limits codes: how long one is good, how often it may be guessed, and
// how many are sent.
type Policy struct {
	Lifetime   time.Duration // how long a code is good
	Tries      int           // wrong codes until a verification is used up
	Pause      time.Duration // between two codes to one mobile; at most Window
	PerMobile  int           // codes to one mobile in any Window
	PerAddress int           // codes asked for from one address in any Window
	Window     time.Duration
}

// ProofLifetime is how long a checked code proves the mobile, from when it was
// checked first.
const ProofLifetime = 30 * time.Minute

// DefaultPolicy returns the policy of a centre that has not chosen its own.
// Mobile carriers put many people on one address, so an address may ask
// for many more codes than a mobile is sent.
func DefaultPolicy() Policy {
	return Policy{
		Lifetime:   5 * time.Minute,
		Tries:      5,
		Pause:      time.Minute,
		PerMobile:  5,
		PerAddress: 60,
		Window:     time.Hour,
	}
}

// Counts are the codes of the last Window, exclusive of its start, for one
// mobile and one address. Instants are zero where there is no code.
type Counts struct {
	OfMobile, OfAddress                       int
	MobileOldest, MobileNewest, AddressOldest time.Time
}

// Allow returns nil when one more code may be sent at now, and otherwise a
// *LimitError with the limit that lasts longest.
func (p Policy) Allow(c Counts, now time.Time) error {
	ofMobile, ofAddress := max(p.PerMobile-c.OfMobile, 0), max(p.PerAddress-c.OfAddress, 0)
	var hit []*LimitError
	if ofMobile == 0 {
		hit = append(hit, &LimitError{RetryAfter: p.untilFree(c.MobileOldest, now), Limit: p.PerMobile, Remaining: ofMobile})
	}
	if ofAddress == 0 {
		hit = append(hit, &LimitError{RetryAfter: p.untilFree(c.AddressOldest, now), Limit: p.PerAddress, Remaining: ofAddress, OfAddress: true})
	}
	if pause := c.MobileNewest.Add(p.Pause).Sub(now); c.OfMobile > 0 && pause > 0 {
		hit = append(hit, &LimitError{RetryAfter: pause, Limit: p.PerMobile, Remaining: ofMobile})
	}
	if len(hit) == 0 {
		return nil
	}
	return slices.MaxFunc(hit, func(a, b *LimitError) int { return cmp.Compare(a.RetryAfter, b.RetryAfter) })
}

// untilFree returns how long it takes the oldest code to leave the Window: all
// of it when the instant makes no sense, because a full Window is never let
// through.
func (p Policy) untilFree(oldest, now time.Time) time.Duration {
	if wait := oldest.Add(p.Window).Sub(now); wait > 0 {
		return wait
	}
	return p.Window
}

// validate refuses policies that can't be kept.
func (p Policy) validate() error {
	switch {
	case p.Lifetime <= 0 || p.Tries <= 0:
		return errors.New("verify: a code needs a lifetime and tries")
	case p.PerMobile <= 0 || p.PerAddress <= 0 || p.Window <= 0:
		return errors.New("verify: limits need a number of codes and a window")
	case p.Pause < 0 || p.Pause > p.Window:
		return errors.New("verify: the pause must be between 0 and the window")
	}
	return nil
}
