package scheduling

import (
	"reflect"
	"slices"
)

// Same reports whether two days of one date offer the same openings and places
// to the same services and channels.
func (d Day) Same(other Day) bool {
	return d.Start.Equal(other.Start) && d.First == other.First && slices.Equal(d.Open, other.Open) &&
		slices.Equal(d.Openings, other.Openings) && reflect.DeepEqual(d.restrictions(), other.restrictions())
}

// restriction is a block of a day with its restrictions.
type restriction struct {
	TickSpan
	places   int16
	add      bool
	services []string
	reserve  map[string]int
}

// restrictions returns all blocks of the day before closures, if at least one
// of them is restricted.
func (d Day) restrictions() []restriction {
	if d.usual == nil {
		return nil
	}
	var all []restriction
	for _, b := range d.usual.restricted {
		r := restriction{TickSpan: b.TickSpan, places: b.places, add: b.add}
		if b.opening != nil {
			r.services, r.reserve = b.opening.Services, b.opening.Reserve
		}
		all = append(all, r)
	}
	return all
}
