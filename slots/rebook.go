package slots

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"ziyara/centre"
	"ziyara/scheduling"
)

// Relocation asks for another place for a displaced visit: one that lost its own
// through a change of its desk group's calendar.
type Relocation struct {
	ID     string
	Shape  Shape           // of the visit
	Day    scheduling.Date // to whose openings the booked start belongs
	Start  time.Time       // booked start
	Booked time.Time       // when it was booked
	// Person is the visitor; "" for one with no other visits.
	Person Person
	// Until is the last possible date, when a representative's power of attorney
	// ends; 0 for any.
	Until scheduling.Date
}

// Replacement is the place found for a displaced visit; Found is false when there
// is none.
type Replacement struct {
	Found bool
	Slot  Slot
	Wanted
}

// Busy is a half-open span of time in which a person has a visit.
type Busy struct {
	Person     Person
	Start, End time.Time
}

// OpenPlaces are the places that a desk group has left while visits are rebooked.
// They are not safe for concurrent use.
type OpenPlaces struct {
	group   *centre.DeskGroup    // with the calendar as it will be
	present *scheduling.Calendar // as it is
	known   map[scheduling.Date]Occupied
	busy    map[Person][]Busy
	days    map[scheduling.Date]openDay
	free    map[scheduling.Date]map[Shape][]Slot // cached until a place of the date is taken
}

// openDay is a date with the places taken.
type openDay struct {
	scheduling.Day
	used []int16
}

// NewOpenPlaces returns the open places of the desk group g, whose calendar is the
// future one. present is the calendar in force now, on which the ledger's days
// are based; occupied are the ledger's days by date. Where the calendars differ,
// a place must be free by both. busy are the visits of persons, who can't be in
// two places at once; the displaced visits may be among them.
func NewOpenPlaces(g *centre.DeskGroup, present *scheduling.Calendar, occupied map[scheduling.Date]Occupied, busy []Busy) *OpenPlaces {
	r := &OpenPlaces{
		group: g, present: present, known: occupied, busy: make(map[Person][]Busy),
		days: make(map[scheduling.Date]openDay), free: make(map[scheduling.Date]map[Shape][]Slot),
	}
	for _, b := range busy {
		r.busy[b.Person] = append(r.busy[b.Person], b)
	}
	return r
}

// day returns a date with the places that are open both now and in future.
func (r *OpenPlaces) day(d scheduling.Date) openDay {
	if found, ok := r.days[d]; ok {
		return found
	}
	present := r.known[d]
	if present.Open == nil {
		template := r.present.Day(d)
		present.First, present.Open = template.First, template.Open
	}
	day := openDay{Day: r.group.Calendar.Day(d)}
	day.Open = slices.Clone(day.Open)
	day.used = make([]int16, len(day.Open))
	for i := range day.Open {
		at := day.First + i - present.First
		if at < 0 || at >= len(present.Open) {
			day.Open[i] = 0
			continue
		}
		day.Open[i] = min(day.Open[i], present.Open[at])
		if at < len(present.Used) {
			day.used[i] = present.Used[at]
		}
	}
	r.days[d] = day
	return day
}

// Rebook finds another place for each of the displaced visits and takes it. It
// returns them in the order of displaced.
//
// Visits choose in the order in which they were booked, and by ID for the same
// instant, so none gets a place that an earlier one would have preferred. Each
// gets the start most like the booked one (see unlike). Every start is one that
// a search at now would offer, so it keeps the service's notice and horizon.
func (r *OpenPlaces) Rebook(displaced []Relocation, now time.Time) []Replacement {
	order := make([]int, len(displaced))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(displaced[a].Booked.Compare(displaced[b].Booked), strings.Compare(displaced[a].ID, displaced[b].ID))
	})
	found := make([]Replacement, len(displaced))
	for _, i := range order {
		found[i] = r.rebook(displaced[i], now)
	}
	return found
}

// rebook searches the dates around the booked one, nearest first, until no other
// date can have a better start.
func (r *OpenPlaces) rebook(d Relocation, now time.Time) Replacement {
	shape := d.Shape.Counted(r.group, now)
	first, last := shape.within(r.group.Calendar, d.Day-RebookWithin, d.Day+RebookWithin, now)
	if d.Until > 0 {
		last = min(last, d.Until)
	}
	var best Slot
	var on scheduling.Date
	least := -1
	look := func(date scheduling.Date) {
		if date < first || date > last {
			return
		}
		for _, s := range r.starts(date, shape, now) {
			if s.Start.Equal(d.Start) || r.meets(d, s) {
				continue
			}
			if unlike := r.unlike(d, date, s.Start); least < 0 || unlike < least {
				best, on, least = s, date, unlike
			}
		}
	}
	for away := scheduling.Date(0); away <= RebookWithin; away++ {
		if least >= 0 && least <= int(away)*minutesOfDay {
			break
		}
		look(d.Day + away)
		if away > 0 {
			look(d.Day - away)
		}
	}
	if least < 0 {
		return Replacement{}
	}
	return r.take(d.Person, shape, on, best)
}

