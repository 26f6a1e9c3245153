package slots

import (
	"slices"
	"time"

	"ziyara/centre"
	"ziyara/scheduling"
)

// LedgerDay is a day with the places taken in each tick of Day.Open; ticks past
// the end of Used count as 0.
type LedgerDay struct {
	Day  scheduling.Day
	Used []int16
}

// Candidate is a waiting entry without an open offer.
type Candidate struct {
	Entry string // id
	Wish  Wish
	Shape Shape // counted at the moment of the match
	// Until is the last date on which the person can come; 0 for any.
	Until scheduling.Date
	// Before is the start of the visit that the person wants earlier, and Closes
	// until when it can be moved; both zero for a new visit.
	Before, Closes time.Time
	// Asked are the starts that the entry was offered before.
	Asked []time.Time
}

// expires returns when an offer to the candidate ends that would otherwise end at
// the given time.
func (c *Candidate) expires(at time.Time) time.Time {
	if c.Closes.IsZero() {
		return at
	}
	return earlier(at, c.Closes)
}

// wants reports whether the start suits the candidate, and was not offered before.
func (c *Candidate) wants(o opportunity) bool {
	return c.Wish.suits(o.local) && (c.Before.IsZero() || o.Start.Before(c.Before)) && !slices.ContainsFunc(c.Asked, o.Start.Equal)
}

// Matched is a place for one candidate.
type Matched struct {
	Entry      string // id
	Hold       string // id of the hold that keeps the place; not set by Match
	Place      Place
	Start, End time.Time
	Expires    time.Time // of the offer
}

// Match assigns the free places of a desk group's days to candidates. Candidates
// choose in the order of waiting, each the earliest start that suits: free on the
// visit's channel, within the wish, not offered to them before, and allowed at
// now by the policy, which also sets how long the offer lasts. Each candidate
// gets at most one place, which is then taken for the others. Who wants a visit
// earlier is offered earlier starts only, as long as the visit can be moved. The
// days ascend.
func Match(g *centre.DeskGroup, days []LedgerDay, waiting []Candidate, p WaitPolicy, now time.Time) []Matched {
	m := newMatching(g, days, p, now)
	var matched []Matched
	given := make([]bool, len(waiting))
	for again := true; again; {
		again = false
		for i := range waiting {
			if given[i] {
				continue
			}
			found, ok := m.give(&waiting[i])
			if !ok {
				continue
			}
			given[i] = true
			matched = append(matched, found)
			if m.anew {
				// A new grid begins after the place just given: one of its
				// starts may suit a candidate who was passed over.
				again = true
				break
			}
		}
	}
	return matched
}

// matching is the state of the places while they are assigned.
type matching struct {
	group  *centre.DeskGroup
	days   []LedgerDay
	policy WaitPolicy
	now    time.Time
	shapes map[Shape]int
	starts [][]*[]opportunity // of each shape on each day; nil when not known
	anew   bool               // some visit may also start after gaps
}

// opportunity is a free start that may be offered.
type opportunity struct {
	Slot
	local   time.Time
	expires time.Time
}

func newMatching(g *centre.DeskGroup, days []LedgerDay, p WaitPolicy, now time.Time) *matching {
	m := &matching{group: g, days: slices.Clone(days), policy: p, now: now, shapes: make(map[Shape]int)}
	for i, d := range m.days {
		m.days[i].Used = append(make([]int16, 0, len(d.Day.Open)), d.Used[:min(len(d.Used), len(d.Day.Open))]...)
		m.days[i].Used = m.days[i].Used[:len(d.Day.Open)]
	}
	return m
}

// give takes the first place that suits the candidate.
func (m *matching) give(c *Candidate) (Matched, bool) {
	shape := m.shape(c.Shape)
	// A day's openings may reach into the next.
	first, _ := slices.BinarySearchFunc(m.days, c.Wish.From-1, func(d LedgerDay, date scheduling.Date) int {
		return int(d.Day.Date - date)
	})
	for i := first; i < len(m.days) && m.days[i].Day.Date <= c.Wish.To; i++ {
		if c.Until > 0 && m.days[i].Day.Date > c.Until {
			break
		}
		for _, o := range m.opportunities(shape, c.Shape, i) {
			if c.wants(o) && c.expires(o.expires).Sub(m.now) >= m.policy.Least {
				return m.take(c, i, o), true
			}
		}
	}
	return Matched{}, false
}

// shape numbers the shapes of visits: equal ones see the same free starts.
func (m *matching) shape(v Shape) int {
	n, ok := m.shapes[v]
	if !ok {
		n = len(m.starts)
		m.shapes[v] = n
		m.starts = append(m.starts, make([]*[]opportunity, len(m.days)))
		m.anew = m.anew || v.GapStep > 0
	}
	return n
}

// opportunities returns the starts of a day that can be offered to visits of a
// shape.
func (m *matching) opportunities(shape int, v Shape, day int) []opportunity {
	if known := m.starts[shape][day]; known != nil {
		return *known
	}
	var list []opportunity
	for _, s := range v.free(m.group.Calendar, m.days[day].Day, m.days[day].Used, m.now) {
		if expires, ok := m.policy.until(m.group.Calendar, v, s.Start, m.now); ok {
			list = append(list, opportunity{Slot: s, local: s.Start.In(m.group.Calendar.Zone()), expires: expires})
		}
	}
	m.starts[shape][day] = &list
	return list
}

// take takes the place of a start for the candidate.
func (m *matching) take(c *Candidate, day int, o opportunity) Matched {
	d := m.days[day]
	place := c.Shape.place(m.group, d.Day, int(o.Start.Sub(d.Day.Start)/scheduling.Tick))
	place.count(d.Used, d.Day.First, place.Count)
	for shape := range m.starts {
		m.starts[shape][day] = nil
	}
	return Matched{Entry: c.Entry, Place: place, Start: o.Start, End: o.End, Expires: c.expires(o.expires)}
}
