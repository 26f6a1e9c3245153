package scheduling_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
)

// daily returns a rule with the openings on every date from 2000 on.
func daily(openings ...scheduling.Opening) []scheduling.Rule {
	return []scheduling.Rule{{
		Name:  scheduling.Text{AR: "كل يوم", EN: "Every day"},
		RRule: "FREQ=DAILY", From: scheduling.NewDate(2000, 1, 1), Openings: openings,
	}}
}

// opens returns an opening written 09:00-11:00.
func opens(t testing.TB, span string, places int) scheduling.Opening {
	t.Helper()
	from, to, _ := strings.Cut(span, "-")
	return scheduling.Opening{From: clock(t, from), To: clock(t, to), Places: places}
}

func adds(t testing.TB, span string, places int) scheduling.Opening {
	t.Helper()
	o := opens(t, span, places)
	o.Add = true
	return o
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func compile(t testing.TB, p scheduling.Plan) *scheduling.Calendar {
	t.Helper()
	c, err := scheduling.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// run is a stretch with the same number of places:
// 2026-11-24T06:00Z/2026-11-24T11:00Z x3.
type run struct {
	Start, End string // UTC, without seconds
	Places     int
}

// runs returns the stretches in which the day is open.
func runs(d scheduling.Day) []run {
	const layout = "2006-01-02T15:04Z"
	var all []run
	for tick := d.First; tick < d.First+len(d.Open); tick++ {
		places := d.Places(tick)
		if places == 0 {
			continue
		}
		start, end := d.At(tick).Format(layout), d.At(tick+1).Format(layout)
		if n := len(all); n > 0 && all[n-1].End == start && all[n-1].Places == places {
			all[n-1].End = end
			continue
		}
		all = append(all, run{start, end, places})
	}
	return all
}

func TestDay(t *testing.T) {
	t.Parallel()
	own := func(date scheduling.Date, openings ...scheduling.Opening) []scheduling.DayHours {
		return []scheduling.DayHours{{Date: date, Openings: openings}}
	}
	for _, tc := range []struct {
		name string
		plan scheduling.Plan
		date string
		want []run
	}{
		{
			name: "a date's own hours replace the week",
			plan: scheduling.Plan{
				Zone: "America/New_York", Rules: daily(opens(t, "08:00-17:00", 1)),
				Hours: own(date(t, "2023-06-13"), opens(t, "10:00-15:00", 1)),
			},
			date: "2023-06-13", want: []run{{"2023-06-13T14:00Z", "2023-06-13T19:00Z", 1}},
		},
		{
			name: "only on that date",
			plan: scheduling.Plan{
				Zone: "America/New_York", Rules: daily(opens(t, "08:00-17:00", 1)),
				Hours: own(date(t, "2023-06-13"), opens(t, "10:00-15:00", 1)),
			},
			date: "2023-06-14", want: []run{{"2023-06-14T12:00Z", "2023-06-14T21:00Z", 1}},
		},
		{
			name: "New York after the clocks went back",
			plan: scheduling.Plan{Zone: "America/New_York", Rules: daily(opens(t, "09:00-17:00", 1))},
			date: "2023-11-06", want: []run{{"2023-11-06T14:00Z", "2023-11-06T22:00Z", 1}},
		},
		{
			name: "New York on the 25-hour day, after the repeated hour",
			plan: scheduling.Plan{Zone: "America/New_York", Rules: daily(opens(t, "09:00-17:00", 1))},
			date: "2023-11-05", want: []run{{"2023-11-05T14:00Z", "2023-11-05T22:00Z", 1}},
		},
		{
			name: "the repeated hour lasts twice as long",
			plan: scheduling.Plan{Zone: "America/New_York", Rules: daily(opens(t, "01:00-02:00", 1))},
			date: "2023-11-05", want: []run{{"2023-11-05T05:00Z", "2023-11-05T07:00Z", 1}},
		},
		{
			name: "the skipped hour does not open",
			plan: scheduling.Plan{Zone: "America/New_York", Rules: daily(opens(t, "02:00-03:00", 1))},
			date: "2026-03-08", want: nil,
		},
		{
			name: "Chicago, from a time that is skipped",
			plan: scheduling.Plan{Zone: "America/Chicago", Rules: daily(opens(t, "02:30-05:00", 1))},
			date: "2018-03-11", want: []run{{"2018-03-11T08:30Z", "2018-03-11T10:00Z", 1}},
		},
		{
			name: "a daily 02:30 rule across the spring gap of New York",
			plan: scheduling.Plan{Zone: "America/New_York", Rules: daily(opens(t, "02:30-04:30", 1))},
			date: "2026-03-08", want: []run{{"2026-03-08T07:30Z", "2026-03-08T08:30Z", 1}},
		},
		{
			name: "the date before that gap",
			plan: scheduling.Plan{Zone: "America/New_York", Rules: daily(opens(t, "02:30-04:30", 1))},
			date: "2026-03-07", want: []run{{"2026-03-07T07:30Z", "2026-03-07T09:30Z", 1}},
		},
		{
			name: "a daily 02:30 rule across the spring gap of Berlin",
			plan: scheduling.Plan{Zone: "Europe/Berlin", Rules: daily(opens(t, "02:30-04:30", 1))},
			date: "2026-03-29", want: []run{{"2026-03-29T01:30Z", "2026-03-29T02:30Z", 1}},
		},
		{
			name: "a date without midnight begins after the gap",
			plan: scheduling.Plan{Zone: "America/Sao_Paulo", Rules: daily(opens(t, "00:00-04:00", 1))},
			date: "2018-11-04", want: []run{{"2018-11-04T03:00Z", "2018-11-04T06:00Z", 1}},
		},
		{
			name: "a date that the zone skipped is closed",
			plan: scheduling.Plan{Zone: "Pacific/Apia", Rules: daily(opens(t, "09:00-17:00", 1))},
			date: "2011-12-30", want: nil,
		},
		{
			name: "the date after it is open",
			plan: scheduling.Plan{Zone: "Pacific/Apia", Rules: daily(opens(t, "09:00-17:00", 1))},
			date: "2011-12-31", want: []run{{"2011-12-30T19:00Z", "2011-12-31T03:00Z", 1}},
		},
		{
			name: "an opening inside another opens no more time, and the larger number counts",
			plan: scheduling.Plan{Zone: "UTC", Rules: daily(opens(t, "08:00-10:00", 1), opens(t, "06:00-10:00", 1))},
			date: "2026-11-24", want: []run{{"2026-11-24T06:00Z", "2026-11-24T10:00Z", 1}},
		},
		{
			name: "overlapping openings do not add",
			plan: scheduling.Plan{Zone: "UTC", Rules: daily(opens(t, "12:00-16:00", 1), opens(t, "10:00-13:00", 2))},
			date: "2026-11-24", want: []run{{"2026-11-24T10:00Z", "2026-11-24T13:00Z", 2}, {"2026-11-24T13:00Z", "2026-11-24T16:00Z", 1}},
		},
		{
			name: "unless one says so",
			plan: scheduling.Plan{Zone: "UTC", Rules: daily(opens(t, "12:00-16:00", 1), adds(t, "10:00-13:00", 2))},
			date: "2026-11-24", want: []run{
				{"2026-11-24T10:00Z", "2026-11-24T12:00Z", 2}, {"2026-11-24T12:00Z", "2026-11-24T13:00Z", 3},
				{"2026-11-24T13:00Z", "2026-11-24T16:00Z", 1},
			},
		},
		{
			name: "closures in any order are cut out",
			plan: scheduling.Plan{Zone: "UTC", Rules: daily(opens(t, "04:00-12:00", 1)), Closures: []scheduling.Closure{
				{Start: instant(t, "2026-11-24T04:45:00Z"), End: instant(t, "2026-11-24T05:00:00Z")},
				{Start: instant(t, "2026-11-24T04:00:00Z"), End: instant(t, "2026-11-24T04:15:00Z")},
			}},
			date: "2026-11-24", want: []run{{"2026-11-24T04:15Z", "2026-11-24T04:45Z", 1}, {"2026-11-24T05:00Z", "2026-11-24T12:00Z", 1}},
		},
		{
			name: "closures add up, and never below none",
			plan: scheduling.Plan{Zone: "UTC", Rules: daily(opens(t, "04:00-12:00", 3)), Closures: []scheduling.Closure{
				{Start: instant(t, "2026-11-24T04:00:00Z"), End: instant(t, "2026-11-24T10:00:00Z"), Places: 1},
				{Start: instant(t, "2026-11-24T08:00:00Z"), End: instant(t, "2026-11-24T11:00:00Z"), Places: 5},
			}},
			date: "2026-11-24", want: []run{{"2026-11-24T04:00Z", "2026-11-24T08:00Z", 2}, {"2026-11-24T11:00Z", "2026-11-24T12:00Z", 3}},
		},
		{
			name: "a closure takes every tick it touches, an opening gives only whole ones",
			plan: scheduling.Plan{Zone: "UTC", Rules: daily(opens(t, "04:01-05:04", 1)), Closures: []scheduling.Closure{
				{Start: instant(t, "2026-11-24T04:14:59Z"), End: instant(t, "2026-11-24T04:20:00.5Z")},
			}},
			date: "2026-11-24", want: []run{{"2026-11-24T04:05Z", "2026-11-24T04:10Z", 1}, {"2026-11-24T04:25Z", "2026-11-24T05:00Z", 1}},
		},
		{
			name: "a closure until further notice",
			plan: scheduling.Plan{Zone: "UTC", Rules: daily(opens(t, "04:00-12:00", 1)), Closures: []scheduling.Closure{
				{Start: instant(t, "2026-11-20T06:00:00Z")},
			}},
			date: "2026-11-24", want: nil,
		},
		{
			name: "an opening past midnight belongs to the date on which it starts",
			plan: scheduling.Plan{Zone: "Asia/Riyadh", Rules: daily(opens(t, "22:00-26:00", 2))},
			date: "2026-11-24", want: []run{{"2026-11-24T19:00Z", "2026-11-24T23:00Z", 2}},
		},
		{
			name: "a closure of the next morning reaches it",
			plan: scheduling.Plan{Zone: "Asia/Riyadh", Rules: daily(opens(t, "22:00-26:00", 2)), Closures: []scheduling.Closure{
				{Start: instant(t, "2026-11-25T00:00:00+03:00"), End: instant(t, "2026-11-25T12:00:00+03:00")},
			}},
			date: "2026-11-24", want: []run{{"2026-11-24T19:00Z", "2026-11-24T21:00Z", 2}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := runs(compile(t, tc.plan).Day(date(t, tc.date)))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("open (-want +got):\n%s", diff)
			}
		})
	}
}

// A later layer wins: rule, holiday, the date's own hours, closure.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	const day = "2026-11-24"
	holiday := []scheduling.Holiday{
		{Name: scheduling.Text{AR: "إجازة", EN: "A holiday"}, From: date(t, "2026-11-24"), Until: date(t, "2026-11-24")},
		{Name: scheduling.Text{EN: "Another"}, From: date(t, "2026-11-01"), Until: date(t, "2026-11-23")},
	}
	hours := func(openings ...scheduling.Opening) []scheduling.DayHours {
		return []scheduling.DayHours{{Date: date(t, day), Openings: openings}}
	}
	closed := []scheduling.Closure{{Start: instant(t, "2026-11-24T00:00:00Z"), End: instant(t, "2026-11-24T11:00:00Z")}}
	rule := daily(opens(t, "08:00-14:00", 1))
	kinds := func(k ...scheduling.LayerKind) []scheduling.LayerKind { return k }
	for _, tc := range []struct {
		name    string
		plan    scheduling.Plan
		want    []run
		decided []scheduling.LayerKind
	}{
		{"nothing", scheduling.Plan{}, nil, nil},
		{"rule", scheduling.Plan{Rules: rule}, []run{{"2026-11-24T08:00Z", "2026-11-24T14:00Z", 1}}, kinds("rule")},
		{"rule, holiday", scheduling.Plan{Rules: rule, Holidays: holiday}, nil, kinds("holiday")},
		{
			"rule, hours", scheduling.Plan{Rules: rule, Hours: hours(opens(t, "10:00-12:00", 2))},
			[]run{{"2026-11-24T10:00Z", "2026-11-24T12:00Z", 2}}, kinds("hours"),
		},
		{"rule, hours that close", scheduling.Plan{Rules: rule, Hours: hours()}, nil, kinds("hours")},
		{
			"rule, closure", scheduling.Plan{Rules: rule, Closures: closed},
			[]run{{"2026-11-24T11:00Z", "2026-11-24T14:00Z", 1}}, kinds("rule", "closure"),
		},
		{
			"rule, holiday, hours", scheduling.Plan{Rules: rule, Holidays: holiday, Hours: hours(opens(t, "10:00-12:00", 2))},
			[]run{{"2026-11-24T10:00Z", "2026-11-24T12:00Z", 2}}, kinds("hours"),
		},
		{"rule, holiday, closure", scheduling.Plan{Rules: rule, Holidays: holiday, Closures: closed}, nil, kinds("holiday")},
		{
			"rule, hours, closure", scheduling.Plan{Rules: rule, Hours: hours(opens(t, "10:00-12:00", 2)), Closures: closed},
			[]run{{"2026-11-24T11:00Z", "2026-11-24T12:00Z", 2}}, kinds("hours", "closure"),
		},
		{
			"all", scheduling.Plan{Rules: rule, Holidays: holiday, Hours: hours(opens(t, "10:00-11:00", 2)), Closures: closed},
			nil, kinds("closure"),
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.plan.Zone = "UTC"
			c := compile(t, tc.plan)
			if diff := cmp.Diff(tc.want, runs(c.Day(date(t, day)))); diff != "" {
				t.Errorf("open (-want +got):\n%s", diff)
			}
			e := c.Explain(date(t, day))
			var decided []scheduling.LayerKind
			for _, l := range e.Layers {
				if l.Decided {
					decided = append(decided, l.Kind)
				}
			}
			if diff := cmp.Diff(tc.decided, decided); diff != "" || e.Open != (tc.want != nil) {
				t.Errorf("open %v, decided by (-want +got):\n%s", e.Open, diff)
			}
		})
	}
}

