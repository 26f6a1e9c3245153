package slots

import (
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// VisitQuery asks for a page of visits for staff, ascending by start: visits that
// are or were booked or requested.
type VisitQuery struct {
	// Departments and Branches (slugs) bound what the caller may see: visits of
	// one of the departments or at one of the branches. Both nil for all.
	Departments, Branches []string

	Department, Branch, Service string          // slugs; "" for any
	From, To                    scheduling.Date // of the start, both inclusive, in the zone of its branch; 0 for any with Of
	Status                      Status          // "" for any
	Channel                     catalog.Channel // "" for any
	Name                        []string        // words of a name (NameWords), or their beginnings; none for any
	Of                          *VisitOwner     // owner of the visits; nil for any

	After VisitKey // the last visit of the previous page
	Limit int      // at least 1
}

// VisitOwner selects visits for which any one of its fields matches.
type VisitOwner struct {
	Reference      Reference
	Mobile         string // E.164
	Identity       Identity
	Representative string // identity number
}

// VisitKey is the position of a visit in a list.
type VisitKey struct {
	Start time.Time
	ID    string // "" sorts before all visits
}
