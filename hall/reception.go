package hall

import (
	"context"
	"errors"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
)

// Receptions has what the Receptions of all requests share. It is safe for
// concurrent use.
type Receptions struct {
	store  Store
	policy Policy
}

// Reception runs the halls for one request, by one snapshot of the centre. It has
// no clock: callers pass now.
type Reception struct {
	*Receptions
	centre *centre.Snapshot
}

// NewReceptions returns Receptions over store.
func NewReceptions(store Store, p Policy) (*Receptions, error) {
	if store == nil || p.Promise <= 0 || p.Misses < 1 || p.DelayStep < time.Minute || p.Ahead <= 0 || p.Shown < 1 {
		return nil, errors.New("hall: Receptions need a store and a policy")
	}
	return &Receptions{store: store, policy: p}, nil
}

// On returns a Reception for one request, on the snapshot c.
func (r *Receptions) On(c *centre.Snapshot) *Reception { return &Reception{r, c} }

// Only visits that start in this range around now matter for the next call. After
// expectedBack a visitor who has not arrived and has said nothing is no longer
// expected, and a visit past expectedAhead is not delayed by a long one now.
const (
	expectedBack  = 15 * time.Minute
	expectedAhead = 4 * time.Hour
)

func (r *Reception) queueQuery(g *centre.DeskGroup, now time.Time) QueueQuery {
	return QueueQuery{
		BranchID: g.BranchID, GroupID: g.ID, Day: scheduling.DateOf(now, g.Calendar.Zone()),
		From: now.Add(-max(expectedBack, MaxAway)), To: now.Add(expectedAhead),
	}
}

// rulesFor returns the rules and the desk group of a visit.
func (r *Reception) rulesFor(v Visit) (catalog.HallRules, *centre.DeskGroup, error) {
	c := r.centre
	g, ok := c.Group(v.GroupID)
	if !ok {
		return catalog.HallRules{}, nil, ErrUnknownGroup
	}
	return c.HallRules(v.Service), g, nil
}

// CheckIn checks in the visitor of the reference at the branch (slug). Besides
// the errors of Visit.CheckIn it returns fault.ErrNotFound or ErrUnknownGroup.
func (r *Reception) CheckIn(ctx context.Context, reference, branch, actor string, now time.Time) (Visit, error) {
	return r.change(ctx, reference, func(v Visit, f Floor, rules catalog.HallRules, g *centre.DeskGroup) (Step, error) {
		d := Door{Branch: branch, Day: scheduling.DateOf(now, g.Calendar.Zone()), Calendar: g.Calendar, Actor: actor}
		return v.CheckIn(rules, d, f, now)
	})
}

// look is how far ahead the visits with an identity number are searched.
const look = 92 * 24 * time.Hour

// Owns returns the reference of the visit for which the visitor with an identity number
// (slots.Identity) comes to the branch (slug) at now: the first open one today, or else the last of today.
// It returns an *ElsewhereError that says where
// and when their next visit is, or ErrNoVisit.
func (r *Reception) Owns(ctx context.Context, identity, branch string, now time.Time) (string, error) {
	visits, err := r.store.Of(ctx, identity, now.Add(-36*time.Hour), now.Add(look), 20)
	if err != nil {
		return "", err
	}
	var today, next *Visit
	for i := range visits {
		v := &visits[i]
		_, g, err := r.rulesFor(*v)
		if err != nil {
			continue // the desk group no longer exists
		}
		zone := g.Calendar.Zone()
		switch open := v.Status != Completed && (v.Arrival == nil || v.Arrival.State != Left); {
		case v.Branch == branch && scheduling.DateOf(v.Start, zone) == scheduling.DateOf(now, zone):
			if today == nil || !open || today.Status == Completed {
				today = v
			}
			if open {
				return v.Reference, nil
			}
		case next == nil && v.Status == Booked && v.End.After(now):
			next = v
		}
	}
	switch {
	case today != nil:
		return today.Reference, nil
	case next != nil:
		_, g, err := r.rulesFor(*next)
		if err != nil {
			return "", err
		}
		return "", &ElsewhereError{Branch: next.Branch, Start: in(next.Start, g.Calendar), WrongBranch: next.Branch != branch}
	}
	return "", ErrNoVisit
}

