package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ziyara/scheduling"
	"ziyara/texts"
)

// Standing is whether a part of the centre receives visitors at all, whatever its
// calendars say. What is booked already stays, and is received.
type Standing struct {
	// Pauses are the times without visitors, in any order.
	Pauses []Pause `json:"pauses,omitempty"`
	// Retired says from when on nobody is received any more.
	Retired Retirement `json:"retired,omitzero"`
}

// Pause is a time in which no visit starts that was not booked before. Dates are those
// of the branch, both inclusive.
type Pause struct {
	From   scheduling.Date `json:"from"`
	Until  scheduling.Date `json:"until"`  // 0 for good: it is a retirement
	Reason Text            `json:"reason"` // which visitors are told
}

// ForGood reports whether the pause has no end.
func (p Pause) ForGood() bool { return p.Until == 0 }

// Says says when nobody is received, and why, in sentences.
func (p Pause) Says() Text {
	from, until := texts.Date(p.From.Time()), texts.Date(p.Until.Time())
	says := texts.Visitors("pause.from_to", "From", from, "To", until)
	switch {
	case p.ForGood():
		says = texts.Visitors("pause.for_good", "From", from)
	case p.From == p.Until:
		says = texts.Visitors("pause.on", "Date", from)
	}
	if p.Reason == (Text{}) {
		return says
	}
	full := func(reason string) string { return " " + strings.TrimRight(reason, ". ") + "." }
	return Text{AR: says.AR + full(p.Reason.AR), EN: says.EN + full(p.Reason.EN)}
}

// Covers reports whether a date is in the pause.
func (p Pause) Covers(d scheduling.Date) bool { return d >= p.From && (p.ForGood() || d <= p.Until) }

// Retirement takes a part of the centre out of use for good. The zero value is none.
type Retirement struct {
	From   scheduling.Date `json:"from"`            // the first date without visitors
	Reason Text            `json:"reason,omitzero"` // which visitors are told; zero for none
}

// On reports whether the retirement has come by a date.
func (r Retirement) On(d scheduling.Date) bool { return r.From != 0 && d >= r.From }

// maxPauses bounds the list of pauses.
const maxPauses = 20

// Away returns the times without visitors: the pauses, and the retirement.
func (s Standing) Away() []Pause {
	away := slices.Clip(s.Pauses)
	if s.Retired.From != 0 {
		away = append(away, Pause{From: s.Retired.From, Reason: s.Retired.Reason})
	}
	return away
}

// PausedOn returns which of several pauses covers a date: one without an end, or else
// the one that ends last; nil for none.
func PausedOn(away []Pause, d scheduling.Date) *Pause {
	var found *Pause
	for i := range away {
		p := &away[i]
		if p.Covers(d) && (found == nil || !found.ForGood() && (p.ForGood() || p.Until > found.Until)) {
			found = p
		}
	}
	return found
}

// Ahead returns those of several pauses that are not over on a date and begin by another
// one, the first to begin first, each once.
func Ahead(away []Pause, today, until scheduling.Date) []Pause {
	var ahead []Pause
	for _, p := range away {
		if (p.ForGood() || p.Until >= today) && p.From <= until && !slices.Contains(ahead, p) {
			ahead = append(ahead, p)
		}
	}
	slices.SortStableFunc(ahead, func(a, b Pause) int { return cmp.Compare(a.From, b.From) })
	return ahead
}

// Validate returns an error that says which rule the standing breaks first.
func (s Standing) Validate() error {
	if len(s.Pauses) > maxPauses {
		return fmt.Errorf("%d pauses: want at most %d", len(s.Pauses), maxPauses)
	}
	for _, p := range s.Pauses {
		switch {
		case p.From == 0 || p.Until < p.From:
			return fmt.Errorf("a pause from %v until %v: want dates in their order", p.From, p.Until)
		case !p.Reason.Complete():
			return fmt.Errorf("the pause from %v needs a reason in Arabic and English", p.From)
		}
	}
	return s.Retired.validate()
}

func (r Retirement) validate() error {
	switch {
	case r.Reason == Text{}:
		return nil
	case r.From == 0:
		return errors.New("a retirement needs its first date")
	case !r.Reason.Complete():
		return errors.New("the reason of a retirement is needed in Arabic and English, or not at all")
	}
	return nil
}
