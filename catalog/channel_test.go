package catalog_test

import (
	"testing"

	"ziyara/catalog"
)

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
