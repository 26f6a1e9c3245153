package notify

import (
	"time"

	"ziyara/scheduling"
)

// Decision is what happens to a claimed message.
type Decision string

// The decisions. All but the first are also the reason recorded.
const (
	Send       Decision = "send"
	Superseded Decision = "superseded"  // its content is no longer true
	Expired    Decision = "expired"     // it is too late to be of use
	Wait       Decision = "quiet hours" // it waits for their end
	OverBudget Decision = "budget"      // it is optional, and the month's budget is spent
	Crowded    Decision = "crowded"     // its number has had enough messages for now, so it waits
	OverCap    Decision = "over cap"    // the same, and it would come too late
	Stopped    Decision = "stopped"     // the day's money is spent
)

// Decide returns whether the message is still worth sending at now.
//
// It is superseded when the visit has had another start since; when a visit was
// cancelled or a cancellation taken back since; when a request has been answered
// or changed; when a delayed visitor has been called; when an offer was answered
// or has expired; and when a visit no longer lies ahead. It is expired from
// c.Expires on, and a reminder also when the quiet hours last that long. It is
// over budget when it is optional and its department's budget is spent. E-mail
// disturbs no sleep and costs nothing, so quiet hours and budgets don't apply.
func Decide(c Claimed, now time.Time) Decision {
	until, quiet := c.quietUntil(now)
	switch {
	case !c.stillTrue():
		return Superseded
	case !now.Before(c.Expires), quiet && !until.Before(c.Expires):
		return Expired
	case c.Budget == Spent && c.Facts.Optional() && c.Medium != Email:
		return OverBudget
	case quiet:
		return Wait
	default:
		return Send
	}
}

// stillTrue reports whether the message still holds for the visit.
func (c Claimed) stillTrue() bool {
	v, same := c.Visit, c.StartVersion == c.VisitStart
	switch c.Facts.Kind {
	case Booked, Moved, Closed, Survey:
		return same && v.Status != StatusCancelled
	case Delayed:
		return same && v.waits()
	case Requested:
		return same && v.Status == StatusRequested && !v.Proposed
	case Proposed:
		return same && v.Status == StatusRequested && v.Proposed
	case Approved:
		return same && v.Status != StatusRequested && v.Status != StatusDeclined && v.Status != StatusCancelled
	case Declined:
		return same && v.Status == StatusDeclined
	case Cancelled:
		return same && v.Status == StatusCancelled
	case Reminder:
		return same && v.ahead()
	case Offer:
		return v.Status == StatusHeld
	case VerificationCode, CaseUpdated:
		return true // a code and a case have no visit; they only expire
	}
	return true // an unknown kind fails when it is rendered
}

// quietUntil returns when the quiet hours end for a message that must wait at now,
// and false for one that may go out. News of a visit on the day that begins then
// does not wait; a reminder always does.
func (c Claimed) quietUntil(now time.Time) (time.Time, bool) {
	if !c.Facts.Kind.told().waits || c.Facts.Zone == nil || c.Medium == Email {
		return time.Time{}, false
	}
	night, quiet := Hours{Quiet: c.Quiet, Zone: c.Facts.Zone}.nightAt(now)
	if quiet && c.Facts.Kind != Reminder {
		day := scheduling.DateOf(c.Facts.Start, c.Facts.Zone)
		soon := !c.Facts.Start.IsZero() && day <= scheduling.DateOf(night.to, c.Facts.Zone)
		quiet = !soon && night.to.Before(c.Expires)
	}
	return night.to, quiet
}
