package scheduling

import (
	"errors"
	"slices"
)

// Edit is a change of a plan that somebody asks for: parts that are replaced
// as a whole, and single entries that come and go. What it does not name stays
// as it is. Its JSON form is what coordinators send.
type Edit struct {
	// Each part that is not nil takes the place of the one that the plan has.
	Rules     *[]Rule     `json:"rules,omitempty"`
	Seasons   *[]Season   `json:"seasons,omitempty"`
	Holidays  *[]Holiday  `json:"holidays,omitempty"`
	StaysOpen *[]string   `json:"stays_open,omitempty"`
	Hours     *[]DayHours `json:"hours,omitempty"`
	Closures  *[]Closure  `json:"closures,omitempty"`

	// SetHours take the place of what the plan has for their dates: of the
	// date's own hours, or with Extra of its extra ones. ClearHours are dates
	// that lose both, before SetHours come.
	SetHours   []DayHours `json:"set_hours,omitempty"`
	ClearHours []Date     `json:"clear_hours,omitempty"`
	// Close are closures that are added, unless the plan has them already.
	// Reopen are closures that are taken away, by their index in the plan as
	// it was.
	Close  []Closure `json:"close,omitempty"`
	Reopen []int     `json:"reopen,omitempty"`

	// Overlap says that openings which overlap without adding are meant: the
	// larger number of places counts.
	Overlap bool `json:"overlap,omitempty"`

	Reason string `json:"reason,omitempty"` // why, for whoever reads the log
}

// What can be wrong with an Edit beside what is wrong with the plan that it
// makes. They arrive wrapped in a *PlanError, as the faults of a plan do; the
// pointers of ErrEntry and ErrBoth are into the edit.
var (
	ErrPast    = errors.New("scheduling: what is over can't be changed any more")
	ErrOverlap = errors.New("scheduling: openings overlap, and none says that it adds")
	ErrEntry   = errors.New("scheduling: no such entry")
	ErrBoth    = errors.New("scheduling: a list is replaced as a whole or entry by entry, not both")
)

// Apply returns the plan with the edit, not yet compiled. It shares what stays
// with p. The error joins a *PlanError for each entry that can't be changed.
func (e Edit) Apply(p Plan) (Plan, error) {
	var f faults
	hours := p.Hours
	if e.Hours != nil && len(e.SetHours)+len(e.ClearHours) > 0 {
		f.add(ErrBoth, Text{}, "/hours")
	}
	hours = e.editedHours(&f, hours)
	closures := e.editedClosures(&f, p.Closures)
	replace(&p.Rules, e.Rules)
	replace(&p.Seasons, e.Seasons)
	replace(&p.Holidays, e.Holidays)
	replace(&p.StaysOpen, e.StaysOpen)
	p.Hours, p.Closures = hours, closures
	replace(&p.Hours, e.Hours)
	replace(&p.Closures, e.Closures)
	return p, errors.Join(f...)
}

// replace puts a part in the place of another, unless there is none.
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
