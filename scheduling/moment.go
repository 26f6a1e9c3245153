package scheduling

import (
	"slices"
	"time"

	"ziyara/texts"
)

// Moment tells why an instant is open or closed.
type Moment struct {
	At time.Time // UTC
	// Date is the local date, or the previous one if only an opening of that
	// date is still running past midnight.
	Date   Date
	Places int // open in the tick that holds At
	// Layers are those of the date, in the order in which they apply, with only
	// the closures that overlap the tick. Decided means that the layer opens
	// the tick, closes it, or takes places from it.
	Layers  []Layer
	Summary Text // one sentence
}

// ExplainAt returns the layers that decide the instant t. It agrees with Day.
func (c *Calendar) ExplainAt(t time.Time) Moment {
	d := c.DateOf(t)
	tick := c.tickOn(d, t)
	if before := c.tickOn(d-1, t); c.usualAt(d, tick) == 0 && c.usualAt(d-1, before) > 0 {
		d, tick = d-1, before
	}
	day := c.Day(d)
	m := Moment{At: t.UTC(), Date: d, Places: day.Places(tick)}
	m.Layers = c.layersAt(day, tick)
	m.Layers = append(m.Layers, c.closuresAt(day, tick)...)
	m.Summary = c.momentSummary(m, day)
	return m
}

// tickOn returns the tick of the date d that contains t.
func (c *Calendar) tickOn(d Date, t time.Time) int {
	begin, _ := c.midnight(d)
	return floorTick(t.Sub(time.Unix(begin, 0)))
}

// usualAt returns the places of a tick before closures.
func (c *Calendar) usualAt(d Date, tick int) int {
	begin, calm := c.midnight(d)
	usual := c.usual(d, begin, calm)
	return Day{First: usual.first, Open: usual.open}.Places(tick)
}

// layersAt returns the layers of the day before closures, including the break
// that contains the tick.
func (c *Calendar) layersAt(day Day, tick int) []Layer {
	layers := c.layers(day.Date)
	below := false // whether a replaced layer opens the tick
	broken := -1
	for i := range layers {
		l := &layers[i]
		opens := covers(zonedBlocks(l.Openings, day.Date, day.Start, c.zone), tick)
		switch {
		case !l.Decided:
			below = below || opens
		case opens:
		case l.Kind == LayerHoliday:
			l.Decided = c.usualAt(day.Date, tick) == 0 // otherwise extra hours open the tick
		case len(l.Openings) == 0:
			// It closes the date, whatever the earlier layers do.
		default:
			l.Decided = below && l.Kind != LayerRule && l.Kind != LayerExtra
			if broken < 0 && c.breakAt(day, l.Openings, tick) != nil {
				broken = i
			}
		}
	}
	if broken >= 0 && c.usualAt(day.Date, tick) == 0 {
		layers[broken].Decided = false
		pause := c.breakAt(day, layers[broken].Openings, tick)
		layers = append(layers, Layer{Kind: LayerBreak, Name: pause.Name, Effect: breakEffect(*pause), Decided: true})
	}
	return layers
}

func covers(blocks []block, tick int) bool {
	return slices.ContainsFunc(blocks, func(b block) bool { return b.From <= tick && tick < b.To })
}

// breakAt returns the break that contains the tick, or nil.
func (c *Calendar) breakAt(day Day, openings []Opening, tick int) *Break {
	at := day.At(tick)
	for i := range openings {
		for j := range openings[i].Breaks {
			b := &openings[i].Breaks[j]
			if day.Date.At(b.To, c.zone).After(at) && day.Date.At(b.From, c.zone).Before(at.Add(Tick)) {
				return b
			}
		}
	}
	return nil
}

// closuresAt returns the closures that overlap the tick.
func (c *Calendar) closuresAt(day Day, tick int) []Layer {
	layers := listed{kind: LayerClosure}
	left := c.usualAt(day.Date, tick)
	begin, end := day.Start, c.end(day)
	from := day.At(tick)
	for closure := range c.closing(from.Unix(), from.Add(Tick).Unix()) {
		layers.add(left > 0, func() Layer {
			return Layer{Name: closure.Reason, Effect: closureEffect(closure.Closure, c.within(closure, day.Date, begin, end))}
		})
		left = max(left-closure.Places, 0)
		if closure.Places == 0 {
			left = 0
		}
	}
	return layers.all()
}

// momentSummary says in one sentence why the tick is open or closed.
func (c *Calendar) momentSummary(m Moment, day Day) Text {
	when := texts.Visitors("day.moment", "Date", dateText(m.Date), "Time", c.clockOn(m.Date, m.At))
	if m.Places > 0 {
		open := texts.Visitors("day.moment_open", "Moment", when, "Places", placesText(m.Places))
		if names := decidedNames(m.Layers); len(names) > 0 {
			return texts.Visitors("day.open_why", "Open", open, "Why", texts.List(names, texts.Comma()))
		}
		return sentence(open)
	}
	for _, layer := range slices.Backward(m.Layers) {
		// A layer that opens the tick is not the reason why it is closed.
		if layer.Decided && !(layer.Kind == LayerRule || layer.Kind == LayerExtra) {
			return texts.Visitors("day.closed_on", "Date", when, "Why", sentence(layer.why()))
		}
	}
	if !day.open() {
		return texts.Visitors("day.no_hours", "Moment", when)
	}
	return texts.Visitors("day.outside_hours", "Moment", when, "Hours", texts.List(c.openHours(day), texts.And()))
}

// why returns the name of the layer, or its effect if it has none.
func (l *Layer) why() Text {
	if l.Name == (Text{}) {
		return l.Effect
	}
	return l.Name.Filled()
}

// decidedNames returns the names of the layers that decided.
func decidedNames(layers []Layer) []Text {
	var names []Text
	for _, l := range layers {
		if l.Decided && l.Name != (Text{}) {
			names = append(names, l.Name.Filled())
		}
	}
	return names
}

// openHours describes the spans in which the day has places.
func (c *Calendar) openHours(day Day) []Text {
	var hours []Text
	for span := range openSpans(day) {
		from, to := c.clockOn(day.Date, day.At(span.From)), c.clockOn(day.Date, day.At(span.To))
		hours = append(hours, texts.Visitors("day.span", "From", from, "To", to))
	}
	return hours
}
