package scheduling_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
)

// edited returns a plan to edit and a time: noon of Sunday 22 November 2026 in
// Riyadh.
func edited() (scheduling.Plan, time.Time) {
	work := scheduling.Rule{
		Name: scheduling.Text{AR: "أيام العمل", EN: "Working days"}, RRule: "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH",
		From:     scheduling.NewDate(2026, 1, 1),
		Openings: []scheduling.Opening{{From: scheduling.Clock(8, 0), To: scheduling.Clock(14, 0), Places: 3}},
	}
	return scheduling.Plan{
		Zone: "Asia/Riyadh", Rules: []scheduling.Rule{work},
		Hours: []scheduling.DayHours{
			{Date: scheduling.NewDate(2026, 11, 2), Reason: scheduling.Text{EN: "Long ago"}, Openings: []scheduling.Opening{}},
			{Date: scheduling.NewDate(2026, 12, 2), Reason: scheduling.Text{EN: "To come"}, Openings: []scheduling.Opening{}},
		},
		Closures: []scheduling.Closure{closed(2, "Over"), closed(25, "To come")},
	}, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
}

// closed returns a closure of one hour on a day of November.
func closed(day int, reason string) scheduling.Closure {
	start := time.Date(2026, 11, day, 7, 0, 0, 0, time.UTC)
	return scheduling.Closure{Start: start, End: start.Add(time.Hour), Reason: scheduling.Text{EN: reason}}
}

func TestRevise(t *testing.T) {
	t.Parallel()
	shut := func(day int) scheduling.DayHours {
		return scheduling.DayHours{Date: scheduling.NewDate(2026, 12, day), Reason: scheduling.Text{EN: "Shut"}, Openings: []scheduling.Opening{}}
	}
	for _, c := range []struct {
		name string
		edit scheduling.Edit
		want func(*scheduling.Plan) // the plan after the edit
		at   string                 // pointer to the fault
		err  error
	}{
		{name: "parts not named stay, past entries too", edit: scheduling.Edit{StaysOpen: &[]string{"founding-day"}},
			want: func(p *scheduling.Plan) { p.StaysOpen = []string{"founding-day"} }},
		{name: "a part is replaced", edit: scheduling.Edit{Closures: &[]scheduling.Closure{closed(26, "Only")}},
			want: func(p *scheduling.Plan) { p.Closures = []scheduling.Closure{closed(26, "Only")} }},
		{name: "a part is emptied", edit: scheduling.Edit{Hours: &[]scheduling.DayHours{}},
			want: func(p *scheduling.Plan) { p.Hours = []scheduling.DayHours{} }},
		{name: "one closure is added and another removed",
			edit: scheduling.Edit{Close: []scheduling.Closure{closed(26, "New")}, Reopen: []int{0}},
			want: func(p *scheduling.Plan) { p.Closures = []scheduling.Closure{closed(25, "To come"), closed(26, "New")} }},
		{name: "a closure that exists, written in another zone",
			edit: scheduling.Edit{Close: []scheduling.Closure{elsewhere(closed(25, "To come"))}},
			want: func(*scheduling.Plan) {}},
		{name: "hours replace those of their date", edit: scheduling.Edit{SetHours: []scheduling.DayHours{shut(2), shut(3)}},
			want: func(p *scheduling.Plan) { p.Hours = []scheduling.DayHours{p.Hours[0], shut(2), shut(3)} }},
		{name: "hours are cleared", edit: scheduling.Edit{ClearHours: []scheduling.Date{scheduling.NewDate(2026, 12, 2)}},
			want: func(p *scheduling.Plan) { p.Hours = p.Hours[:1] }},
		{name: "a closure without an end",
			edit: scheduling.Edit{Close: []scheduling.Closure{{Start: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)}}},
			want: func(p *scheduling.Plan) {
				p.Closures = append(p.Closures, scheduling.Closure{Start: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)})
			}},
		{
			name: "a closure in the past", edit: scheduling.Edit{Close: []scheduling.Closure{closed(21, "Late")}},
			at: "/close/0", err: scheduling.ErrPast,
		},
		{
			name: "the past is rewritten", edit: scheduling.Edit{Closures: &[]scheduling.Closure{closed(3, "Rewritten")}},
			at: "/closures/0", err: scheduling.ErrPast,
		},
		{
			name: "hours of yesterday",
			edit: scheduling.Edit{SetHours: []scheduling.DayHours{{Date: scheduling.NewDate(2026, 11, 21)}}}, at: "/set_hours/0",
			err: scheduling.ErrPast,
		},
		{
			name: "a fault of an entry",
			edit: scheduling.Edit{Close: []scheduling.Closure{closed(26, "A"), {Start: closed(26, "").End, End: closed(26, "").Start}}},
			at:   "/close/1", err: scheduling.ErrRange,
		},
		{name: "no such closure", edit: scheduling.Edit{Reopen: []int{2}}, at: "/reopen/0", err: scheduling.ErrEntry},
		{name: "the same closure twice", edit: scheduling.Edit{Reopen: []int{1, 1}}, at: "/reopen/1", err: scheduling.ErrEntry},
		{
			name: "no such hours", edit: scheduling.Edit{ClearHours: []scheduling.Date{scheduling.NewDate(2026, 12, 9)}},
			at: "/clear_hours/0", err: scheduling.ErrEntry,
		},
		{
			name: "a list and some of its entries", edit: scheduling.Edit{Closures: &[]scheduling.Closure{}, Reopen: []int{0}},
			at: "/closures", err: scheduling.ErrBoth,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			plan, now := edited()
			got, err := scheduling.Revise(t.Context(), plan, c.edit, now)
			if c.err != nil {
				faults := scheduling.Faults(err)
				if len(faults) != 1 || faults[0].Pointer != c.at || !errors.Is(faults[0], c.err) {
					t.Errorf("%v, want %v at %s", err, c.err, c.at)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want, _ := edited()
			c.want(&want)
			if diff := cmp.Diff(want, got.Plan); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			original, _ := edited()
			if diff := cmp.Diff(original, plan); diff != "" {
				t.Errorf("Apply changed its argument:\n%s", diff)
			}
		})
	}
}

