package scheduling_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/scheduling"
)

func TestExplainAt(t *testing.T) {
	t.Parallel()
	text := func(ar, en string) scheduling.Text { return scheduling.Text{AR: ar, EN: en} }
	week := scheduling.Rule{
		Name:  text("الدوام المعتاد", "Regular week"),
		RRule: "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH", From: date(t, "2026-01-01"),
		Openings: []scheduling.Opening{opens(t, "07:30-14:30", 3)},
	}
	week.Openings[0].Breaks = []scheduling.Break{{From: clock(t, "12:00"), To: clock(t, "12:30"), Name: text("صلاة الظهر", "Noon prayer")}}
	night := scheduling.Rule{
		Name: text("السهرة", "Late night"), RRule: "FREQ=WEEKLY;BYDAY=SA", From: date(t, "2026-01-01"),
		Openings: []scheduling.Opening{opens(t, "22:00-26:00", 1)},
	}
	at := func(s string) scheduling.Closure {
		return scheduling.Closure{Start: instant(t, s), Reason: text("أعمال صيانة", "Maintenance works")}
	}
	one, all := at("2026-11-24T10:00:00+03:00"), at("2026-11-24T11:00:00+03:00")
	one.End, one.Places, all.End = instant(t, "2026-11-24T11:00:00+03:00"), 1, instant(t, "2026-11-24T11:30:00+03:00")
	c := compile(t, scheduling.Plan{
		Zone: "Asia/Riyadh", Rules: []scheduling.Rule{week, night},
		Seasons: []scheduling.Season{{
			Name: text("رمضان", "Ramadan"),
			When: scheduling.When{
				Hijri: &scheduling.YearSpan{From: scheduling.MonthDay{Month: 9, Day: 1}, Until: scheduling.MonthDay{Month: 9, Day: 30}},
			},
			Openings: []scheduling.Opening{opens(t, "10:00-15:00", 2)},
		}},
		Holidays: []scheduling.Holiday{{Name: text("يوم التأسيس", "Founding Day"), From: date(t, "2027-02-22"), Until: date(t, "2027-02-22")}},
		Hours: []scheduling.DayHours{
			{
				Date: date(t, "2027-02-22"), Reason: text("خدمة عاجلة", "Urgent cases"), Extra: true,
				Openings: []scheduling.Opening{opens(t, "11:00-12:00", 1)},
			},
			{Date: date(t, "2026-12-31"), Reason: text("آخر السنة", "End of the year"), Openings: []scheduling.Opening{opens(t, "07:30-09:00", 1)}},
		},
		Closures: []scheduling.Closure{one, all},
	})
	for _, tc := range []struct {
		name, at string
		places   int
		date     string
		layers   []string // kind, followed by ! if it decided
		summary  scheduling.Text
	}{
		{
			"an ordinary moment", "2026-11-24T09:00:00+03:00", 3, "2026-11-24", []string{"rule!"},
			text(
				"مفتوح الثلاثاء 2026-11-24 الساعة 09:00، 3 أماكن (الدوام المعتاد).",
				"Open on Tuesday 2026-11-24 at 09:00, 3 places (Regular week).",
			),
		},
		{
			"one desk of several is closed", "2026-11-24T10:59:59+03:00", 2, "2026-11-24", []string{"rule!", "closure!"},
			text(
				"مفتوح الثلاثاء 2026-11-24 الساعة 10:59، مكانان (الدوام المعتاد، أعمال صيانة).",
				"Open on Tuesday 2026-11-24 at 10:59, 2 places (Regular week, Maintenance works).",
			),
		},
		{
			"all are", "2026-11-24T11:00:00+03:00", 0, "2026-11-24", []string{"rule!", "closure!"},
			text("مغلق الثلاثاء 2026-11-24 الساعة 11:00: أعمال صيانة.", "Closed on Tuesday 2026-11-24 at 11:00: Maintenance works."),
		},
		{
			"a break", "2026-11-24T12:15:00+03:00", 0, "2026-11-24", []string{"rule", "break!"},
			text("مغلق الثلاثاء 2026-11-24 الساعة 12:15: صلاة الظهر.", "Closed on Tuesday 2026-11-24 at 12:15: Noon prayer."),
		},
		{
			"in the evening", "2026-11-25T18:00:00+03:00", 0, "2026-11-25", []string{"rule"},
			text(
				"مغلق الأربعاء 2026-11-25 الساعة 18:00: خارج أوقات الدوام، وهي من 07:30 إلى 12:00 ومن 12:30 إلى 14:30.",
				"Closed on Wednesday 2026-11-25 at 18:00: outside the open hours, 07:30–12:00 and 12:30–14:30.",
			),
		},
		{
			"the weekend", "2026-11-27T09:00:00+03:00", 0, "2026-11-27", nil,
			text(
				"مغلق الجمعة 2026-11-27 الساعة 09:00: لا دوام مقرّر في هذا اليوم.",
				"Closed on Friday 2026-11-27 at 09:00: no hours are planned on this date.",
			),
		},
		{
			"past midnight, by the day before", "2026-11-29T01:00:00+03:00", 1, "2026-11-28", []string{"rule!"},
			text(
				"مفتوح السبت 2026-11-28 الساعة 01:00 من اليوم التالي، مكان واحد (السهرة).",
				"Open on Saturday 2026-11-28 at 01:00 the next day, 1 place (Late night).",
			),
		},
		{
			"before the season's hours, where the week would be open", "2027-02-15T08:00:00+03:00", 0, "2027-02-15", []string{"rule", "season!"},
			text("مغلق الاثنين 2027-02-15 الساعة 08:00: رمضان.", "Closed on Monday 2027-02-15 at 08:00: Ramadan."),
		},
		{
			"in the season's hours", "2027-02-15T12:15:00+03:00", 2, "2027-02-15", []string{"rule", "season!"},
			text("مفتوح الاثنين 2027-02-15 الساعة 12:15، مكانان (رمضان).", "Open on Monday 2027-02-15 at 12:15, 2 places (Ramadan)."),
		},
		{
			"a holiday", "2027-02-22T10:30:00+03:00", 0, "2027-02-22", []string{"rule", "season", "holiday!", "extra"},
			text("مغلق الاثنين 2027-02-22 الساعة 10:30: يوم التأسيس.", "Closed on Monday 2027-02-22 at 10:30: Founding Day."),
		},
		{
			"extra hours on it", "2027-02-22T11:30:00+03:00", 1, "2027-02-22", []string{"rule", "season", "holiday", "extra!"},
			text("مفتوح الاثنين 2027-02-22 الساعة 11:30، مكان واحد (خدمة عاجلة).", "Open on Monday 2027-02-22 at 11:30, 1 place (Urgent cases)."),
		},
		{
			"after the date's own hours", "2026-12-31T09:00:00+03:00", 0, "2026-12-31", []string{"rule", "hours!"},
			text("مغلق الخميس 2026-12-31 الساعة 09:00: آخر السنة.", "Closed on Thursday 2026-12-31 at 09:00: End of the year."),
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := c.ExplainAt(instant(t, tc.at))
			var layers []string
			for _, l := range m.Layers {
				kind := string(l.Kind)
				if l.Decided {
					kind += "!"
				}
				layers = append(layers, kind)
				if l.Effect.AR == "" || l.Effect.EN == "" {
					t.Errorf("%s without an effect: %+v", kind, l)
				}
			}
			if m.Places != tc.places || m.Date.String() != tc.date {
				t.Errorf("%d places by %s, want %d by %s", m.Places, m.Date, tc.places, tc.date)
			}
			if diff := cmp.Diff(tc.layers, layers); diff != "" {
				t.Errorf("layers (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.summary, m.Summary); diff != "" {
				t.Errorf("summary (-want +got):\n%s", diff)
			}
		})
	}
}

// ExplainAt and Day agree on the places, and if an instant is open, some layer
// opens it.
func TestExplainAtAgreesWithDay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		z := drawZone(t)
		d := drawDate(t, z)
		c, err := scheduling.Compile(drawPlan(t, z, d))
		if err != nil {
			t.Fatal(err)
		}
		at := c.Day(d).At(rapid.IntRange(0, 400).Draw(t, "tick"))
		m := c.ExplainAt(at)
		day := c.Day(m.Date)
		if want := day.Places(int(at.Sub(day.Start) / scheduling.Tick)); m.Places != want {
			t.Fatalf("%s in %s is explained as %d places, has %d", at, z, m.Places, want)
		}
		opened := false
		for _, l := range m.Layers {
			opened = opened || l.Decided && len(l.Openings) > 0
		}
		if m.Places > 0 && !opened {
			t.Fatalf("%s in %s has %d places, and no layer opens it: %+v", at, z, m.Places, m.Layers)
		}
	})
}
