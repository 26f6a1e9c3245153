package slots

import (
	"fmt"
	"time"

	"ziyara/scheduling"
)

// Claim takes places of a ledger day whose calendar changes: a hold, a request,
// a visit, or a given-up place that is not offered again yet.
type Claim struct {
	ID          string // of the appointment; "" for a given-up place
	Status      Status // "" for a given-up place
	Service     string // slug
	Place       Place
	Booked      time.Time
	Unsupported bool // an earlier change took its place
}

// comes reports whether a visitor is expected: the claim is booked or requested.
func (c Claim) comes() bool { return c.Status == Booked || c.Status == Requested }

// ImpactOn returns the effect on the claims of a date when it becomes day: the
// visits and requests that lose their places or get them back, and the holds
// that end because they have no place. Visits that are over stay as they are.
// Given-up places count last, so that they take no place from a visitor.
func ImpactOn(day scheduling.Day, claims []Claim) (impact scheduling.Impact, ended []Claim) {
	all, byID := plain(claims)
	whole := scheduling.ImpactOn(day, all)
	impact.Date = day.Date
	for _, lost := range whole.Lost {
		switch c := byID[lost.ID]; {
		case c.Status == Held:
			ended = append(ended, c)
		case c.comes():
			impact.Lost = append(impact.Lost, lost)
		}
	}
	for _, regained := range whole.Regained {
		if byID[regained.ID].comes() {
			impact.Regained = append(impact.Regained, regained)
		}
	}
	return impact, ended
}

// plain returns the claims as package scheduling has them, and each by its ID
// there. Given-up places get an ID.
func plain(claims []Claim) ([]scheduling.Claim, map[string]Claim) {
	byID := make(map[string]Claim, len(claims))
	all := make([]scheduling.Claim, len(claims))
	for i, c := range claims {
		all[i] = scheduling.Claim{
			ID: c.ID, Service: c.Service, First: c.Place.First, Ticks: c.Place.Ticks, Count: c.Place.Count,
			Booked: c.Booked, Unsupported: c.Unsupported,
		}
		if c.ID == "" {
			all[i].ID, all[i].Unsupported = fmt.Sprintf("given up %d", i), true
		}
		byID[all[i].ID] = c
	}
	return all, byID
}
