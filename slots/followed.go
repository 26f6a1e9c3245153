package slots

import (
	"errors"
	"time"
)

// ErrPosition is returned for a position in the events of all visits that this database
// does not know: it is another one than that from which the position comes, or it was put
// back to an earlier state.
var ErrPosition = errors.New("slots: not a position in the events of this database")

// Position is a place in the events of all visits, after one of them. They are in the order
// of their transactions; the zero Position, with a database, is before all.
type Position struct {
	Database    int64 // which cluster of PostgreSQL numbers the transactions
	Transaction int64
	Event       int64
}

// VisitEvent is an event of a visit for other systems, and how the visit was after it.
// Nothing in it is personal.
type VisitEvent struct {
	Position

	Kind       EventKind
	At         time.Time
	Reference  Reference
	Service    string    // slug
	Department string    // slug
	Branch     string    // slug
	Start      time.Time // of the visit
	Proposed   time.Time // the start that was proposed; zero for none
	Version    int       // of the visit; rises by one with each of its events
	Status     Status
}

// StatusAfter returns the status of a visit to which these events happened, the first one
// first.
func StatusAfter(kinds []EventKind) (s Status) {
	for _, k := range kinds {
		switch k {
		case WasRequested:
			s = Requested
		case WasBooked, WasApproved, WasAccepted, WasRestored:
			s = Booked
		case WasDeclined:
			s = Declined
		case WasCancelled:
			s = Cancelled
		case WasCompleted:
			s = Completed
		case WasNoShow:
			s = NoShow
		case WasProposed, WasRefused, WasMoved, WasCorrected, WasConfirmed, WasCheckedIn, WasStarted, WasLeft: // it stays as it is
		}
	}
	return s
}
