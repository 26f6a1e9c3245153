package notify

import (
	"context"
	"time"

	"ziyara/catalog"
)

// Ledger keeps the messages. Its methods are safe for concurrent use, also
// by workers in other processes.
type Ledger interface {
	// Claim returns up to limit messages that are due at now, and keeps other
	// workers from claiming them until now+lease. A message is due when it is
	// not finished, its next attempt has come and no worker holds a lease on it.
	// Each claim counts as an attempt, whatever comes of it. The facts are
	// those of this moment.
	Claim(ctx context.Context, now time.Time, limit int, lease time.Duration) ([]Claimed, error)

	// Finish records all outcomes, or none when it returns an error. An
	// outcome whose Attempt is no longer the latest of its message is ignored:
	// the lease ran out and another worker has the message. Recording the same
	// outcomes again changes nothing.
	Finish(ctx context.Context, now time.Time, outcomes []Outcome) error
}

// Claimed is one message that this worker holds.
type Claimed struct {
	ID      int64
	Medium  Medium    // "" is SMS
	Attempt int       // which attempt this is, from 1; it fences the outcome
	Expires time.Time // from this instant on it isn't sent
	Mobile  Mobile
	Email   string // "" when none was given
	Facts   Facts

	// Of messages about a visit: the version of the start that the message
	// tells, that of the visit's start now, how the visit stands now, and the
	// quiet hours of its branch.
	StartVersion int
	VisitStart   int
	Visit        Visit
	Quiet        catalog.Quiet

	// Unconfirmed is set for an e-mail whose address was not confirmed from its mailbox yet.
	Unconfirmed bool

	// Version is the visit's version now, for the calendar file of an e-mail.
	Version int

	// Budget says how far the department has used its budget of this month.
	Budget Level

	// Of an SMS: when its number was sent others in the last MaxSpan, what was sent on
	// this day to all, and whether its number has proved nothing yet.
	Sent     []time.Time
	Today    DayUsage
	Stranger bool
}

// Visit is how a visit, or the hold of an offer, stands at a moment.
type Visit struct {
	Status    Status
	Hall      Hall // "" before the visitor has come
	Displaced bool // a change took its place, and the visitor has not chosen yet
	Proposed  bool // another start waits for the visitor's answer
}

// Status is the status of a visit. Those of which no message depends are not
// listed.
type Status string

// Statuses of visits.
const (
	StatusHeld      Status = "held" // an offer
	StatusRequested Status = "requested"
	StatusBooked    Status = "booked"
	StatusDeclined  Status = "declined"
	StatusCancelled Status = "cancelled"
)

// Hall is the state of a visitor in the hall.
type Hall string

// HallWaiting is the state of a visitor who waits to be called. Only those are told of
// a delay.
const HallWaiting Hall = "waiting"

// ahead reports whether the visitor is still expected at the start of the visit.
func (v Visit) ahead() bool { return v.Status == StatusBooked && v.Hall == "" && !v.Displaced }

// waits reports whether the visitor still waits to be called.
func (v Visit) waits() bool {
	return v.Status == StatusBooked && (v.Hall == "" || v.Hall == HallWaiting)
}

// State is where an attempt leaves a message.
type State string

// The states. Retry leaves the message in the queue; the others finish it.
const (
	Accepted State = "accepted" // the gateway has taken it
	Dropped  State = "dropped"  // not worth sending any more
	Failed   State = "failed"   // it can't be sent
	Retry    State = "retry"    // due again at NextAttempt
)

// Outcome is what came of one claimed message.
type Outcome struct {
	ID      int64
	Attempt int // of the Claimed
	State   State
	Reason  string // why it was not accepted; without number, code or text

	NextAttempt time.Time // of Retry

	// Of Accepted. Text is empty for a verification code, which is not kept.
	Text      string
	Segments  int // of an SMS
	GatewayID string

	// Unsure says of Retry and Failed that the gateway may have taken the
	// message all the same.
	Unsure bool
}
