package scheduling_test

import (
	"errors"
	"fmt"
	"testing"

	"ziyara/scheduling"
)

// An explanation of a date says what most readers need, however much there is:
// the first twenty closures, and how many more.
func TestExplanationsAreBounded(t *testing.T) {
	t.Parallel()
	p := manyClosures(t, false)
	p.Holidays = nil
	for i := range 100 {
		d := date(t, "2026-11-24")
		p.Holidays = append(p.Holidays, scheduling.Holiday{Name: scheduling.Text{EN: fmt.Sprint("holiday ", i)}, From: d - 1, Until: d})
		p.Hours = append(p.Hours, scheduling.DayHours{Date: d, Extra: true, Openings: []scheduling.Opening{opens(t, "09:00-17:00", 1)}})
	}
	c := compile(t, p)
	why := c.Explain(date(t, "2026-11-24"))
	count := map[scheduling.LayerKind]int{}
	last := map[scheduling.LayerKind]string{}
	for _, l := range why.Layers {
		count[l.Kind]++
		last[l.Kind] = l.Effect.EN
	}
	for kind, more := range map[scheduling.LayerKind]string{
		scheduling.LayerClosure: "And 19979 more.", scheduling.LayerHoliday: "And 80 more.", scheduling.LayerExtra: "And 80 more.",
	} {
		if count[kind] != 21 || last[kind] != more {
			t.Errorf("%d layers of kind %s, the last %q, want 21, the last %q", count[kind], kind, last[kind], more)
		}
	}
	at := c.ExplainAt(instant(t, "2026-11-24T12:00:00Z"))
	if n := len(at.Layers); n > 70 {
		t.Errorf("an instant is explained by %d layers", n)
	}
}

// A plan as a whole has limits for an edit, which say where they were passed; a
// saved plan beyond them can still be closed.
func TestTotalLimitsOfAnEdit(t *testing.T) {
	t.Parallel()
	now := instant(t, "2026-11-24T06:00:00Z")
	empty := scheduling.Plan{Zone: "Asia/Riyadh"}
	many := rareRules(t, 3) // 256 rules
	five := rareRules(t, 3)
	five.Seasons = append(five.Seasons, scheduling.Season{When: five.Seasons[0].When, Rules: five.Seasons[0].Rules[:1]})
	broken := keptForSome(t)
	twice := []scheduling.Rule{broken.Rules[0], broken.Rules[0]}
	extra := make([]scheduling.DayHours, 51)
	for i := range extra {
		extra[i] = scheduling.DayHours{Date: date(t, "2026-12-01"), Extra: true, Openings: []scheduling.Opening{opens(t, "09:00-17:00", 1)}}
		extra[i].Openings[0].Add = true
	}
	for _, tc := range []struct {
		name    string
		edit    scheduling.Edit
		pointer string // "" if it is accepted
	}{
		{"256 rules", scheduling.Edit{Rules: &many.Rules, Seasons: &many.Seasons, Overlap: true}, ""},
		{"257 rules", scheduling.Edit{Rules: &five.Rules, Seasons: &five.Seasons, Overlap: true}, "/rules"},
		{"1,326 openings and breaks", scheduling.Edit{Rules: &broken.Rules}, ""},
		{"2,652 openings and breaks", scheduling.Edit{Rules: &twice}, "/rules"},
		{"50 extra hours of a date", scheduling.Edit{SetHours: extra[:50]}, ""},
		{"51 extra hours of a date", scheduling.Edit{SetHours: extra}, "/set_hours/50"},
	} {
		_, err := scheduling.Revise(t.Context(), empty, tc.edit, now)
		faults := scheduling.Faults(err)
		if tc.pointer == "" && err != nil || tc.pointer != "" &&
			(len(faults) != 1 || faults[0].Pointer != tc.pointer || !errors.Is(err, scheduling.ErrMany)) {
			t.Errorf("%s: %v, want a fault at %q", tc.name, err, tc.pointer)
		}
	}
	if _, err := scheduling.Revise(t.Context(), five, scheduling.Edit{Close: []scheduling.Closure{{Start: now}}}, now); err != nil {
		t.Errorf("a plan saved with more can't be closed: %v", err)
	}
}

// Hundreds of rules that overlap in pairs are a thousand warnings, and enough.
func TestWarningsAreBounded(t *testing.T) {
	t.Parallel()
	if n := len(compile(t, weeklyRules(t)).Warnings()); n != 1000 {
		t.Errorf("%d warnings, want 1,000", n)
	}
}
