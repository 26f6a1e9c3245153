package scheduling

import (
	"errors"
	"fmt"
	"slices"
)

// Edit is a requested change of a plan: some parts are replaced as a whole, and
// some single entries are added or removed. Everything else stays as it is.
// Coordinators send its JSON form.
type Edit struct {
	// Each part that is not nil replaces that of the plan.
	Rules     *[]Rule     `json:"rules,omitempty"`
	Seasons   *[]Season   `json:"seasons,omitempty"`
	Holidays  *[]Holiday  `json:"holidays,omitempty"`
	StaysOpen *[]string   `json:"stays_open,omitempty"`
	Hours     *[]DayHours `json:"hours,omitempty"`
	Closures  *[]Closure  `json:"closures,omitempty"`

	// SetHours replace the hours that the plan has for their dates: the date's
	// own hours or, with Extra, its extra hours. ClearHours are dates that lose
	// both, before SetHours apply.
	SetHours   []DayHours `json:"set_hours,omitempty"`
	ClearHours []Date     `json:"clear_hours,omitempty"`
	// Close adds closures, unless the plan has them already. Reopen removes
	// closures, given by their index in the plan before the edit.
	Close  []Closure `json:"close,omitempty"`
	Reopen []int     `json:"reopen,omitempty"`

	// Overlap permits openings that overlap without adding: then the larger
	// number of places counts.
	Overlap bool `json:"overlap,omitempty"`

	Reason string `json:"reason,omitempty"` // why, for readers of the log
}

// The faults of an Edit, in addition to those of the resulting plan. They are
// wrapped in a *PlanError, like the faults of a plan. The pointers of ErrEntry
// and ErrBoth are into the edit.
var (
	ErrPast    = errors.New("scheduling: the past can't be changed")
	ErrOverlap = errors.New("scheduling: openings overlap and neither adds its places")
	ErrEntry   = errors.New("scheduling: no such entry")
	ErrBoth    = errors.New("scheduling: a list can be replaced as a whole or changed entry by entry, not both")
)

// Apply returns the edited plan, not yet compiled. The result shares its
// unchanged parts with p. The error joins a *PlanError for each entry that
// can't be changed.
func (e Edit) Apply(p Plan) (Plan, error) {
	var f faults
	hours := p.Hours
	if e.Hours != nil && len(e.SetHours)+len(e.ClearHours) > 0 {
		f.add(ErrBoth, Text{}, "/hours")
	}
	hours = e.editedHours(&f, hours)
	closures := e.editedClosures(&f, p.Closures)
	if e.Holidays != nil {
		for i, h := range *e.Holidays {
			f.checkName(h.Name, fmt.Sprintf("/holidays/%d/name", i))
		}
	}
	replace(&p.Rules, e.Rules)
	replace(&p.Seasons, e.Seasons)
	replace(&p.Holidays, e.Holidays)
	replace(&p.StaysOpen, e.StaysOpen)
	p.Hours, p.Closures = hours, closures
	replace(&p.Hours, e.Hours)
	replace(&p.Closures, e.Closures)
	return p, errors.Join(f...)
}

// replace sets part to by, unless by is nil.
func replace[T any](part *[]T, by *[]T) {
	if by != nil {
		*part = *by
	}
}

func (e Edit) editedHours(f *faults, hours []DayHours) []DayHours {
	if len(e.SetHours)+len(e.ClearHours) == 0 {
		return hours
	}
	for i, d := range e.ClearHours {
		if !slices.ContainsFunc(hours, func(h DayHours) bool { return h.Date == d }) {
			f.add(ErrEntry, Text{}, "/clear_hours/%d", i)
		}
	}
	left := make([]DayHours, 0, len(hours)+len(e.SetHours))
	for _, h := range hours {
		set := slices.ContainsFunc(e.SetHours, func(s DayHours) bool { return s.Date == h.Date && s.Extra == h.Extra })
		if !set && !slices.Contains(e.ClearHours, h.Date) {
			left = append(left, h)
		}
	}
	return append(left, e.SetHours...)
}

func (e Edit) editedClosures(f *faults, closures []Closure) []Closure {
	if len(e.Close)+len(e.Reopen) == 0 {
		return closures
	}
	if e.Closures != nil {
		f.add(ErrBoth, Text{}, "/closures")
	}
	gone := make(map[int]bool, len(e.Reopen))
	for i, n := range e.Reopen {
		if n < 0 || n >= len(closures) || gone[n] {
			f.add(ErrEntry, Text{}, "/reopen/%d", i)
		}
		gone[n] = true
	}
	left := make([]Closure, 0, len(closures)+len(e.Close))
	for i, c := range closures {
		if !gone[i] {
			left = append(left, c)
		}
	}
	have := entries(left, func(Closure) bool { return true })
	for _, c := range e.Close {
		if !have[entry(c)] {
			left = append(left, c)
		}
	}
	return left
}
