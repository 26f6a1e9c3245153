package notify

import "time"

// Decision is what happens to a claimed message.
type Decision string

// The decisions. Those that drop a message are also the reason recorded.
const (
	Send       Decision = "send"
	Superseded Decision = "superseded" // what it tells is no longer true
	Expired    Decision = "expired"    // it comes too late to be of use
	OverBudget Decision = "budget"     // it is optional, and the month's budget is spent
)

// Decide returns whether the message is still worth sending at now. It is
// superseded when the visit has had another start since, when it tells of a
// visit that was cancelled since, of a cancellation that was taken back, of a
// request that has been answered or stands otherwise, or of an offer that was
// answered or ran out; it has expired from c.Expires on; it is over budget when
// it is optional and its department's budget is spent.
func Decide(c Claimed, now time.Time) Decision {
	switch {
	case !c.stillTrue():
		return Superseded
	case !now.Before(c.Expires):
		return Expired
	case c.Budget == Spent && c.Facts.Optional():
		return OverBudget
	default:
		return Send
	}
}

// stillTrue reports whether the visit still is as the message says.
func (c Claimed) stillTrue() bool {
	switch c.Facts.Kind {
	case Booked, Moved, Closed, Reminder, Delayed, Survey:
		return c.StartVersion == c.Version && !c.Cancelled
	case Requested:
		return c.StartVersion == c.Version && c.Request == RequestOpen
	case Proposed:
		return c.StartVersion == c.Version && c.Request == RequestProposed
	case Approved:
		return c.StartVersion == c.Version && c.Request == "" && !c.Cancelled
	case Declined:
		return c.StartVersion == c.Version && c.Request == RequestDeclined
	case Cancelled:
		return c.StartVersion == c.Version && c.Cancelled
	case Offer:
		return c.Held
	case VerificationCode, CaseUpdated:
		return true // a code and a case have no visit; they only expire
	}
	return true // an unknown kind fails when it is rendered
}
