// Package notify decides what visitors are told and delivers it. A fact about
// a visit (booked, moved, cancelled) or about a verification is written to the
// message ledger where it becomes true, without text. A Worker claims what is
// due, renders it from the facts of that moment, drops what is no longer
// true, sends the rest and records how it went.
//
// All but the Worker is pure, and the Worker reaches the world only through
// Ledger and Sender.
package notify

// Kind says what a message tells.
type Kind string

// The kinds of messages.
const (
	VerificationCode Kind = "verification_code" // proves a mobile number
	Requested        Kind = "requested"         // a visit waits for an approval
	Booked           Kind = "booked"            // a visit was booked
	Approved         Kind = "approved"          // a requested visit is booked
	Declined         Kind = "declined"          // a requested visit is not approved
	Proposed         Kind = "proposed"          // another start is offered for a requested visit
	Moved            Kind = "moved"             // a visit has another start
	Cancelled        Kind = "cancelled"         // a visit was cancelled
	Offer            Kind = "offer"             // a place is held for somebody who waits
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{VerificationCode, Requested, Booked, Approved, Declined, Proposed, Moved, Cancelled, Offer}
}
