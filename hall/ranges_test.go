package hall_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/hall"
	"ziyara/scheduling"
)

// habits say how visitors and desks behave on simulated days.
type habits struct {
	name    string
	desks   int
	booked  float64 // share of the places that are booked in advance
	walkIns float64 // an hour, as long as there are places
	noShows float64 // share of the booked visitors
	early   float64 // minutes before the start at which visitors come: the mean
	spread  float64 // and the standard deviation
	length  float64 // of visits, as a share of the booked length: the mean
	varies  float64 // and the coefficient of variation
	misses  float64 // share of the calls that are missed
	leaves  float64 // share of the visitors who leave the hall for ten minutes
	toomuch bool    // more visits than the desks can serve: measured only
}

// kindsOfDays are an ordinary day and others that differ from it in one way each.
func kindsOfDays() []habits {
	ordinary := habits{
		name: "ordinary", desks: 3, booked: 0.85, walkIns: 3, noShows: 0.1, early: 15, spread: 12,
		length: 0.9, varies: 0.45, misses: 0.03, leaves: 0.03,
	}
	list := []habits{ordinary}
	differs := func(name string, change func(*habits)) {
		h := ordinary
		h.name = name
		change(&h)
		list = append(list, h)
	}
	differs("one desk", func(h *habits) { h.desks, h.walkIns = 1, 1 })
	differs("eight desks", func(h *habits) { h.desks, h.walkIns = 8, 8 })
	differs("fully booked", func(h *habits) { h.booked, h.length = 1, 1 })
	differs("long visits", func(h *habits) { h.length, h.toomuch = 1.1, true })
	differs("quick visits", func(h *habits) { h.length = 0.7 })
	differs("uneven visits", func(h *habits) { h.varies = 0.7 })
	differs("many walk-ins", func(h *habits) { h.booked, h.walkIns = 0.5, 9 })
	differs("many no-shows", func(h *habits) { h.noShows = 0.25 })
	differs("unpunctual visitors", func(h *habits) { h.early, h.spread = 8, 20 })
	return list
}

// comer is a visitor of a simulated day.
type comer struct {
	visit  hall.Visit
	comes  time.Time // zero for a no-show
	length time.Duration
	leaves time.Time // the hall for a moment; zero if they don't

	told   hall.Ahead // at check-in
	called time.Time  // first
}

// simulated is a day in a hall.
type simulated struct {
	habits

	random   *rand.Rand
	calendar *scheduling.Calendar
	comers   []*comer
	floor    hall.Floor
	desks    []desk
}

// desk is a desk of a simulated day.
type desk struct {
	comer   *comer    // called to it or served at it
	misses  bool      // the call
	sits    time.Time // when the visitor sits down, or is given up
	changes time.Time // when the visit ends, or the desk calls again
}

// lives goes through the day of a seed minute by minute, by the rules of reception,
// and returns the visitors who were called.
func (h habits) lives(t testing.TB, seed uint64) []*comer {
	t.Helper()
	s := &simulated{habits: h, random: rand.New(rand.NewPCG(seed, 0)), desks: make([]desk, h.desks)}
	s.calendar = opens(t, nil, opening(scheduling.Clock(7, 30), scheduling.Clock(14, 30), h.desks))
	for i := range s.desks {
		s.floor.Desks = append(s.floor.Desks, hall.Desk{Name: fmt.Sprint(i), GroupID: 7})
	}
	s.books()
	for now := at(6, 30); now.Before(at(20, 0)); now = now.Add(time.Minute) {
		for _, c := range s.comers {
			if err := s.moves(c, now); err != nil {
				t.Fatal(err)
			}
		}
		for i := range s.desks {
			if err := s.works(i, now); err != nil {
				t.Fatal(err)
			}
		}
	}
	return slices.DeleteFunc(s.comers, func(c *comer) bool { return c.called.IsZero() })
}

func (s *simulated) minutes(m float64) time.Duration { return time.Duration(m * float64(time.Minute)) }

// books draws the visits of the day, of twenty minutes each, no more at once than
// there are desks.
func (s *simulated) books() {
	taken := map[time.Time]int{}
	for start := at(7, 30); start.Before(at(14, 30)); start = start.Add(20 * time.Minute) {
		for range s.habits.desks {
			if s.random.Float64() >= s.booked {
				continue
			}
			taken[start]++
			c := s.add(start)
			off := min(max(s.spread*s.random.NormFloat64()-s.early, -60), 40)
			if s.random.Float64() >= s.noShows {
				c.comes = start.Add(s.minutes(off)).Truncate(time.Minute)
			}
		}
	}
	for now := at(7, 30); ; {
		now = now.Add(s.minutes(60 * s.random.ExpFloat64() / s.walkIns))
		start := at(7, 30)
		for start.Before(at(14, 30)) && (start.Add(20*time.Minute).Before(now) || taken[start] == s.habits.desks) {
			start = start.Add(20 * time.Minute)
		}
		if !start.Before(at(14, 30)) {
			return
		}
		taken[start]++
		c := s.add(start)
		c.visit.Channel, c.comes = catalog.WalkIn, now.Truncate(time.Minute)
	}
}

func (s *simulated) add(start time.Time) *comer {
	sigma := math.Sqrt(math.Log(1 + s.varies*s.varies)) // of a log-normal length
	share := s.habits.length * math.Exp(sigma*s.random.NormFloat64()-sigma*sigma/2)
	c := &comer{visit: booked(fmt.Sprintf("c%03d", len(s.comers)), start), length: max(s.minutes(20*share), 2*time.Minute)}
	s.comers = append(s.comers, c)
	return c
}

