package scheduling

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Revision is an edited plan with its calendar and warnings.
type Revision struct {
	Plan     Plan
	Calendar *Calendar
	// Warnings are what a coordinator should check, including warnings that
	// existed before the edit.
	Warnings []Warning
}

// Revise applies an edit to a plan at now and compiles the result with the
// holidays of the lists. The error joins a *PlanError for each fault, with
// pointers into the edit: those of Apply and Compile, ErrPast for closures and
// hours of the edit that are over, and ErrOverlap for overlaps that the edit
// introduces, unless it permits them. When ctx ends, Revise stops soon and returns
// its error.
func Revise(ctx context.Context, p Plan, e Edit, now time.Time, lists ...*Holidays) (Revision, error) {
	after, err := e.Apply(p)
	if err != nil {
		return Revision{}, err
	}
	var f faults
	if f.checkTotals(&after, &e); len(f) > 0 {
		return Revision{}, e.pointing(after, Faults(errors.Join(f...)))
	}
	if err := ctx.Err(); err != nil {
		return Revision{}, err
	}
	var compiler Compiler // both plans share most rules
	c, err := compiler.Compile(after, lists...)
	if err != nil {
		return Revision{}, e.pointing(after, Faults(err))
	}
	r := Revision{Plan: after, Calendar: c}
	if r.Warnings, err = c.warnings(ctx); err != nil {
		return Revision{}, err
	}
	found := over(&p, &r, now)
	if !e.Overlap && len(r.Warnings) > 0 {
		before, err := compiler.Compile(p, lists...)
		if err != nil {
			return Revision{}, err
		}
		had, err := before.warnings(ctx)
		if err != nil {
			return Revision{}, err
		}
		for _, w := range added(had, r.Warnings) {
			found = append(found, overlapError(w))
		}
	}
	if len(found) > 0 {
		return Revision{}, e.pointing(after, found)
	}
	return r, nil
}

// Faults returns the faults that err joins, of a plan or an edit.
func Faults(err error) []*PlanError {
	if fault, ok := err.(*PlanError); ok { //nolint:errorlint // it wraps the fault without its pointer
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

// overlapError returns ErrOverlap for the warning.
func overlapError(w Warning) *PlanError {
	return &PlanError{Pointer: w.Pointers[0], Name: w.Text, Err: fmt.Errorf("%w: %s", ErrOverlap, w.Pointers[1])}
}

// pointing joins the faults. Faults of entries that the edit adds to the plan
// get pointers into the edit.
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

// entered converts a pointer to an entry of list, if its index is first or
// later, into a pointer to the list of the edit that added it.
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

// over returns ErrPast for each closure and each date's hours that are new in
// the revision and already over at now.
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

// entries returns the entries of a list for which meant is true, as entry
// encodes them.
func entries[T any](list []T, meant func(T) bool) map[string]bool {
	set := make(map[string]bool)
	for _, e := range list {
		if meant(e) {
			set[entry(e)] = true
		}
	}
	return set
}

// entry encodes an entry of a plan, equal entries as equal text.
func entry(v any) string {
	if c, ok := v.(Closure); ok { // there may be thousands
		return c.entry()
	}
	text, err := json.Marshal(v)
	if err != nil { // a wall time out of range, in a plan that can't be compiled
		return ""
	}
	return string(text)
}

// entry encodes what the closure says.
func (c Closure) entry() string {
	var text []byte
	for _, n := range []int64{
		c.Start.Unix(), int64(c.Start.Nanosecond()), c.End.Unix(), int64(c.End.Nanosecond()), int64(c.Places), int64(len(c.Reason.AR)),
	} {
		text = append(strconv.AppendInt(text, n, 36), ' ')
	}
	text = append(strconv.AppendBool(text, c.Branch), c.Reason.AR...)
	return string(append(text, c.Reason.EN...))
}

// added returns the warnings of after that are not in before. Warnings are
// compared by what they say, not by their place in the plan.
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
