package catalog

import "fmt"

// Channel is the way a booking comes in. Channels are nested: each may also
// use what the ones before it may use, so one count of taken places serves
// all of them (docs/adr/0003).
type Channel string

// The channels, from the one that gives way first to the one that never does.
const (
	Public    Channel = "public"    // citizens, on the portal
	Agent     Channel = "agent"     // the call centre, for a caller
	WalkIn    Channel = "walk_in"   // reception, the same day
	Protected Channel = "protected" // urgent cases, audited
)

// Channels lists all channels in nesting order.
var Channels = [...]Channel{Public, Agent, WalkIn, Protected}

// HoldBack says how many places of every moment a channel leaves for the
// channels after it. A missing channel leaves none.
type HoldBack map[Channel]int

// Nested reports whether no channel leaves more to others than the channel
// before it, and none less than nothing.
func (h HoldBack) Nested() bool { return h.validate() == nil }

func (h HoldBack) validate() error {
	previous := -1
	for i, c := range Channels {
		n := h[c]
		if n < 0 {
			return fmt.Errorf("channel %s holds back %d: want 0 or more", c, n)
		}
		if i > 0 && n > previous {
			return fmt.Errorf("channel %s holds back %d, more than the channel before it (%d)", c, n, previous)
		}
		previous = n
	}
	for c := range h {
		if !c.Known() {
			return fmt.Errorf("unknown channel %q", c)
		}
	}
	return nil
}

// Known reports whether c is one of the channels.
func (c Channel) Known() bool {
	for _, k := range Channels {
		if k == c {
			return true
		}
	}
	return false
}
