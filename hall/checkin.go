package hall

import (
	"time"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/scheduling"
)

// maxNumber is the highest number on a ticket: people read three digits from a
// display, four at a pinch.
const maxNumber = 9999

// Door says where and by whom a visitor is checked in.
type Door struct {
	Branch   string // slug
	Day      scheduling.Date
	Calendar *scheduling.Calendar // of the visit's desk group
	Actor    string
}

// CheckIn returns the step that checks in the visitor of v at now. A visitor who is
// already in the hall stays as they are, and is no longer away; one who had left
// comes back, after those whose turn has come; a recorded no-show is taken back. It
// returns an *ElsewhereError at the wrong branch or on the wrong day, a *TooEarlyError, ErrRequested, ErrCancelled, ErrOver or ErrFull.
func (v Visit) CheckIn(rules catalog.HallRules, d Door, floor Floor, now time.Time) (Step, error) {
	switch v.Status {
	case Booked, NoShow:
	case Requested:
		return Step{}, ErrRequested
	case Completed:
		return Step{}, ErrOver
	case Cancelled, Declined:
		return Step{}, ErrCancelled
	default:
		return Step{}, fault.ErrNotFound
	}
	from := v.Start.Add(-rules.Early)
	switch a := v.Arrival; {
	case v.Branch != d.Branch || v.Day != d.Day && scheduling.DateOf(v.Start, d.Calendar.Zone()) != d.Day:
		return Step{}, &ElsewhereError{Branch: v.Branch, Start: in(v.Start, d.Calendar), WrongBranch: v.Branch != d.Branch}
	case a != nil && a.State.Present():
		return v.back(d.Actor, now), nil
	case a == nil && !v.WalkIn() && now.Before(from):
		return Step{}, &TooEarlyError{From: in(from, d.Calendar), RetryAfter: from.Sub(now)}
	case a == nil && floor.Numbers >= maxNumber:
		return Step{}, ErrFull
	}
	step := Step{At: now, Actor: d.Actor}
	v.AwayUntil = time.Time{}
	if v.Status == NoShow {
		v.Status = Booked
		step.Events = append(step.Events, Event{Kind: WasRestored, At: now, Actor: d.Actor, Reason: "checked in",
			Evidence: &Evidence{Start: v.Start, At: now, ArrivedAt: &now}})
	}
	step.Events = append(step.Events, Event{Kind: WasCheckedIn, At: now, Actor: d.Actor})
	step.Visit = v.with(func(a *Arrival) {
		if v.Arrival != nil { // back again
			a.State, a.Left, a.Turn = Waiting, time.Time{}, later(a.Turn, now)
			return
		}
		*a = Arrival{
			Number: floor.Numbers + 1, Start: v.Start, Length: v.length(), At: now, State: Waiting,
			Turn:       Turn(rules, v.Start, v.WalkIn(), floor.group(v.GroupID), now),
			Late:       !v.WalkIn() && Late(rules, v.Start, now),
			WalkIn:     v.WalkIn(),
			Accessible: catalog.WantsAccessibleDesk(v.Needs),
		}
	})
	return step, nil
}