// starts returns the free starts of a date.
func (r *OpenPlaces) starts(date scheduling.Date, v Shape, now time.Time) []Slot {
	if found, ok := r.free[date][v]; ok {
		return found
	}
	day := r.day(date)
	found := v.free(r.group.Calendar, day.Day, day.used, now)
	if r.free[date] == nil {
		r.free[date] = make(map[Shape][]Slot)
	}
	r.free[date][v] = found
	return found
}

// RebookWithin is how many dates before and after the booked one are searched.
const RebookWithin = MaxDays

const (
	minutesOfDay = 24 * 60
	// On another date, otherWeekday is the penalty for another weekday in
	// minutes, and hourOff that for each minute of difference in the time of
	// day: a visitor who can come on a Tuesday at ten can probably come on the
	// next Tuesday at ten.
	otherWeekday = 2 * minutesOfDay
	hourOff      = 12
)

// Around returns the first and the last date on which the relocations, at least
// one, may find other places, in the calendar c.
func Around(relocations []Relocation, c *scheduling.Calendar, now time.Time) (from, to scheduling.Date) {
	from, to = relocations[0].Day, relocations[0].Day
	for _, r := range relocations {
		from, to = min(from, r.Day), max(to, r.Day)
	}
	return max(from-RebookWithin, c.DateOf(now)-1), to + RebookWithin
}

// unlike measures how different a start by the openings of date is from the booked
// one: 0 for the same. On the same date it is the minutes between them. Every
// other date is worse: each day counts as a day, another weekday as two more,
// and two hours' difference in the time of day as one more.
func (r *OpenPlaces) unlike(d Relocation, date scheduling.Date, start time.Time) int {
	minutes := func(d time.Duration) int { return int(d.Abs() / time.Minute) }
	if date == d.Day {
		return min(minutes(start.Sub(d.Start)), minutesOfDay-1)
	}
	days := int(max(date-d.Day, d.Day-date))
	unlike := days * minutesOfDay
	if days%7 != 0 {
		unlike += otherWeekday
	}
	zone := r.group.Calendar.Zone()
	return unlike + hourOff*minutes(sinceMidnight(start, zone, date)-sinceMidnight(d.Start, zone, d.Day))
}

// sinceMidnight returns the wall time of an instant, counted from the midnight at
// which the date begins.
func sinceMidnight(at time.Time, zone *time.Location, date scheduling.Date) time.Duration {
	local := at.In(zone)
	hour, minute, _ := local.Clock()
	days := int(scheduling.DateOf(at, zone) - date)
	return time.Duration(days*minutesOfDay+hour*60+minute) * time.Minute
}

// meets reports whether the person of a displaced visit has another visit that
// overlaps the slot.
func (r *OpenPlaces) meets(d Relocation, s Slot) bool {
	return d.Person != "" && slices.ContainsFunc(r.busy[d.Person], func(b Busy) bool {
		return !b.Start.Equal(d.Start) && s.Start.Before(b.End) && b.Start.Before(s.End)
	})
}

// take takes the slot from the open places.
func (r *OpenPlaces) take(p Person, v Shape, date scheduling.Date, s Slot) Replacement {
	day := r.day(date)
	place := v.place(r.group, day.Day, int(s.Start.Sub(day.Start)/scheduling.Tick))
	place.count(day.used, day.First, place.Count)
	delete(r.free, date)
	if p != "" {
		r.busy[p] = append(r.busy[p], Busy{p, s.Start, s.End})
	}
	return Replacement{Found: true, Slot: s, Wanted: v.wanted(r.group, day.Day, place)}
}

// RelocationOf returns the relocation of an appointment in the centre c. until is
// the last possible date; 0 for any. It returns the errors of centre.Snapshot.Desk and ShapeOf.
func RelocationOf(c *centre.Snapshot, a Appointment, of Person, until scheduling.Date) (Relocation, error) {
	service, _, err := c.Desk(a.Service, a.Branch)
	if err != nil {
		return Relocation{}, err
	}
	shape, err := ShapeOf(service, a.Party, a.Channel, stillKnown(service, a.Needs)...)
	if err != nil {
		return Relocation{}, err
	}
	return Relocation{
		ID: a.ID, Shape: shape, Day: a.Place.Day, Start: a.Start, Booked: a.Created, Person: of, Until: until,
	}, nil
}
