package ical

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"ziyara/scheduling"
)

// ReadPlan reads a week plan: each event with times of day opens, with the
// places given by X-ZIYARA-PLACES, or 1 without it. Floating times are in the
// zone, an IANA name, which becomes that of the plan. Times in UTC and in other
// zones are converted, recurring ones only if both zones change their clocks
// together. Events on the same dates become one rule with several openings.
// Names are returned as given: a language that the file lacks stays empty. The
// problems tell what was left out, in the order of the file. The plan compiles;
// if no event is usable, it has no rules.
//
// The error wraps ErrLarge, ErrMany, ErrSyntax, ErrUTF8, ErrVersion,
// scheduling.ErrZone or scheduling.ErrMany, or is the error of reading file.
func ReadPlan(file io.Reader, zone string) (scheduling.Plan, []Problem, error) {
	r, events, err := newReader(file, zone)
	if err != nil {
		return scheduling.Plan{}, nil, err
	}
	p := openings{reader: r, dates: make(map[dated][]scheduling.Date)}
	for _, e := range events {
		if err := r.leftOut(e, p.add(e)); err != nil {
			return scheduling.Plan{}, nil, err
		}
	}
	plan := scheduling.Plan{Zone: zone, Rules: p.rules()}
	if _, err := scheduling.Compile(plan); err != nil {
		return scheduling.Plan{}, nil, fmt.Errorf("ical: plan: %w", err)
	}
	return plan, r.listed(), nil
}

// openings collects the openings of a week plan.
type openings struct {
	*reader
	recurring []scheduling.Rule // in the order of the file
	dates     map[dated][]scheduling.Date
}

// dated is what several single dates can share.
type dated struct {
	name     scheduling.Text
	from, to scheduling.WallTime
	places   int
}

// add adds the occurrences of an event.
func (p *openings) add(e *event) error {
	if e.allDay {
		return because("calendar_event.no_times")
	}
	first, err := p.opening(e, e.span)
	if err != nil {
		return err
	}
	var rule scheduling.Rule
	if e.rule != "" {
		if rule, err = p.rule(e, first); err != nil {
			return err
		}
	}
	singles := e.singles()
	for i := range singles {
		if singles[i], err = p.opening(e, singles[i]); err != nil {
			return err
		}
	}
	for _, s := range singles {
		if e.rule != "" && s.from == first.from && s.to == first.to {
			rule.Also = append(rule.Also, s.date)
			continue
		}
		key := dated{e.name, scheduling.WallTime(s.from), scheduling.WallTime(s.to), e.places}
		p.dates[key] = append(p.dates[key], s.date)
	}
	if e.rule != "" {
		rule.Also = sorted(rule.Also)
		p.recurring = append(p.recurring, rule)
	}
	return nil
}

// opening returns an occurrence in the zone of the plan. It is an error unless
// it can be an opening there.
func (p *openings) opening(e *event, s span) (span, error) {
	there := s
	s = s.in(p.zone, e.zone)
	if !at(s.date, s.from, p.zone).Equal(at(there.date, there.from, e.zone)) ||
		!at(s.date, s.to, p.zone).Equal(at(there.date, there.to, e.zone)) {
		return span{}, shownTwice()
	}
	if s.to <= s.from || s.to > int(scheduling.EndOfNextDay) {
		return span{}, because("calendar_event.beyond")
	}
	return s, nil
}

// rule returns the recurring part of an event; first is its first occurrence in
// the zone of the plan.
func (p *openings) rule(e *event, first span) (scheduling.Rule, error) {
	if err := p.sameClocks(e, first); err != nil {
		return scheduling.Rule{}, err
	}
	recurrence, err := p.checkRule(e)
	if err != nil {
		return scheduling.Rule{}, err
	}
	var except []scheduling.Date
	for m := range e.except {
		if m.minute == wholeDate || m.minute == e.span.from {
			except = append(except, m.date)
		}
	}
	return scheduling.Rule{
		Name: e.name, RRule: recurrence.String(), From: e.span.date, Until: e.until, Except: sorted(except),
		Openings: []scheduling.Opening{{
			From: scheduling.WallTime(first.from), To: scheduling.WallTime(first.to), Places: e.places,
		}},
	}, nil
}

// rules returns the collected rules. Rules on the same dates are joined: first
// recurring ones in the order of the file, then those of single dates in the
// order of the dates.
func (p *openings) rules() []scheduling.Rule {
	single := make([]scheduling.Rule, 0, len(p.dates))
	for key, dates := range p.dates {
		dates = sorted(dates)
		single = append(single, scheduling.Rule{
			Name: key.name, From: dates[0], Also: dates,
			Openings: []scheduling.Opening{{From: key.from, To: key.to, Places: key.places}},
		})
	}
	slices.SortFunc(single, func(a, b scheduling.Rule) int {
		x, y := a.Openings[0], b.Openings[0]
		return cmp.Or(slices.Compare(a.Also, b.Also), cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To),
			cmp.Compare(x.Places, y.Places), cmp.Compare(a.Name.AR, b.Name.AR), cmp.Compare(a.Name.EN, b.Name.EN))
	})
	var rules []scheduling.Rule
	places := make(map[string]int)
	for _, rule := range slices.Concat(p.recurring, single) {
		key := fmt.Sprintf("%q %s %d %d %d %d", rule.Name, rule.RRule, rule.From, rule.Until, rule.Also, rule.Except)
		i, known := places[key]
		if !known {
			places[key] = len(rules)
			rules = append(rules, rule)
			continue
		}
		rules[i].Openings = append(rules[i].Openings, rule.Openings...)
	}
	for i := range rules {
		slices.SortStableFunc(rules[i].Openings, func(a, b scheduling.Opening) int { return cmp.Compare(a.From, b.From) })
	}
	return rules
}

// sorted returns the dates sorted and without duplicates; nil if there are
// none.
func sorted(dates []scheduling.Date) []scheduling.Date {
	if len(dates) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(dates)))
}
