package notify

import "slices"

// Way is how a message reaches its visitor.
type Way string

// The ways. What is told by e-mail is told by SMS, too: e-mail adds to it, and
// whatever becomes of it changes nothing about the SMS.
const (
	SMS   Way = "sms"
	Email Way = "email"
)

// EmailKinds lists the kinds that are told by e-mail, too, to whoever gave an
// address: all about a visit that a mailbox is early enough for. An offer
// stands for minutes and a delay is told on the way, and a code proves a
// mobile.
func EmailKinds() []Kind {
	return []Kind{Requested, Booked, Approved, Declined, Proposed, Moved, Cancelled, Closed, Reminder, Survey}
}

// byEmail reports whether messages of the kind are told by e-mail, too.
func (k Kind) byEmail() bool { return slices.Contains(EmailKinds(), k) }
