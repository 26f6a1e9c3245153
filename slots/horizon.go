package slots

import (
	"errors"
	"slices"
	"sort"
	"time"

	"ziyara/scheduling"
)

const (
	wholeDay = 24 * time.Hour
	// opensWithin bounds the search for the next date that opens, in dates.
	opensWithin = 366
)

// latest returns the last instant at which Horizon lets a visit start. Where dates
// open at a set time the limit is wide and NotAfter decides instead.
func (v Shape) latest(now time.Time) time.Time {
	if v.OpensAt > 0 {
		return now.Add(v.Horizon + 2*wholeDay)
	}
	return now.Add(v.Horizon)
}

// counting returns the date from which the horizon counts at now: today, or
// the day before until OpensAt.
func (v Shape) counting(c *scheduling.Calendar, now time.Time) scheduling.Date {
	today := c.DateOf(now)
	if v.OpensAt > 0 && now.Before(today.At(v.OpensAt, c.Zone())) {
		return today - 1
	}
	return today
}

// lastDate returns the last date in reach when the horizon counts from the date
// from; 0 when only instants decide.
func (v Shape) lastDate(c *scheduling.Calendar, from scheduling.Date) scheduling.Date {
	last := scheduling.Date(0)
	if v.OpensAt > 0 {
		last = from + v.horizonDates()
	}
	if v.HorizonDays > 0 {
		if date, ok := c.AddWorkingDays(from, v.HorizonDays); ok && (last == 0 || date < last) {
			last = date
		}
	}
	return last
}

func (v Shape) horizonDates() scheduling.Date { return scheduling.Date(v.Horizon / wholeDay) }

// Opens returns the instant from which a start by the openings of date is
// within the horizon in the calendar c; in the past for a start that already is.
func (v Shape) Opens(c *scheduling.Calendar, date scheduling.Date, start time.Time) time.Time {
	rolling := start.Add(-v.Horizon)
	first := c.DateOf(rolling)
	if v.OpensAt > 0 {
		first = date - v.horizonDates()
	}
	if v.HorizonDays > 0 && first < date {
		first += scheduling.Date(sort.Search(int(date-first), func(i int) bool {
			last, ok := c.AddWorkingDays(first+scheduling.Date(i), v.HorizonDays)
			return !ok || last >= date
		}))
	}
	switch {
	case v.OpensAt > 0:
		return first.At(v.OpensAt, c.Zone())
	case v.HorizonDays > 0 && c.Day(first).Start.After(rolling):
		return c.Day(first).Start
	}
	return rolling
}

// OpensNext returns the next instant after now, in c's zone, at which a date with a
// place for the visit comes into reach. It is zero where the horizon moves with
// the clock, and when nothing opens within a year.
func (v Shape) OpensNext(c *scheduling.Calendar, now time.Time) time.Time {
	if v.OpensAt == 0 {
		return time.Time{}
	}
	from := v.counting(c, now)
	date, ok := c.NextOpen(v.lastDate(c, from)+1, v.lastDate(c, from+opensWithin), v.Service, string(v.Channel))
	if !ok {
		return time.Time{}
	}
	days := sort.Search(opensWithin, func(i int) bool { return v.lastDate(c, from+scheduling.Date(i)) >= date })
	return (from + scheduling.Date(days)).At(v.OpensAt, c.Zone()).In(c.Zone())
}

// sayWhen turns an error of RuleHorizon about start into a *HorizonError.
func (v Shape) sayWhen(err error, c *scheduling.Calendar, start, now time.Time) error {
	rule, ok := errors.AsType[*RuleError](err)
	if !ok || rule.Rule != RuleHorizon {
		return err
	}
	date := c.DateOf(start)
	if before := c.Before(date); v.holds(before, start) && !v.holds(c.Day(date), start) {
		date = before.Date
	}
	opens := v.Opens(c, date, start)
	return &HorizonError{Opens: opens.In(c.Zone()), RetryAfter: opens.Sub(now)}
}

// holds reports whether an opening of the day holds the start.
func (v Shape) holds(day scheduling.Day, start time.Time) bool {
	tick := floorTicks(start.Sub(day.Start))
	return slices.ContainsFunc(v.sees(day).Openings, func(o scheduling.TickSpan) bool { return o.From <= tick && tick < o.To })
}

// nextOf returns when the first start of the day's grid past the horizon at now
// comes within it, in c's zone.
func (v Shape) nextOf(day scheduling.Day, c *scheduling.Calendar, now time.Time) time.Time {
	for _, o := range v.sees(day).Openings {
		for tick := o.From + v.Before; tick < o.To; tick += v.Step {
			if opens := v.Opens(c, day.Date, day.At(tick)); opens.After(now) {
				return opens.In(c.Zone())
			}
		}
	}
	return time.Time{}
}
