package hall

import (
	"errors"
	"time"

	"ziyara/scheduling"
)

// MaxAway is the longest time for which a visitor can say that they are away: from
// their start on, or from now on once they have a number. In whole awaySteps.
const (
	MaxAway  = 30 * time.Minute
	awayStep = 5 * time.Minute
)

// What can be wrong when a visitor says that they are away.
var (
	ErrAway     = errors.New("hall: visitors are away for whole steps up to the longest time, until an instant still to come")
	ErrNotAwait = errors.New("hall: the visitor is neither expected nor waiting")
)

// NotTodayError says that a visit is on another day.
type NotTodayError struct {
	Start time.Time // in the zone of the branch
}

// Error says when it is.
func (e *NotTodayError) Error() string {
	return "hall: the visit is on " + e.Start.Format(time.DateOnly)
}

// today returns nil on the day of the visit, which is booked or over; otherwise
// ErrRequested, ErrCancelled or a *NotTodayError.
func (v Visit) today(c *scheduling.Calendar, now time.Time) error {
	zone := c.Zone()
	date := scheduling.DateOf(now, zone)
	switch {
	case v.Status == Requested:
		return ErrRequested
	case v.Status == Cancelled || v.Status == Declined:
		return ErrCancelled
	case date != v.Day && date != scheduling.DateOf(v.Start, zone):
		return &NotTodayError{Start: v.Start.In(zone)}
	}
	return nil
}

// Away returns the step by which a visitor says that they come so many minutes after
// their start; or, once they have a number, that they leave the hall for so many
// minutes from now: they keep number and turn, and others are called meanwhile. The
// latest word counts; 0 takes it back. It returns the errors of today, ErrNotAwait
// when the visitor has been called or the visit is over, or ErrAway.
func (v Visit) Away(minutes int, c *scheduling.Calendar, now time.Time) (Step, error) {
	if err := v.today(c, now); err != nil {
		return Step{}, err
	}
	from, a := v.Start, v.Arrival
	if a != nil {
		from = now
	}
	length := time.Duration(minutes) * time.Minute
	until := from.Add(length)
	switch {
	case v.Status != Booked, a != nil && a.State != Waiting:
		return Step{}, ErrNotAwait
	case minutes == 0:
		return v.back("", now), nil
	case length < 0 || length > MaxAway || length%awayStep != 0:
		return Step{}, ErrAway
	case until.Equal(v.AwayUntil):
		return unchanged(v)
	case !until.After(now):
		return Step{}, ErrAway
	}
	v.AwayUntil = until
	return Step{At: now, Visit: v}, nil
}

// back returns the step by which a visitor is no longer away.
func (v Visit) back(actor string, now time.Time) Step {
	if v.AwayUntil.IsZero() {
		return Step{Visit: v}
	}
	v.AwayUntil = time.Time{}
	return Step{At: now, Actor: actor, Visit: v}
}

// away reports whether a visitor with a number has left the hall for a moment.
func (v Visit) away(now time.Time) bool { return v.Arrival != nil && v.AwayUntil.After(now) }

// announced returns when a visitor who has not arrived said they would come, at most
// MaxAway after their start, however that was recorded; zero if they said nothing.
func (v Visit) announced() time.Time {
	if latest := v.Start.Add(MaxAway); v.AwayUntil.After(latest) {
		return latest
	}
	return v.AwayUntil
}

// comes returns from when on the visitor is here: from their start or the time that
// they said; a visitor with a number is here, unless they are away.
func (v Visit) comes() time.Time {
	if v.Arrival != nil {
		return v.AwayUntil
	}
	return later(v.Start, v.announced())
}

// expected reports whether a visitor who has not arrived is still expected at now.
func (v Visit) expected(now time.Time) bool {
	return !now.After(later(v.Start.Add(expectedBack), v.announced()))
}
