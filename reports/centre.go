package reports

import (
	"slices"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// Centre is what reports know of the centre: its catalogue and its desk
// groups.
type Centre struct {
	*catalog.Centre
	Groups []DeskGroup
}

// DeskGroup is a set of desks with one calendar.
type DeskGroup struct {
	Slug, Branch, Department string   // slugs
	Services                 []string // slugs of the services that it receives
	Calendar                 *scheduling.Calendar
}

// openMinutes returns the desk minutes open on a date, by the calendar.
func (g DeskGroup) openMinutes(d scheduling.Date) float64 {
	ticks := 0
	for _, places := range g.Calendar.Day(d).Open {
		ticks += int(places)
	}
	return float64(ticks) * catalog.Tick.Minutes()
}

// serves reports whether the desk group receives the service; any does for "".
func (g DeskGroup) serves(service string) bool {
	return service == "" || slices.Contains(g.Services, service)
}
