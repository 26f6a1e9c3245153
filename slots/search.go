package slots

import (
	"context"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
)

const (
	// MaxDays is the longest range of days that one search covers.
	MaxDays = 62
	// defaultDays is how many days a search without an end covers.
	defaultDays = 14
)

// Query asks for the free slots of a service at a branch.
type Query struct {
	Service, Branch string // slugs
	// From and To are the first and the last date, at most 62 days. By default
	// (0) a search covers two weeks from today, and an overview this month.
	From, To scheduling.Date
	Party    int
	Channel  catalog.Channel
	Needs    []string // slugs
}

// Found is the result of a search, from one snapshot of the centre and one
// reading of the ledger.
type Found struct {
	Query // with its dates
	Zone  *time.Location
	Days  []DaySlots // those with free slots, ascending
	Reach Reach
	// Version is that of the snapshot, and Stamp that of the ledger when it was
	// read; 0 when it was not.
	Version, Stamp int64
}

// DaySlots are the free slots of one date, ascending.
type DaySlots struct {
	Date  scheduling.Date
	Slots []Slot
}

// Reach is the range of starts that notice and horizon allow.
type Reach struct {
	From, Until time.Time // to the minute, both inclusive; From is after Until when nothing is in reach
	// OpensNext is when more dates come into reach; see Shape.OpensNext.
	OpensNext time.Time
}

// Search returns the free slots of the query. It costs one read, or none.
// Besides the errors of centre.Snapshot.Desk it returns ErrRange, a *RuleError
// of RulePartyLimit or a *VisitorError for unknown needs.
func (b *Booker) Search(ctx context.Context, q Query, now time.Time) (Found, error) {
	found, _, err := b.SearchUnless(ctx, q, func(_, _ int64) bool { return false }, now)
	return found, err
}

// SearchUnless is Search for a caller who keeps answers. It first asks known
// whether the caller has the answer by this version of the centre and this stamp
// of the ledger, which change whenever an answer for the desk group may have
// changed; then it searches nothing and ok is false. It does not ask when only the
// ledger can tell.
func (b *Booker) SearchUnless(
	ctx context.Context, q Query, known func(version, stamp int64) bool, now time.Time,
) (found Found, ok bool, err error) {
	ok, err = b.unless(ctx, q, fortnight, known, now, func(s search) error {
		days, stamp, err := b.find(ctx, s, now)
		if err != nil {
			return err
		}
		zone := s.group.Calendar.Zone()
		found = Found{Query: s.Query, Zone: zone, Days: days, Version: b.centre.Version, Stamp: stamp}
		found.Reach.From, found.Reach.Until = s.shape.Reach(s.group.Calendar, now)
		found.Reach.OpensNext = s.shape.OpensNext(s.group.Calendar, now)
		return nil
	})
	return found, ok, err
}

// unless checks the query and answers it, unless the caller knows the answer: then ok is
// false.
func (b *Booker) unless(
	ctx context.Context, q Query, dates span, known func(version, stamp int64) bool, now time.Time, answer func(search) error,
) (ok bool, err error) {
	err = b.fresh(ctx, func() error {
		service, group, err := b.centre.Desk(q.Service, q.Branch)
		if err != nil {
			return err
		}
		if stamp := b.store.Stamp(group); stamp != 0 && known(b.centre.Version, stamp) {
			return nil
		}
		s, err := newSearch(service, group, q, dates, now)
		if err == nil {
			err = answer(s)
		}
		ok = err == nil
		return err
	})
	return ok, err
}

// search is a query that has been checked against one snapshot of the centre.
type search struct {
	Query // with its dates
	group *centre.DeskGroup
	shape Shape // counted
}

// span returns the first and the last date of a query; today is the date at the
// branch.
type span func(q Query, today scheduling.Date) (from, to scheduling.Date)

// newSearch checks the query, which is for the service at the desk group, over the
// dates that dates returns.
func newSearch(service *catalog.Service, group *centre.DeskGroup, q Query, dates span, now time.Time) (search, error) {
	shape, err := ShapeOf(service, q.Party, q.Channel, q.Needs...)
	if err != nil {
		return search{}, err
	}
	q.From, q.To = dates(q, group.Calendar.DateOf(now))
	if q.From > q.To || int(q.To-q.From) >= MaxDays {
		return search{}, ErrRange
	}
	return search{Query: q, group: group, shape: shape.Counted(group, now)}, nil
}

// fortnight returns the dates of a search.
func fortnight(q Query, today scheduling.Date) (from, to scheduling.Date) {
	from, to = q.From, q.To
	if from == 0 {
		from = today
	}
	if to == 0 {
		to = from + defaultDays - 1
	}
	return from, to
}

// find returns the days that have free slots, ascending, and the ledger's stamp.
func (b *Booker) find(ctx context.Context, s search, now time.Time) ([]DaySlots, int64, error) {
	from, to := s.shape.within(s.group.Calendar, s.From, s.To, now)
	if from > to {
		return nil, 0, nil
	}
	occupied, stamp, err := b.store.Occupancy(ctx, s.group, from, to)
	if err != nil {
		return nil, 0, err
	}
	var days []DaySlots
	for i, occupied := range occupied {
		date := from + scheduling.Date(i) //nolint:gosec // a short range
		day, used := occupied.on(s.group.Calendar.Day(date))
		if free := s.shape.free(s.group.Calendar, day, used, now); len(free) > 0 {
			days = append(days, DaySlots{date, free})
		}
	}
	return days, stamp, nil
}

// within narrows [from, to] to the dates on which notice and horizon let a counted
// visit start at now. first is after last when there are none.
func (v Shape) within(c *scheduling.Calendar, from, to scheduling.Date, now time.Time) (first, last scheduling.Date) {
	// A day's openings may reach into the next.
	first = max(from, v.NotBefore, c.DateOf(now.Add(v.Notice))-1)
	last = min(to, c.DateOf(v.latest(now)))
	if v.NotAfter > 0 {
		last = min(last, v.NotAfter)
	}
	return first, last
}
