package reports_test

import (
	"slices"
	"testing"

	"ziyara/reports"
)

// Figures follow from counts as their definitions say, and say nothing where
// nothing can be said.
func TestFigures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		report reports.Name
		figure string
		counts reports.Counts
		want   float64
		none   bool
	}{
		{"no-show: no-shows ÷ (attended + no-shows)", reports.NoShows, "no_show_rate",
			reports.Counts{"attended": 3, "no_shows": 1, "unrecorded": 96}, 0.25, false},
		{"a share of nothing", reports.NoShows, "no_show_rate", reports.Counts{"unrecorded": 4}, 0, true},
		{"a count of nothing", reports.NoShows, "no_shows", nil, 0, false},
		{"utilisation: used ÷ open", reports.Utilisation, "utilisation", reports.Counts{"used_minutes": 45, "open_minutes": 120}, 0.375, false},
		{"more used than is open any more", reports.Utilisation, "utilisation",
			reports.Counts{"used_minutes": 150, "open_minutes": 120}, 1.25, false},
		{"closed", reports.Utilisation, "utilisation", reports.Counts{"used_minutes": 0, "open_minutes": 0}, 0, true},
		{"rounded to four decimals", reports.NoShows, "no_show_rate", reports.Counts{"attended": 2, "no_shows": 1}, 0.3333, false},
		{"service level: in time ÷ offered", reports.ServiceLevel, "service_level", reports.Counts{"offered": 8, "in_time": 6}, 0.75, false},
		{"refusals ÷ (refused + granted)", reports.UnmetDemand, "refusal_rate",
			reports.Counts{"refused_holds": 1, "granted_holds": 3}, 0.25, false},
		{"median of five", reports.LeadTime, "median_hours", reports.Counts{"visits": 5, "median_hours": 26.34}, 26.3, false},
		{"median of four would show one of them", reports.LeadTime, "median_hours", reports.Counts{"visits": 4, "median_hours": 26}, 0, true},
		{"90th percentile of four", reports.Waiting, "p90_minutes", reports.Counts{"called": 4, "p90_minutes": 12}, 0, true},
		{"median of nobody", reports.Waiting, "median_minutes", reports.Counts{"called": 0}, 0, true},
		{"a median that is missing", reports.Waiting, "median_minutes", reports.Counts{"called": 9}, 0, true},
		{"cost in riyals", reports.Messages, "cost_riyals", reports.Counts{"cost_riyals": 0.0575}, 0.0575, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, ok := reports.Find(c.report)
			i := slices.IndexFunc(d.Figures, func(f reports.Figure) bool { return f.Name == c.figure })
			if !ok || i < 0 {
				t.Fatalf("no figure %s in %s", c.figure, c.report)
			}
			got := d.Figures[i].Value(c.counts)
			switch {
			case c.none != (got == nil):
				t.Errorf("got %v, want nothing: %v", got, c.none)
			case got != nil && *got != c.want:
				t.Errorf("got %v, want %v", *got, c.want)
			}
		})
	}
}

// Every report and every figure has a name of its own and says in both
// languages what it is.
func TestDefinitionsAreComplete(t *testing.T) {
	t.Parallel()
	seen := make(map[reports.Name]bool)
	for _, d := range reports.Definitions() {
		if seen[d.Name] || d.Title.AR == "" || d.Title.EN == "" || d.About.AR == "" || d.About.EN == "" || len(d.Figures) == 0 {
			t.Errorf("report %s is given twice, or not complete", d.Name)
		}
		seen[d.Name] = true
		figures := make(map[string]bool)
		for _, f := range d.Figures {
			if figures[f.Name] || f.Title.AR == "" || f.Title.EN == "" || f.About.AR == "" || f.About.EN == "" || f.Unit == "" {
				t.Errorf("%s: figure %s is given twice, or not complete", d.Name, f.Name)
			}
			figures[f.Name] = true
		}
	}
	for _, d := range reports.Dimensions() {
		if title := d.Title(); title.AR == "" || title.EN == "" {
			t.Errorf("dimension %s has no title", d)
		}
	}
}
