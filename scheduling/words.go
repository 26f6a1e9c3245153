package scheduling

import (
	"strings"
	"time"

	"ziyara/texts"
)

// This file holds what the package tells people, in both languages.

// placesText counts places.
func placesText(n int) Text { return texts.Visitors("day.places", "Count", n) }

// minutesText returns a number of minutes, as the object of a verb.
func minutesText(d time.Duration) Text {
	return texts.Visitors("day.minutes", "Count", int(d/time.Minute))
}

// clockText returns a wall time; past midnight it adds "the next day".
func clockText(w WallTime) Text {
	switch {
	case w == endOfDay:
		return texts.Visitors("day.midnight")
	case w > endOfDay:
		return texts.Visitors("day.next_day", "Time", clockText(w-endOfDay))
	}
	return texts.Clock(int(w/60), int(w%60))
}

// spanText returns a span of wall time.
func spanText(from, to WallTime) Text {
	return texts.Visitors("day.span", "From", clockText(from), "To", clockText(to))
}

// openingsText lists openings with their places.
func openingsText(openings []Opening) Text {
	list := make([]Text, 0, len(openings))
	for i := range openings {
		list = append(list, openingText(&openings[i]))
	}
	return texts.List(list, texts.Semicolon())
}

func openingText(o *Opening) Text {
	text := texts.Visitors("day.opening", "Span", spanText(o.From, o.To), "Places", placesText(o.Places))
	if o.Add {
		text = texts.Visitors("day.added", "Opening", text)
	}
	if len(o.Breaks) > 0 {
		var breaks []Text
		for _, b := range o.sortedBreaks() {
			breaks = append(breaks, spanText(b.From, b.To))
		}
		text = texts.Visitors("day.with_break", "Opening", text, "Break", texts.List(breaks, texts.And()))
	}
	if len(o.Services) > 0 {
		text = texts.Visitors("day.some_services", "Opening", text)
	}
	for _, n := range o.Reserve {
		if n > 0 {
			return texts.Visitors("day.some_channels", "Opening", text)
		}
	}
	return text
}

func ruleEffect(openings []Opening) Text {
	return texts.Visitors("day.opens", "Openings", openingsText(openings))
}

func hoursEffect(openings []Opening) Text {
	if len(openings) == 0 {
		return texts.Visitors("day.closed_instead")
	}
	return texts.Visitors("day.opens_instead", "Openings", openingsText(openings))
}

func extraEffect(openings []Opening) Text {
	return texts.Visitors("day.also_opens", "Openings", openingsText(openings))
}

func holidayEffect(provisional, opens bool) Text {
	switch {
	case opens:
		return texts.Visitors("day.open_holiday")
	case provisional:
		return texts.Visitors("day.provisional_holiday")
	}
	return texts.Visitors("day.closed")
}

// closureEffect describes what a closure does on a date; when is the part of
// the date that it covers.
func closureEffect(c Closure, when Text) Text {
	switch {
	case c.Places > 0:
		return texts.Visitors("day.loses", "Places", placesText(c.Places), "When", when)
	case c.Branch:
		return texts.Visitors("day.branch_closed", "When", when)
	}
	return texts.Visitors("day.closed_part", "When", when)
}

func overlapText(a, b Opening) Text {
	return texts.Staff("plan_warning.overlap",
		"First", spanText(a.From, a.To), "Second", spanText(b.From, b.To), "Places", placesText(max(a.Places, b.Places)))
}

func midnightText(a, b Opening) Text {
	return texts.Staff("plan_warning.midnight", "First", spanText(a.From, a.To), "Second", spanText(b.From, b.To))
}

func stepText(span TickSpan, step, unused time.Duration) Text {
	return texts.Staff("plan_warning.step",
		"Step", minutesText(step), "Unused", minutesText(unused), "Span", spanText(tickClock(span.From), tickClock(span.To)))
}

// tickClock returns the wall time of a tick on a calm date.
func tickClock(tick int) WallTime { return WallTime(time.Duration(tick) * Tick / time.Minute) }

// dateText returns a date with its weekday.
func dateText(d Date) Text {
	return texts.Visitors("day.date", "Date", texts.Day(d.Time()))
}

// sentence adds a full stop to a text.
func sentence(t Text) Text {
	return Text{AR: strings.TrimSuffix(t.AR, ".") + ".", EN: strings.TrimSuffix(t.EN, ".") + "."}
}

func breakEffect(b Break) Text {
	return texts.Visitors("day.break", "Span", spanText(b.From, b.To))
}
