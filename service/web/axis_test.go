package web

import (
	"math"
	"testing"
	"time"
)

// The line of time runs with the language, has few ticks at whole steps, and holds
// all that is on it; texts that are close to each other get a row each.
func TestAxis(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 3*60*60)
	at := func(hour, minute int) time.Time { return time.Date(2026, 12, 6, hour, minute, 0, 0, zone) }
	for _, tt := range []struct {
		name                 string
		now, start, from, to time.Time
		ticks                string // first and last, in English
		many                 int
		raised               bool
	}{
		{"as drawn", at(8, 54), at(9, 0), at(9, 5), at(9, 15), "8:45 am–9:15 am", 3, true},
		{"early", at(8, 0), at(9, 0), at(8, 0), at(9, 10), "8:00 am–9:30 am", 4, false},
		{"long after the start", at(11, 0), at(9, 0), at(11, 5), at(11, 40), "9:00 am–12:00 pm", 4, false},
		{"at the start", at(9, 0), at(9, 0), at(9, 0), at(9, 5), "9:00 am–9:15 am", 2, true},
		{"a day long", at(0, 0), at(23, 0), at(22, 0), at(23, 30), "12:00 am–12:00 am", 3, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			axis := func(lang string) Axis {
				return AxisOf(Page{Lang: lang}, zone, tt.now, tt.start, tt.from, tt.to, "now", "visit")
			}
			ltr, rtl := axis("en"), axis("ar")
			last := len(ltr.Ticks) - 1
			if got := ltr.Ticks[0].Text + "–" + ltr.Ticks[last].Text; got != tt.ticks || last+1 != tt.many || (ltr.Raised > 0) != tt.raised {
				t.Errorf("%s with %d ticks, raised by %d", got, last+1, ltr.Raised)
			}
			if ltr.Ticks[0].Anchor != "start" || ltr.Ticks[last].Anchor != "end" {
				t.Errorf("the texts at the ends: %+v", ltr.Ticks)
			}
			for i, m := range append(ltr.Ticks, ltr.Now, ltr.Visit) {
				other := append(rtl.Ticks, rtl.Now, rtl.Visit)[i]
				if m.At < 0 || m.At > 100 || math.Abs(m.At+other.At-100) > 1e-9 || m.Anchor != other.Anchor {
					t.Errorf("%+v, and in Arabic %+v", m, other)
				}
			}
			if ltr.From < 0 || ltr.From+ltr.Length > 100+1e-9 || math.Abs(ltr.From+ltr.Length+rtl.From-100) > 1e-9 {
				t.Errorf("the band: %f and %f, in Arabic %f", ltr.From, ltr.Length, rtl.From)
			}
		})
	}
}