// line is the line of the only desk group. A visitor who has not come is a no-show
// after a quarter of an hour.
func (s *simulated) line(now time.Time) hall.Line {
	l := hall.Line{Promise: 10 * time.Minute}
	l.Desks, l.Later = hall.Receives(s.calendar, now)
	for _, c := range s.comers {
		switch v := c.visit; {
		case v.Arrival != nil && v.Arrival.State.Present():
			l.Present = append(l.Present, v)
		case v.Arrival == nil && !v.WalkIn() && v.Start.Add(15*time.Minute).After(now) && v.Start.Before(now.Add(4*time.Hour)):
			l.Expected = append(l.Expected, v)
		}
	}
	return l
}

// moves lets a visitor come, and leave the hall for a moment.
func (s *simulated) moves(c *comer, now time.Time) error {
	var step hall.Step
	var err error
	switch {
	case c.comes.Equal(now):
		s.floor.Present = s.line(now).Present
		door := hall.Door{Branch: "riyadh", Day: date, Calendar: s.calendar, Actor: "salem"}
		step, err = c.visit.CheckIn(rules(), door, s.floor, now)
		c.visit = step.Visit
		if err == nil {
			s.floor.Numbers++
			c.told = s.line(now).Ahead(c.visit.ID, now)
		}
		if s.random.Float64() < s.leaves {
			c.leaves = now.Add(5 * time.Minute)
		}
	case c.leaves.Equal(now) && c.visit.Arrival.State == hall.Waiting:
		step, err = c.visit.Away(10, s.calendar, now)
		c.visit = step.Visit
	}
	return err
}

// works lets a desk finish with its visitor, and call the next one.
func (s *simulated) works(i int, now time.Time) error {
	d := &s.desks[i]
	var step hall.Step
	var err error
	switch c := d.comer; {
	case c == nil && !now.Before(at(7, 30)) && !now.Before(d.changes):
		l := s.line(now)
		next, ok := l.Next(s.floor.Desks[i], now)
		if !ok {
			return nil
		}
		c = s.comers[slices.IndexFunc(s.comers, func(c *comer) bool { return c.visit.ID == next.ID })]
		s.floor.Present = l.Present
		step, err = c.visit.CallTo(s.floor.Desks[i].Name, s.floor, "salem", now)
		if c.called.IsZero() {
			c.called = now
		}
		*d = desk{comer: c, misses: s.random.Float64() < s.misses, sits: now.Add(s.minutes(0.5 + 2*s.random.Float64()))}
		d.changes = d.sits.Add(c.length)
	case c == nil:
		return nil
	case c.visit.Arrival.State == hall.Called && !now.Before(d.sits) && d.misses:
		step, err = c.visit.Missed(3, "salem", now)
		*d = desk{}
	case c.visit.Arrival.State == hall.Called && !now.Before(d.sits):
		step, err = c.visit.Begin("", s.floor, "salem", now)
	case c.visit.Arrival.State == hall.Serving && !now.Before(d.changes):
		step, err = c.visit.Complete(s.calendar, "salem", now)
		*d = desk{changes: now.Add(s.minutes(1.5 * s.random.Float64()))}
	default:
		return nil
	}
	if err != nil {
		return err
	}
	i = slices.IndexFunc(s.comers, func(c *comer) bool { return c.visit.ID == step.Visit.ID })
	s.comers[i].visit = step.Visit
	return nil
}

// kept is how well what visitors are told at check-in is kept.
type kept struct {
	visitors      int
	share         float64 // of them who were called within their range
	width         float64 // of the ranges, in minutes: the mean
	mean          float64 // distance of the call from the middle of the range, in minutes: the mean
	booked, close float64 // share and width for the booked visitors alone
}

// keeps simulates so many days.
func (h habits) keeps(t testing.TB, days int) kept {
	t.Helper()
	var k kept
	booked := 0.0
	for seed := range days {
		for _, c := range h.lives(t, uint64(seed)) { //nolint:gosec // not negative
			from, to := c.told.Call.From, c.told.Call.To
			within, width := 0.0, to.Sub(from).Minutes()
			if !c.called.Before(from) && !c.called.After(to) {
				within = 1
			}
			k.visitors++
			k.share += within
			k.width += width
			k.mean += math.Abs(c.called.Sub(from.Add(to.Sub(from) / 2)).Minutes())
			if !c.visit.WalkIn() {
				booked++
				k.booked += within
				k.close += width
			}
		}
	}
	n := float64(k.visitors)
	k.share, k.width, k.mean, k.booked, k.close = k.share/n, k.width/n, k.mean/n, k.booked/booked, k.close/booked
	return k
}

// Whatever kind of day it is, as long as the desks can serve those who come: nine of ten visitors are called within the range that
// they are told at check-in, and so are nine of ten booked visitors.
func TestRangesAreKept(t *testing.T) {
	t.Parallel()
	for _, h := range kindsOfDays() {
		if h.toomuch {
			continue
		}
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			k := h.keeps(t, 1+18/h.desks)
			if k.visitors < 100 || k.share < 0.9 || k.booked < 0.9 {
				t.Errorf("%d visitors, called within their range: %.3f; the booked: %.3f", k.visitors, k.share, k.booked)
			}
		})
	}
}

// BenchmarkRanges measures how well the ranges are kept, and how wide they are.
func BenchmarkRanges(b *testing.B) {
	for _, h := range kindsOfDays() {
		b.Run(h.name, func(b *testing.B) {
			var k kept
			for b.Loop() {
				k = h.keeps(b, 60/h.desks)
			}
			b.ReportMetric(100*k.share, "%within")
			b.ReportMetric(k.mean, "min-error")
			b.ReportMetric(k.width, "min-width")
			b.ReportMetric(100*k.booked, "%booked-within")
			b.ReportMetric(k.close, "min-booked-width")
		})
	}
}
