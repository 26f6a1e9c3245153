package reports

import (
	"slices"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
)

// Opened are the desk minutes open at a desk group on a date, from the ledger or its
// archive. For a date that is missing the calendar applies.
type Opened map[GroupDay]float64

// GroupDay is a local date of a desk group.
type GroupDay struct {
	Group string // slug
	Day   scheduling.Date
}

// minutes returns the desk minutes open at g on d, past or future.
func (o Opened) minutes(g *centre.DeskGroup, d scheduling.Date) float64 {
	if known, ok := o[GroupDay{g.Slug, d}]; ok {
		return known
	}
	return openMinutes(g, d)
}

// openMinutes returns the desk minutes open on a date, by the calendar.
func openMinutes(g *centre.DeskGroup, d scheduling.Date) float64 {
	ticks := 0
	for _, places := range g.Calendar.Day(d).Open {
		ticks += int(places)
	}
	return float64(ticks) * catalog.Tick.Minutes()
}

// open returns the desk minutes open for each row, and in all. Desks that
// receive several services, over several channels, are open to each of them.
func (q Query) open(c *centre.Snapshot, opened Opened) (rows map[Key]float64, total float64) {
	rows = make(map[Key]float64)
	for _, g := range c.DeskGroups() {
		if !q.wants(g.Department, g.Branch) || !g.Serves(q.Service) {
			continue
		}
		places := q.placesOf(g)
		for d := q.From; d <= q.To; d++ {
			minutes, at := opened.minutes(g, d), q.at(d)
			total += minutes
			for _, p := range places {
				p.Day, p.Month = at.Day, at.Month
				rows[p] += minutes
			}
		}
	}
	return rows, total
}

// placesOf returns the rows of one date to which the desks of g are open.
func (q Query) placesOf(g *centre.DeskGroup) []Key {
	services := []string{""}
	switch {
	case !q.Has(ByService):
	case q.Service != "":
		services = []string{q.Service}
	default:
		services = g.Services
	}
	var keys []Key
	for _, service := range services {
		for _, channel := range q.channels() {
			key := q.place(g.Department, g.Branch, service)
			key.Channel = channel
			keys = append(keys, key)
		}
	}
	return keys
}

// days returns for each row without its time, and for all together (the zero
// Key, if there is no such row), on which dates from from to to (inclusive) a
// desk that is concerned was, is or will be open.
func (q Query) days(c *centre.Snapshot, opened Opened, from, to scheduling.Date) map[Key][]bool {
	days := map[Key][]bool{{}: make([]bool, to-from+1)}
	for _, g := range c.DeskGroups() {
		if !q.wants(g.Department, g.Branch) || !g.Serves(q.Service) {
			continue
		}
		places := q.placesOf(g)
		if !slices.Contains(places, Key{}) {
			places = append(places, Key{})
		}
		for _, p := range places {
			if days[p] == nil {
				days[p] = make([]bool, to-from+1)
			}
		}
		for d := from; d <= to; d++ {
			if opened.minutes(g, d) == 0 {
				continue
			}
			for _, p := range places {
				days[p][d-from] = true
			}
		}
	}
	return days
}

// Idle returns the desk minutes to archive for the last n dates that are over at
// now, from the calendars of the desk groups: a plan may change later, but what
// was open then does not.
func Idle(c *centre.Snapshot, n int, now time.Time) Opened {
	opened := make(Opened)
	for _, g := range c.DeskGroups() {
		today := g.Calendar.DateOf(now)
		for d := today - scheduling.Date(n); d < today; d++ {
			opened[GroupDay{g.Slug, d}] = openMinutes(g, d)
		}
	}
	return opened
}
