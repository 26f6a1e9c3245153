package scheduling

import (
	"iter"
	"math"
	"slices"
	"time"

	"ziyara/texts"
)

// LayerKind is the kind of a Layer.
type LayerKind string

// The kinds of layer, in the order in which they apply. A break is a part of
// the openings, so it appears only in the explanation of an instant.
const (
	LayerRule    LayerKind = "rule"
	LayerSeason  LayerKind = "season"
	LayerHoliday LayerKind = "holiday"
	LayerHours   LayerKind = "hours"
	LayerExtra   LayerKind = "extra"
	LayerBreak   LayerKind = "break"
	LayerClosure LayerKind = "closure"
)

// Layer is one thing that affects a date.
type Layer struct {
	Kind   LayerKind
	Name   Text // name of the rule, season, holiday or break, reason of the hours or closure
	Effect Text // what it does to this date, a sentence
	// Decided reports whether the effect still holds in the end. For a closure:
	// whether it takes places that would otherwise be open.
	Decided  bool
	Openings []Opening // of a rule or a season, or the date's own or extra hours
}

// Explanation tells why a date is open or closed.
type Explanation struct {
	Date    Date
	Open    bool    // whether any tick has a place
	Layers  []Layer // in the order in which they apply
	Summary Text    // one sentence
}

// Explain returns the layers that affect the local date d and their result. It
// agrees with Day.
func (c *Calendar) Explain(d Date) Explanation {
	day := c.Day(d)
	e := Explanation{Date: d, Open: day.open(), Layers: c.layers(d)}
	extra := slices.ContainsFunc(e.Layers, func(l Layer) bool { return l.Kind == LayerExtra })
	for i := range e.Layers {
		// Layers that open the date did not decide if all of it is closed, nor
		// did a holiday on a date that opens in spite of it.
		if l := &e.Layers[i]; len(l.Openings) > 0 && !e.Open || l.Kind == LayerHoliday && extra {
			l.Decided = false
		}
	}
	e.Layers = append(e.Layers, c.closureLayers(day)...)
	e.Summary = c.summary(e, day, DateOf(day.Start, c.zone) == d)
	return e
}

// layers returns the layers of d before closures. Decided is set in those that
// no later layer replaces.
func (c *Calendar) layers(d Date) []Layer {
	var layers []Layer
	of, hours, holiday := c.combination(d), c.hours[d], c.holiday(d)
	own := hours != nil && hours.own != nil
	var parts civil
	for i := range c.rules {
		if rule := &c.rules[i]; rule.on(d, &parts) {
			layers = append(layers, Layer{
				Kind: LayerRule, Name: rule.Name, Effect: ruleEffect(rule.Openings),
				Decided: of.season == 0 && !own && !holiday, Openings: rule.Openings,
			})
		}
	}
	if openings := c.combined(of); of.season > 0 && (of.worked || len(openings) > 0) {
		layers = append(layers, Layer{
			Kind: LayerSeason, Name: c.seasons[of.season-1].Name, Effect: hoursEffect(openings),
			Decided: !own && !holiday, Openings: openings,
		})
	}
	holidays := listed{kind: LayerHoliday}
	for _, list := range c.holidays {
		for h := range list.Between(d, d) {
			opens := c.opensOn(&h)
			holidays.add(!own && !opens, func() Layer {
				return Layer{Name: h.Name, Effect: holidayEffect(h.Provisional, opens)}
			})
		}
	}
	layers = append(layers, holidays.all()...)
	if hours == nil {
		return layers
	}
	if own {
		layers = append(layers, Layer{
			Kind: LayerHours, Name: hours.own.Reason, Effect: hoursEffect(hours.own.Openings),
			Decided: true, Openings: hours.own.Openings,
		})
	}
	extra := listed{kind: LayerExtra}
	for _, h := range hours.extra {
		extra.add(true, func() Layer {
			return Layer{Name: h.Reason, Effect: extraEffect(h.Openings), Openings: h.Openings}
		})
	}
	return append(layers, extra.all()...)
}

// maxExplained is the most layers of one kind that an explanation lists. Of more
// holidays, extra hours or closures it says how many there are.
const maxExplained = 20

// listed gathers layers of one kind.
type listed struct {
	kind    LayerKind
	layers  []Layer
	more    int  // left out
	decided bool // one of those did
}

// add adds a layer, which is made only if it is listed.
func (l *listed) add(decided bool, layer func() Layer) {
	if len(l.layers) == maxExplained {
		l.more++
		l.decided = l.decided || decided
		return
	}
	made := layer()
	made.Kind, made.Decided = l.kind, decided
	l.layers = append(l.layers, made)
}

