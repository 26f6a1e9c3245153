package hall

import (
	"context"
	"slices"
	"time"

	"ziyara/centre"
	"ziyara/scheduling"
)

// Queue is the queue of a desk group.
type Queue struct {
	Group *centre.DeskGroup
	Waits []Wait
	Desks int // that serve it now
}

// Queues returns the queues of the desk groups of a branch at now, in the order of
// the centre; only those of the departments (slugs), unless nil.
func (r *Reception) Queues(ctx context.Context, branch string, departments []string, now time.Time) ([]Queue, error) {
	groups := r.groups(branch, departments)
	if len(groups) == 0 {
		return nil, nil
	}
	w := r.queueQuery(groups[0], now)
	w.GroupID = 0
	floor, expected, err := r.store.Look(ctx, w)
	if err != nil {
		return nil, err
	}
	var queues []Queue
	for _, g := range groups {
		l := r.line(g, floor, expected, now)
		queues = append(queues, Queue{Group: g, Waits: l.Waits(now), Desks: max(l.Desks, l.occupied())})
	}
	return queues, nil
}

// groups returns the desk groups of a branch that belong to the departments.
func (r *Reception) groups(branch string, departments []string) []*centre.DeskGroup {
	var list []*centre.DeskGroup
	for _, g := range r.centre.GroupsAt(branch) {
		if departments == nil || slices.Contains(departments, g.Department) {
			list = append(list, g)
		}
	}
	return list
}

// DayQuery asks for the visits of a branch on a date.
type DayQuery struct {
	Branch      string // slug
	Day         scheduling.Date
	Departments []string // slugs; nil for all
	Group       string   // slug; "" for all
	Where       Where    // "" for everywhere
	After       time.Time
	ID          string
	Limit       int
}

// Day returns a page of the visits of a branch on a date, by start, and their
// numbers by Where. It returns ErrUnknownGroup.
func (r *Reception) Day(ctx context.Context, q DayQuery) ([]Visit, map[Where]int, error) {
	groups := r.groups(q.Branch, q.Departments)
	if q.Group != "" {
		groups = slices.DeleteFunc(groups, func(g *centre.DeskGroup) bool { return g.Slug != q.Group })
	}
	switch {
	case len(groups) == 0 && q.Group != "":
		return nil, nil, ErrUnknownGroup
	case len(groups) == 0:
		return nil, nil, nil
	}
	var keys []int
	for _, g := range groups {
		keys = append(keys, g.ID)
	}
	counts, err := r.store.Counts(ctx, groups[0].BranchID, q.Day, keys)
	if err != nil {
		return nil, nil, err
	}
	visits, err := r.store.List(ctx, ListQuery{
		BranchID: groups[0].BranchID, Day: q.Day, Groups: keys, Where: q.Where, After: q.After, ID: q.ID, Limit: q.Limit,
	})
	return visits, counts, err
}

// Shown returns what the display of a branch shows at now: the calls of the date
// day after the one with the number after; the latest when after is negative. It returns ErrUnknownGroup for a branch without desk groups.
func (r *Reception) Shown(ctx context.Context, branch string, day scheduling.Date, after int) ([]Call, error) {
	groups := r.centre.GroupsAt(branch)
	if len(groups) == 0 {
		return nil, ErrUnknownGroup
	}
	return r.store.Calls(ctx, groups[0].BranchID, day, after, r.policy.Shown)
}

// Today returns the date at the branch at now. It returns ErrUnknownGroup for a
// branch without desk groups.
func (r *Reception) Today(branch string, now time.Time) (scheduling.Date, *time.Location, error) {
	groups := r.centre.GroupsAt(branch)
	if len(groups) == 0 {
		return 0, nil, ErrUnknownGroup
	}
	zone := groups[0].Calendar.Zone()
	return scheduling.DateOf(now, zone), zone, nil
}

// Version returns a word that is another one after each change of today's visits at a
// branch. It returns ErrUnknownGroup for a branch without desk groups.
func (r *Reception) Version(ctx context.Context, branch string, now time.Time) (string, error) {
	day, _, err := r.Today(branch, now)
	if err != nil {
		return "", err
	}
	version, err := r.store.Version(ctx, r.centre.GroupsAt(branch)[0].BranchID, day)
	return day.String() + "." + version, err
}

// Find returns the visit with the reference, or fault.ErrNotFound.
func (r *Reception) Find(ctx context.Context, reference string) (Visit, error) {
	return r.store.Find(ctx, reference)
}

// Desks returns the desks of a branch (slug), by name; only those of the
// departments (slugs), unless nil.
func (r *Reception) Desks(ctx context.Context, branch string, departments []string) ([]Desk, error) {
	groups := r.groups(branch, departments)
	if len(groups) == 0 {
		return nil, nil
	}
	desks, err := r.store.Desks(ctx, groups[0].BranchID)
	return slices.DeleteFunc(desks, func(d Desk) bool {
		return !slices.ContainsFunc(groups, func(g *centre.DeskGroup) bool { return g.ID == d.GroupID })
	}), err
}

// PutDesk adds a desk to a desk group, or changes it. It returns a *DeskError.
func (r *Reception) PutDesk(ctx context.Context, c DeskChange) error { return r.store.PutDesk(ctx, c) }

// RemoveDesk removes a desk. It returns fault.ErrNotFound.
func (r *Reception) RemoveDesk(ctx context.Context, c DeskChange) error {
	return r.store.RemoveDesk(ctx, c)
}

// GroupOf returns the desk group (slug) of a branch, or ErrUnknownGroup.
func (r *Reception) GroupOf(branch, group string) (*centre.DeskGroup, error) {
	for _, g := range r.centre.GroupsAt(branch) {
		if g.Slug == group {
			return g, nil
		}
	}
	return nil, ErrUnknownGroup
}
