package reports

import (
	"math"

	"ziyara/catalog"
)

// Unit says what a figure counts in.
type Unit string

// The units.
const (
	Count   Unit = "count"
	Minutes Unit = "minutes"
	Hours   Unit = "hours"
	Ratio   Unit = "ratio" // 1 is all
	Riyals  Unit = "riyals"
)

// SmallGroup is the least number of people for a median or a percentile. With fewer,
// it would reveal what happened to one of them.
const SmallGroup = 5

// Counts are what a Source has counted, by name. A median or a percentile of
// nothing is missing.
type Counts map[string]float64

// Figure is one column of a report.
type Figure struct {
	Name  string
	Title catalog.Text
	About catalog.Text // its definition, a sentence
	Unit  Unit

	of formula
}

// formula is how a figure follows from counts: a sum, divided by another one
// if there is a divisor.
type formula struct {
	sum     []string
	divisor []string
	people  string // count that must reach SmallGroup; "" for none
}

func count(names ...string) formula          { return formula{sum: names} }
func share(of string, all ...string) formula { return formula{sum: []string{of}, divisor: all} }
func quantile(name, people string) formula   { return formula{sum: []string{name}, people: people} }
func (f formula) names() (all []string) {
	return append(append(append(all, f.sum...), f.divisor...), f.hides()...)
}
func (c Counts) total(names []string) float64 {
	total := 0.0
	for _, n := range names {
		total += c[n]
	}
	return total
}

func (f formula) hides() []string {
	if f.people == "" {
		return nil
	}
	return []string{f.people}
}

// Value returns the figure as it follows from counts, rounded to what its unit
// is read in; nil when nothing can be said: a share of nothing, a median of
// too few.
func (f Figure) Value(c Counts) *float64 {
	value := c.total(f.of.sum)
	if f.of.people != "" {
		if _, ok := c[f.of.sum[0]]; !ok || c[f.of.people] < SmallGroup {
			return nil
		}
	}
	if f.of.divisor != nil {
		all := c.total(f.of.divisor)
		if all == 0 {
			return nil
		}
		value /= all
	}
	return f.Unit.round(value)
}

// round returns the value with as many decimals as the unit is read with.
func (u Unit) round(v float64) *float64 {
	scale := 10.0
	switch u {
	case Count:
		scale = 1
	case Ratio, Riyals:
		scale = 10_000
	case Minutes, Hours:
	}
	v = math.Round(v*scale) / scale
	return &v
}
