package web

import (
	"slices"
	"strconv"
	"time"

	"ziyara/texts"
)

// Axis is a line of time, with now, a visit, and when something is likely to happen.
// It runs in the direction of the language.
type Axis struct {
	Ticks  []Mark
	Now    Mark
	Visit  Mark
	From   float64 // where the band begins, in percent from the left
	Length float64 // of the band, in percent
	Raised int     // pixels by which the text of now is raised, above that of the visit
}

// Mark is a place on an Axis.
type Mark struct {
	At     float64 // in percent from the left
	Anchor string  // of its text: start, middle or end
	Text   string
}

// AxisOf returns the axis of a visit at now that is likely to be called between from
// and to. now and visit are the words beside their marks.
func AxisOf(p Page, zone *time.Location, at, start, from, to time.Time, now, visit string) Axis {
	first, last := at, to
	if start.Before(first) {
		first = start
	}
	if start.After(last) {
		last = start
	}
	step := stepOf(last.Sub(first))
	// All zones of branches differ from UTC by whole quarters of an hour, so the
	// ticks are at whole ones too.
	first = first.In(zone)
	_, offset := first.Zone()
	shift := time.Duration(offset) * time.Second
	first = first.Add(shift).Truncate(step).Add(-shift)
	ticks := int((last.Sub(first) + step - 1) / step)
	span := time.Duration(ticks) * step
	mark := func(t time.Time, text string) Mark {
		x := 100 * float64(t.Sub(first)) / float64(span)
		m := Mark{At: x, Anchor: anchorAt(x), Text: text}
		if p.Dir() == "rtl" {
			m.At = 100 - x
		}
		return m
	}
	a := Axis{
		Now: mark(at, now), Visit: mark(start, visit),
		From: min(mark(from, "").At, mark(to, "").At), Length: 100 * float64(to.Sub(from)) / float64(span),
	}
	for i := range ticks + 1 {
		t := first.Add(time.Duration(i) * step)
		a.Ticks = append(a.Ticks, mark(t, texts.ClockAt(t.In(zone)).In(p.Lang)))
	}
	if distance := a.Now.At - a.Visit.At; -near < distance && distance < near {
		a.Raised = row
	}
	return a
}

// near is how close two marks can be, in percent, before their texts need a row each.
// A row is so many pixels high.
const (
	near = 25
	row  = 20
)

// stepOf returns the step between ticks for a span, so that there are few.
func stepOf(span time.Duration) time.Duration {
	steps := []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour}
	i := slices.IndexFunc(steps, func(s time.Duration) bool { return span <= 3*s })
	if i < 0 {
		return 12 * time.Hour
	}
	return steps[i]
}

// anchorAt returns how the text of a mark is anchored, so that it is not cut off at
// the beginning or the end of the line.
func anchorAt(x float64) string {
	switch {
	case x < 10:
		return "start"
	case x > 90:
		return "end"
	}
	return "middle"
}

// percent writes a place.
func percent(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) + "%" }

// down writes a place in pixels from the top, below the text of now.
func (a Axis) down(y int) string { return strconv.Itoa(y + a.Raised) }
