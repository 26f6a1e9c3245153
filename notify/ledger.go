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
	// not finished, its next attempt has come and nobody holds a lease on it.
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
	Way     Way       // "" is SMS
	Attempt int       // which attempt this is, from 1; it fences the outcome
	Expires time.Time // from this instant on it isn't sent
	Mobile  Mobile
	Email   string // "" when none was given
	Facts   Facts

	// Of messages about a visit: the version of the start that the message
	// tells, the visit's version of the start now, and whether the visit is
	// cancelled now. Of an offer: whether its place is still held.
	StartVersion int
	Version      int
	Cancelled    bool

	// Of a reminder: whether the visit is ahead (booked, its start not lost, and its visitor has
	// not come), and the quiet hours of its branch.
	Booked  bool
	Begun   bool // of a delay: whether the visitor was called, or the visit is over
	Quiet   catalog.Quiet
	Held    bool
	Request Request

	// Budget says how far the department has used its budget of this month.
	Budget Level
}

// Request says where the request for a visit that needs an approval stands;
// "" for a visit that needs none, or is approved or cancelled.
type Request string

// Where a request stands.
const (
	RequestOpen     Request = "open"     // the department has not answered
	RequestProposed Request = "proposed" // another start waits for the visitor's answer
	RequestDeclined Request = "declined"
)

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
