package history

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"

	"ziyara/slots"
)

// State is what one part of the centre holds: some ledger days and the claims
// on them. It is immutable; a step returns another State.
type State struct {
	Days   []Day
	Claims []Claim // holds that stand or are overdue, visits, cancelled visits
}

// Model returns the model that the replicas must behave like: a list of claims,
// changed by one caller after the other and counted from the start every time.
//
// The clock moves during a call. The call reads it once, as Now; at the answer it
// shows Until. So a hold that expires in between may count or not. A hold that
// expired before the call must not count: its place is free, whether or not a
// periodic job has seen it. A call is recorded before it reads the clock, so one
// that sees a hold as valid can always come before one that sees it as expired.
func Model() porcupine.Model {
	return porcupine.Model{
		Partition: byPart,
		Init:      func() any { return State{} },
		Step: func(state, input, output any) (bool, any) {
			next, ok := state.(State).step(input.(Call), output.(Answer)) //nolint:forcetypeassert // Recorder wrote them
			return ok, next
		},
		Equal: func(a, b any) bool { return a.(State).equal(b.(State)) }, //nolint:forcetypeassert // step made them
		DescribeOperation: func(input, output any) string {
			return describe(input.(Call), output.(Answer)) //nolint:forcetypeassert // Recorder wrote them
		},
		DescribeState: func(state any) string { return state.(State).String() }, //nolint:forcetypeassert // step made it
	}
}

func byPart(all []porcupine.Operation) [][]porcupine.Operation {
	parts := make(map[string][]porcupine.Operation)
	var names []string
	for _, o := range all {
		name := o.Input.(Call).Part //nolint:forcetypeassert // Recorder wrote it
		if parts[name] == nil {
			names = append(names, name)
		}
		parts[name] = append(parts[name], o)
	}
	slices.Sort(names)
	list := make([][]porcupine.Operation, len(names))
	for i, name := range names {
		list[i] = parts[name]
	}
	return list
}

// step returns what a call leaves behind, and whether it could be answered so.
func (s State) step(c Call, a Answer) (State, bool) {
	switch c.Kind {
	case Begin:
		return c.State, true
	case Hold:
		return s.hold(c, a)
	case Book:
		return s.book(c, a)
	case Move:
		return s.move(c, a)
	case Cancel:
		return s.cancel(c, a)
	case Release:
		return s.release(c, a)
	case Expire:
		return s, a.Outcome == Done // expired holds never count, swept or not
	case Places:
		return s.open(c.Open), a.Outcome == Done
	case End:
		return s, s.at(a.Until).same(a.State.at(a.Until))
	}
	return s, false
}

func (s State) hold(c Call, a Answer) (State, bool) {
	switch a.Outcome {
	case Done:
		next, ok := s.admit(c.Target, "", a.Until)
		return next.with(Claim{
			ID: a.ID, Status: slots.Held, Service: c.Target.Service, Place: c.Target.Place,
			Start: c.Target.Start, End: c.Target.End, Expires: a.Expires,
		}), ok
	case Taken:
		return s, c.Target.AfterGap || !s.at(c.Now).fits(c.Target, "")
	default:
		return s, false
	}
}

func (s State) book(c Call, a Answer) (State, bool) {
	claim, ok := s.find(c.ID)
	standing := ok && claim.Status == slots.Held && c.Now.Before(claim.Expires)
	mine := ok && claim.Status != slots.Held && claim.Person == c.Person
	switch a.Outcome {
	case Done:
		if mine { // the same answer again
			return s, a.Version == claim.Version
		}
		if !standing || s.busy(c.Person, claim.ID, claim.Start, claim.End) || s.visits(c.Person, claim.Service) >= c.Limit {
			return s, false
		}
		claim.Status, claim.Person, claim.Version, claim.Expires = slots.Booked, c.Person, 1, time.Time{}
		return s.with(claim), a.Version == 1
	case Ended:
		// Expiry depends on the clock only and ends nothing: an earlier call may
		// still be about to book the hold.
		return s, !ok || claim.Status == slots.Held && !a.Until.Before(claim.Expires)
	case Used:
		return s, ok && claim.Status != slots.Held && !mine
	case Busy:
		return s, standing && s.busy(c.Person, claim.ID, claim.Start, claim.End)
	case Full:
		return s, standing && s.visits(c.Person, claim.Service) >= c.Limit
	default:
		return s, false
	}
}

