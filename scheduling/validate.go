package scheduling

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// What is wrong with a Plan, beside the faults of recurrence rules. They
// arrive wrapped in a *PlanError.
var (
	ErrZone    = errors.New("scheduling: unknown time zone")
	ErrOpening = errors.New("scheduling: an opening starts on its date, ends after it starts, and by 48:00")
	ErrPlaces  = errors.New("scheduling: places out of range")
	ErrRange   = errors.New("scheduling: ends before it starts, or has no start or end")
	ErrTwice   = errors.New("scheduling: a date has its own hours twice")
	ErrMany    = errors.New("scheduling: too many entries")
	ErrEmpty   = errors.New("scheduling: a rule without openings")
)

// PlanError is one fault of a Plan.
type PlanError struct {
	Pointer string // JSON pointer into the plan, for example /rules/2/openings/0
	Name    Text   // name or reason of the rule, holiday, hours or closure
	Err     error
}

// Error says where the fault is and what it is.
func (e *PlanError) Error() string {
	if e.Name.EN == "" {
		return fmt.Sprintf("%s: %v", e.Pointer, e.Err)
	}
	return fmt.Sprintf("%s (%s): %v", e.Pointer, e.Name.EN, e.Err)
}

// Unwrap returns the fault without its place.
func (e *PlanError) Unwrap() error { return e.Err }

// The most that one plan holds.
const (
	maxRules    = 64 // one bit each
	maxOpenings = 50
	maxDated    = 20_000 // holidays, hours and closures, each
	maxPlaces   = 1000
)

// faults collects what is wrong with a plan.
type faults []error

func (f *faults) add(err error, name Text, pointer string, args ...any) {
	if err != nil {
		*f = append(*f, &PlanError{fmt.Sprintf(pointer, args...), name, err})
	}
}

// check validates the whole plan. It returns what it had to build for that.
func (p *Plan) check() (*time.Location, []compiledRule, error) {
	var f faults
	zone, err := loadZone(p.Zone)
	f.add(err, Text{}, "/zone")
	for _, list := range []struct {
		pointer   string
		n, atMost int
	}{
		{"/rules", len(p.Rules), maxRules},
		{"/holidays", len(p.Holidays), maxDated},
		{"/hours", len(p.Hours), maxDated},
		{"/closures", len(p.Closures), maxDated},
	} {
		if list.n > list.atMost {
			f.add(fmt.Errorf("%w: more than %d", ErrMany, list.atMost), Text{}, "%s", list.pointer)
			return nil, nil, errors.Join(f...)
		}
	}
	rules := f.checkRules(p.Rules)
	for i, h := range p.Holidays {
		if h.From <= 0 || h.Until < h.From {
			f.add(ErrRange, h.Name, "/holidays/%d", i)
		}
	}
	f.checkHours(p.Hours)
	for i, c := range p.Closures {
		if c.Start.IsZero() || !c.End.IsZero() && !c.End.After(c.Start) {
			f.add(ErrRange, c.Reason, "/closures/%d", i)
		}
		if c.Places < 0 || c.Places > maxPlaces {
			f.add(fmt.Errorf("%w: 0 to %d", ErrPlaces, maxPlaces), c.Reason, "/closures/%d/places", i)
		}
	}
	return zone, rules, errors.Join(f...)
}

// loadZone loads an IANA zone. The empty name and "Local" depend on where the
// program runs, so they name no zone here.
func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%w: %q", ErrZone, name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %.80q", ErrZone, name)
	}
	return zone, nil
}

func (f *faults) checkRules(rules []Rule) []compiledRule {
	compiled := make([]compiledRule, 0, len(rules))
	for i, r := range rules {
		switch {
		case r.From <= 0, r.Until != 0 && r.Until < r.From:
			f.add(ErrRange, r.Name, "/rules/%d/until", i)
			continue
		case len(r.Openings) == 0:
			f.add(ErrEmpty, r.Name, "/rules/%d/openings", i)
		}
		f.checkOpenings(r.Openings, r.Name, fmt.Sprintf("/rules/%d", i))
		recurrence, err := ParseRRule(r.RRule, r.From, r.Until)
		f.add(err, r.Name, "/rules/%d/rrule", i)
		r.Openings = slices.Clone(r.Openings)
		compiled = append(compiled, compiledRule{r, recurrence})
	}
	return compiled
}

func (f *faults) checkHours(hours []DayHours) {
	seen := make(map[Date]bool, len(hours))
	for i, h := range hours {
		switch {
		case h.Date <= 0:
			f.add(ErrRange, h.Reason, "/hours/%d/date", i)
		case seen[h.Date]:
			f.add(fmt.Errorf("%w: %s", ErrTwice, h.Date), h.Reason, "/hours/%d/date", i)
		}
		seen[h.Date] = true
		f.checkOpenings(h.Openings, h.Reason, fmt.Sprintf("/hours/%d", i))
	}
}

func (f *faults) checkOpenings(openings []Opening, name Text, pointer string) {
	if len(openings) > maxOpenings {
		f.add(fmt.Errorf("%w: more than %d", ErrMany, maxOpenings), name, "%s/openings", pointer)
		return
	}
	for i, o := range openings {
		if !o.From.valid() || !o.To.valid() || o.From >= endOfDay || o.To <= o.From {
			f.add(fmt.Errorf("%w: %v–%v", ErrOpening, o.From, o.To), name, "%s/openings/%d", pointer, i)
		}
		if o.Places < 1 || o.Places > maxPlaces {
			f.add(fmt.Errorf("%w: 1 to %d", ErrPlaces, maxPlaces), name, "%s/openings/%d/places", pointer, i)
		}
	}
}
