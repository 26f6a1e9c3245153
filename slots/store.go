package slots

import (
	"context"
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

	// Occupancy returns the ledger of each date of [from, to], read-only: the
	// zero value for a date without a ledger day, on which nothing is taken. It
	// may be some seconds old. The stamp is that of Stamp. It returns ErrStale
	// when the calendar of g is known to be out of date.
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

	// Hold takes the place w, which is that of a, and records a. It returns
	// ErrTaken, ErrProofFirst, ErrDayClosed,
	// a *HoldLimitError when the holder's address or a.Mobile has as many open
	// holds as allowed, ErrStale when the place is
	// sought by a calendar that is gone, or once.ErrAnswered when the key of once is
	// known.
	Hold(ctx context.Context, a Appointment, by Holder, w Wanted, once *once.Request[Appointment]) error

	// Book turns the hold with the id into a booked visit, or into a request,
	// as Appointment.Book says, and records its history and its message,
	// provided it is still open at now. It returns fault.ErrNotFound when no
	// open hold with this id can be booked this way, ErrPersonBusy,
	// ErrPersonLimit, ErrMobileLimit, a *PauseError unless staff give a reason, a *VisitorError
	// or once.ErrAnswered.
	Book(ctx context.Context, id string, b Booking, now time.Time, once *once.Request[Appointment]) (Appointment, error)

	// Find returns the appointment with the id and its history, or
	// fault.ErrNotFound.
	Find(ctx context.Context, id string) (Appointment, error)

	// FindReference returns the appointment with its history, once it is
	// booked or requested, or fault.ErrNotFound.
	FindReference(ctx context.Context, r Reference) (Appointment, error)

	// OfOwner returns at most limit visits of the owner, booked or requested
	// at any time, that start at or after since; descending by start.
	OfOwner(ctx context.Context, of Owner, since time.Time, limit int) ([]Appointment, error)

	// Release ends the open hold with the id, overdue or not, and gives its
	// place back. It returns fault.ErrNotFound when there is none.
	Release(ctx context.Context, id string) error

	// Change carries out the transition that decide returns for the current
	// appointment, in one transaction: it gives back the places that are left,
	// at once or at BackAt, takes the wanted one, counts what the person has
	// given up, and records history, message and answer (Once). If nothing changes,
	// it writes nothing. It returns errors of decide unchanged, and fault.ErrNotFound, once.ErrAnswered,
	// ErrTaken, ErrDayClosed, ErrStale, ErrPersonBusy, ErrMobileLimit, a *VisitorError, or
	// ErrNoProposal when the hold of an accepted proposal has ended.
	Change(ctx context.Context, r Reference, decide Decide) (Appointment, error)

	// DueRequests returns at most limit requests whose AnswerBy is not after
	// now, the earliest first.
	DueRequests(ctx context.Context, now time.Time, limit int) ([]Reference, error)

	// ExpireHolds ends at most limit holds that expired at or before now and
	// gives their places back. With a place, it ends only holds on its ledger
	// day, and waits for those that another transaction is ending or booking:
	// afterwards none of them takes a place. Without, it skips those. It
	// returns how many it ended.
	ExpireHolds(ctx context.Context, now time.Time, on *Place, limit int) (int, error)

	// CloseVisits makes at most limit visits that ended at or before now stop
	// counting towards the limits of their persons and mobiles. With a booking, it
	// closes only those of its person and its mobile, and waits for those that another
	// transaction is closing. It returns how many it closed.
	CloseVisits(ctx context.Context, now time.Time, of *Booking, limit int) (int, error)
}

// Decide returns the transition of the current appointment.
type Decide func(current Appointment) (Transition, error)

// GroupDays are the dates From to To, both inclusive, of a desk group.
type GroupDays struct {
	Group    *centre.DeskGroup
	From, To scheduling.Date
}