func (s State) move(c Call, a Answer) (State, bool) {
	claim, ok := s.find(c.ID)
	if !ok || claim.Status == slots.Held {
		return s, false // its reference is not known yet
	}
	booked := claim.Status == slots.Booked
	switch a.Outcome {
	case Done:
		if claim.Start.Equal(c.Target.Start) {
			return s, booked && a.Version == claim.Version
		}
		next, fits := s.admit(c.Target, c.ID, a.Until)
		if !booked || !fits || s.busy(claim.Person, c.ID, c.Target.Start, c.Target.End) {
			return s, false
		}
		claim.Place, claim.Start, claim.End = c.Target.Place, c.Target.Start, c.Target.End
		claim.Version++
		return next.with(claim), a.Version == claim.Version
	case Taken:
		return s, booked && (c.Target.AfterGap || !s.at(c.Now).fits(c.Target, c.ID))
	case Busy:
		return s, booked && s.busy(claim.Person, c.ID, c.Target.Start, c.Target.End)
	case NotBooked:
		return s, !booked
	default:
		return s, false
	}
}

func (s State) cancel(c Call, a Answer) (State, bool) {
	claim, ok := s.find(c.ID)
	if !ok || claim.Status == slots.Held || a.Outcome != Done {
		return s, false
	}
	if claim.Status != slots.Cancelled {
		claim.Version++
	}
	claim.Status = slots.Cancelled
	return s.with(claim), a.Version == claim.Version
}

func (s State) release(c Call, a Answer) (State, bool) {
	claim, ok := s.find(c.ID)
	switch a.Outcome {
	case Done:
		return s.without(c.ID), !ok || claim.Status == slots.Held
	case Used:
		return s, ok && claim.Status != slots.Held
	default:
		return s, false
	}
}

// admit returns the state in which the target has room for one more, without the
// claim that leaves, and if necessary without holds that have expired by now. They
// leave in the order in which they expired, and no more than must: the call that
// ended them may have read an earlier clock.
func (s State) admit(t Target, leaving string, now time.Time) (State, bool) {
	for !s.fits(t, leaving) {
		oldest := -1
		for i, c := range s.Claims {
			if overdue(c, now) && overlap(c.Place, t.Place) && (oldest < 0 || c.Expires.Before(s.Claims[oldest].Expires)) {
				oldest = i
			}
		}
		if oldest < 0 {
			return s, false
		}
		s = s.without(s.Claims[oldest].ID)
	}
	return s, true
}

// fits counts every tick of the target.
func (s State) fits(t Target, leaving string) bool {
	p := t.Place
	i := slices.IndexFunc(s.Days, func(d Day) bool { return d.DeskGroup == p.DeskGroup && d.Date == p.Day })
	if i < 0 {
		return false
	}
	for tick := p.First; tick < p.First+p.Ticks; tick++ {
		used := p.Count
		for _, c := range s.Claims {
			at := c.Place
			if c.ID != leaving && c.Status.TakesPlace() && at.DeskGroup == p.DeskGroup && at.Day == p.Day &&
				at.First <= tick && tick < at.First+at.Ticks {
				used += at.Count
			}
		}
		if used > s.Days[i].places(tick)-int(t.HeldBack[tick-p.First]) {
			return false
		}
	}
	return true
}

// busy reports whether the person has another visit between start and end.
func (s State) busy(person, but string, start, end time.Time) bool {
	return slices.ContainsFunc(s.Claims, func(c Claim) bool {
		return c.ID != but && c.Status == slots.Booked && c.Person == person && c.Start.Before(end) && start.Before(c.End)
	})
}

// visits counts the person's visits to the service.
func (s State) visits(person, service string) int {
	n := 0
	for _, c := range s.Claims {
		if c.Status == slots.Booked && c.Person == person && c.Service == service {
			n++
		}
	}
	return n
}

func (s State) find(id string) (Claim, bool) {
	i, ok := slices.BinarySearchFunc(s.Claims, id, byID)
	if !ok {
		return Claim{}, false
	}
	return s.Claims[i], true
}

