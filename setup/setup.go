// Package setup is the centre as a file: what there is to book and where, written down
// in YAML. Read checks a file and names every fault with its line; Write writes a
// centre as a file that reads the same; Differences says what a file would change.
// The package is pure.
package setup

import (
	"ziyara/catalog"
	"ziyara/scheduling"
)

// Centre is all that a file describes. The order of services, branches and reasons is
// that in which they are shown.
type Centre struct {
	Branches     []catalog.Branch
	Departments  []catalog.Department
	Services     []catalog.Service
	Entities     []catalog.Entity
	Reasons      []catalog.CancellationReason
	HolidayLists []HolidayList
	DeskGroups   []DeskGroup
}

// HolidayList is a list of holidays that desk groups share.
type HolidayList struct {
	Slug string
	scheduling.HolidayList
}

// DeskGroup is a group of desks of one department in one branch, with its calendar.
type DeskGroup struct {
	Slug       string
	Branch     string // slug
	Department string // slug
	Name       catalog.Text
	Services   []string // slugs
	// HolidayList is the slug of the list that closes it; "" for none.
	HolidayList string
	// Desks are the desks of the hall; nil when a file says nothing of them.
	Desks []Desk
	// Plan has the zone of the branch.
	Plan scheduling.Plan

	catalog.Standing
}

// Desk is a desk of the hall.
type Desk struct {
	Name       string `json:"name"`
	Accessible bool   `json:"accessible,omitempty"` // reached without a step, and low enough for a wheelchair
}

// MostPlaces returns the most places that the desk group ever opens at once with one
// opening: as many desks it needs.
func (g *DeskGroup) MostPlaces() int {
	most := 0
	count := func(openings []scheduling.Opening) {
		for _, o := range openings {
			most = max(most, o.Places)
		}
	}
	rules := func(list []scheduling.Rule) {
		for _, r := range list {
			count(r.Openings)
		}
	}
	rules(g.Plan.Rules)
	for _, s := range g.Plan.Seasons {
		count(s.Openings)
		rules(s.Rules)
	}
	return most
}
