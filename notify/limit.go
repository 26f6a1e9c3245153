package notify

import (
	"cmp"
	"slices"
	"time"

	"ziyara/limits"
)

// Cap bounds the text messages to one number: at most Most within any span of Within.
type Cap struct {
	Most   int
	Within time.Duration
}

// Caps bound together. Their spans are at most MaxSpan.
type Caps []Cap

// MaxSpan is how long the ledger remembers when a number was sent messages, at least
// the latest MaxSent of them.
const (
	MaxSpan = 24 * time.Hour
	MaxSent = 100
)

// Room returns from when one more message may go to a number that was sent messages at
// the instants: zero for at once.
func (c Caps) Room(sent []time.Time, now time.Time) time.Time {
	sent = slices.SortedFunc(slices.Values(sent), time.Time.Compare)
	var room time.Time
	for _, limit := range c {
		i := len(sent) - limit.Most // the one that has to leave the span
		if limit.Most > 0 && i >= 0 {
			room = later(room, sent[i].Add(limit.Within))
		}
	}
	if !room.After(now) {
		return time.Time{}
	}
	return room
}

// Day bounds the segments that are sent on one day, as the head office counts days. A
// budget without segments bounds nothing.
type Day struct {
	All       Budget // of all messages
	Strangers Budget // of codes to numbers that have proved nothing yet
}

// DayUsage is what was sent on a day so far, in segments.
type DayUsage struct{ All, Strangers int64 }

// Level returns how far a day is used: by codes to strangers, or by all messages.
func (d Day) Level(u DayUsage, strangers bool) Level {
	all := d.All.Level(Usage{Segments: u.All})
	if strangers {
		return cmp.Or(spent(all), d.Strangers.Level(Usage{Segments: u.Strangers}))
	}
	return all
}

// spent returns l if it is Spent, and Within otherwise.
func spent(l Level) Level {
	if l != Spent {
		return Within
	}
	return l
}

// Limits bound what text messages cost, and how many one number gets. The zero Limits
// bound nothing.
type Limits struct {
	Caps Caps
	Day  Day
}

// LimitsOf returns the limits of text messages in a table, which has all of them.
func LimitsOf(t limits.Table) Limits {
	var l Limits
	for _, k := range []limits.Key{limits.Burst, limits.Hour, limits.Day} {
		l.Caps = append(l.Caps, Cap{t.Of(limits.SMS, k).Amount, t.Of(limits.SMS, k).Period})
	}
	l.Day.All.Segments = int64(t.Of(limits.SMS, limits.All).Amount)
	l.Day.Strangers.Segments = int64(t.Of(limits.SMS, limits.Strangers).Amount)
	return l
}

// excess is what happens to a message to a number that has had its share.
type excess int

const (
	goes  excess = iota // the number gets it all the same
	waits               // until there is room; what is true then is told
	falls               // it is not worth the wait
)

// excess returns what happens to messages of these facts. A visitor who is not told
// that a place is gone, or that an answer is awaited, comes in vain or loses the place;
// only the centre causes those. Codes are bounded where they are asked for.
func (f Facts) excess() excess {
	switch f.Kind {
	case VerificationCode, Declined, Proposed, Closed, Delayed, Offer:
		return goes
	case Cancelled:
		if f.Reason.Complete() { // called off by the centre
			return goes
		}
		return waits
	case Survey:
		return falls
	case Requested, Booked, Approved, Moved, Reminder, CaseUpdated:
		return waits
	}
	return waits
}

// Decide is like the function of that name, and keeps the limits of text messages. A
// message waits until its number has room, falls if that is too late, and is stopped
// for the day if it is a code to a stranger, or optional, when the day's money is spent.
func (l Limits) Decide(c Claimed, now time.Time) (d Decision, until time.Time) {
	d = Decide(c, now)
	if d == Wait {
		until, _ = c.quietUntil(now)
	}
	if d != Send || c.Medium == Email {
		return d, until
	}
	if l.stops(c) {
		return Stopped, until
	}
	until = l.Caps.Room(c.Sent, now)
	switch how := c.Facts.excess(); {
	case how == goes || until.IsZero():
		return Send, time.Time{}
	case how == falls, !until.Before(c.Expires):
		return OverCap, time.Time{}
	}
	return Crowded, until
}

// stops reports whether the day has no money for the message.
func (l Limits) stops(c Claimed) bool {
	if c.Facts.Kind == VerificationCode {
		return c.Stranger && l.Day.Level(c.Today, true) == Spent
	}
	return c.Facts.Optional() && l.Day.Level(c.Today, false) != Within
}
