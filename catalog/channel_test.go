package catalog_test

import (
	"testing"

	"pgregory.net/rapid"

	"ziyara/catalog"
)

func TestHoldBackLimit(t *testing.T) {
	t.Parallel()
	nested := catalog.HoldBack{catalog.Public: 3, catalog.Agent: 2, catalog.WalkIn: 1}
	tests := []struct {
		name    string
		back    catalog.HoldBack
		channel catalog.Channel
		open    int
		want    int
	}{
		{"nothing is held back by default", nil, catalog.Public, 4, 4},
		{"the public leaves room for all behind it", nested, catalog.Public, 4, 1},
		{"the call centre leaves room for walk-ins", nested, catalog.Agent, 4, 2},
		{"walk-ins leave room for the protected", nested, catalog.WalkIn, 4, 3},
		{"the protected may fill everything", nested, catalog.Protected, 4, 4},
		{"no limit is below nothing", nested, catalog.Public, 2, 0},
		{"closed is closed to every channel", nested, catalog.Protected, 0, 0},
		{"a channel that is not named holds nothing back", catalog.HoldBack{catalog.Public: 1}, catalog.Agent, 3, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.back.Limit(tt.channel, tt.open); got != tt.want {
				t.Errorf("Limit(%s, %d) = %d, want %d", tt.channel, tt.open, got, tt.want)
			}
		})
	}
}

// Channels are nested: what one may fill, the next may fill too, and no
// channel may fill more than is open.
func TestHoldBackLimitIsNested(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := valid()
		s.HoldBack = catalog.HoldBack{}
		left := 5
		for _, c := range catalog.Channels {
			left = rapid.IntRange(0, left).Draw(t, string(c))
			s.HoldBack[c] = left
		}
		if err := s.Validate(); err != nil {
			t.Fatalf("Validate() = %v, want no error", err)
		}
		open := rapid.IntRange(0, 8).Draw(t, "open")
		limit := 0
		for _, c := range catalog.Channels {
			got := s.HoldBack.Limit(c, open)
			if got < limit || got > open {
				t.Fatalf("Limit(%s, %d) = %d, want %d to %d", c, open, got, limit, open)
			}
			limit = got
		}
	})
}

func TestChannelKnown(t *testing.T) {
	t.Parallel()
	for _, c := range catalog.Channels {
		if !c.Known() {
			t.Errorf("Known(%q) = false, want true", c)
		}
	}
	for _, c := range []catalog.Channel{"", "PUBLIC", "fax"} {
		if c.Known() {
			t.Errorf("Known(%q) = true, want false", c)
		}
	}
}
