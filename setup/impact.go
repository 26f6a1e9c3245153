package setup

import (
	"fmt"
	"slices"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// Visit is a booked visit or a request, as far as a change of the centre can concern it.
type Visit struct {
	Service, Branch, DeskGroup string          // slugs
	Date                       scheduling.Date // by whose openings it starts
}

// Effect is what a change of the centre does to a visit; "" for nothing.
type Effect string

// The effects. Staff decide what becomes of the visits of the first two; the others
// take place as booked.
const (
	EffectClosed    Effect = "closed"    // nothing starts on its date any more: a pause, or the end
	EffectUnserved  Effect = "unserved"  // no desk group of its branch serves the service any more
	EffectElsewhere Effect = "elsewhere" // another desk group serves it from now on
	EffectLength    Effect = "length"    // visits take another time or number of places from now on
)

// Undecided reports whether staff decide what becomes of the visit.
func (e Effect) Undecided() bool { return e == EffectClosed || e == EffectUnserved }

// Effects returns what a change of the centre does to each of the visits.
func Effects(have, merged Centre, visits []Visit) []Effect {
	before, after := newServing(have), newServing(merged)
	effects := make([]Effect, len(visits))
	for i, v := range visits {
		effects[i] = after.effect(before, v)
	}
	return effects
}

// serving finds who serves what where.
type serving struct {
	branches    map[string]catalog.Branch
	departments map[string]catalog.Department
	services    map[string]catalog.Service
	groups      map[[2]string]DeskGroup // by service and branch
}

func newServing(c Centre) serving {
	s := serving{
		by(c.Branches, branchSlug), by(c.Departments, departmentSlug), by(c.Services, serviceSlug), map[[2]string]DeskGroup{},
	}
	for _, g := range c.DeskGroups {
		for _, slug := range g.Services {
			s.groups[[2]string{slug, g.Branch}] = g
		}
	}
	return s
}

func by[T any](list []T, slug func(T) string) map[string]T {
	all := make(map[string]T, len(list))
	for _, item := range list {
		all[slug(item)] = item
	}
	return all
}

func (s serving) effect(before serving, v Visit) Effect {
	key := [2]string{v.Service, v.Branch}
	was, served := before.groups[key]
	is, serves := s.groups[key]
	old, now := before.services[v.Service], s.services[v.Service]
	switch {
	case served && !serves:
		return EffectUnserved
	case s.closed(v) && !before.closed(v):
		return EffectClosed
	case served && is.Slug != was.Slug:
		return EffectElsewhere
	case old.Before != now.Before || old.Duration != now.Duration || old.After != now.After || old.PlacePerVisitor != now.PlacePerVisitor:
		return EffectLength
	}
	return ""
}

// closed reports whether nothing starts on the date of a visit.
func (s serving) closed(v Visit) bool {
	service := s.services[v.Service]
	away := slices.Concat(service.Away(), s.branches[v.Branch].Away(), s.departments[service.Department].Away(),
		s.groups[[2]string{v.Service, v.Branch}].Away())
	return catalog.PausedOn(away, v.Date) != nil
}

// Touched names what has visits that a change can concern, by slugs: visits of one of the
// services, at one of the branches, or of one of the desk groups.
type Touched struct{ Services, Branches, DeskGroups []string }

// Touch returns what changes can concern in the centre as it was.
func Touch(have Centre, changes []Change) (t Touched) {
	stands := func(c Change) bool { return c.Has("pauses") || c.Has("retired") }
	for _, c := range changes {
		switch {
		case c.New:
		case c.Kind == KindService && (stands(c) || c.Has("duration") || c.Has("before") || c.Has("after") || c.Has("place_per_visitor")):
			t.Services = append(t.Services, c.Slug)
		case c.Kind == KindBranch && stands(c):
			t.Branches = append(t.Branches, c.Slug)
		case c.Kind == KindDeskGroup && (stands(c) || c.Has("services")):
			t.DeskGroups = append(t.DeskGroups, c.Slug)
		case c.Kind == KindDepartment && stands(c):
			for _, s := range have.Services {
				if s.Department == c.Slug {
					t.Services = append(t.Services, s.Slug)
				}
			}
		}
	}
	return t
}

// Nothing reports whether no visit can be concerned.
func (t Touched) Nothing() bool { return len(t.Services)+len(t.Branches)+len(t.DeskGroups) == 0 }

// Affected is a visit that a change of the centre concerns.
type Affected struct {
	Visit
	ID, Reference, Department string
	Group                     int // key of the desk group
	Start                     time.Time
	Effect                    Effect
}

// Outcome is what a change of the centre does.
type Outcome struct {
	Changes []Change
	Centre  Centre     // afterwards
	Visits  []Affected // by their starts
}

// Undecided returns the visits that staff decide about.
func (o Outcome) Undecided() []Affected {
	return slices.DeleteFunc(slices.Clone(o.Visits), func(v Affected) bool { return !v.Effect.Undecided() })
}

// EffectLines says in lines what becomes of visits that nobody decides about.
func EffectLines(visits []Affected) []string {
	counts := map[Effect]int{}
	for _, v := range visits {
		counts[v.Effect]++
	}
	var lines []string
	for _, of := range []struct {
		effect Effect
		text   string
	}{
		{EffectClosed, "%d visits are booked on dates that become closed: they take place"},
		{EffectUnserved, "%d visits are booked where the service is not offered any more: they take place"},
		{EffectElsewhere, "%d visits stay with the desk group that they were booked with"},
		{EffectLength, "%d visits keep their length"},
	} {
		if n := counts[of.effect]; n > 0 {
			lines = append(lines, fmt.Sprintf(of.text, n))
		}
	}
	return lines
}
