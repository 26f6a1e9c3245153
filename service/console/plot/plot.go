// Package plot draws figures as SVG that pages of HTML take in: lines over time, and the
// small pictures of tables. Text stays text and colours are those of the stylesheet, so a
// picture follows the theme, the language and the width of its page. Widths are in percent
// and heights in pixels, so that letters keep their size on a telephone. Time runs in the
// direction of the language: in Arabic the newest is on the left.
//
// A picture never stands alone: its numbers are in a table or in words beside it.
package plot

import (
	"math"
	"strconv"
)

// Lines shows figures over time.
type Lines struct {
	About  string // what is shown, with its unit, in words for who can't see it
	RTL    bool
	Points []Point // in the order of time; at least one
	Spans  []Span  // stretches of them, such as two periods that are compared
	// Write writes a figure with its unit, and Mark one of the axis, which is round.
	Write, Mark func(float64) string
}

// Point is one figure. Value is nil where there is none: the line has a gap there.
type Point struct {
	Label string // of the axis
	Value *float64
}

// Span is a stretch of points, from the first to the one before the end.
type Span struct {
	First, End int
	Now        bool     // the one that the page is about
	Mean       *float64 // figure of the whole stretch; nil for none
	Text       string   // beside it
}

// Sizes of a plot in pixels, and the room at its sides in percent.
const (
	height = 280
	top    = 58
	bottom = 248  // where the axis is
	before = 11.0 // for the figures of the axis
	after  = 3.0
	labels = 6 // of the axis of time, at most; every second one is left out on a telephone
)

// Ceiling returns the end of an axis from 0 that holds a figure, and the step between its
// marks: 1, 2 or 5 times a power of ten, so that there are at most five.
func Ceiling(most float64) (end, step float64) {
	if most <= 0 || math.IsInf(most, 0) || math.IsNaN(most) {
		return 1, 1
	}
	step = math.Pow(10, math.Floor(math.Log10(most)))
	for _, part := range []float64{0.2, 0.5, 1, 2, 5} {
		if s := step * part; most <= 5*s {
			step = s
			break
		}
	}
	return step * math.Ceil(most/step-1e-9), step
}

// scale places figures and points of a plot.
type scale struct {
	end, step float64
	points    int
	rtl       bool
}

func (l Lines) scale() scale {
	most := 0.0
	for _, p := range l.Points {
		if p.Value != nil {
			most = max(most, *p.Value)
		}
	}
	for _, s := range l.Spans {
		if s.Mean != nil {
			most = max(most, *s.Mean)
		}
	}
	end, step := Ceiling(most)
	return scale{end, step, len(l.Points), l.RTL}
}

// x is where a point is, in percent from the left. i may lie between two.
func (s scale) x(i float64) float64 {
	at := before + (100-before-after)/2
	if s.points > 1 {
		at = before + (100-before-after)*i/float64(s.points-1)
	}
	if s.rtl {
		return 100 - at
	}
	return at
}

// y is where a figure is, in pixels from the top.
func (s scale) y(v float64) float64 { return bottom - (bottom-top)*v/s.end }

// edge is the beginning of the lines of text, in percent from the left, and how a text is
// anchored there.
func (s scale) edge() (at float64, anchor string) {
	if s.rtl {
		return 100, "end"
	}
	return 0, "start"
}

// marks are the figures of the axis, from 0.
func (s scale) marks() (list []float64) {
	for i := range int(math.Round(s.end/s.step)) + 1 {
		list = append(list, float64(i)*s.step)
	}
	return list
}

// label is a point whose label the axis has.
type label struct {
	at   float64
	text string
	wide bool // left out where there is little room
}

func (l Lines) labels(s scale) (list []label) {
	every := max(1, (len(l.Points)+labels-1)/labels)
	for i := 0; i < len(l.Points); i += every {
		list = append(list, label{s.x(float64(i)), l.Points[i].Label, (i/every)%2 == 1})
	}
	return list
}

// segment is the line from one point to the next.
type segment struct {
	x1, y1, x2, y2 float64
	now            bool
}

func (l Lines) now(i int) bool {
	for _, s := range l.Spans {
		if s.Now && s.First <= i && i < s.End {
			return true
		}
	}
	return false
}

// segments leads from each figure to the next; over a gap of at most gap points, because
// nothing happens on closed days.
func (l Lines) segments(s scale) (list []segment) {
	const gap = 4
	last := -1
	for i, p := range l.Points {
		if p.Value == nil {
			continue
		}
		if last >= 0 && i-last <= gap {
			list = append(list, segment{s.x(float64(last)), s.y(*l.Points[last].Value), s.x(float64(i)), s.y(*p.Value), l.now(last) && l.now(i)})
		}
		last = i
	}
	return list
}

// band is where a span lies.
type band struct {
	Span

	x, width, y float64
}

func (l Lines) bands(s scale) (list []band) {
	for _, span := range l.Spans {
		a, b := s.x(float64(span.First)-0.5), s.x(float64(span.End)-0.5)
		if s.rtl {
			a, b = b, a
		}
		a, b = max(a, 0), min(b, 100)
		y := 0.0
		if span.Mean != nil {
			y = s.y(*span.Mean)
		}
		list = append(list, band{span, a, b - a, y})
	}
	return list
}

// Spark is a small line, or columns, without an axis. The numbers stand beside it.
type Spark struct {
	About   string // in words
	RTL     bool
	Columns bool
	Values  []*float64 // in the order of time
	Most    float64    // the end of the axis, the same for pictures that are compared; 0 for its own
	Alarm   bool
}

const (
	sparkHeight = 36
	sparkFloor  = 34
)

// spot is a figure of a spark.
type spot struct {
	x, y, width float64
	last        bool
	joined      bool // to the one before it, at x0, y0
	x0, y0      float64
}

func (k Spark) spots() (list []spot) {
	most := k.Most
	for _, v := range k.Values {
		if v != nil && k.Most == 0 {
			most = max(most, *v)
		}
	}
	if most == 0 {
		most = 1
	}
	share := 100 / float64(max(len(k.Values), 1))
	joined := false
	for i, v := range k.Values {
		if v == nil {
			joined = false
			continue
		}
		x := share * (float64(i) + 0.5)
		if k.RTL {
			x = 100 - x
		}
		one := spot{x: x, y: sparkFloor - (sparkFloor-6)*min(*v/most, 1), width: share * 0.55, last: i == len(k.Values)-1}
		if joined {
			before := list[len(list)-1]
			one.joined, one.x0, one.y0 = true, before.x, before.y
		}
		list, joined = append(list, one), true
	}
	return list
}

// Bar is a figure of a row of a table as a bar, with a tick for the one that it is compared
// with. Its numbers are in the row.
type Bar struct {
	RTL           bool
	Value, Before *float64
	Most          float64 // the end of the axis
}

// bar is where the bar lies, in percent.
func (b Bar) bar() (x, width float64, ok bool) {
	if b.Value == nil || b.Most <= 0 {
		return 0, 0, false
	}
	width = 100 * min(*b.Value/b.Most, 1)
	if b.RTL {
		x = 100 - width
	}
	return x, width, true
}

// tick is where the figure before lies, in percent.
func (b Bar) tick() (x float64, ok bool) {
	if b.Before == nil || b.Most <= 0 {
		return 0, false
	}
	x = 99 * min(*b.Before/b.Most, 1)
	if b.RTL {
		x = 99 - x
	}
	return x, true
}

func percent(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) + "%" }
func pixels(v float64) string  { return strconv.FormatFloat(v, 'f', 1, 64) }
