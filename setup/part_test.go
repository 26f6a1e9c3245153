package setup_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/setup"
)

// Each thing of a centre, sent as it is, changes nothing.
func TestPartsReadTheSame(t *testing.T) {
	t.Parallel()
	have := read(t, start())
	n := 0
	for _, k := range setup.Kinds() {
		parts, err := have.Parts(k)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range parts {
			n++
			want, err := setup.Put(have, k, p.Slug, p.JSON)
			if err != nil {
				t.Errorf("%s %s: %v", k, p.Slug, err)
				continue
			}
			if diff := cmp.Diff(have, setup.Merge(have, want)); diff != "" {
				t.Errorf("%s %s (-have +sent):\n%s", k, p.Slug, diff)
			}
		}
	}
	if n != 5 {
		t.Errorf("%d parts, want 5", n)
	}
}

// A thing is checked with all of the centre, and its faults have pointers into it.
func TestFaultsOfAPart(t *testing.T) {
	t.Parallel()
	have := read(t, start())
	for _, tt := range []struct {
		name    string
		kind    setup.Kind
		slug    string
		change  func(part map[string]any)
		pointer string
	}{
		{"a field that isn't there", setup.KindService, "building-permit", func(p map[string]any) { p["colour"] = "red" }, "/colour"},
		{"another slug", setup.KindService, "building-permit", func(p map[string]any) { p["slug"] = "other" }, "/slug"},
		{"a rule of one field", setup.KindService, "building-permit", func(p map[string]any) { p["duration"] = "31m" }, ""},
		{"a department that isn't there", setup.KindService, "building-permit", func(p map[string]any) { p["department"] = "x" }, ""},
		{"a list that isn't there", setup.KindDeskGroup, "main-permits", func(p map[string]any) { p["holiday_list"] = "x" }, "/holiday_list"},
		{"a branch that isn't there", setup.KindDeskGroup, "main-permits", func(p map[string]any) { p["branch"] = "x" }, ""},
		{"an hour that doesn't exist", setup.KindBranch, "main", func(p map[string]any) {
			p["quiet"] = map[string]any{"from": "25:00", "to": "08:00"}
		}, "/quiet/from"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			part, err := have.Part(tt.kind, tt.slug)
			if err != nil {
				t.Fatal(err)
			}
			var fields map[string]any
			if err = json.Unmarshal(part.JSON, &fields); err != nil {
				t.Fatal(err)
			}
			tt.change(fields)
			text, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			_, err = setup.Put(have, tt.kind, tt.slug, text)
			var faults setup.FileError
			if !errors.As(err, &faults) || faults[0].Pointer != tt.pointer {
				t.Errorf("Put = %v, want a fault at %q", err, tt.pointer)
				for _, f := range faults {
					t.Log(f.Pointer, f.Text)
				}
			}
		})
	}
}

// What a change does to visits that are ahead.
func TestEffects(t *testing.T) {
	t.Parallel()
	have := read(t, start())
	visit := setup.Visit{Service: "building-permit", Branch: "main", DeskGroup: "main-permits", Date: scheduling.NewDate(2026, 12, 8)}
	pauses := []catalog.Pause{{From: visit.Date, Until: visit.Date, Reason: catalog.Text{AR: "س", EN: "x"}}}
	for _, tt := range []struct {
		name   string
		change func(c *setup.Centre)
		want   setup.Effect
	}{
		{"another name", func(c *setup.Centre) { c.Services[0].Name.EN = "x" }, ""},
		{"another party", func(c *setup.Centre) { c.Services[0].PartyLimit = 9 }, ""},
		{"longer", func(c *setup.Centre) { c.Services[0].Duration *= 2 }, setup.EffectLength},
		{"a longer buffer", func(c *setup.Centre) { c.Services[0].After += catalog.Tick }, setup.EffectLength},
		{"a place for each visitor", func(c *setup.Centre) { c.Services[0].PlacePerVisitor = true }, setup.EffectLength},
		{"the service pauses", func(c *setup.Centre) { c.Services[0].Pauses = pauses }, setup.EffectClosed},
		{"the branch pauses", func(c *setup.Centre) { c.Branches[0].Pauses = pauses }, setup.EffectClosed},
		{"the department pauses", func(c *setup.Centre) { c.Departments[0].Pauses = pauses }, setup.EffectClosed},
		{"the desk group pauses", func(c *setup.Centre) { c.DeskGroups[0].Pauses = pauses }, setup.EffectClosed},
		{"it retires before", func(c *setup.Centre) { c.Branches[0].Retired.From = visit.Date }, setup.EffectClosed},
		{"it retires afterwards", func(c *setup.Centre) { c.Branches[0].Retired.From = visit.Date + 1 }, ""},
		{"not served any more", func(c *setup.Centre) { c.DeskGroups[0].Services = nil }, setup.EffectUnserved},
		{"served by others", func(c *setup.Centre) {
			other := c.DeskGroups[0]
			other.Slug = "other"
			c.DeskGroups[0].Services = nil
			c.DeskGroups = append(c.DeskGroups, other)
		}, setup.EffectElsewhere},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			after := read(t, start())
			tt.change(&after)
			if got := setup.Effects(have, after, []setup.Visit{visit})[0]; got != tt.want {
				t.Errorf("the effect is %q, want %q", got, tt.want)
			}
			changes, err := setup.Differences(have, after)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want != "" && setup.Touch(have, changes).Nothing() {
				t.Error("the change touches nothing")
			}
		})
	}
	if got := setup.Effects(have, have, []setup.Visit{visit}); got[0] != "" {
		t.Errorf("nothing has the effect %q", got[0])
	}
}

// Taking changes back makes what there was, over additions, removals and more than one step.
func TestBack(t *testing.T) {
	t.Parallel()
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	history := []setup.Version{
		{Version: 4, Before: raw(`{"a":3}`), After: raw(`{"a":4}`)},
		{Version: 3, Before: raw(`{}`), After: raw(`{"b":1}`)},
		{Version: 2, Before: raw(`{"a":1,"c":9}`), After: raw(`{"a":3}`)},
		{Version: 1, After: raw(`{"a":1,"c":9}`)},
	}
	for n, want := range []string{`{"a":4,"b":1}`, `{"a":3,"b":1}`, `{"a":3}`, `{"a":1,"c":9}`, ``} {
		got, err := setup.Back(raw(`{"a":4,"b":1}`), history[:n])
		if err != nil || string(got) != want {
			t.Errorf("%d steps back: %s, %v, want %s", n, got, err, want)
		}
	}
}
