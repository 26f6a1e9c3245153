package scheduling

import (
	"iter"
	"math"
	"slices"
	"time"
)

// LayerKind is the kind of a layer of a date.
type LayerKind string

// The kinds of layer, in the order in which they apply.
const (
	LayerRule    LayerKind = "rule"
	LayerHoliday LayerKind = "holiday"
	LayerHours   LayerKind = "hours"
	LayerClosure LayerKind = "closure"
)

// Layer is one thing that speaks about a date.
type Layer struct {
	Kind   LayerKind
	Name   Text // name of the rule or holiday, reason of the hours or closure
	Effect Text // what it says about this date, a sentence
	// Decided reports whether what it says still stands in the end. For a
	// closure: whether it takes places away that would be open.
	Decided  bool
	Openings []Opening // of a rule or of the date's own hours
}

// Explanation says why a date is open or not.
type Explanation struct {
	Date    Date
	Open    bool    // any place in any tick
	Layers  []Layer // in the order in which they apply
	Summary Text    // one sentence
}

// Explain returns the layers that speak about the local date d, and what they
// come to. It agrees with Day.
func (c *Calendar) Explain(d Date) Explanation {
	day := c.Day(d)
	e := Explanation{Date: d}
	for _, places := range day.Open {
		e.Open = e.Open || places > 0
	}
	hours, own := c.hours[d]
	holiday := c.holiday(d)
	exists := DateOf(day.Start, c.zone) == d
	stands := e.Open // what opens the date is not closed altogether

	for i := range c.rules {
		if rule := &c.rules[i]; rule.recurrence.On(d) {
			e.Layers = append(e.Layers, Layer{
				Kind: LayerRule, Name: rule.Name, Effect: ruleEffect(rule.Openings),
				Decided: !own && !holiday && stands, Openings: rule.Openings,
			})
		}
	}
	for _, h := range c.holidays {
		if h.From <= d && d <= h.Until {
			e.Layers = append(e.Layers, Layer{
				Kind: LayerHoliday, Name: h.Name, Effect: holidayEffect(h.Provisional), Decided: !own,
			})
		}
	}
	if own {
		e.Layers = append(e.Layers, Layer{
			Kind: LayerHours, Name: hours.Reason, Effect: hoursEffect(hours.Openings),
			Decided: stands || len(day.Open) == 0, Openings: hours.Openings,
		})
	}
	e.Layers = append(e.Layers, c.closureLayers(day)...)
	e.Summary = c.summary(e, day, exists)
	return e
}

// closureLayers returns the closures that touch the date or its openings.
func (c *Calendar) closureLayers(day Day) []Layer {
	begin, end := day.Start, c.end(day)
	_, calm := c.midnight(day.Date)
	usual := c.usual(day.Date, begin.Unix(), calm)
	var layers []Layer
	for closure := range c.closing(begin.Unix(), end.Unix()) {
		span := closure.ticks(begin.Unix())
		takes := false
		for i, places := range usual.open {
			tick := usual.first + i
			takes = takes || places > 0 && span.From <= tick && tick < span.To
		}
		layers = append(layers, Layer{
			Kind: LayerClosure, Name: closure.Reason, Decided: takes,
			Effect: closureEffect(closure.Closure, c.within(closure, day.Date, begin, end)),
		})
	}
	return layers
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

// within says which part of [begin, end) the closure covers.
func (c *Calendar) within(closure *compiledClosure, d Date, begin, end time.Time) Text {
	from := c.clockOn(d, closure.Start)
	if closure.until == math.MaxInt64 {
		if closure.Start.After(begin) {
			return say("من %s حتى إشعار آخر", "from %s until further notice", from)
		}
		return Text{"طوال اليوم حتى إشعار آخر", "all day, until further notice"}
	}
	to := c.clockOn(d, closure.End)
	starts, ends := closure.Start.After(begin), closure.End.Before(end)
	switch {
	case starts && ends:
		return say("من %s إلى %s", "%s–%s", from, to)
	case starts:
		return say("من %s", "from %s", from)
	case ends:
		return say("حتى %s", "until %s", to)
	}
	return Text{"طوال اليوم", "all day"}
}

// clockOn returns what clocks show at t, told from the date d.
func (c *Calendar) clockOn(d Date, t time.Time) Text {
	local := t.In(c.zone)
	w := Clock(local.Hour(), local.Minute())
	return clockText(w + endOfDay*WallTime(min(max(DateOf(t, c.zone)-d, 0), 2)))
}

// summary answers why in one sentence.
func (c *Calendar) summary(e Explanation, day Day, exists bool) Text {
	when := dateText(e.Date)
	switch {
	case e.Open:
		return c.openSummary(e, day, when)
	case !exists:
		return say("مغلق: هذا اليوم غير موجود في المنطقة الزمنية (%s).", "Closed: the time zone skipped %s.", when)
	}
	for _, layer := range slices.Backward(e.Layers) {
		if layer.Decided {
			why := layer.Name
			if why == (Text{}) {
				why = layer.Effect
			}
			return say("مغلق %s: %s", "Closed on %s: %s", when, sentence(why.filled()))
		}
	}
	return say("مغلق: لا دوام مقرّر في هذا اليوم (%s).", "Closed: no weekly rule applies on %s.", when)
}

// openSummary gives the open hours after closures, and what decided them.
func (c *Calendar) openSummary(e Explanation, day Day, when Text) Text {
	var hours, names []Text
	for span := range openSpans(day) {
		from, to := c.clockOn(day.Date, day.At(span.From)), c.clockOn(day.Date, day.At(span.To))
		hours = append(hours, say("من %s إلى %s", "%s–%s", from, to))
	}
	for _, layer := range e.Layers {
		if layer.Decided && layer.Name != (Text{}) {
			names = append(names, layer.Name.filled())
		}
	}
	open := say("مفتوح %s %s", "Open on %s, %s", when, join(hours, " و", " and "))
	if len(names) == 0 {
		return sentence(open)
	}
	return say("%s (%s).", "%s (%s).", open, join(names, "، ", ", "))
}

// openSpans yields the spans of ticks with any place.
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
