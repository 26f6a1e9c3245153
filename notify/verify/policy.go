package verify

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"ziyara/limits"
	"ziyara/notify"
)

// Policy limits codes: how long one is good, how often it may be guessed, and
// how many are sent.
type Policy struct {
	Lifetime time.Duration // how long a code is good
	Tries    int           // wrong codes until a verification is used up
	Pause    time.Duration // between two codes to one mobile from one address; at most Window

	// Codes in any Window.
	PerRequester int // to one mobile from one address
	PerMobile    int // to one mobile, from whatever addresses; not from those that have proved it
	PerAddress   int // to strangers from one address, that were not entered
	PerNetwork   int // the same for all addresses of a network
	Window       time.Duration

	PerDay int // codes to one mobile on any Day; not from addresses that have proved it

	// Messages limits codes together with all other messages.
	Messages notify.Limits
}

// Day is the span of Policy.PerDay.
const Day = 24 * time.Hour

// ProofLifetime is how long a checked code proves the mobile, from when it was
// checked first.
const ProofLifetime = 30 * time.Minute

// DefaultPolicy returns the policy of a centre that has not chosen its own.
func DefaultPolicy() Policy { return PolicyOf(limits.Default()) }

// PolicyOf returns the policy with the limits of a table, which has all of codes and text
// messages. Halls and mobile carriers put many people on one address, so what was entered
// does not count for an address, and hundreds may ask at the same time.
func PolicyOf(t limits.Table) Policy {
	amount := func(k limits.Key) int { return t.Of(limits.Code, k).Amount }
	return Policy{
		Lifetime:     5 * time.Minute,
		Tries:        5,
		Pause:        time.Minute,
		PerRequester: amount(limits.Requester),
		PerMobile:    amount(limits.Mobile),
		PerAddress:   amount(limits.Address),
		PerNetwork:   amount(limits.Network),
		Window:       time.Hour,
		PerDay:       amount(limits.Day),
		Messages:     notify.LimitsOf(t),
	}
}

// Requester is from where a code is asked for. The values need only differ from those of
// other addresses and networks.
type Requester struct {
	Address []byte
	Network []byte // of which the address is a part
}

// Count is how many codes there were within a span of time, exclusive of its start.
// Instants are zero where there is no code.
type Count struct {
	Codes          int
	Oldest, Newest time.Time
}

// Counts are the codes that were sent before.
type Counts struct {
	Requester, Mobile, Address, Network Count // of the last Window, as in Policy
	Day                                 Count // to the mobile

	Known    bool // the mobile was proved from this address lately
	Stranger bool // the mobile has proved nothing yet

	Sent  []time.Time     // when messages of all kinds were sent to the mobile
	Today notify.DayUsage // what was sent to all numbers
}

// Allow returns nil when one more code may be sent at now. Otherwise it returns
// a *LimitError with the limit that lasts longest.
func (p Policy) Allow(c Counts, now time.Time) error {
	if c.Stranger && p.Messages.Day.Level(c.Today, true) == notify.Spent {
		return &LimitError{Name: "sms-strangers", RetryAfter: p.Window, Of: OfStrangers}
	}
	var hit []*LimitError
	check := func(name string, of Count, limit int, window time.Duration, holder Holder) {
		if of.Codes >= limit {
			hit = append(hit, &LimitError{
				Name: name, Limit: limit, Window: window, RetryAfter: untilFree(of.Oldest, window, now), Of: holder,
			})
		}
	}
	check("code-requester", c.Requester, p.PerRequester, p.Window, OfMobile)
	if !c.Known {
		check("code-mobile", c.Mobile, p.PerMobile, p.Window, OfMobile)
		check("code-day", c.Day, p.PerDay, Day, OfMobile)
	}
	if c.Stranger {
		check("code-address", c.Address, p.PerAddress, p.Window, OfAddress)
		check("code-network", c.Network, p.PerNetwork, p.Window, OfAddress)
	}
	if pause := c.Requester.Newest.Add(p.Pause).Sub(now); c.Requester.Codes > 0 && pause > 0 {
		hit = append(hit, &LimitError{
			Name: "code-requester", Limit: p.PerRequester, Window: p.Window, RetryAfter: pause, Of: OfMobile,
			Remaining: max(p.PerRequester-c.Requester.Codes, 0),
		})
	}
	for _, limit := range p.Messages.Caps {
		if limit.Within < p.Window { // the Pause does for codes
			continue
		}
		if room := (notify.Caps{limit}).Room(c.Sent, now); !room.IsZero() {
			hit = append(hit, &LimitError{Name: "sms-mobile", Limit: limit.Most, Window: limit.Within, RetryAfter: room.Sub(now), Of: OfMobile})
		}
	}
	if len(hit) == 0 {
		return nil
	}
	return slices.MaxFunc(hit, func(a, b *LimitError) int { return cmp.Compare(a.RetryAfter, b.RetryAfter) })
}

// untilFree returns how long it takes the oldest code to leave the window: all
// of it when the instant makes no sense, because a full window is never let
// through.
func untilFree(oldest time.Time, window time.Duration, now time.Time) time.Duration {
	if wait := oldest.Add(window).Sub(now); wait > 0 {
		return wait
	}
	return window
}

// validate refuses policies that can't be kept.
func (p Policy) validate() error {
	switch {
	case p.Lifetime <= 0 || p.Tries <= 0:
		return errors.New("verify: a code needs a lifetime and tries")
	case min(p.PerRequester, p.PerMobile, p.PerAddress, p.PerNetwork, p.PerDay) <= 0 || p.Window <= 0 || p.Window > Day:
		return errors.New("verify: limits need a number of codes and a window of at most a day")
	case p.Pause < 0 || p.Pause > p.Window:
		return errors.New("verify: the pause must be between 0 and the window")
	}
	return nil
}
