package scheduling

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Revision is a plan that was edited, and what it comes to.
type Revision struct {
	Plan     Plan
	Calendar *Calendar
	// Warnings are what a coordinator should look at again, those that stood
	// before the edit included.
	Warnings []Warning
}

// Revise edits a plan at now and compiles what it becomes, with the holidays
// of the lists. The error joins a *PlanError for each fault, with pointers into
// the edit: those of Apply and Compile, ErrPast for closures and hours of the
// edit that are over, and ErrOverlap for openings that overlap since the edit,
// unless it says that they are meant.
func Revise(p Plan, e Edit, now time.Time, lists ...*Holidays) (Revision, error) {
	after, err := e.Apply(p)
	if err != nil {
		return Revision{}, err
	}
	c, err := Compile(after, lists...)
	if err != nil {
		return Revision{}, e.pointing(after, Faults(err))
	}
	r := Revision{Plan: after, Calendar: c, Warnings: c.Warnings()}
	f := over(&p, &r, now)
	if !e.Overlap {
		before, err := Compile(p, lists...)
		if err != nil {
			return Revision{}, err
		}
		for _, w := range added(before.Warnings(), r.Warnings) {
			f = append(f, overlapError(w))
		}
	}
	if len(f) > 0 {
		return Revision{}, e.pointing(after, f)
	}
	return r, nil
}

// Faults returns the faults of a plan or an edit that an error joins.
func Faults(err error) []*PlanError {
	if fault, ok := err.(*PlanError); ok { //nolint:errorlint // what it wraps is a fault without its place
		return []*PlanError{fault}
	}
	var found []*PlanError
	switch wrapped := err.(type) { //nolint:errorlint // looked into here
	case interface{ Unwrap() []error }:
		for _, e := range wrapped.Unwrap() {
			found = append(found, Faults(e)...)
		}
	case interface{ Unwrap() error }:
		found = Faults(wrapped.Unwrap())
	}
	return found
}

// overlapError is ErrOverlap with the warning that it comes from.
func overlapError(w Warning) *PlanError {
	return &PlanError{Pointer: w.Pointers[0], Name: w.Text, Err: fmt.Errorf("%w: %s", ErrOverlap, w.Pointers[1])}
}

// pointing joins the faults. Those of entries that the edit adds to the plan
// point at the edit.
func (e Edit) pointing(after Plan, faults []*PlanError) error {
	all := make([]error, len(faults))
	for i, fault := range faults {
		moved := *fault
		moved.Pointer = entered(moved.Pointer, "/closures/", "/close/", len(after.Closures)-len(e.Close))
		moved.Pointer = entered(moved.Pointer, "/hours/", "/set_hours/", len(after.Hours)-len(e.SetHours))
		all[i] = &moved
	}
	return errors.Join(all...)
}

// entered turns a pointer to an entry of a list, from the first that was added
// on, into one to the list that it came in.
func entered(pointer, list, by string, first int) string {
	rest, ok := strings.CutPrefix(pointer, list)
	if !ok {
		return pointer
	}
	index, below, _ := strings.Cut(rest, "/")
	n, err := strconv.Atoi(index)
	if err != nil || n < first {
		return pointer
	}
	return strings.TrimSuffix(by+strconv.Itoa(n-first)+"/"+below, "/")
}

// over returns ErrPast for the closures and hours that the plan did not have
// before and that are over at now.
func over(before *Plan, r *Revision, now time.Time) []*PlanError {
	today := r.Calendar.DateOf(now)
	ended := func(c Closure) bool { return !c.End.IsZero() && !c.End.After(now) }
	past := func(h DayHours) bool { return h.Date < today }
	var f []*PlanError
	had := entries(before.Closures, ended)
	for i, c := range r.Plan.Closures {
		if ended(c) && !had[entry(c)] {
			f = append(f, &PlanError{fmt.Sprintf("/closures/%d", i), c.Reason, ErrPast})
		}
	}
	had = entries(before.Hours, past)
	for i, h := range r.Plan.Hours {
		if past(h) && !had[entry(h)] {
			f = append(f, &PlanError{fmt.Sprintf("/hours/%d", i), h.Reason, ErrPast})
		}
	}
	return f
}

// entries returns the entries of a list that are meant, as entry writes them.
func entries[T any](list []T, meant func(T) bool) map[string]bool {
	set := make(map[string]bool)
	for _, e := range list {
		if meant(e) {
			set[entry(e)] = true
		}
	}
	return set
}

// entry writes an entry of a plan so that two that say the same read the same.
func entry(v any) string {
	if c, ok := v.(Closure); ok {
		c.Start, c.End = c.Start.UTC(), c.End.UTC()
		v = c
	}
	text, err := json.Marshal(v)
	if err != nil { // a wall time out of range, in a plan that does not compile
		return ""
	}
	return string(text)
}

// added returns the warnings of after that before does not have. What a
// warning is about tells it from others, not where it stands in the plan.
func added(before, after []Warning) []Warning {
	about := func(w Warning) string { return strings.Join([]string{string(w.Kind), w.Date.String(), w.Text.EN}, " ") }
	had := make(map[string]int, len(before))
	for _, w := range before {
		had[about(w)]++
	}
	var more []Warning
	for _, w := range after {
		if key := about(w); had[key] > 0 {
			had[key]--
		} else {
			more = append(more, w)
		}
	}
	return more
}