// change applies a rule to the visit with the reference.
func (r *Reception) change(
	ctx context.Context, reference string, rule func(Visit, Floor, catalog.HallRules, *centre.DeskGroup) (Step, error),
) (Visit, error) {
	return r.store.Change(ctx, reference, func(v Visit, f Floor) (Step, error) {
		rules, g, err := r.rulesFor(v)
		if err != nil {
			return Step{}, err
		}
		return rule(v, f, rules, g)
	})
}

// line returns the desk group's line, which decides who is called next.
func (r *Reception) line(g *centre.DeskGroup, f Floor, expected []Visit, now time.Time) Line {
	l := Line{Present: f.group(g.ID), Promise: r.policy.Promise}
	l.Desks, l.Later = Receives(g.Calendar, now)
	for _, v := range expected {
		if v.GroupID == g.ID && v.expected(now) {
			l.Expected = append(l.Expected, v)
		}
	}
	for _, d := range f.Desks {
		l.Accessible = l.Accessible || d.GroupID == g.ID && d.Accessible
	}
	return l
}

// CallNext calls the next visitor to a desk of the branch (slug). It returns a
// *DeskError or ErrNobody.
func (r *Reception) CallNext(ctx context.Context, branch, desk, actor string, now time.Time) (Visit, error) {
	g, d, err := r.deskOf(ctx, branch, desk)
	if err != nil {
		return Visit{}, err
	}
	return r.store.Call(ctx, r.queueQuery(g, now), func(f Floor, expected []Visit) (Step, error) {
		if other, busy := f.at(d.Name); busy {
			return Step{}, &DeskError{Fault: DeskBusy, Busy: other.Reference}
		}
		v, ok := r.line(g, f, expected, now).Next(d, now)
		if !ok {
			return Step{}, ErrNobody
		}
		return v.CallTo(d.Name, f, actor, now)
	})
}

// deskOf returns a desk of the branch with its group.
func (r *Reception) deskOf(ctx context.Context, branch, name string) (*centre.DeskGroup, Desk, error) {
	groups := r.centre.GroupsAt(branch)
	if len(groups) == 0 {
		return nil, Desk{}, ErrUnknownGroup
	}
	desks, err := r.store.Desks(ctx, groups[0].BranchID)
	if err != nil {
		return nil, Desk{}, err
	}
	var known []string
	for _, d := range desks {
		known = append(known, d.Name)
		if d.Name != name {
			continue
		}
		for _, g := range groups {
			if g.ID == d.GroupID {
				return g, d, nil
			}
		}
	}
	return nil, Desk{}, &DeskError{Fault: DeskUnknown, Desks: known}
}

// DeskGroup returns the desk group that a desk of the branch serves. It returns a *DeskError or ErrUnknownGroup.
func (r *Reception) DeskGroup(ctx context.Context, branch, desk string) (*centre.DeskGroup, error) {
	g, _, err := r.deskOf(ctx, branch, desk)
	return g, err
}

// Call calls the visitor with the reference to a desk, out of turn if need be.
func (r *Reception) Call(ctx context.Context, reference, desk, actor string, now time.Time) (Visit, error) {
	return r.change(ctx, reference, func(v Visit, f Floor, _ catalog.HallRules, _ *centre.DeskGroup) (Step, error) {
		return v.CallTo(desk, f, actor, now)
	})
}

// Recall repeats the call of a visitor.
func (r *Reception) Recall(ctx context.Context, reference, actor string, now time.Time) (Visit, error) {
	return r.change(ctx, reference, func(v Visit, _ Floor, _ catalog.HallRules, _ *centre.DeskGroup) (Step, error) {
		return v.Recall(actor, now)
	})
}

