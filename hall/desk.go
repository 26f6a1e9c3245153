package hall

import (
	"time"

	"ziyara/scheduling"
)

// present returns the visitor's arrival, or why the visitor can't be called or
// served.
func (v Visit) present() (*Arrival, error) {
	switch {
	case v.Status == Requested:
		return nil, ErrRequested
	case v.Status == Completed:
		return nil, ErrOver
	case v.Status == NoShow:
		return nil, ErrAbsent
	case v.Status == Cancelled || v.Status == Declined:
		return nil, ErrCancelled
	case v.Arrival == nil:
		return nil, ErrNotArrived
	case v.Arrival.State == Left:
		return nil, ErrGone
	}
	return v.Arrival, nil
}

// awaited returns the arrival of a visitor who is called and not served yet, or why
// there is none.
func (v Visit) awaited() (*Arrival, error) {
	a, err := v.present()
	switch {
	case err != nil:
		return nil, err
	case a.State == Serving:
		return nil, ErrStarted
	case a.State != Called:
		return nil, ErrNotCalled
	}
	return a, nil
}

// CallTo returns the step that calls the visitor to a desk. Calling a visitor to
// the same desk again changes nothing: use Recall for that. It returns a *DeskError, ErrStarted, ErrNotArrived, ErrGone, ErrOver,
// ErrAbsent or ErrCancelled.
func (v Visit) CallTo(desk string, floor Floor, actor string, now time.Time) (Step, error) {
	a, err := v.present()
	switch {
	case err != nil:
		return Step{}, err
	case a.State == Serving:
		return Step{}, ErrStarted
	case a.State == Called && a.Desk == desk:
		return unchanged(v)
	}
	if err := v.fits(desk, floor); err != nil {
		return Step{}, err
	}
	return v.called(desk, actor, now), nil
}

// fits returns why the visitor can't be served at the desk, or nil.
func (v Visit) fits(desk string, floor Floor) error {
	var own, accessible []string
	for _, d := range floor.Desks {
		if d.GroupID != v.GroupID {
			continue
		}
		own = append(own, d.Name)
		if d.Accessible {
			accessible = append(accessible, d.Name)
		}
	}
	d, known := floor.desk(desk)
	switch {
	case !known:
		return &DeskError{Fault: DeskUnknown, Desks: own}
	case d.GroupID != v.GroupID:
		return &DeskError{Fault: DeskOfOthers, Desks: own}
	case v.Arrival.Accessible && !d.Accessible && len(accessible) > 0:
		return &DeskError{Fault: DeskInaccessible, Desks: accessible}
	}
	if other, busy := floor.at(desk); busy && other.ID != v.ID {
		return &DeskError{Fault: DeskBusy, Busy: other.Reference}
	}
	return nil
}

// called returns the step of a call to the desk.
func (v Visit) called(desk, actor string, now time.Time) Step {
	now = v.Arrival.since(now)
	return Step{At: now, Call: true, Actor: actor, Visit: v.with(func(a *Arrival) {
		a.State, a.Desk, a.Called = Called, desk, now
		a.Calls++
		if a.FirstCalled.IsZero() {
			a.FirstCalled = now
		}
	})}
}

// Recall returns the step that repeats the call of a visitor to the same desk. It returns ErrNotCalled, or the errors of CallTo.
func (v Visit) Recall(actor string, now time.Time) (Step, error) {
	a, err := v.awaited()
	if err != nil {
		return Step{}, err
	}
	return v.called(a.Desk, actor, now), nil
}

// Missed returns the step that records a missed call. The visitor waits again,
// after those whose turn has come by now; after as many missed calls as misses
// says, they count as left. It returns ErrNotCalled, or the errors of CallTo.
func (v Visit) Missed(misses int, actor string, now time.Time) (Step, error) {
	a, err := v.awaited()
	if err != nil {
		return Step{}, err
	}
	now = a.since(now)
	step := Step{At: now, Actor: actor, Visit: v.with(func(a *Arrival) {
		a.Misses = a.Calls
		a.State, a.Turn = Waiting, later(a.Turn, now)
		if a.Misses >= misses {
			a.State, a.Left = Left, now
		}
	})}
	if step.Visit.Arrival.State == Left {
		step.Events = []Event{{Kind: WasLeft, At: now, Actor: actor}}
	}
	return step, nil
}

// Begin returns the step that starts serving the visitor, at the desk of the call
// or at another one, which counts as a call. Beginning again at the same desk
// changes nothing. It returns ErrNotCalled without any desk, a
// *DeskError, ErrStarted at another desk, or the errors of CallTo.
func (v Visit) Begin(desk string, floor Floor, actor string, now time.Time) (Step, error) {
	a, err := v.present()
	switch {
	case err != nil:
		return Step{}, err
	case a.State == Serving && (desk == "" || desk == a.Desk):
		return unchanged(v)
	case a.State == Serving:
		return Step{}, ErrStarted
	case a.State != Called && desk == "":
		return Step{}, ErrNotCalled
	}
	now = a.since(now)
	step := Step{At: now, Actor: actor, Visit: v}
	if desk != "" && (a.State != Called || a.Desk != desk) {
		if step, err = v.CallTo(desk, floor, actor, now); err != nil {
			return Step{}, err
		}
	}
	step.Visit = step.Visit.with(func(a *Arrival) { a.State, a.Started = Serving, now })
	step.Events = []Event{{Kind: WasStarted, At: now, Actor: actor}}
	return step, nil
}

// Complete returns the step that completes the visit; a completed one stays as it
// is. When its day is over, there is no queue to go through any more, so a booked
// visit is completed whether or not its visitor was checked in: staff say that
// they were served. c is the calendar of the desk group. Complete returns
// ErrNotStarted, or the errors of CallTo.
func (v Visit) Complete(c *scheduling.Calendar, actor string, now time.Time) (Step, error) {
	if v.Status == Completed {
		return unchanged(v)
	}
	a, err := v.present()
	switch {
	case v.Status == Booked && v.over(c, now) && (a == nil || a.State != Serving):
		return v.attended(actor, now), nil
	case err != nil:
		return Step{}, err
	case a.State != Serving:
		return Step{}, ErrNotStarted
	}
	return v.completed(Event{Kind: WasCompleted, At: a.since(now), Actor: actor}), nil
}

// over reports whether the day of the visit is over at now.
func (v Visit) over(c *scheduling.Calendar, now time.Time) bool {
	zone := c.Zone()
	return scheduling.DateOf(now, zone) > max(v.Day, scheduling.DateOf(v.Start, zone))
}

// attended completes a visit whose day is over and of which the hall does not know
// when it took place. A visitor who seemed to be waiting is no longer.
func (v Visit) attended(actor string, now time.Time) Step {
	v.Status = Completed
	if a := v.Arrival; a != nil && a.State.Present() {
		v = v.with(func(a *Arrival) { a.State, a.Left = Left, a.since(now) })
	}
	return Step{At: now, Actor: actor, Events: []Event{{Kind: WasCompleted, At: now, Actor: actor}}, Visit: v}
}

func (v Visit) completed(e Event) Step {
	v.Status = Completed
	return Step{At: e.At, Actor: e.Actor, Events: []Event{e}, Visit: v.with(func(a *Arrival) { a.State, a.Completed = Done, e.At })}
}