func TestDayOpenings(t *testing.T) {
	t.Parallel()
	c := compile(t, scheduling.Plan{
		Zone:  "UTC",
		Rules: daily(opens(t, "13:00-14:00", 1), opens(t, "08:00-10:00", 1), opens(t, "10:00-11:00", 2), opens(t, "12:01-12:04", 9)),
		Closures: []scheduling.Closure{
			{Start: instant(t, "2026-11-24T00:00:00Z"), End: instant(t, "2026-11-24T09:00:00Z")},
		},
	})
	d := c.Day(date(t, "2026-11-24"))
	want := []scheduling.TickSpan{{From: 96, To: 132}, {From: 156, To: 168}} // touching openings join, gaps stay, closures have no effect
	if diff := cmp.Diff(want, d.Openings); diff != "" {
		t.Errorf("openings (-want +got):\n%s", diff)
	}
	if d.First != 96 || len(d.Open) != 72 {
		t.Errorf("ticks from %d, %d of them, want 72 from 96", d.First, len(d.Open))
	}
	if d.Places(96) != 0 || d.Places(108) != 1 || d.Places(131) != 2 || d.Places(140) != 0 || d.Places(0) != 0 || d.Places(500) != 0 {
		t.Errorf("places %v", d.Open)
	}
	if next := c.Day(date(t, "2026-11-25")); next.Places(96) != 1 {
		t.Errorf("the closure of one date changed the next: %v", next.Open)
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	good := func() scheduling.Plan {
		return scheduling.Plan{Zone: "Asia/Riyadh", Rules: daily(opens(t, "08:00-10:00", 1))}
	}
	for _, tc := range []struct {
		name    string
		spoil   func(p *scheduling.Plan)
		pointer string
		want    error
	}{
		{"zone unknown", func(p *scheduling.Plan) { p.Zone = "Asia/Nowhere" }, "/zone", scheduling.ErrZone},
		{"the machine's zone", func(p *scheduling.Plan) { p.Zone = "Local" }, "/zone", scheduling.ErrZone},
		{"no zone", func(p *scheduling.Plan) { p.Zone = "" }, "/zone", scheduling.ErrZone},
		{"zone outside the database", func(p *scheduling.Plan) { p.Zone = "../etc/passwd" }, "/zone", scheduling.ErrZone},
		{"rule text", func(p *scheduling.Plan) { p.Rules[0].RRule = "FREQ=HOURLY" }, "/rules/0/rrule", scheduling.ErrSubDaily},
		{"rule without a start", func(p *scheduling.Plan) { p.Rules[0].From = 0 }, "/rules/0/until", scheduling.ErrRange},
		{
			"rule that ends before it starts", func(p *scheduling.Plan) { p.Rules[0].Until = p.Rules[0].From - 1 },
			"/rules/0/until", scheduling.ErrRange,
		},
		{"rule without openings", func(p *scheduling.Plan) { p.Rules[0].Openings = nil }, "/rules/0/openings", scheduling.ErrEmpty},
		{"too many rules", func(p *scheduling.Plan) { p.Rules = slices.Repeat(p.Rules, 65) }, "/rules", scheduling.ErrMany},
		{
			"opening without length", func(p *scheduling.Plan) { p.Rules[0].Openings[0].To = clock(t, "08:00") },
			"/rules/0/openings/0", scheduling.ErrOpening,
		},
		{"opening beyond 12:00 am", func(p *scheduling.Plan) { p.Rules[0].Openings[0].To = 2881 }, "/rules/0/openings/0", scheduling.ErrOpening},
		{"opening before its date", func(p *scheduling.Plan) { p.Rules[0].Openings[0].From = -1 }, "/rules/0/openings/0", scheduling.ErrOpening},
		{"opening after its date", func(p *scheduling.Plan) {
			p.Rules[0].Openings[0] = scheduling.Opening{From: 1440, To: 1500, Places: 1}
		}, "/rules/0/openings/0", scheduling.ErrOpening},
		{"no places", func(p *scheduling.Plan) { p.Rules[0].Openings[0].Places = 0 }, "/rules/0/openings/0/places", scheduling.ErrPlaces},
		{"1001 places", func(p *scheduling.Plan) { p.Rules[0].Openings[0].Places = 1001 }, "/rules/0/openings/0/places", scheduling.ErrPlaces},
		{
			"holiday backwards", func(p *scheduling.Plan) { p.Holidays = []scheduling.Holiday{{From: 800000, Until: 799999}} },
			"/holidays/0", scheduling.ErrRange,
		},
		{
			"hours twice", func(p *scheduling.Plan) { p.Hours = []scheduling.DayHours{{Date: 800000}, {Date: 800000}} },
			"/hours/1/date", scheduling.ErrTwice,
		},
		{"hours without a date", func(p *scheduling.Plan) { p.Hours = []scheduling.DayHours{{}} }, "/hours/0/date", scheduling.ErrRange},
		{"closure without length", func(p *scheduling.Plan) {
			p.Closures = []scheduling.Closure{{Start: time.Unix(5, 0), End: time.Unix(5, 0)}}
		}, "/closures/0", scheduling.ErrRange},
		{
			"closure without a start", func(p *scheduling.Plan) { p.Closures = []scheduling.Closure{{End: time.Unix(5, 0)}} },
			"/closures/0", scheduling.ErrRange,
		},
		{
			"closure that adds places",
			func(p *scheduling.Plan) { p.Closures = []scheduling.Closure{{Start: time.Unix(5, 0), Places: -1}} },
			"/closures/0/places", scheduling.ErrPlaces,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := good()
			tc.spoil(&p)
			c, err := scheduling.Compile(p)
			fault, ok := errors.AsType[*scheduling.PlanError](err)
			if !ok || c != nil {
				t.Fatalf("Compile = %v, %v, want a PlanError", c, err)
			}
			if fault.Pointer != tc.pointer || !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v at %s", err, tc.want, tc.pointer)
			}
		})
	}
	p := good()
	p.Zone, p.Rules[0].RRule = "", "FREQ=HOURLY"
	_, err := scheduling.Compile(p)
	for _, part := range []string{"/zone", "/rules/0/rrule (Every day)"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("Compile = %v, want all faults, including %q", err, part)
		}
	}
}

