package slots_test

import (
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/slots"
)

// A notice of two working days: the visit is on the second day after today on
// which the desk group is open, or later. A horizon of four: not later than on
// the fourth.
func TestWorkingDays(t *testing.T) {
	t.Parallel()
	plan := daily("Asia/Riyadh", opens(t, "09:00-12:00"))
	plan.Rules[0].RRule = "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH"
	plan.Holidays = []scheduling.Holiday{{From: tuesday + 1, Until: tuesday + 1}}
	calendar := compile(t, plan)
	v := visit(60, 60)
	v.NoticeDays, v.HorizonDays = 2, 4
	now := at(t, "08:00")
	counted := v.Counted(deskOf(calendar), now)

	for _, tc := range []struct {
		name string
		date scheduling.Date
		want slots.Rule
	}{
		{"today does not count", tuesday, slots.RuleNotice},
		{"Thursday is the first working day: Wednesday is a holiday", tuesday + 2, slots.RuleNotice},
		{"Sunday is the second: Friday and Saturday are off", tuesday + 5, ""},
		{"Tuesday is the fourth", tuesday + 7, ""},
		{"Wednesday is beyond the horizon", tuesday + 8, slots.RuleHorizon},
	} {
		day := calendar.Day(tc.date)
		start := day.At(9 * 12)
		if rule := broken(counted.Check(day, start, now)); rule != tc.want {
			t.Errorf("%s: Check breaks %q, want %q", tc.name, rule, tc.want)
		}
		free := len(slots.Free(day, nil, counted, now))
		why := slots.TallyDay(day, nil, counted, now)
		if free > 0 != (tc.want == "") || why.Free != free || free == 0 && why.Refused[tc.want] != 3 {
			t.Errorf("%s: %d free, explained as %+v", tc.name, free, why)
		}
	}

	first, last := v.Counted(deskOf(calendar), now).Reach(calendar, now)
	if want := calendar.Day(tuesday + 5).Start; !first.Equal(want) {
		t.Errorf("in reach from %s, want %s", first, want)
	}
	if want := calendar.Day(tuesday + 8).Start.Add(-time.Minute); !last.Equal(want) {
		t.Errorf("in reach until %s, want %s", last, want)
	}
}

// A desk group that closes for good has no second working day.
func TestWorkingDaysThatNeverCome(t *testing.T) {
	t.Parallel()
	calendar := compile(t, daily("Asia/Riyadh", opens(t, "09:00-12:00"),
		scheduling.Closure{Start: calendarDay(2)}))
	now := at(t, "08:00")
	v := visit(60, 60)
	v.NoticeDays = 2
	if free := slots.Free(calendar.Day(tuesday+1), nil, v.Counted(deskOf(calendar), now), now); free != nil {
		t.Errorf("%d slots within the notice", len(free))
	}
	if first, last := v.Counted(deskOf(calendar), now).Reach(calendar, now); !first.After(last) {
		t.Errorf("in reach from %s until %s, want nothing", first, last)
	}
	v.NoticeDays, v.HorizonDays = 0, 2
	if free := slots.Free(calendar.Day(tuesday+1), nil, v.Counted(deskOf(calendar), now), now); len(free) != 3 {
		t.Errorf("%d slots, want 3: a horizon of more days than there are is none", len(free))
	}
}

// calendarDay is the instant at which the n-th date after tuesday begins.
func calendarDay(n int) time.Time { return midnight.AddDate(0, 0, n) }

// A search and a hold count the working days of the service themselves.
func TestBookerCountsWorkingDays(t *testing.T) {
	t.Parallel()
	service := heirs()
	service.Notice, service.NoticeWorkingDays, service.HorizonWorkingDays = 0, 2, 3
	if err := service.Validate(); err != nil {
		t.Fatal(err)
	}
	visit, err := slots.ShapeOf(&service, 1, catalog.Public)
	if err != nil || visit.NoticeDays != 2 || visit.HorizonDays != 3 {
		t.Errorf("ShapeOf = %d and %d working days, %v", visit.NoticeDays, visit.HorizonDays, err)
	}
	plan := daily("Asia/Riyadh", opens(t, "09:00-12:00"))
	booker := newRigOf(t, plan, service)
	found, err := booker.Search(t.Context(), slots.Query{
		Service: service.Slug, Branch: "riyadh", From: tuesday, To: tuesday + 20, Party: 1, Channel: catalog.Public,
	}, at(t, "08:00"))
	days := found.Days
	if err != nil || len(days) != 2 || days[0].Date != tuesday+2 || days[1].Date != tuesday+3 {
		t.Errorf("Search = %v, %v, want the second and the third day", days, err)
	}
	_, err = booker.Hold(t.Context(), slots.HoldRequest{
		Service: service.Slug, Branch: "riyadh", Start: at(t, "09:00").AddDate(0, 0, 1), Party: 1, Channel: catalog.Public,
	}, nil, at(t, "08:00"))
	if broken(err) != slots.RuleNotice {
		t.Errorf("Hold of tomorrow: %v, want %s", err, slots.RuleNotice)
	}
}
