package reports_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/reports"
	"ziyara/scheduling"
)

// day reads a date that is right.
func day(t testing.TB, s string) scheduling.Date {
	t.Helper()
	d, err := scheduling.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// snapshot has two branches. Revenues receives refunds at both and letters at
// one of them, at the same desks; Care receives complaints. Desks are open
// Sunday to Thursday from 08:00 to 10:00, with one place.
func snapshot(t testing.TB) *centre.Snapshot {
	t.Helper()
	return snapshotWith(t)
}

// snapshotWith is snapshot with more services, received by Care at Riyadh.
func snapshotWith(t testing.TB, more ...string) *centre.Snapshot {
	t.Helper()
	named := func(s string) catalog.Text { return catalog.Text{AR: s + " بالعربية", EN: s} }
	service := func(slug, department string) catalog.Service {
		return catalog.Service{
			Slug: slug, Department: department, Name: named(slug), About: named(slug),
			Duration: 10 * time.Minute, Step: 10 * time.Minute, Horizon: 240 * time.Hour, PartyLimit: 1, ActiveLimit: 1,
		}
	}
	services := []catalog.Service{service("refund", "revenues"), service("letter", "revenues"), service("complaint", "care")}
	for _, slug := range more {
		services = append(services, service(slug, "care"))
	}
	c, err := catalog.NewCentre(
		[]catalog.Branch{
			{Slug: "riyadh", Name: named("Riyadh"), City: named("Riyadh"), Address: named("Riyadh"), Zone: "Asia/Riyadh"},
			{Slug: "jeddah", Name: named("Jeddah"), City: named("Jeddah"), Address: named("Jeddah"), Zone: "Asia/Riyadh"},
		},
		[]catalog.Department{{Slug: "revenues", Name: named("Revenues")}, {Slug: "care", Name: named("Care")}},
		services, nil)
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := scheduling.Compile(scheduling.Plan{
		Zone: "Asia/Riyadh",
		Rules: []scheduling.Rule{{
			Name: named("usual"), RRule: "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH", From: day(t, "2026-01-01"),
			Openings: []scheduling.Opening{{From: 8 * 60, To: 10 * 60, Places: 1}},
		}},
		Holidays: []scheduling.Holiday{{Name: named("holiday"), From: day(t, "2026-11-18"), Until: day(t, "2026-11-18")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := centre.New(c, []*centre.DeskGroup{
		{Slug: "revenues-riyadh", Branch: "riyadh", Department: "revenues", Services: []string{"refund", "letter"}, Calendar: calendar},
		{Slug: "revenues-jeddah", Branch: "jeddah", Department: "revenues", Services: []string{"refund"}, Calendar: calendar},
		{Slug: "care-riyadh", Branch: "riyadh", Department: "care", Services: append(more, "complaint"), Calendar: calendar},
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// fake is a Source that knows what it is told.
type fake struct {
	rows   map[reports.Key]reports.Counts
	total  reports.Counts
	opened reports.Opened
	asked  []reports.Query
}

func (f *fake) Counts(_ context.Context, q reports.Query, _ time.Time) (map[reports.Key]reports.Counts, reports.Counts, error) {
	f.asked = append(f.asked, q)
	rows := maps.Clone(f.rows)
	maps.DeleteFunc(rows, func(k reports.Key, _ reports.Counts) bool { return k.Day != 0 && (k.Day < q.From || k.Day > q.To) })
	return rows, f.total, nil
}

func (f *fake) Opened(context.Context, scheduling.Date, scheduling.Date) (reports.Opened, error) {
	return f.opened, nil
}

// report asks for a report on Sunday 22 November 2026.
func report(t testing.TB, source reports.Source, q reports.Query) (reports.Report, error) {
	t.Helper()
	return reportOf(t, snapshot(t), source, q)
}

// reportOf does so at another centre.
func reportOf(t testing.TB, c *centre.Snapshot, source reports.Source, q reports.Query) (reports.Report, error) {
	t.Helper()
	r, err := reports.New(source, func() *centre.Snapshot { return c })
	if err != nil {
		t.Fatal(err)
	}
	return r.Report(t.Context(), q, day(t, "2026-11-22"), day(t, "2026-11-22").At(9*60, time.UTC))
}

// values returns the figures of a row by their names; what is nil is missing.
func values(r reports.Report, v reports.Values) map[string]float64 {
	all := make(map[string]float64)
	for i, f := range r.Definition.Figures {
		if v[i] != nil {
			all[f.Name] = *v[i]
		}
	}
	return all
}