// Missed records that a called visitor did not come to the desk.
func (r *Reception) Missed(ctx context.Context, reference, actor string, now time.Time) (Visit, error) {
	return r.change(ctx, reference, func(v Visit, _ Floor, _ catalog.HallRules, _ *centre.DeskGroup) (Step, error) {
		return v.Missed(r.policy.Misses, actor, now)
	})
}

// Begin records that the visitor is served at the desk; "" is the desk of the call.
func (r *Reception) Begin(ctx context.Context, reference, desk, actor string, now time.Time) (Visit, error) {
	return r.change(ctx, reference, func(v Visit, f Floor, _ catalog.HallRules, _ *centre.DeskGroup) (Step, error) {
		return v.Begin(desk, f, actor, now)
	})
}

// Complete records that the visitor was served and the visit is over.
func (r *Reception) Complete(ctx context.Context, reference, actor string, now time.Time) (Visit, error) {
	return r.change(ctx, reference, func(v Visit, _ Floor, _ catalog.HallRules, g *centre.DeskGroup) (Step, error) {
		return v.Complete(g.Calendar, actor, now)
	})
}

// Absent records a no-show.
func (r *Reception) Absent(ctx context.Context, reference, actor string, now time.Time) (Visit, error) {
	return r.change(ctx, reference, func(v Visit, _ Floor, rules catalog.HallRules, g *centre.DeskGroup) (Step, error) {
		return v.Absent(rules, g.Calendar, r.policy.Misses, actor, now)
	})
}

// Restore takes a no-show back.
func (r *Reception) Restore(ctx context.Context, reference, actor, reason string, now time.Time) (Visit, error) {
	return r.change(ctx, reference, func(v Visit, _ Floor, _ catalog.HallRules, _ *centre.DeskGroup) (Step, error) {
		return v.Restore(actor, reason, now)
	})
}

// Close closes at most limit visits of days that are over, as Visit.Close does, and
// returns how many it looked at.
func (r *Reception) Close(ctx context.Context, now time.Time, limit int) (int, error) {
	// Half a day after the end of its visits a day is over in any zone.
	references, err := r.store.Leftover(ctx, now.Add(-12*time.Hour), r.policy.Misses, limit)
	if err != nil {
		return 0, err
	}
	for _, reference := range references {
		_, err := r.change(ctx, reference, func(v Visit, _ Floor, rules catalog.HallRules, g *centre.DeskGroup) (Step, error) {
			return v.Close(rules, g.Calendar, r.policy.Misses, now)
		})
		if err != nil && !errors.Is(err, ErrUnknownGroup) {
			return 0, err
		}
	}
	return len(references), nil
}

// Notify tells visitors who will be called later than promised, and returns the
// number of messages.
func (r *Reception) Notify(ctx context.Context, now time.Time) (int, error) {
	present, expected, err := r.store.Crowd(ctx, now.Add(-max(expectedBack, MaxAway)), now.Add(r.policy.Ahead))
	if err != nil || len(present) == 0 {
		return 0, err
	}
	var notices []Notice
	done := make(map[int]bool)
	for _, v := range present {
		if done[v.GroupID] {
			continue
		}
		done[v.GroupID] = true
		if g, ok := r.centre.Group(v.GroupID); ok {
			notices = append(notices, r.line(g, Floor{Present: present}, expected, now).Notices(r.policy, now)...)
		}
	}
	if len(notices) == 0 {
		return 0, nil
	}
	return r.store.Tell(ctx, notices, now)
}

// Announce tells the visitors of a desk group who start in [d.At, d.Until) and have
// not been called that they will be called d.Minutes later; a zero d.Until is the
// end of the day. It returns the delay as announced and the number of messages,
// or ErrDelay.
func (r *Reception) Announce(ctx context.Context, g *centre.DeskGroup, d Delay) (Delay, int, error) {
	today := g.Calendar.DateOf(d.At)
	end := g.Calendar.Day(today + 1).Start
	d.Group, d.Day = g, today
	if d.Until.IsZero() {
		d.Until = end
	}
	if err := d.check(end); err != nil {
		return Delay{}, 0, err
	}
	n, err := r.store.Announce(ctx, d)
	return d, n, err
}
