package scheduling_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	week := scheduling.Rule{
		Name:  scheduling.Text{AR: "الدوام المعتاد", EN: "Regular week"},
		RRule: "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH", From: date(t, "2026-01-01"),
		Openings: []scheduling.Opening{opens(t, "07:30-12:00", 3), opens(t, "12:30-14:30", 2)},
	}
	night := scheduling.Rule{
		RRule: "FREQ=WEEKLY;BYDAY=SA", From: date(t, "2026-01-01"),
		Openings: []scheduling.Opening{opens(t, "22:00-26:00", 11)},
	}
	works := scheduling.Text{AR: "أعمال صيانة", EN: "Maintenance works"}
	c := compile(t, scheduling.Plan{
		Zone: "Asia/Riyadh", Rules: []scheduling.Rule{week, night},
		Holidays: []scheduling.Holiday{
			{
				Name: scheduling.Text{AR: "عيد الفطر", EN: "Eid al-Fitr"}, From: date(t, "2027-03-04"),
				Until: date(t, "2027-03-13"), Provisional: true,
			},
		},
		Hours: []scheduling.DayHours{
			{
				Date: date(t, "2026-12-01"), Reason: scheduling.Text{AR: "يوم تدريب", EN: "Training day"},
				Openings: []scheduling.Opening{opens(t, "10:00-12:00", 1)},
			},
			{Date: date(t, "2026-12-02")},
		},
		Closures: []scheduling.Closure{
			{Start: instant(t, "2026-11-24T10:00:00+03:00"), End: instant(t, "2026-11-24T11:00:00+03:00"), Reason: works, Places: 2},
			{Start: instant(t, "2026-11-25T12:00:00+03:00"), End: instant(t, "2026-11-26T00:00:00+03:00"), Reason: works},
			{Start: instant(t, "2027-06-01T12:00:00+03:00"), Reason: works, Branch: true},
		},
	})
	for _, tc := range []struct {
		name, date string
		layers     []string // kind and whether it decided, then the effect in both languages
		summary    scheduling.Text
	}{
		{
			name: "open by the week", date: "2026-11-23",
			layers: []string{
				"rule true", "Opens from 7:30 am to 12:00 pm, 3 places; from 12:30 pm to 2:30 pm, 2 places.",
				"يفتح من 7:30 ص إلى 12:00 م، 3 أماكن؛ من 12:30 م إلى 2:30 م، مكانان.",
			},
			summary: scheduling.Text{
				AR: "مفتوح يوم الاثنين 23 نوفمبر 2026م من 7:30 ص إلى 12:00 م ومن 12:30 م إلى 2:30 م (الدوام المعتاد).",
				EN: "Open on Monday 23 November 2026 from 7:30 am to 12:00 pm and from 12:30 pm to 2:30 pm (Regular week).",
			},
		},
		{
			name: "no rule applies", date: "2026-11-27",
			summary: scheduling.Text{
				AR: "مغلق يوم الجمعة 27 نوفمبر 2026م: لا دوام مقرّر في هذا اليوم.",
				EN: "Closed on Friday 27 November 2026: no opening hours on this day.",
			},
		},
		{
			name: "fewer places for an hour", date: "2026-11-24",
			layers: []string{
				"rule true", "Opens from 7:30 am to 12:00 pm, 3 places; from 12:30 pm to 2:30 pm, 2 places.",
				"يفتح من 7:30 ص إلى 12:00 م، 3 أماكن؛ من 12:30 م إلى 2:30 م، مكانان.",
				"closure true", "Closed places from 10:00 am to 11:00 am: 2 places.", "الأماكن المغلقة من 10:00 ص إلى 11:00 ص: مكانان.",
			},
			summary: scheduling.Text{
				AR: "مفتوح يوم الثلاثاء 24 نوفمبر 2026م من 7:30 ص إلى 12:00 م ومن 12:30 م إلى 2:30 م (الدوام المعتاد، أعمال صيانة).",
				EN: "Open on Tuesday 24 November 2026 from 7:30 am to 12:00 pm and from 12:30 pm to 2:30 pm (Regular week, Maintenance works).",
			},
		},
		{
			name: "closed from noon", date: "2026-11-25",
			layers: []string{
				"rule true", "Opens from 7:30 am to 12:00 pm, 3 places; from 12:30 pm to 2:30 pm, 2 places.",
				"يفتح من 7:30 ص إلى 12:00 م، 3 أماكن؛ من 12:30 م إلى 2:30 م، مكانان.",
				"closure true", "Closed from 12:00 pm.", "مغلق من 12:00 م.",
			},
			summary: scheduling.Text{
				AR: "مفتوح يوم الأربعاء 25 نوفمبر 2026م من 7:30 ص إلى 12:00 م (الدوام المعتاد، أعمال صيانة).",
				EN: "Open on Wednesday 25 November 2026 from 7:30 am to 12:00 pm (Regular week, Maintenance works).",
			},
		},
		{
			name: "a holiday not yet announced", date: "2027-03-08",
			layers: []string{
				"rule false", "Opens from 7:30 am to 12:00 pm, 3 places; from 12:30 pm to 2:30 pm, 2 places.",
				"يفتح من 7:30 ص إلى 12:00 م، 3 أماكن؛ من 12:30 م إلى 2:30 م، مكانان.",
				"holiday true", "Closed all day; the date of the holiday is provisional and not yet announced.",
				"مغلق طوال اليوم؛ موعد الإجازة مبدئي ولم يُعلن بعد.",
			},
			summary: scheduling.Text{AR: "مغلق يوم الاثنين 8 مارس 2027م: عيد الفطر.", EN: "Closed on Monday 8 March 2027: Eid al-Fitr."},
		},
		{
			name: "the date's own hours", date: "2026-12-01",
			layers: []string{
				"rule false", "Opens from 7:30 am to 12:00 pm, 3 places; from 12:30 pm to 2:30 pm, 2 places.",
				"يفتح من 7:30 ص إلى 12:00 م، 3 أماكن؛ من 12:30 م إلى 2:30 م، مكانان.",
				"hours true", "Opens from 10:00 am to 12:00 pm, 1 place, instead of the usual hours.",
				"يفتح من 10:00 ص إلى 12:00 م، مكان واحد، بدلًا من الدوام المعتاد.",
			},
			summary: scheduling.Text{
				AR: "مفتوح يوم الثلاثاء 1 ديسمبر 2026م من 10:00 ص إلى 12:00 م (يوم تدريب).",
				EN: "Open on Tuesday 1 December 2026 from 10:00 am to 12:00 pm (Training day).",
			},
		},
		{
			name: "closed by its own hours, without a reason", date: "2026-12-02",
			layers: []string{
				"rule false", "Opens from 7:30 am to 12:00 pm, 3 places; from 12:30 pm to 2:30 pm, 2 places.",
				"يفتح من 7:30 ص إلى 12:00 م، 3 أماكن؛ من 12:30 م إلى 2:30 م، مكانان.",
				"hours true", "Closed all day instead of the usual hours.", "مغلق طوال اليوم بدلًا من الدوام المعتاد.",
			},
			summary: scheduling.Text{
				AR: "مغلق يوم الأربعاء 2 ديسمبر 2026م: مغلق طوال اليوم بدلًا من الدوام المعتاد.",
				EN: "Closed on Wednesday 2 December 2026: Closed all day instead of the usual hours.",
			},
		},
		{
			name: "past midnight", date: "2026-11-28",
			layers: []string{"rule true", "Opens from 10:00 pm to 2:00 am the next day, 11 places.",
				"يفتح من 10:00 م إلى 2:00 ص من اليوم التالي، 11 مكانًا."},
			summary: scheduling.Text{
				AR: "مفتوح يوم السبت 28 نوفمبر 2026م من 10:00 م إلى 2:00 ص من اليوم التالي.",
				EN: "Open on Saturday 28 November 2026 from 10:00 pm to 2:00 am the next day.",
			},
		},
		{
			name: "the branch, until further notice", date: "2027-06-02",
			layers: []string{
				"rule false", "Opens from 7:30 am to 12:00 pm, 3 places; from 12:30 pm to 2:30 pm, 2 places.",
				"يفتح من 7:30 ص إلى 12:00 م، 3 أماكن؛ من 12:30 م إلى 2:30 م، مكانان.",
				"closure true", "The whole branch is closed all day, until further notice.", "الفرع كله مغلق طوال اليوم حتى إشعار آخر.",
			},
			summary: scheduling.Text{AR: "مغلق يوم الأربعاء 2 يونيو 2027م: أعمال صيانة.", EN: "Closed on Wednesday 2 June 2027: Maintenance works."},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := c.Explain(date(t, tc.date))
			var layers []string
			for _, l := range e.Layers {
				decided := " false"
				if l.Decided {
					decided = " true"
				}
				layers = append(layers, string(l.Kind)+decided, l.Effect.EN, l.Effect.AR)
			}
			if diff := cmp.Diff(tc.layers, layers); diff != "" {
				t.Errorf("layers (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.summary, e.Summary); diff != "" {
				t.Errorf("summary (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExplainASkippedDate(t *testing.T) {
	t.Parallel()
	c := compile(t, scheduling.Plan{Zone: "Pacific/Apia", Rules: daily(opens(t, "09:00-17:00", 1))})
	if got, want := c.Explain(date(t, "2011-12-30")).Summary.EN,
		"Closed: this date does not exist in the time zone (Friday 30 December 2011)."; got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	rule := func(rrule, from string, o ...scheduling.Opening) scheduling.Rule {
		return scheduling.Rule{RRule: rrule, From: date(t, from), Openings: o}
	}
	type warning struct {
		Kind     scheduling.WarningKind
		Pointers []string
		Date     string
	}
	for _, tc := range []struct {
		name  string
		rules []scheduling.Rule
		hours []scheduling.DayHours
		want  []warning
	}{
		{
			name:  "overlapping openings of one rule",
			rules: []scheduling.Rule{rule("FREQ=DAILY", "2026-01-01", opens(t, "12:00-16:00", 1), opens(t, "10:00-13:00", 1))},
			want:  []warning{{"overlap", []string{"/rules/0/openings/0", "/rules/0/openings/1"}, "2026-01-01"}},
		},
		{
			name:  "they add on purpose",
			rules: []scheduling.Rule{rule("FREQ=DAILY", "2026-01-01", opens(t, "12:00-16:00", 1), adds(t, "10:00-13:00", 1))},
		},
		{
			name:  "they touch",
			rules: []scheduling.Rule{rule("FREQ=DAILY", "2026-01-01", opens(t, "12:00-16:00", 1), opens(t, "10:00-12:00", 1))},
		},
		{
			name: "two rules on the same dates",
			rules: []scheduling.Rule{
				rule("FREQ=WEEKLY;BYDAY=SU,MO", "2026-01-01", opens(t, "12:00-16:00", 1)),
				rule("FREQ=WEEKLY;BYDAY=MO,TU", "2026-02-01", opens(t, "10:00-13:00", 1)),
			},
			want: []warning{{"overlap", []string{"/rules/0/openings/0", "/rules/1/openings/0"}, "2026-02-02"}},
		},
		{
			name: "two rules that never meet",
			rules: []scheduling.Rule{
				rule("FREQ=WEEKLY;BYDAY=SU,MO", "2026-01-01", opens(t, "12:00-16:00", 1)),
				rule("FREQ=WEEKLY;BYDAY=TU", "2026-02-01", opens(t, "10:00-13:00", 1)),
			},
		},
		{
			name: "past midnight into the next date",
			rules: []scheduling.Rule{
				rule("FREQ=WEEKLY;BYDAY=MO", "2026-01-01", opens(t, "20:00-32:00", 1)),
				rule("FREQ=WEEKLY;BYDAY=TU", "2026-01-01", opens(t, "07:30-13:00", 1)),
			},
			want: []warning{{"midnight", []string{"/rules/0/openings/0", "/rules/1/openings/0"}, "2026-01-05"}},
		},
		{
			name:  "past midnight into a date's own hours",
			rules: []scheduling.Rule{rule("FREQ=DAILY", "2026-01-01", opens(t, "20:00-26:00", 1))},
			hours: []scheduling.DayHours{{Date: date(t, "2026-03-03"), Openings: []scheduling.Opening{opens(t, "01:00-02:00", 1)}}},
			want:  []warning{{"midnight", []string{"/rules/0/openings/0", "/hours/0/openings/0"}, "2026-03-02"}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []warning
			for _, w := range compile(t, scheduling.Plan{Zone: "Asia/Riyadh", Rules: tc.rules, Hours: tc.hours}).Warnings() {
				got = append(got, warning{w.Kind, w.Pointers, w.Date.String()})
				if w.Text.AR == "" || w.Text.EN == "" {
					t.Errorf("a warning without text: %+v", w)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStepWarnings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		openings []scheduling.Opening
		step     time.Duration
		want     []string
	}{
		{
			"a step that wastes time", []scheduling.Opening{opens(t, "09:00-10:00", 1)}, 25 * time.Minute,
			[]string{"Starting visits every 25 minutes leaves 10 minutes of the opening from 9:00 am to 10:00 am unused."},
		},
		{"one that does not", []scheduling.Opening{opens(t, "09:00-10:00", 1)}, 20 * time.Minute, nil},
		{"openings that touch count as one", []scheduling.Opening{opens(t, "09:00-10:00", 1), opens(t, "10:00-10:40", 1)}, 25 * time.Minute, nil},
		{
			"a step longer than the opening", []scheduling.Opening{opens(t, "09:00-09:30", 1)}, time.Hour,
			[]string{"Starting visits every 60 minutes leaves 30 minutes of the opening from 9:00 am to 9:30 am unused."},
		},
		{"no step", []scheduling.Opening{opens(t, "09:00-10:00", 1)}, 0, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, w := range scheduling.StepWarnings(tc.openings, tc.step) {
				got = append(got, w.Text.EN)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}