// elsewhere returns the closure with its instants in another zone.
func elsewhere(c scheduling.Closure) scheduling.Closure {
	zone := time.FixedZone("", 3*60*60)
	c.Start, c.End = c.Start.In(zone), c.End.In(zone)
	return c
}

// New overlaps are refused unless an opening adds or the edit permits them.
// Overlaps that existed before don't count (case 8: overlap is reported, and
// capacities add only if the coordinator says so).
func TestReviseOverlaps(t *testing.T) {
	t.Parallel()
	plan, now := edited()
	second := plan.Rules[0]
	second.RRule = "FREQ=WEEKLY;BYDAY=MO"
	rules := []scheduling.Rule{plan.Rules[0], second}
	if _, err := scheduling.Revise(t.Context(), plan, scheduling.Edit{Rules: &rules}, now); !errors.Is(err, scheduling.ErrOverlap) {
		t.Errorf("a new overlap: %v", err)
	}
	meant, err := scheduling.Revise(t.Context(), plan, scheduling.Edit{Rules: &rules, Overlap: true}, now)
	if err != nil || len(meant.Warnings) != 1 {
		t.Fatalf("a permitted overlap: %v, warnings %v", err, meant.Warnings)
	}
	if _, err = scheduling.Revise(t.Context(), meant.Plan, scheduling.Edit{StaysOpen: &[]string{"founding-day"}}, now); err != nil {
		t.Errorf("an edit with an old overlap: %v", err)
	}
	adds := second
	adds.Openings = []scheduling.Opening{{From: scheduling.Clock(8, 0), To: scheduling.Clock(14, 0), Places: 3, Add: true}}
	rules = []scheduling.Rule{plan.Rules[0], adds}
	if added, err := scheduling.Revise(t.Context(), plan, scheduling.Edit{Rules: &rules}, now); err != nil || len(added.Warnings) != 0 {
		t.Errorf("openings that add: %v, warnings %v", err, added.Warnings)
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	plan, _ := edited()
	with := func(change func(*scheduling.Plan)) scheduling.Plan {
		other, _ := edited()
		change(&other)
		return other
	}
	for _, c := range []struct {
		name       string
		after      scheduling.Plan
		taken, put string
	}{
		{name: "nothing", after: with(func(*scheduling.Plan) {})},
		{name: "the same instants in another zone", after: with(func(p *scheduling.Plan) { p.Closures[0] = elsewhere(p.Closures[0]) })},
		{
			name: "an entry more", after: with(func(p *scheduling.Plan) { p.StaysOpen = []string{"founding-day"} }),
			put: `{"stays_open":["founding-day"]}`,
		},
		{
			name: "an entry fewer", after: with(func(p *scheduling.Plan) { p.Hours = p.Hours[:1] }),
			taken: `{"hours":[{"date":"2026-12-02","reason":{"ar":"","en":"To come"},"openings":[]}]}`,
		},
		{name: "another order", after: with(func(p *scheduling.Plan) { p.Hours[0], p.Hours[1] = p.Hours[1], p.Hours[0] }),
			taken: `{"hours":[{"date":"2026-11-02","reason":{"ar":"","en":"Long ago"},"openings":[]},` +
				`{"date":"2026-12-02","reason":{"ar":"","en":"To come"},"openings":[]}]}`,
			put: `{"hours":[{"date":"2026-12-02","reason":{"ar":"","en":"To come"},"openings":[]},` +
				`{"date":"2026-11-02","reason":{"ar":"","en":"Long ago"},"openings":[]}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			taken, put := scheduling.Difference(plan, c.after)
			if string(taken) != c.taken || string(put) != c.put {
				t.Errorf("taken %s, put %s", taken, put)
			}
		})
	}
}

func TestAnnounced(t *testing.T) {
	t.Parallel()
	list := scheduling.HolidayList{Holidays: []scheduling.HolidayRule{
		{Slug: "fitr", Name: scheduling.Text{AR: "عيد الفطر", EN: "Eid al-Fitr"}, When: scheduling.When{Hijri: &scheduling.YearSpan{
			From: scheduling.MonthDay{Month: 9, Day: 25}, Until: scheduling.MonthDay{Month: 10, Day: 5}}}},
		{Slug: "once", Name: scheduling.Text{EN: "Once"}, When: scheduling.When{Dates: []scheduling.DateSpan{{From: 739000, Until: 739001}}}},
	}}
	from, until := scheduling.NewDate(2027, 3, 5), scheduling.NewDate(2027, 3, 14)
	for _, c := range []struct {
		name, slug string
		year       int
		err        error
	}{
		{name: "its year", slug: "fitr", year: 1448},
		{name: "another year", slug: "fitr", year: 1449, err: scheduling.ErrYear},
		{name: "single dates", slug: "once", year: 1448, err: scheduling.ErrWhen},
		{name: "no such holiday", slug: "moon", year: 1448, err: scheduling.ErrEntry},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			after, err := list.Announced(c.slug, scheduling.Announced{Year: c.year, From: from, Until: until})
			if !errors.Is(err, c.err) {
				t.Fatalf("%v, want %v", err, c.err)
			}
			if c.err != nil {
				return
			}
			if len(list.Holidays[0].When.Announced) != 0 {
				t.Error("Announced changed its receiver")
			}
			compiled, err := scheduling.CompileHolidays(after)
			if err != nil {
				t.Fatal(err)
			}
			for h := range compiled.Between(from-1, from) {
				if h.From != from || h.Until != until || h.Provisional {
					t.Errorf("got %+v", h)
				}
			}
			again, err := after.Announced(c.slug, scheduling.Announced{Year: c.year, From: from + 1, Until: until})
			if err != nil || len(again.Holidays[0].When.Announced) != 1 {
				t.Errorf("announced again: %+v, %v", again.Holidays[0], err)
			}
		})
	}
}

// Holidays from another source announce the holidays of the same name in the
// year that they fall in. The others are added once each.
func TestHolidayListWith(t *testing.T) {
	t.Parallel()
	list := scheduling.HolidayList{Holidays: []scheduling.HolidayRule{{
		Slug: "new-year", Name: scheduling.Text{AR: "رأس السنة", EN: "New Year"},
		When: scheduling.When{
			Yearly: &scheduling.YearSpan{From: scheduling.MonthDay{Month: 1, Day: 1}, Until: scheduling.MonthDay{Month: 1, Day: 1}},
		},
	}}}
	early := scheduling.NewDate(2027, 12, 31)
	holidays := []scheduling.Holiday{
		{Name: scheduling.Text{EN: "New Year"}, From: early, Until: early + 1},
		{Name: scheduling.Text{AR: "إجازة"}, From: early + 100, Until: early + 101},
		{Name: scheduling.Text{EN: "Perhaps"}, From: early + 200, Until: early + 201, Provisional: true},
		{Name: scheduling.Text{AR: "رأس السنة"}, From: early + 180, Until: early + 180},
	}
	got, unused, err := list.With(holidays)
	if err != nil {
		t.Fatal(err)
	}
	if len(unused) != 2 || unused[0].Name.EN != "Perhaps" || unused[1].Name.AR != "رأس السنة" {
		t.Errorf("unused %+v", unused)
	}
	if len(got.Holidays) != 2 || len(list.Holidays) != 1 || len(list.Holidays[0].When.Announced) != 0 {
		t.Fatalf("got %+v, the original list %+v", got, list)
	}
	if a := got.Holidays[0].When.Announced; len(a) != 1 || a[0].Year != 2028 || a[0].From != early {
		t.Errorf("announced %+v, want that of 2028", a)
	}
	if h := got.Holidays[1]; h.Slug == "" || h.Name.EN == "" || len(h.Dates) != 1 {
		t.Errorf("added %+v", h)
	}
	again, _, err := got.With(holidays)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("a second call changes it:\n%s", diff)
	}
	if _, err := scheduling.CompileHolidays(got); err != nil {
		t.Error(err)
	}
}

// A calendar with a rule without an end closes everything. So does a calendar
// of anything but holidays.
func TestHolidayListRefusesACrowd(t *testing.T) {
	t.Parallel()
	const day = scheduling.Date(20_000)
	each := func(n int, apart scheduling.Date, provisional bool) []scheduling.Holiday {
		list := make([]scheduling.Holiday, n)
		for i := range list {
			d := day + scheduling.Date(i)*apart //nolint:gosec // a short list
			list[i] = scheduling.Holiday{Name: scheduling.Text{EN: "day off"}, From: d, Until: d, Provisional: provisional}
		}
		return list
	}
	for _, test := range []struct {
		name     string
		holidays []scheduling.Holiday
		refused  bool
	}{
		{"as many as a year can have", each(60, 1, false), false},
		{"one more", each(61, 1, false), true},
		{"every week of two years", each(104, 7, false), false},
		{
			"two days of each week",
			append(each(104, 7, false), scheduling.Holiday{Name: scheduling.Text{EN: "day off"}, From: day + 1, Until: day + 9}),
			true,
		},
		{"one that is too long", []scheduling.Holiday{{Name: scheduling.Text{EN: "day off"}, From: day, Until: day + 60}}, true},
		{"provisional ones", each(400, 1, true), false},
		{"the same twice", append(each(60, 1, false), each(60, 1, false)...), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := (scheduling.HolidayList{}).With(test.holidays); errors.Is(err, scheduling.ErrManyDates) != test.refused {
				t.Errorf("got %v, want refused: %v", err, test.refused)
			}
		})
	}
}

// A holiday has a name that people can see, in both languages: in the list that
// desk groups share, and in an edit of a plan.
func TestHolidaysHaveNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		text    scheduling.Text
		refused bool
	}{
		{"both languages", scheduling.Text{AR: "إجازة", EN: "Holiday"}, false},
		{"a digit", scheduling.Text{AR: "٩", EN: "9"}, false},
		{"none", scheduling.Text{}, true},
		{"no Arabic", scheduling.Text{EN: "Holiday"}, true},
		{"no English", scheduling.Text{AR: "إجازة"}, true},
		{"blanks", scheduling.Text{AR: " \u00a0", EN: "\t\u3000\u2800"}, true},
		{"invisible characters", scheduling.Text{AR: "إجازة", EN: "\u200b\u200e\u2060\ufeff\u00ad\u3164\u115f\ufe0f\U000e0041"}, true},
		{"a vowel sign alone", scheduling.Text{AR: "\u064e", EN: "Holiday"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			const day = scheduling.Date(740000)
			when := scheduling.When{Dates: []scheduling.DateSpan{{From: day, Until: day}}}
			list := scheduling.HolidayList{Holidays: []scheduling.HolidayRule{{Slug: "a", Name: c.text, When: when}}}
			bridge := scheduling.HolidayList{Bridge: c.text}
			_, edited := scheduling.Edit{Holidays: &[]scheduling.Holiday{{Name: c.text, From: day, Until: day}}}.Apply(scheduling.Plan{})
			bridged := bridge.CheckNames()
			if c.text == (scheduling.Text{}) {
				bridged = scheduling.ErrName // no bridge, which is right
			}
			for what, err := range map[string]error{"list": list.CheckNames(), "bridge": bridged, "plan": edited} {
				if errors.Is(err, scheduling.ErrName) != c.refused {
					t.Errorf("%s: %v, want refused: %v", what, err, c.refused)
				}
			}
			if _, err := scheduling.CompileHolidays(list); err != nil {
				t.Errorf("a list that was stored long ago: %v", err)
			}
		})
	}
}

// What an import leaves out is listed up to a bound, and the rest counted.
func TestHolidayListWithBoundsWhatIsUnused(t *testing.T) {
	t.Parallel()
	const day = scheduling.Date(740000)
	holidays := make([]scheduling.Holiday, 20_000)
	for i := range holidays {
		holidays[i] = scheduling.Holiday{Name: scheduling.Text{EN: "Perhaps"}, From: day, Until: day, Provisional: true}
	}
	_, unused, err := scheduling.HolidayList{}.With(holidays)
	if err != nil || len(unused) != 501 {
		t.Fatalf("%d unused, %v", len(unused), err)
	}
	if last := unused[500].Why; !strings.Contains(last.EN, "19500") || !strings.Contains(last.AR, "19500") {
		t.Errorf("the rest: %q", last)
	}
}

// A year can have several announced spans, but none that replaces another.
func TestAnnouncedTwice(t *testing.T) {
	t.Parallel()
	const day = scheduling.Date(740000)
	span := func(year int, from, until scheduling.Date) scheduling.Announced {
		return scheduling.Announced{Year: year, From: day + from, Until: day + until}
	}
	for _, c := range []struct {
		name      string
		announced []scheduling.Announced
		refused   bool
	}{
		{"apart", []scheduling.Announced{span(1448, 5, 6), span(1448, 0, 3)}, false},
		{"of two years", []scheduling.Announced{span(1448, 0, 3), span(1449, 0, 3)}, false},
		{"the same", []scheduling.Announced{span(1448, 0, 3), span(1448, 0, 3)}, true},
		{"overlapping", []scheduling.Announced{span(1448, 2, 4), span(1448, 0, 2)}, true},
		{"touching", []scheduling.Announced{span(1448, 0, 3), span(1448, 4, 4)}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list := scheduling.HolidayList{Holidays: []scheduling.HolidayRule{{Slug: "a", When: scheduling.When{
				Hijri: &scheduling.YearSpan{
					From: scheduling.MonthDay{Month: 9, Day: 25}, Until: scheduling.MonthDay{Month: 10, Day: 5},
				},
				Announced: c.announced,
			}}}}
			if _, err := scheduling.CompileHolidays(list); errors.Is(err, scheduling.ErrTwice) != c.refused {
				t.Errorf("%v, want refused: %v", err, c.refused)
			}
		})
	}
}
