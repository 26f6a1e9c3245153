package slots

import (
	"context"
	"slices"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
)

// FirstQuery asks for the first free slot of a service at any branch.
type FirstQuery struct {
	Service string          // slug
	Branch  string          // slug; "" for all that offer the service
	From    scheduling.Date // in the zone of each branch; 0 for any
	Party   int
	Channel catalog.Channel
	Needs   []string // slugs
}

// BranchFirst is the first free slot at one branch.
type BranchFirst struct {
	Branch string       // slug
	Name   catalog.Text // of the branch
	Zone   *time.Location
	Date   scheduling.Date // to whose openings the slot belongs
	Slot   Slot
	Found  bool // false: the branch has none within the horizon
}

// First reads ahead in growing steps: most searches need only the next days, and
// a full year is never read at once.
const (
	firstStep   = 7       // dates
	longestStep = MaxDays // dates; each step is twice the one before
)

// First returns the first free slot of each branch that is asked for and offers the
// service, in the order of the catalogue. It reads all branches together, each only as far
// ahead as its first slot. It returns ErrUnknownService, a *RuleError of
// RulePartyLimit or a *VisitorError for unknown needs.
func (b *Booker) First(ctx context.Context, q FirstQuery, now time.Time) ([]BranchFirst, error) {
	snapshot := b.centre
	service, ok := snapshot.Service(q.Service)
	if !ok {
		return nil, centre.ErrUnknownService
	}
	shape, err := ShapeOf(service, q.Party, q.Channel, q.Needs...)
	if err != nil {
		return nil, err
	}
	groups := slices.DeleteFunc(snapshot.GroupsOf(q.Service), func(g *centre.DeskGroup) bool {
		return q.Branch != "" && g.Branch != q.Branch || g.Ended(now)
	})
	firsts := make([]BranchFirst, len(groups))
	open := make([]*lookout, len(groups))
	for i, g := range groups {
		firsts[i] = BranchFirst{Branch: g.Branch, Name: snapshot.BranchName(g.Branch), Zone: g.Calendar.Zone()}
		open[i] = newLookout(g, shape, q.From, &firsts[i], now)
	}
	for step := firstStep; ; step = min(2*step, longestStep) {
		open = slices.DeleteFunc(open, (*lookout).done)
		if len(open) == 0 {
			return firsts, nil
		}
		if err := b.look(ctx, open, step, now); err != nil {
			return nil, err
		}
	}
}

// lookout looks for the first free slot of one desk group.
type lookout struct {
	group      *centre.DeskGroup
	shape      Shape           // counted
	next, last scheduling.Date // not searched yet
	first      *BranchFirst    // receives what is found
}

func newLookout(g *centre.DeskGroup, v Shape, from scheduling.Date, first *BranchFirst, now time.Time) *lookout {
	v = v.Counted(g, now)
	l := &lookout{group: g, shape: v, first: first}
	l.next, l.last = v.within(g.Calendar, from, never, now)
	return l
}

// done reports whether the slot is found or the search has reached its end.
func (l *lookout) done() bool { return l.first.Found || l.next > l.last }

// look takes each lookout step dates further, in one read.
func (b *Booker) look(ctx context.Context, open []*lookout, step int, now time.Time) error {
	spans := make([]GroupDays, len(open))
	for i, l := range open {
		spans[i] = GroupDays{Group: l.group, From: l.next, To: min(l.last, l.next+scheduling.Date(step)-1)}
	}
	occupied, err := b.store.Occupancies(ctx, spans)
	if err != nil {
		return err
	}
	for i, l := range open {
		for ; l.next <= spans[i].To && !l.first.Found; l.next++ {
			day, used := occupied[i][l.next-spans[i].From].on(l.group.Calendar.Day(l.next))
			if free := l.shape.free(l.group.Calendar, day, used, now); len(free) > 0 {
				l.first.Date, l.first.Slot, l.first.Found = l.next, free[0], true
			}
		}
	}
	return nil
}

// Earliest returns the earliest of the slots, the first of those that start at
// the same time; nil when no branch has one.
func Earliest(firsts []BranchFirst) *BranchFirst {
	var earliest *BranchFirst
	for i := range firsts {
		f := &firsts[i]
		if f.Found && (earliest == nil || f.Slot.Start.Before(earliest.Slot.Start)) {
			earliest = f
		}
	}
	return earliest
}
