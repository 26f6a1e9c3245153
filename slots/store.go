package slots

import (
	"context"
	"slices"
	"time"

	"ziyara/centre"
	"ziyara/once"
	"ziyara/scheduling"
)

// Store keeps the ledger and the appointments. Each method is atomic: it
// either did all it says, durably, or nothing. Besides what the methods name,
// each returns fault.ErrUnavailable when the store can't be reached.
type Store interface {
	once.Answers

	// Occupancy returns what is taken on each date of [from, to], for the
	// caller to read: the zero value for a date without a ledger day, on which
	// nothing is. It may be some seconds old. The stamp is that of Stamp. It
	// returns ErrStale when the calendar of g is known not to be the current one.
	Occupancy(ctx context.Context, g *centre.DeskGroup, from, to scheduling.Date) (days []Occupied, stamp int64, err error)

	// Stamp returns a number that differs from every earlier one when
	// Occupancy may answer differently, or 0 when only Occupancy can tell.
	Stamp(g *centre.DeskGroup) int64

	// Occupancies returns the same for several desk groups at once, in the
	// order of spans, and as it is now.
	Occupancies(ctx context.Context, spans []GroupDays) ([][]Occupied, error)

	// OpenDay gives the ledger a row for the day, unless it has one. It
	// returns ErrStale when the calendar of g is not the current one.
	OpenDay(ctx context.Context, g *centre.DeskGroup, day scheduling.Day) error

	// Hold takes the place of a and records a. heldBack are the places of each
	// tick of it that are left to others. It returns ErrTaken, ErrDayClosed,
	// a *HoldLimitError when as many holds of the holder's address or of
	// a.Mobile as may stand have not been ended, ErrStale when the place is
	// sought by a calendar that is gone, or once.ErrAnswered when the key of once is
	// known.
	Hold(ctx context.Context, a Appointment, by Holder, heldBack []int16, once *once.Request[Appointment]) error

	// Book turns the hold with the id into a booked visit, or into a request,
	// as Appointment.Book says, and records its history and its message,
	// provided it still stands at now. It returns fault.ErrNotFound when there is no
	// standing hold of this id that can be booked so, ErrPersonBusy,
	// ErrPersonLimit, a *PauseError unless staff give a reason, *VisitorError or once.ErrAnswered.
	Book(ctx context.Context, id string, b Booking, now time.Time, once *once.Request[Appointment]) (Appointment, error)

	// Find returns the appointment with the id and its history, or
	// fault.ErrNotFound.
	Find(ctx context.Context, id string) (Appointment, error)

	// FindReference returns the appointment with its history, once it is
	// booked or requested, or fault.ErrNotFound.
	FindReference(ctx context.Context, r Reference) (Appointment, error)

	// Release ends the standing hold with the id, overdue or not, and gives its
	// place back. It returns fault.ErrNotFound when there is none.
	Release(ctx context.Context, id string) error

	// Move lets decide turn the current appointment into the moved one, and
	// in the same transaction gives the old place back (or lets the ledger
	// count it until GivesBack) with that of a proposal, takes the new one,
	// counts what the person gave up unless it was ByStaff or a change took it,
	// and records history and message. An error of decide is
	// returned as it is. It also returns fault.ErrNotFound, ErrTaken, ErrDayClosed, ErrPersonBusy
	// or *VisitorError.
	Move(ctx context.Context, r Reference, heldBack []int16, decide Decide) (Appointment, error)

	// Cancel does the same for a cancellation; a proposal gives its place
	// back, too. It returns fault.ErrNotFound or the error of decide.
	Cancel(ctx context.Context, r Reference, decide Decide) (Appointment, error)

	// Propose lets decide add a proposal to the current request, and in the
	// same transaction gives the place of an earlier one back, takes the new
	// one, and records history and message. It returns fault.ErrNotFound, ErrTaken,
	// ErrDayClosed or the error of decide.
	Propose(ctx context.Context, r Reference, heldBack []int16, decide Decide) (Appointment, error)

	// AnswerRequest lets decide settle the current request, or the proposal for
	// it or for a displaced visit,
	// and in the same transaction gives back the places that it leaves and
	// records history and message. It returns fault.ErrNotFound, the error of
	// decide, and for a proposal that is accepted also ErrPersonBusy,
	// *VisitorError, or ErrNoProposal when its hold has ended.
	AnswerRequest(ctx context.Context, r Reference, decide Decide) (Appointment, error)

	// DueRequests returns at most limit requests whose AnswerBy is not after
	// now, the earliest first.
	DueRequests(ctx context.Context, now time.Time, limit int) ([]Reference, error)

	// ExpireHolds ends at most limit holds that ran out before or at now and
	// gives their places back. With a place, it ends only holds on its ledger
	// day, and waits for those that somebody else is ending or booking in that
	// moment: afterwards none of them takes a place. Without, it passes those
	// by. It returns how many it ended.
	ExpireHolds(ctx context.Context, now time.Time, on *Place, limit int) (int, error)

	// CloseVisits makes at most limit visits that ended before or at now stop
	// counting towards the limits of their persons; with a person, only
	// theirs, and it waits for those that somebody else is closing in that
	// moment. It returns how many.
	CloseVisits(ctx context.Context, now time.Time, of Person, limit int) (int, error)
}

// Decide returns what becomes of the current appointment. When its history has
// not grown nothing is written.
type Decide func(current Appointment) (Appointment, error)

// Occupied is what the ledger knows of one day.
type Occupied struct {
	First int     // tick of the first element
	Open  []int16 // places open
	Used  []int16 // places taken
	// Version rises with every change of the ledger day.
	Version int64
	// Calendar is the version of the calendar that the places open are of: the
	// last that changed them.
	Calendar int64
}

// Stale reports whether a place is sought by a calendar that has changed since,
// for this day.
func (o Occupied) Stale(p Place) bool { return p.Calendar != 0 && p.Calendar < o.Calendar }

// GroupDays are the dates From to To, both inclusive, of a desk group.
type GroupDays struct {
	Group    *centre.DeskGroup
	From, To scheduling.Date
}

// Taking returns the day with the place taken, if each of its ticks has room
// beside what is left to others: heldBack, tick by tick. o stays as it is.
func (o Occupied) Taking(p Place, heldBack []int16) (Occupied, bool) {
	first := p.First - o.First
	if first < 0 || first+p.Ticks > len(o.Used) {
		return o, false
	}
	for i, held := range heldBack {
		if int(o.Used[first+i])+p.Count > int(o.Open[first+i])-int(held) {
			return o, false
		}
	}
	o.Used = slices.Clone(o.Used)
	for i := first; i < first+p.Ticks; i++ {
		o.Used[i] += int16(p.Count) //nolint:gosec // at most what is open
	}
	return o, true
}

// on returns the day as the ledger has it, together with what is taken; the
// template's openings stay.
func (o Occupied) on(day scheduling.Day) (scheduling.Day, []int16) {
	if o.Open == nil {
		return day, nil
	}
	day.First, day.Open = o.First, o.Open
	return day, o.Used
}
