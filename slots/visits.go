package slots

import (
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// VisitQuery asks for a page of the visits that staff look at, ascending by
// start: what is booked, requested, or was.
type VisitQuery struct {
	// Departments and Branches (slugs) are what the one who asks is concerned
	// with: a visit is when one of them fits. Both nil for everything.
	Departments, Branches []string

	Department, Branch, Service string          // slugs; "" for any
	From, To                    scheduling.Date // of the start, both inclusive, in the zone of its branch; 0 for any with Of
	Status                      Status          // "" for any
	Channel                     catalog.Channel // "" for any
	Name                        []string        // words of a name (NameWords), of each at least the beginning; none for any
	Of                          *VisitOwner     // whose visits; nil for anybody's

	After VisitKey // the last visit of the page before
	Limit int      // at least 1
}

// VisitOwner tells whose visits are looked for: those of whom any of it fits.
type VisitOwner struct {
	Reference      Reference
	Mobile         string // E.164
	Person         Person
	Representative string // identity number
}

// VisitKey is where a visit stands in a list.
type VisitKey struct {
	Start time.Time
	ID    string // "" before all visits
}
