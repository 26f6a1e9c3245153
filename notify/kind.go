// Package notify decides what visitors are told and delivers it. A fact about
// a visit (booked, moved, cancelled) or about a verification is written to the
// message ledger where it becomes true, without text. A Worker claims what is
// due, renders it from the facts of that moment, drops what is no longer
// true, sends the rest and records how it went. Reminders are not written
// ahead: a plan says which visits are to be reminded of at a moment.
//
// All but the Worker is pure, and the Worker reaches the world only through
// Ledger and Sender.
package notify

import "time"

// Kind is the subject of a message.
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
	Closed           Kind = "closed"            // the desk is closed at the time of a visit: the visitor chooses another
	Reminder         Kind = "reminder"          // a visit is near
	Offer            Kind = "offer"             // a place is held for a waiting visitor
	Delayed          Kind = "delayed"           // a visit begins later than booked
	Survey           Kind = "survey"            // how was the visit
	CaseUpdated      Kind = "case_updated"      // there is news of a request with a number
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{
		VerificationCode, Requested, Booked, Approved, Declined, Proposed, Moved, Cancelled,
		Closed, Reminder, Offer, Delayed, Survey, CaseUpdated,
	}
}

// lateReminder is the lead below which a reminder is optional.
const lateReminder = 12 * time.Hour

// Optional reports whether the message of the facts is left out in a month
// whose budget is spent: a survey, and a reminder less than 12 hours before
// the visit. A visitor who doesn't get these neither comes in vain nor waits for
// an answer (docs/adr/0024).
func (f Facts) Optional() bool {
	return f.Kind == Survey || f.Kind == Reminder && f.Lead > 0 && f.Lead < lateReminder
}
