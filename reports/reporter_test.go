package reports_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/reports"
)

// A report has a row for everything that was asked for, in the order of dates
// and of the catalogue, also where nothing happened.
func TestRowsWithoutCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		q    reports.Query
		want []reports.Key
	}{
		{"in all", reports.Query{}, []reports.Key{{}}},
		{"by day", reports.Query{GroupBy: []reports.Dimension{reports.ByDay}},
			[]reports.Key{{Day: day(t, "2026-10-31")}, {Day: day(t, "2026-11-01")}}},
		{"by month", reports.Query{GroupBy: []reports.Dimension{reports.ByMonth}},
			[]reports.Key{{Month: day(t, "2026-10-01")}, {Month: day(t, "2026-11-01")}}},
		{"by department", reports.Query{GroupBy: []reports.Dimension{reports.ByDepartment}},
			[]reports.Key{{Department: "revenues"}, {Department: "care"}}},
		{"by branch and department, those that there are", reports.Query{GroupBy: []reports.Dimension{reports.ByBranch, reports.ByDepartment}},
			[]reports.Key{{Department: "revenues", Branch: "riyadh"},
				{Department: "revenues", Branch: "jeddah"}, {Department: "care", Branch: "riyadh"}}},
		{"by service of a branch", reports.Query{GroupBy: []reports.Dimension{reports.ByService}, Branch: "jeddah"},
			[]reports.Key{{Service: "refund"}}},
		{"by service of a department", reports.Query{GroupBy: []reports.Dimension{reports.ByService}, Department: "care"},
			[]reports.Key{{Service: "complaint"}}},
		{"by channel", reports.Query{GroupBy: []reports.Dimension{reports.ByChannel}},
			[]reports.Key{{Channel: catalog.Public}, {Channel: catalog.Agent}, {Channel: catalog.WalkIn}, {Channel: catalog.Protected}}},
		{"by channel of one", reports.Query{GroupBy: []reports.Dimension{reports.ByChannel}, Channel: catalog.Agent},
			[]reports.Key{{Channel: catalog.Agent}}},
		{"what a coordinator sees",
			reports.Query{GroupBy: []reports.Dimension{reports.ByDepartment},
				Within: reports.Scope{Departments: []string{"care"}, Branches: []string{}}},
			[]reports.Key{{Department: "care"}}},
		{"what a receptionist sees",
			reports.Query{GroupBy: []reports.Dimension{reports.ByService},
				Within: reports.Scope{Departments: []string{}, Branches: []string{"jeddah"}}},
			[]reports.Key{{Service: "refund"}}},
		{"what somebody with both roles sees", reports.Query{GroupBy: []reports.Dimension{reports.ByBranch, reports.ByDepartment},
			Within: reports.Scope{Departments: []string{"care"}, Branches: []string{"jeddah"}}},
			[]reports.Key{{Department: "revenues", Branch: "jeddah"}, {Department: "care", Branch: "riyadh"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.q.Report, c.q.From, c.q.To = reports.NoShows, day(t, "2026-10-31"), day(t, "2026-11-01")
			r, err := report(t, &fake{}, c.q)
			if err != nil {
				t.Fatal(err)
			}
			var got []reports.Key
			for _, row := range r.Rows {
				got = append(got, row.Key)
				if v := values(r, row.Values); v["attended"] != 0 || len(v) != 4 { // all but the rate
					t.Errorf("%+v: %v, want zeros", row.Key, v)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// What the catalogue does not have any more is not forgotten, and comes last.
func TestRetiredServiceKeepsItsRow(t *testing.T) {
	t.Parallel()
	source := &fake{rows: map[reports.Key]reports.Counts{{Service: "abolished"}: {"attended": 3}}, total: reports.Counts{"attended": 3}}
	r, err := report(t, source, reports.Query{
		Report: reports.NoShows, From: day(t, "2026-11-01"), To: day(t, "2026-11-01"), GroupBy: []reports.Dimension{reports.ByService}})
	if err != nil || len(r.Rows) != 4 || r.Rows[3].Service != "abolished" || *r.Rows[3].Values[0] != 3 || *r.Total[0] != 3 {
		t.Errorf("got %+v and %v", r.Rows, err)
	}
}

// Desks are open to each service that they receive, and once in all; what the
// ledger knows wins over the calendar, and holidays are closed.
func TestOpenMinutes(t *testing.T) {
	t.Parallel()
	source := &fake{
		rows:   map[reports.Key]reports.Counts{{Service: "letter"}: {"used_minutes": 60}},
		total:  reports.Counts{"used_minutes": 60},
		opened: reports.Opened{{Group: "revenues-jeddah", Day: day(t, "2026-11-17")}: 30},
	}
	// Tuesday, a holiday, Thursday, Friday.
	q := reports.Query{Report: reports.Utilisation, From: day(t, "2026-11-17"), To: day(t, "2026-11-20"),
		GroupBy: []reports.Dimension{reports.ByService}}
	r, err := report(t, source, q)
	if err != nil {
		t.Fatal(err)
	}
	open := func(of reports.Values) float64 { return values(r, of)["open_minutes"] }
	for i, want := range []struct {
		service string
		minutes float64
	}{{"refund", 240 + 150}, {"letter", 240}, {"complaint", 240}} {
		if r.Rows[i].Service != want.service || open(r.Rows[i].Values) != want.minutes {
			t.Errorf("row %d: %s %v, want %v", i, r.Rows[i].Service, open(r.Rows[i].Values), want)
		}
	}
	if got := values(r, r.Rows[1].Values)["utilisation"]; got != 0.25 {
		t.Errorf("letters use %v of what is open to them, want 0.25", got)
	}
	if got := open(r.Total); got != 240+150+240 {
		t.Errorf("in all %v minutes are open, want %v", got, 240+150+240)
	}
	q.GroupBy, q.Branch = []reports.Dimension{reports.ByDay, reports.ByChannel}, "jeddah"
	if r, err = report(t, &fake{opened: source.opened}, q); err != nil {
		t.Fatal(err)
	}
	var got []float64
	for _, row := range r.Rows {
		got = append(got, open(row.Values))
	}
	if want := []float64{30, 30, 30, 30, 0, 0, 0, 0, 120, 120, 120, 120, 0, 0, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("by day and channel: %v, want %v", got, want)
	}
}

// What can't be answered is refused before anything is counted.
func TestRefusedQueries(t *testing.T) {
	t.Parallel()
	first, last := day(t, "2026-11-01"), day(t, "2026-11-30")
	for _, c := range []struct {
		name string
		q    reports.Query
		want error
	}{
		{"unknown report", reports.Query{Report: "profit", From: first, To: last}, fault.ErrNotFound},
		{"from behind to", reports.Query{Report: reports.Waiting, From: last, To: first}, reports.ErrRange},
		{"367 dates", reports.Query{Report: reports.Waiting, From: first, To: first + 366}, reports.ErrRange},
		{"366 dates", reports.Query{Report: reports.Waiting, From: first, To: first + 365}, nil},
		{"by person", reports.Query{Report: reports.Waiting, From: first, To: last, GroupBy: []reports.Dimension{"person"}}, reports.ErrGrouping},
		{"by day twice", reports.Query{Report: reports.Waiting, From: first, To: last, GroupBy: []reports.Dimension{"day", "day"}},
			reports.ErrGrouping},
		{"366 dates × 7",
			reports.Query{Report: reports.Waiting, From: first, To: first + 365,
				GroupBy: []reports.Dimension{"day", "service", "branch", "channel"}}, nil},
		{"forecast of the 28th date ahead", reports.Query{Report: reports.Forecast, From: first, To: day(t, "2026-11-22") + 27}, nil},
		{"forecast of the 29th", reports.Query{Report: reports.Forecast, From: first, To: day(t, "2026-11-22") + 28}, reports.ErrAhead},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			source := &fake{}
			_, err := report(t, source, c.q)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if c.want != nil && len(source.asked) > 0 {
				t.Error("was counted all the same")
			}
		})
	}
}

// More rows than anybody reads are refused, before anything is counted.
func TestTooManyRows(t *testing.T) {
	t.Parallel()
	c := snapshotWith(t, "archive", "hearing", "meeting")                                             // 7 services at their branches
	q := reports.Query{Report: reports.Waiting, From: day(t, "2026-01-01"), To: day(t, "2026-12-23"), // 357 dates × 7 × 4 channels
		GroupBy: []reports.Dimension{reports.ByDay, reports.ByBranch, reports.ByService, reports.ByChannel}}
	if r, err := reportOf(t, c, &fake{}, q); err != nil || len(r.Rows) != 9996 {
		t.Errorf("%d rows and %v, want 9,996", len(r.Rows), err)
	}
	q.To++
	source := &fake{}
	if _, err := reportOf(t, c, source, q); !errors.Is(err, reports.ErrRows) || len(source.asked) > 0 {
		t.Errorf("10,024 rows: got %v, want %v", err, reports.ErrRows)
	}
}

// What is remembered are dates that are over where the desks are.
func TestIdle(t *testing.T) {
	t.Parallel()
	got := reports.Idle(snapshot(t), 3, day(t, "2026-11-18").At(22*60, time.UTC)) // Thursday, one o'clock in Riyadh
	want := reports.Opened{}
	for _, group := range []string{"revenues-riyadh", "revenues-jeddah", "care-riyadh"} {
		want[reports.GroupDay{Group: group, Day: day(t, "2026-11-16")}] = 120
		want[reports.GroupDay{Group: group, Day: day(t, "2026-11-17")}] = 120
		want[reports.GroupDay{Group: group, Day: day(t, "2026-11-18")}] = 0 // a holiday
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
