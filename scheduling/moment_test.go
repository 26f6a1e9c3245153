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
				"مفتوح يوم الثلاثاء 24 نوفمبر 2026م الساعة 9:00 ص، 3 أماكن (الدوام المعتاد).",
				"Open on Tuesday 24 November 2026 at 9:00 am, 3 places (Regular week).",
			),
		},
		{
			"one desk of several is closed", "2026-11-24T10:59:59+03:00", 2, "2026-11-24", []string{"rule!", "closure!"},
			text(
				"مفتوح يوم الثلاثاء 24 نوفمبر 2026م الساعة 10:59 ص، مكانان (الدوام المعتاد، أعمال صيانة).",
				"Open on Tuesday 24 November 2026 at 10:59 am, 2 places (Regular week, Maintenance works).",
			),
		},
		{
			"all are", "2026-11-24T11:00:00+03:00", 0, "2026-11-24", []string{"rule!", "closure!"},
			text("مغلق يوم الثلاثاء 24 نوفمبر 2026م الساعة 11:00 ص: أعمال صيانة.",
				"Closed on Tuesday 24 November 2026 at 11:00 am: Maintenance works."),
		},
		{
			"a break", "2026-11-24T12:15:00+03:00", 0, "2026-11-24", []string{"rule", "break!"},
			text("مغلق يوم الثلاثاء 24 نوفمبر 2026م الساعة 12:15 م: صلاة الظهر.", "Closed on Tuesday 24 November 2026 at 12:15 pm: Noon prayer."),
		},
		{
			"in the evening", "2026-11-25T18:00:00+03:00", 0, "2026-11-25", []string{"rule"},
			text(
				"مغلق يوم الأربعاء 25 نوفمبر 2026م الساعة 6:00 م: خارج أوقات الدوام، وهي من 7:30 ص إلى 12:00 م ومن 12:30 م إلى 2:30 م.",
				"Closed on Wednesday 25 November 2026 at 6:00 pm: outside the opening hours, from 7:30 am to 12:00 pm and from 12:30 pm to 2:30 pm.",
			),
		},
		{
			"the weekend", "2026-11-27T09:00:00+03:00", 0, "2026-11-27", nil,
			text(
				"مغلق يوم الجمعة 27 نوفمبر 2026م الساعة 9:00 ص: لا دوام مقرّر في هذا اليوم.",
				"Closed on Friday 27 November 2026 at 9:00 am: no opening hours on this day.",
			),
		},
		{
			"past midnight, by the day before", "2026-11-29T01:00:00+03:00", 1, "2026-11-28", []string{"rule!"},
			text(
				"مفتوح يوم السبت 28 نوفمبر 2026م الساعة 1:00 ص من اليوم التالي، مكان واحد (السهرة).",
				"Open on Saturday 28 November 2026 at 1:00 am the next day, 1 place (Late night).",
			),
		},
		{
			"before the season's hours, where the week would be open", "2027-02-15T08:00:00+03:00", 0, "2027-02-15", []string{"rule", "season!"},
			text("مغلق يوم الاثنين 15 فبراير 2027م الساعة 8:00 ص: رمضان.", "Closed on Monday 15 February 2027 at 8:00 am: Ramadan."),
		},
		{
			"in the season's hours", "2027-02-15T12:15:00+03:00", 2, "2027-02-15", []string{"rule", "season!"},
			text("مفتوح يوم الاثنين 15 فبراير 2027م الساعة 12:15 م، مكانان (رمضان).",
				"Open on Monday 15 February 2027 at 12:15 pm, 2 places (Ramadan)."),
		},
		{
			"a holiday", "2027-02-22T10:30:00+03:00", 0, "2027-02-22", []string{"rule", "season", "holiday!", "extra"},
			text("مغلق يوم الاثنين 22 فبراير 2027م الساعة 10:30 ص: يوم التأسيس.", "Closed on Monday 22 February 2027 at 10:30 am: Founding Day."),
		},
		{
			"extra hours on it", "2027-02-22T11:30:00+03:00", 1, "2027-02-22", []string{"rule", "season", "holiday", "extra!"},
			text("مفتوح يوم الاثنين 22 فبراير 2027م الساعة 11:30 ص، مكان واحد (خدمة عاجلة).",
				"Open on Monday 22 February 2027 at 11:30 am, 1 place (Urgent cases)."),
		},
		{
			"after the date's own hours", "2026-12-31T09:00:00+03:00", 0, "2026-12-31", []string{"rule", "hours!"},
			text("مغلق يوم الخميس 31 ديسمبر 2026م الساعة 9:00 ص: آخر السنة.", "Closed on Thursday 31 December 2026 at 9:00 am: End of the year."),
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
