package reports

import (
	"errors"
	"fmt"
	"slices"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/scheduling"
)

// What can be wrong with a Query.
var (
	ErrRange    = errors.New("reports: the range of dates is empty or too long")
	ErrGrouping = errors.New("reports: a grouping that does not exist, or given twice")
	ErrRows     = errors.New("reports: too many rows")
	ErrAhead    = errors.New("reports: further ahead than a forecast reaches")
)

const (
	// MaxDays is how many dates a report covers at most.
	MaxDays = 366
	// MaxRows is how many rows a report has at most.
	MaxRows = 10_000
)

// Dimension is what the rows of a report stand for.
type Dimension string

// The dimensions. A report may be grouped by any of them together.
const (
	ByDay        Dimension = "day"   // local date
	ByMonth      Dimension = "month" // Gregorian
	ByDepartment Dimension = "department"
	ByBranch     Dimension = "branch"
	ByService    Dimension = "service"
	ByChannel    Dimension = "channel"
)

// Dimensions returns every dimension, in the order in which rows are sorted.
func Dimensions() []Dimension {
	return []Dimension{ByDay, ByMonth, ByDepartment, ByBranch, ByService, ByChannel}
}

// Scope is what a reader may see: what belongs to one of the departments or
// happens at one of the branches (slugs). The zero Scope is everything; with
// lists that are empty and not nil there is nothing to see.
type Scope struct{ Departments, Branches []string }

// covers reports whether the scope includes what belongs to a department at a
// branch.
func (s Scope) covers(department, branch string) bool {
	return s.Departments == nil && s.Branches == nil ||
		slices.Contains(s.Departments, department) || slices.Contains(s.Branches, branch)
}

// Query asks for a report.
type Query struct {
	Report   Name
	From, To scheduling.Date // both inclusive
	GroupBy  []Dimension     // none for one row in all

	// What is counted; "" for all.
	Department, Branch, Service string // slugs
	Channel                     catalog.Channel
	Within                      Scope
}

// Has reports whether the report is grouped by d.
func (q Query) Has(d Dimension) bool { return slices.Contains(q.GroupBy, d) }

// check returns the definition of the report, or fault.ErrNotFound, ErrRange or
// ErrGrouping.
func (q Query) check() (Definition, error) {
	d, ok := Find(q.Report)
	switch {
	case !ok:
		return d, fault.ErrNotFound
	case q.To < q.From || q.To-q.From >= MaxDays:
		return d, ErrRange
	}
	for i, by := range q.GroupBy {
		if !slices.Contains(Dimensions(), by) || slices.Contains(q.GroupBy[:i], by) {
			return d, fmt.Errorf("%w: %q", ErrGrouping, by)
		}
	}
	return d, nil
}

// wants reports whether what belongs to a department at a branch is counted.
func (q Query) wants(department, branch string) bool {
	return (q.Department == "" || q.Department == department) && (q.Branch == "" || q.Branch == branch) &&
		q.Within.covers(department, branch)
}
