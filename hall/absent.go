package hall

import (
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// Evidence is recorded with a no-show, and with its restoration.
type Evidence struct {
	Start     time.Time  `json:"start"`                   // of the visit
	At        time.Time  `json:"at"`                      // of the record
	Grace     int        `json:"grace_minutes,omitempty"` // passed since the start
	ArrivedAt *time.Time `json:"arrived_at,omitempty"`    // nil when the visitor was not checked in
	Said      *time.Time `json:"said_until,omitempty"`    // when the visitor said they would come; nil if they said nothing
	Calls     int        `json:"calls,omitempty"`         // in vain
	LastCall  *time.Time `json:"last_call_at,omitempty"`
	DayClosed bool       `json:"end_of_the_day,omitempty"` // recorded by the clock, after the day
}

// Absent returns the step that records a no-show; a visit already recorded as one
// stays as it is. It requires that the grace of the rules has passed since the
// start without a check-in, and the time at which the visitor said they would come
// (see announced); or that the visitor left after missing at least misses calls. The
// rest of the place is free from now on. Without an actor the clock recorded it.
// Absent returns a *TooEarlyError, ErrHere, ErrOver, ErrRequested or ErrCancelled.
func (v Visit) Absent(rules catalog.HallRules, c *scheduling.Calendar, misses int, actor string, now time.Time) (Step, error) {
	from := later(v.Start.Add(rules.NoShow), v.announced())
	evidence := &Evidence{Start: v.Start, At: now, Grace: int(rules.NoShow / time.Minute), DayClosed: actor == ""}
	switch a := v.Arrival; {
	case v.Status == NoShow:
		return unchanged(v)
	case v.Status == Requested:
		return Step{}, ErrRequested
	case v.Status == Completed:
		return Step{}, ErrOver
	case v.Status != Booked:
		return Step{}, ErrCancelled
	case a != nil && (a.State != Left || a.Misses < misses):
		return Step{}, ErrHere
	case now.Before(from):
		return Step{}, &TooEarlyError{From: in(from, c), RetryAfter: from.Sub(now), NoShow: true}
	case a == nil && !v.AwayUntil.IsZero():
		said := v.announced()
		evidence.Said = &said
	case a != nil:
		evidence.ArrivedAt, evidence.Calls, evidence.LastCall = &a.At, a.Misses, &a.Called
	}
	v.Status = NoShow
	v.Ticks = v.past(c, now)
	return Step{At: now, Actor: actor, Visit: v, Events: []Event{{Kind: WasNoShow, At: now, Actor: actor, Evidence: evidence}}}, nil
}

// past returns how many ticks of the visit's place have begun by now, at least 1.
func (v Visit) past(c *scheduling.Calendar, now time.Time) int {
	begin := c.Day(v.Day).Start.Add(time.Duration(v.First) * scheduling.Tick)
	begun := int((now.Sub(begin) + scheduling.Tick - 1) / scheduling.Tick)
	return min(max(begun, 1), v.Ticks)
}

// Restore returns the step that takes a no-show back: the visit is booked again and
// no longer counts as missed. A restored visit stays as it is. It
// returns ErrReason or ErrNotNoShow.
func (v Visit) Restore(actor, reason string, now time.Time) (Step, error) {
	switch {
	case reason == "":
		return Step{}, ErrReason
	case v.Status != NoShow && v.Restored:
		return unchanged(v)
	case v.Status != NoShow:
		return Step{}, ErrNotNoShow
	}
	v.Status = Booked
	return Step{At: now, Actor: actor, Visit: v, Events: []Event{{Kind: WasRestored, At: now, Actor: actor, Reason: reason}}}, nil
}

// Close returns the step by which the clock closes a visit of a day that is over:
// as a no-show, as left, or, when its end was not recorded, as completed after
// its booked length.
func (v Visit) Close(rules catalog.HallRules, c *scheduling.Calendar, misses int, now time.Time) (Step, error) {
	a := v.Arrival
	if v.Status != Booked || a != nil && a.State == Left && a.Misses < misses {
		return unchanged(v)
	}
	if a == nil || a.State == Left {
		return v.Absent(rules, c, misses, "", now)
	}
	now = a.since(now)
	if a.State == Serving {
		end := a.Started.Add(a.Length)
		if end.After(now) {
			end = now
		}
		return v.completed(Event{Kind: WasCompleted, At: end, Reason: "end of the day"}), nil
	}
	return Step{At: now, Visit: v.with(func(a *Arrival) { a.State, a.Left = Left, now }),
		Events: []Event{{Kind: WasLeft, At: now, Reason: "end of the day"}}}, nil
}