// with returns the state with a new claim, which replaces the one with its id.
func (s State) with(c Claim) State {
	i, ok := slices.BinarySearchFunc(s.Claims, c.ID, byID)
	s.Claims = slices.Clone(s.Claims)
	if ok {
		s.Claims[i] = c
	} else {
		s.Claims = slices.Insert(s.Claims, i, c)
	}
	return s
}

func (s State) without(id string) State {
	if i, ok := slices.BinarySearchFunc(s.Claims, id, byID); ok {
		s.Claims = slices.Delete(slices.Clone(s.Claims), i, i+1)
	}
	return s
}

// at returns the state without the holds that have expired by now.
func (s State) at(now time.Time) State {
	s.Claims = slices.DeleteFunc(slices.Clone(s.Claims), func(c Claim) bool { return overdue(c, now) })
	return s
}

// open returns the state with other places on one day.
func (s State) open(day Day) State {
	s.Days = slices.Clone(s.Days)
	for i, d := range s.Days {
		if d.DeskGroup == day.DeskGroup && d.Date == day.Date {
			s.Days[i] = day
		}
	}
	return s
}

// same reports whether the database has what the model has, without cancelled
// visits.
func (s State) same(database State) bool {
	s.Claims = slices.DeleteFunc(slices.Clone(s.Claims), func(c Claim) bool { return !c.Status.TakesPlace() })
	return s.equal(database)
}

func (s State) equal(other State) bool {
	return slices.Equal(s.Claims, other.Claims) && slices.EqualFunc(s.Days, other.Days, func(a, b Day) bool {
		return a.DeskGroup == b.DeskGroup && a.Date == b.Date && a.First == b.First && slices.Equal(a.Open, b.Open)
	})
}

func byID(c Claim, id string) int { return strings.Compare(c.ID, id) }

func overdue(c Claim, now time.Time) bool {
	return c.Status == slots.Held && !now.Before(c.Expires)
}

func overlap(a, b slots.Place) bool {
	return a.DeskGroup == b.DeskGroup && a.Day == b.Day && a.First < b.First+b.Ticks && b.First < a.First+a.Ticks
}

// String lists the claims.
func (s State) String() string {
	var b strings.Builder
	for _, d := range s.Days {
		fmt.Fprintf(&b, "%s: %s\n", d.Date, d)
	}
	for _, c := range s.Claims {
		fmt.Fprintf(&b, "%s %s %s %s", short(c.ID), c.Status, c.Service, where(c.Place))
		switch {
		case c.Status == slots.Held:
			fmt.Fprintf(&b, " until %s", c.Expires.Format(clockFormat))
		default:
			fmt.Fprintf(&b, " by %s, version %d", short(c.Person), c.Version)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// String lists runs of ticks with the same number of places.
func (d Day) String() string {
	var b strings.Builder
	for i := 0; i < len(d.Open); {
		from := i
		for i < len(d.Open) && d.Open[i] == d.Open[from] {
			i++
		}
		fmt.Fprintf(&b, "[%d–%d] %d places ", d.First+from, d.First+i, d.Open[from])
	}
	return strings.TrimSpace(b.String())
}

const clockFormat = "15:04:05.000000"

func describe(c Call, a Answer) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", c.Kind)
	if c.ID != "" {
		fmt.Fprintf(&b, " %s", short(c.ID))
	}
	if c.Target.Service != "" {
		fmt.Fprintf(&b, " %s %s", c.Target.Service, where(c.Target.Place))
		if held := slices.Max(c.Target.HeldBack); held > 0 {
			fmt.Fprintf(&b, " leaving %d", held)
		}
	}
	if c.Person != "" {
		fmt.Fprintf(&b, " for %s", short(c.Person))
	}
	if c.Kind == Places {
		fmt.Fprintf(&b, " %s %s", c.Open.Date, c.Open)
	}
	fmt.Fprintf(&b, " at %s, replica %d → %s", c.Now.Format(clockFormat), c.Replica, a.Outcome)
	if a.ID != "" {
		fmt.Fprintf(&b, " %s", short(a.ID))
	}
	if a.Version > 0 {
		fmt.Fprintf(&b, ", version %d", a.Version)
	}
	return b.String()
}

func where(p slots.Place) string {
	return fmt.Sprintf("%s %d–%d ×%d", p.Day, p.First, p.First+p.Ticks, p.Count)
}

// short returns the end of an id, which is unique within a history.
func short(id string) string { return id[max(0, len(id)-6):] }