func TestPlanJSON(t *testing.T) {
	t.Parallel()
	const text = `{"zone":"Asia/Riyadh",` +
		`"rules":[{"name":{"ar":"الأسبوع","en":"Week"},"rrule":"FREQ=WEEKLY;BYDAY=SU,MO","from":"2026-01-01",` +
		`"openings":[{"from":"07:30","to":"14:30","places":3},{"from":"22:00","to":"26:00","places":1,"add":true}]}],` +
		`"holidays":[{"name":{"ar":"عيد","en":"Eid"},"from":"2027-03-04","until":"2027-03-13","provisional":true}],` +
		`"hours":[{"date":"2026-11-24","reason":{"ar":"تدريب","en":"Training"},"openings":[]}],` +
		`"closures":[{"start":"2026-11-24T09:00:00Z","reason":{"ar":"صيانة","en":"Works"},"places":1,"branch":true}]}`
	var p scheduling.Plan
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	compile(t, p)
	got, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, string(got)); diff != "" {
		t.Errorf("round trip (-want +got):\n%s", diff)
	}
	err = json.Unmarshal([]byte(strings.Replace(text, "22:00", "22:00:59", 1)), &p)
	if err != nil || p.Rules[0].Openings[1].From != clock(t, "22:01") {
		t.Errorf("an inclusive second: %v, %v", p.Rules[0].Openings[1], err)
	}
}

