package slots

import (
	"time"

	"ziyara/centre"
	"ziyara/scheduling"
)

// Entry is a visitor who waits for a place of a service at a branch.
type Entry struct {
	ID      string // UUID
	Number  int64  // by which links name it, from 1; 0 before it is stored
	State   EntryState
	Service string // slug
	Branch  string // slug
	Wish    Wish
	Created time.Time
	// Ends is the end of the last date of the wish.
	Ends time.Time
	// Ignored counts the offers that expired without an answer.
	Ignored int
	// Offer is the last offer, unless it was declined; nil for none. It is open
	// until it expires.
	Offer *Offer
	// Booking holds the details for booking the visit; without a reference.
	Booking Booking
	// Replaces is the visit that the person wants earlier; nil for a new visit.
	Replaces *Replaced
}

// Replaced is a booked visit whose person waits for an earlier start.
type Replaced struct {
	Reference Reference
	Start     time.Time // as it is now
	Booked    bool      // whether it is still booked
	Links     uint8     // Appointment.LinkGeneration: links to the entry are of it too
}

// Wish says which visits suit a waiting visitor.
type Wish struct {
	From, To scheduling.Date // of the visit, both inclusive
	// Earliest and Latest bound the wall time at which the visit begins, both
	// inclusive.
	Earliest, Latest scheduling.WallTime
	Party            int
}

// EntryState is the state of an entry of the waitlist.
type EntryState string

// The states of an entry. All but the first are final.
const (
	Waiting EntryState = "waiting"
	// EntryBooked: the person has booked the service, or has the visit earlier, by an
	// offer or otherwise.
	EntryBooked     EntryState = "booked"
	EntryLeft       EntryState = "left"       // the person no longer waits, or has given up the visit
	EntryExpired    EntryState = "expired"    // the range of dates is over
	EntryUnanswered EntryState = "unanswered" // too many offers expired without an answer
)

// Offer is a place held for a waiting visitor.
type Offer struct {
	Hold       string // id of the hold
	Start, End time.Time
	Expires    time.Time // exclusive; then the place goes to the next entry
}

// At returns the entry as it is at now, even if the periodic job has not ended it
// yet. booked says that its person has booked the service since; that does not end
// an entry for an earlier start. Such an entry ends with its visit, and when the
// visit begins no later than the start that is offered.
func (e Entry) At(now time.Time, booked bool) Entry {
	switch offered := e.Offered(now); {
	case e.State != Waiting:
	case e.Replaces != nil && !e.Replaces.Booked:
		e.State = EntryLeft
	case e.Replaces != nil && offered != nil && !offered.Start.Before(e.Replaces.Start):
		e.State = EntryBooked
	case e.Replaces == nil && booked:
		e.State = EntryBooked
	case !now.Before(e.Ends):
		e.State = EntryExpired
	}
	return e
}

// LinkGeneration is that of the visit that the entry is about; 0 for none.
func (e Entry) LinkGeneration() uint8 {
	if e.Replaces == nil {
		return 0
	}
	return e.Replaces.Links
}

// Offered returns the offer that is open at now, or nil.
func (e Entry) Offered(now time.Time) *Offer {
	if e.State != Waiting || e.Offer == nil || !now.Before(e.Offer.Expires) {
		return nil
	}
	return e.Offer
}

// Decline returns the entry without its open offer: it keeps waiting and is not
// offered that start again. Without an open offer it stays as it is. It returns
// ErrNotWaiting for an entry that is over.
func (e Entry) Decline(now time.Time) (Entry, error) {
	if e.State != Waiting {
		return Entry{}, ErrNotWaiting
	}
	if e.Offered(now) != nil {
		e.Offer = nil
	}
	return e, nil
}

// Leave returns the entry ended by the person; one that is over stays as it
// is.
func (e Entry) Leave() Entry {
	if e.State == Waiting {
		e.State, e.Offer = EntryLeft, nil
	}
	return e
}

// book returns the entry ended because the person booked the hold. The offer stays
// only if it was for that hold.
func (e Entry) book(hold string) Entry {
	e.State = EntryBooked
	if e.Offer != nil && e.Offer.Hold != hold {
		e.Offer = nil
	}
	return e
}

// acceptable returns the hold that the person may book, open or not. It returns
// ErrNoOffer when there is none, and ErrNotWaiting for an entry that ended in
// another way.
func (e Entry) acceptable() (hold string, err error) {
	switch e.State {
	case EntryLeft, EntryExpired:
		return "", ErrNotWaiting
	case Waiting:
		if e.Offer == nil {
			return "", ErrNoOffer
		}
	case EntryBooked, EntryUnanswered:
		if e.Offer == nil {
			return "", ErrNotWaiting
		}
	}
	return e.Offer.Hold, nil
}

// check returns nil when the wish can be met at all: the range is not too long, is
// within notice and horizon, and has times at which the service is open, earlier than
// before unless that is zero. It returns ErrRange, a *PausedError or a *RuleError.
func (w Wish) check(g *centre.DeskGroup, v Shape, before, now time.Time) error {
	if w.From > w.To || int(w.To-w.From) >= MaxDays || w.Earliest > w.Latest {
		return ErrRange
	}
	c := g.Calendar
	v = v.Counted(g, now)
	if p := v.paused(w.From); p != nil && p.Covers(w.To) {
		return &PausedError{*p}
	}
	first, last := v.Reach(c, now)
	switch {
	case w.To < c.DateOf(first):
		return &RuleError{RuleNotice}
	case w.To > c.DateOf(last):
		return &RuleError{RuleHorizon}
	}
	for date := w.From - 1; date <= w.To; date++ {
		for _, s := range v.free(c, c.Day(date), nil, now) {
			if w.suits(s.Start.In(c.Zone())) && (before.IsZero() || s.Start.Before(before)) {
				return nil
			}
		}
	}
	return &RuleError{RuleClosed}
}

// suits reports whether a visit that begins at local, in the zone of the branch,
// meets the wish.
func (w Wish) suits(local time.Time) bool {
	date, clock := scheduling.NewDate(local.Date()), scheduling.Clock(local.Hour(), local.Minute())
	return date >= w.From && date <= w.To && clock >= w.Earliest && clock <= w.Latest
}
