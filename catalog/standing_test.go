package catalog_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// monday is any date.
const monday = 740_000

type date = scheduling.Date

func reason(en string) catalog.Text { return catalog.Text{AR: "سبب", EN: en} }

// A date is in the pause that lasts longest; a retirement lasts longest of all.
func TestPausedOn(t *testing.T) {
	t.Parallel()
	short := catalog.Pause{From: monday, Until: monday + 2, Reason: reason("short")}
	long := catalog.Pause{From: monday + 1, Until: monday + 9, Reason: reason("long")}
	standing := catalog.Standing{
		Pauses: []catalog.Pause{short, long}, Retired: catalog.Retirement{From: monday + 5, Reason: reason("moved")},
	}
	end := catalog.Pause{From: monday + 5, Reason: reason("moved")}
	for day, want := range map[int]*catalog.Pause{
		-1: nil, 0: &short, 1: &long, 2: &long, 3: &long, 4: &long, 5: &end, 9: &end, 1000: &end,
	} {
		if diff := cmp.Diff(want, catalog.PausedOn(standing.Away(), monday+date(day))); diff != "" {
			t.Errorf("day %d (-want +got):\n%s", day, diff)
		}
	}
	for day, want := range map[int][]catalog.Pause{-30: nil, -3: nil, -1: {short, long}, 0: {short, long}, 3: {long, end}, 50: {end}} {
		if diff := cmp.Diff(want, catalog.Ahead(standing.Away(), monday+date(day), monday+date(day)+2)); diff != "" {
			t.Errorf("ahead of day %d (-want +got):\n%s", day, diff)
		}
	}
}

// What visitors are told has both dates and the reason.
func TestPauseSays(t *testing.T) {
	t.Parallel()
	from := scheduling.NewDate(2026, time.December, 6)
	for want, p := range map[string]catalog.Pause{
		"No visits from 6 December 2026 to 17 December 2026. Maintenance.": {From: from, Until: from + 11, Reason: reason("Maintenance.")},
		"No visits on 6 December 2026. Maintenance.":                       {From: from, Until: from, Reason: reason("Maintenance")},
		"No visits from 6 December 2026 on.":                               {From: from},
	} {
		if got := p.Says(); got.EN != want || got.AR == "" {
			t.Errorf("Says = %q, want %q", got, want)
		}
	}
}

func TestStandingIsChecked(t *testing.T) {
	t.Parallel()
	named := catalog.Text{AR: "اسم", EN: "name"}
	for _, tt := range []struct {
		name string
		s    catalog.Standing
		ok   bool
	}{
		{"none", catalog.Standing{}, true},
		{"a pause of one day", catalog.Standing{Pauses: []catalog.Pause{{From: monday, Until: monday, Reason: reason("x")}}}, true},
		{"a pause that ends before", catalog.Standing{Pauses: []catalog.Pause{{From: monday, Until: monday - 1, Reason: reason("x")}}}, false},
		{"a pause without dates", catalog.Standing{Pauses: []catalog.Pause{{Reason: reason("x")}}}, false},
		{"a pause without a reason", catalog.Standing{Pauses: []catalog.Pause{{From: monday, Until: monday}}}, false},
		{"a reason in one language", catalog.Standing{
			Pauses: []catalog.Pause{{From: monday, Until: monday, Reason: catalog.Text{EN: "x"}}},
		}, false},
		{"too many pauses", catalog.Standing{Pauses: make([]catalog.Pause, 21)}, false},
		{"retired", catalog.Standing{Retired: catalog.Retirement{From: monday}}, true},
		{"retired, with a reason in one language", catalog.Standing{
			Retired: catalog.Retirement{From: monday, Reason: catalog.Text{AR: "x"}},
		}, false},
		{"a reason of no retirement", catalog.Standing{Retired: catalog.Retirement{Reason: reason("x")}}, false},
	} {
		_, err := catalog.NewCentre(nil, []catalog.Department{{Slug: "d", Name: named, Standing: tt.s}}, nil, nil)
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// What is retired is in no list and no answer of the guide; a service goes with its
// department.
func TestRetiredIsNotListed(t *testing.T) {
	t.Parallel()
	c := library(t)
	before := slugs(c.Guide("عوائد", monday))
	if len(before) == 0 || len(c.SearchServices("", monday)) != len(c.Services) {
		t.Fatalf("the guide finds %v", before)
	}
	for i := range c.Departments {
		c.Departments[i].Retired.From = monday
	}
	for i := range c.Entities {
		c.Entities[i].Retired.From = monday
	}
	if got := len(slugs(c.Guide("عوائد", monday-1))); got != len(before) {
		t.Errorf("the day before, the guide finds %d, want %d", got, len(before))
	}
	if got := c.Guide("عوائد", monday); got != nil {
		t.Errorf("the guide finds %v", slugs(got))
	}
	if got := c.SearchServices("", monday); got != nil {
		t.Errorf("%d services are listed", len(got))
	}
}
