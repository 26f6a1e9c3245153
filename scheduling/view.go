package scheduling

import (
	"maps"
	"slices"
)

// audience is a service booked over a channel. A name that no opening of the
// date mentions is empty.
type audience struct{ service, channel string }

// view is a capacity as an audience sees it.
type view struct {
	openings []TickSpan
	// held is the number of places kept for others in each tick, from the first
	// tick of the capacity; nil for none.
	held []int16
}

// maxViews is the most views of one capacity that are cached.
const maxViews = 256

// restricted reports whether the opening treats services or channels
// differently.
func (o *Opening) restricted() bool { return len(o.Services) > 0 || len(o.Reserve) > 0 }

// receives reports whether the opening accepts the service.
func (o *Opening) receives(service string) bool {
	return len(o.Services) == 0 || slices.Contains(o.Services, service)
}

// view returns the capacity as a service sees it over a channel.
func (c *capacity) view(service, channel string) *view {
	a := c.audience(service, channel)
	kept := c.views.Load()
	if kept != nil {
		if v, ok := (*kept)[a]; ok {
			return v
		}
	}
	v := c.newView(a)
	more := map[audience]*view{}
	if kept != nil {
		more = maps.Clone(*kept)
	}
	if len(more) < maxViews {
		more[a] = v
		c.views.CompareAndSwap(kept, &more) // losing this race only costs a rebuild
	}
	return v
}

// audience clears the names that no opening mentions: those all see the same.
func (c *capacity) audience(service, channel string) audience {
	var a audience
	if c.services[service] {
		a.service = service
	}
	if c.channels[channel] {
		a.channel = channel
	}
	return a
}

func (c *capacity) newView(a audience) *view {
	var mine []block
	for _, b := range c.restricted {
		if b.opening != nil {
			if !b.opening.receives(a.service) {
				continue
			}
			b.places -= int16(b.opening.Reserve[a.channel]) //nolint:gosec // at most places
		}
		mine = append(mine, b)
	}
	held := slices.Clone(c.open)
	some := false
	for i, n := range places(mine, c.first, c.first+len(c.open)) {
		held[i] -= n
		some = some || held[i] > 0
	}
	v := &view{openings: union(mine)}
	if some {
		v.held = held
	}
	return v
}
