package scheduling_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ziyara/scheduling"
)

// What a service may take over a channel equals what is open under a plan with
// only the openings that accept it, each without the places reserved from the
// channel.
func TestDayForAgreesWithPlan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		z := drawZone(t)
		d := drawDate(t, z)
		p := drawPlan(t, z, d)
		p.Closures = nil // they are applied on top: see Day.For
		name := func(label string) string {
			return rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, label)
		}
		each(&p, func(o scheduling.Opening) (scheduling.Opening, bool) {
			if s := name("service"); s != "" {
				o.Services = []string{s}
			}
			if channel := name("channel"); channel != "" {
				o.Reserve = map[string]int{channel: rapid.IntRange(0, o.Places).Draw(t, "kept")}
			}
			return o, true
		})
		all, err := scheduling.Compile(p)
		if err != nil {
			t.Fatal(err)
		}
		service, channel := name("asking service"), name("asking channel")
		day := all.Day(d).For(service, channel)

		each(&p, func(o scheduling.Opening) (scheduling.Opening, bool) {
			mine := len(o.Services) == 0 || slices.Contains(o.Services, service)
			o.Places -= o.Reserve[channel]
			o.Services, o.Reserve = nil, nil
			return o, mine && o.Places > 0
		})
		// A plan with a rule or season that lost all its openings is invalid
		// and is not compared. Hours of single dates may be empty; they still
		// replace the rest.
		alone, err := scheduling.Compile(p)
		if err != nil {
			return // a rule or season has no openings left
		}
		want := alone.Day(d)
		for tick := -12; tick < 600; tick++ {
			if got := day.Places(tick) - day.HeldBack(tick); got != want.Places(tick) {
				t.Fatalf("%s in %s, tick %d: %d places of %d for %q over %q, want %d",
					d, z, tick, got, day.Places(tick), service, channel, want.Places(tick))
			}
		}
	})
}

// each replaces or drops each opening of the plan.
func each(p *scheduling.Plan, change func(scheduling.Opening) (scheduling.Opening, bool)) {
	list := func(openings []scheduling.Opening) []scheduling.Opening {
		var kept []scheduling.Opening
		for _, o := range openings {
			if o, ok := change(o); ok {
				kept = append(kept, o)
			}
		}
		return kept
	}
	for i := range p.Rules {
		p.Rules[i].Openings = list(p.Rules[i].Openings)
	}
	for i := range p.Seasons {
		p.Seasons[i].Openings = list(p.Seasons[i].Openings)
		for j := range p.Seasons[i].Rules {
			p.Seasons[i].Rules[j].Openings = list(p.Seasons[i].Rules[j].Openings)
		}
	}
	for i := range p.Hours {
		p.Hours[i].Openings = list(p.Hours[i].Openings)
	}
}
