package slots

import (
	"errors"
	"fmt"
	"slices"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// DeskPlan is a desk group with the plan that its calendar is made of.
type DeskPlan struct {
	*DeskGroup
	Plan scheduling.Plan
	// Lists are the holidays that the desk group shares with others.
	Lists []*scheduling.Holidays
}

// What an opening of a plan names that the desk group does not know. They
// arrive wrapped in a *scheduling.PlanError.
var (
	ErrForeignService = errors.New("slots: the desk group does not receive the service")
	ErrForeignChannel = errors.New("slots: places are left by a channel that does not exist")
)

// Fits returns what is wrong with a plan of the desk group beside what
// scheduling finds: services that it does not receive and channels that do not
// exist. The error joins a *scheduling.PlanError for each.
func (g *DeskGroup) Fits(p scheduling.Plan) error {
	var all []error
	each(p, func(pointer string, name scheduling.Text, o *scheduling.Opening) {
		for i, s := range o.Services {
			if !slices.Contains(g.Services, s) {
				all = append(all, &scheduling.PlanError{Pointer: fmt.Sprintf("%s/services/%d", pointer, i), Name: name, Err: ErrForeignService})
			}
		}
		for channel := range o.Reserve {
			if !catalog.Channel(channel).Known() {
				all = append(all, &scheduling.PlanError{Pointer: fmt.Sprintf("%s/reserve/%.80s", pointer, channel), Name: name, Err: ErrForeignChannel})
			}
		}
	})
	return errors.Join(all...)
}

// each calls do for every opening of the plan, with its JSON pointer.
func each(p scheduling.Plan, do func(pointer string, name scheduling.Text, o *scheduling.Opening)) {
	openings := func(pointer string, name scheduling.Text, list []scheduling.Opening) {
		for i := range list {
			do(fmt.Sprintf("%s/openings/%d", pointer, i), name, &list[i])
		}
	}
	rules := func(pointer string, list []scheduling.Rule) {
		for i, r := range list {
			openings(fmt.Sprintf("%s/rules/%d", pointer, i), r.Name, r.Openings)
		}
	}
	rules("", p.Rules)
	for i, s := range p.Seasons {
		pointer := fmt.Sprintf("/seasons/%d", i)
		openings(pointer, s.Name, s.Openings)
		rules(pointer, s.Rules)
	}
	for i, h := range p.Hours {
		openings(fmt.Sprintf("/hours/%d", i), h.Reason, h.Openings)
	}
}

// Lost returns how many visits lose their places by what happens to the claims
// of several dates.
func Lost(impacts []scheduling.Impact) int {
	n := 0
	for _, i := range impacts {
		n += len(i.Lost)
	}
	return n
}
