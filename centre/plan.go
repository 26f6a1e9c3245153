package centre

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

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
	ErrForeignService = errors.New("centre: the desk group does not receive the service")
	ErrForeignChannel = errors.New("centre: places are left by a channel that does not exist")
)

// Revise edits the plan of the desk group at now. The error joins a
// *scheduling.PlanError for each fault, of scheduling.Revise or Fits; or it is that of
// a context that has ended.
func (d DeskPlan) Revise(ctx context.Context, e scheduling.Edit, now time.Time) (scheduling.Revision, error) {
	r, err := scheduling.Revise(ctx, d.Plan, e, now, d.Lists...)
	if err != nil {
		return scheduling.Revision{}, err
	}
	return r, d.Fits(r.Plan)
}

// Fits returns what is wrong with a plan of the desk group besides what scheduling
// finds: services that it does not receive and channels that do not
// exist. The error joins a *scheduling.PlanError for each.
func (g *DeskGroup) Fits(p scheduling.Plan) error {
	var all []error
	openings(p, func(pointer string, name scheduling.Text, o *scheduling.Opening) {
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

// openings calls do for every opening of the plan, with its JSON pointer.
func openings(p scheduling.Plan, do func(pointer string, name scheduling.Text, o *scheduling.Opening)) {
	sets(p, func(pointer string, name scheduling.Text, list []scheduling.Opening) {
		for i := range list {
			do(fmt.Sprintf("%s/openings/%d", pointer, i), name, &list[i])
		}
	})
}

// sets calls do for the openings of every rule, season and date of the plan,
// with the JSON pointer to what has them.
func sets(p scheduling.Plan, do func(pointer string, name scheduling.Text, list []scheduling.Opening)) {
	rules := func(pointer string, list []scheduling.Rule) {
		for i, r := range list {
			do(fmt.Sprintf("%s/rules/%d", pointer, i), r.Name, r.Openings)
		}
	}
	rules("", p.Rules)
	for i, s := range p.Seasons {
		pointer := fmt.Sprintf("/seasons/%d", i)
		do(pointer, s.Name, s.Openings)
		rules(pointer, s.Rules)
	}
	for i, h := range p.Hours {
		do(fmt.Sprintf("/hours/%d", i), h.Reason, h.Openings)
	}
}

// Warnings returns what a coordinator should look at again: those of the
// calendar, and openings of which every service that is received leaves time
// unused, because its starts are too far apart to fill them. services are
// those of the centre.
func (d DeskPlan) Warnings(services func(slug string) (*catalog.Service, bool)) []scheduling.Warning {
	warnings := d.Calendar.Warnings()
	sets(d.Plan, func(pointer string, _ scheduling.Text, list []scheduling.Opening) {
		var fewest []scheduling.Warning
		for i, slug := range d.Services {
			s, ok := services(slug)
			if !ok {
				continue
			}
			wasted := scheduling.StepWarnings(list, s.Step)
			if i == 0 || len(wasted) < len(fewest) {
				fewest = wasted
			}
		}
		for _, w := range fewest {
			w.Pointers = []string{pointer}
			warnings = append(warnings, w)
		}
	})
	return warnings
}

// CountLost returns how many visits lose their places over several dates.
func CountLost(impacts []scheduling.Impact) int {
	n := 0
	for _, i := range impacts {
		n += len(i.Lost)
	}
	return n
}
