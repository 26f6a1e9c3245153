package api

import (
	"errors"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"ziyara"
	"ziyara/scheduling"
)

// The limits of a whole plan can't be part of a schema, so the contract says them in
// words. They are those that edits are held to: exactly so much is accepted.
func TestLimitsOfAnEditAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(ziyara.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	about := doc.Components.Schemas["PlanEdit"].Value.Description
	stated := func(pattern string) int {
		found := regexp.MustCompile(pattern).FindStringSubmatch(about)
		if found == nil {
			t.Fatalf("the contract does not say %q:\n%s", pattern, about)
		}
		n, err := strconv.Atoi(found[1])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	opening := func(breaks int) scheduling.Opening {
		o := scheduling.Opening{From: scheduling.Clock(8, 0), To: scheduling.Clock(20, 0), Places: 1}
		for i := range scheduling.WallTime(breaks) {
			o.Breaks = append(o.Breaks, scheduling.Break{From: o.From + 5 + 10*i, To: o.From + 10 + 10*i})
		}
		return o
	}
	rules := func(n, breaks int) (all []scheduling.Rule) {
		for range n {
			all = append(all, scheduling.Rule{
				Name:  scheduling.Text{AR: "كل يوم", EN: "Every day"},
				RRule: "FREQ=DAILY", From: scheduling.NewDate(2026, time.January, 1), Openings: []scheduling.Opening{opening(breaks)},
			})
		}
		return all
	}
	manyRules := func(n int) (e scheduling.Edit) {
		first := rules(min(n, 64), 0)
		e.Rules = &first
		var seasons []scheduling.Season
		for n -= len(first); n > 0; n -= 64 {
			month := 1 + len(seasons)
			seasons = append(seasons, scheduling.Season{
				Name: scheduling.Text{AR: "موسم", EN: "Season"},
				When: scheduling.When{Yearly: &scheduling.YearSpan{
					From: scheduling.MonthDay{Month: month, Day: 1}, Until: scheduling.MonthDay{Month: month, Day: 20},
				}},
				Rules: rules(min(n, 64), 0),
			})
		}
		e.Seasons = &seasons
		return e
	}
	manySpans := func(n int) (e scheduling.Edit) {
		all := rules(n/50, 49) // 50 each
		if n%50 > 0 {
			all = append(all, rules(1, n%50-1)...)
		}
		e.Rules = &all
		return e
	}
	manyHours := func(n int) (e scheduling.Edit) {
		for range n {
			o := opening(0)
			o.Add = true
			e.SetHours = append(e.SetHours, scheduling.DayHours{
				Date: scheduling.NewDate(2026, time.December, 1), Extra: true, Openings: []scheduling.Opening{o},
			})
		}
		return e
	}
	for name, c := range map[string]struct {
		limit int
		edit  func(n int) scheduling.Edit
	}{
		"rules":       {stated(`at most (\d+) rules`), manyRules},
		"openings":    {stated(`at most (\d+) openings\s+and breaks`), manySpans},
		"extra hours": {stated(`at most (\d+) extra hours`), manyHours},
	} {
		for n, many := range map[int]bool{c.limit: false, c.limit + 1: true} {
			e := c.edit(n)
			e.Overlap = true
			_, err := scheduling.Revise(t.Context(), scheduling.Plan{Zone: "Asia/Riyadh"}, e, seenAt)
			if errors.Is(err, scheduling.ErrMany) != many || !many && err != nil {
				t.Errorf("%d %s: %.200v; too many: want %v", n, name, err, many)
			}
		}
	}
}