// The night that runs into a date began on the last one that there was.
func TestBefore(t *testing.T) {
	t.Parallel()
	c := compile(t, scheduling.Plan{Zone: "Pacific/Apia", Rules: daily(opens(t, "20:00-28:00", 1))})
	for of, want := range map[string]string{
		"2011-12-29": "2011-12-28",
		"2011-12-30": "2011-12-29", // the date that never was
		"2011-12-31": "2011-12-29",
		"2012-01-01": "2011-12-31",
	} {
		if got := c.Before(date(t, of)); got.Date != date(t, want) || len(got.Open) == 0 {
			t.Errorf("before %s: %v with %d ticks, want %s", of, got.Date, len(got.Open), want)
		}
	}
}

func TestCalendarDateOf(t *testing.T) {
	t.Parallel()
	c := compile(t, scheduling.Plan{Zone: "Asia/Riyadh"})
	for range 2 { // before and after the offset is cached
		if got := c.DateOf(instant(t, "2026-11-24T21:00:00Z")); got != date(t, "2026-11-25") {
			t.Errorf("21:00Z is on %s in Riyadh, want the 25th", got)
		}
		if got := c.DateOf(instant(t, "2026-11-24T20:59:59Z")); got != date(t, "2026-11-24") {
			t.Errorf("20:59:59Z is on %s in Riyadh, want the 24th", got)
		}
		c.Day(date(t, "2026-11-24"))
	}
	if c.Zone().String() != "Asia/Riyadh" {
		t.Errorf("zone %s", c.Zone())
	}
}

func TestCalendarIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	week := daily(opens(t, "08:00-10:00", 1))
	week = append(week, scheduling.Rule{RRule: "FREQ=WEEKLY;BYDAY=TU,WE", From: date(t, "2026-01-01"), Openings: week[0].Openings})
	c := compile(t, scheduling.Plan{Zone: "Europe/Berlin", Rules: week})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for d := date(t, "2026-01-01"); d < date(t, "2027-01-01"); d++ {
				if day := c.Day(d); len(day.Open) != 24 || c.DateOf(day.Start) != d {
					t.Errorf("%s: %d ticks from %s", d, len(day.Open), day.Start)
				}
			}
		})
	}
	wg.Wait()
}