// all returns the layers, ended by one that stands for those left out. It
// decides only if none of those listed does, so that a summary names one.
func (l *listed) all() []Layer {
	if l.more == 0 {
		return l.layers
	}
	named := slices.ContainsFunc(l.layers, func(l Layer) bool { return l.Decided })
	return append(l.layers, Layer{Kind: l.kind, Effect: texts.Visitors("day.more", "Count", l.more), Decided: l.decided && !named})
}

// closureLayers returns the closures that overlap the date or its openings.
func (c *Calendar) closureLayers(day Day) []Layer {
	begin, end := day.Start, c.end(day)
	_, calm := c.midnight(day.Date)
	usual := c.usual(day.Date, begin.Unix(), calm)
	opened := make([]int, len(usual.open)+1) // ticks with a place before this one
	for i, places := range usual.open {
		opened[i+1] = opened[i] + int(min(places, 1))
	}
	layers := listed{kind: LayerClosure}
	for closure := range c.closing(begin.Unix(), end.Unix()) {
		span := closure.ticks(begin.Unix())
		from := min(max(span.From-usual.first, 0), len(usual.open))
		to := min(max(span.To-usual.first, from), len(usual.open))
		layers.add(opened[to] > opened[from], func() Layer {
			return Layer{Name: closure.Reason, Effect: closureEffect(closure.Closure, c.within(closure, day.Date, begin, end))}
		})
	}
	return layers.all()
}

// end returns when the date ends, or its last opening if that is later.
func (c *Calendar) end(day Day) time.Time {
	begin, _ := c.midnight(day.Date + 1)
	end := time.Unix(begin, 0).UTC()
	if last := day.At(day.First + len(day.Open)); last.After(end) {
		return last
	}
	return end
}

// within describes the part of [begin, end) that the closure covers.
func (c *Calendar) within(closure *compiledClosure, d Date, begin, end time.Time) Text {
	from := c.clockOn(d, closure.Start)
	if closure.until == math.MaxInt64 {
		if closure.Start.After(begin) {
			return texts.Visitors("day.from_on", "From", from)
		}
		return texts.Visitors("day.until_further_notice")
	}
	to := c.clockOn(d, closure.End)
	starts, ends := closure.Start.After(begin), closure.End.Before(end)
	switch {
	case starts && ends:
		return texts.Visitors("day.span", "From", from, "To", to)
	case starts:
		return texts.Visitors("day.from", "From", from)
	case ends:
		return texts.Visitors("day.until", "Until", to)
	}
	return texts.Visitors("day.all_day")
}

// clockOn returns what clocks show at t, relative to the date d.
func (c *Calendar) clockOn(d Date, t time.Time) Text {
	local := t.In(c.zone)
	w := Clock(local.Hour(), local.Minute())
	return clockText(w + endOfDay*WallTime(min(max(DateOf(t, c.zone)-d, 0), 2)))
}

// summary says in one sentence why the date is open or closed.
func (c *Calendar) summary(e Explanation, day Day, exists bool) Text {
	when := dateText(e.Date)
	switch {
	case e.Open:
		return c.openSummary(e, day, when)
	case !exists:
		return texts.Visitors("day.skipped", "Date", when)
	}
	for _, layer := range slices.Backward(e.Layers) {
		if layer.Decided {
			return texts.Visitors("day.closed_on", "Date", when, "Why", sentence(layer.why()))
		}
	}
	return texts.Visitors("day.no_rule", "Date", when)
}

// openSummary describes the open hours after closures, and what decided them.
func (c *Calendar) openSummary(e Explanation, day Day, when Text) Text {
	names := decidedNames(e.Layers)
	open := texts.Visitors("day.open_on", "Date", when, "Hours", texts.List(c.openHours(day), texts.And()))
	if len(names) == 0 {
		return sentence(open)
	}
	return texts.Visitors("day.open_why", "Open", open, "Why", texts.List(names, texts.Comma()))
}

// openSpans yields the spans of ticks that have a place.
func openSpans(day Day) iter.Seq[TickSpan] {
	return func(yield func(TickSpan) bool) {
		for i := 0; i < len(day.Open); i++ {
			from := i
			for i < len(day.Open) && day.Open[i] > 0 {
				i++
			}
			if i > from && !yield(TickSpan{day.First + from, day.First + i}) {
				return
			}
		}
	}
}
