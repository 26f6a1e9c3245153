package slots_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/slots"
)

// workingWeek is open from Sunday to Thursday, nine to twelve.
func workingWeek(t testing.TB, zone string) *scheduling.Calendar {
	t.Helper()
	plan := daily(zone, opens(t, "09:00-12:00"))
	plan.Rules[0].RRule = "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH"
	return compile(t, plan)
}

// With a horizon of seven days and ten o'clock as the time at which a date
// opens, next Tuesday opens as a whole on Tuesday at ten.
func TestDateOpensAtASetTime(t *testing.T) {
	t.Parallel()
	calendar := workingWeek(t, "Asia/Riyadh")
	v := visit(60, 60)
	v.Horizon, v.OpensAt = 7*24*time.Hour, scheduling.Clock(10, 0)
	midnightEach := v
	midnightEach.OpensAt = scheduling.Clock(24, 0)
	workdays := v
	workdays.HorizonDays = 3 // the third is Sunday, or Sunday's third Wednesday
	for _, tc := range []struct {
		name  string
		visit slots.Shape
		now   string
		date  scheduling.Date
		want  slots.Rule
	}{
		{"a second before, its first start", v, "09:59:59", tuesday + 7, slots.RuleHorizon},
		{"at ten", v, "10:00", tuesday + 7, ""},
		{"the day before it has been open since yesterday", v, "00:00", tuesday + 6, ""},
		{"the day behind it opens tomorrow", v, "23:59:59", tuesday + 8, slots.RuleHorizon},
		{"midnight is the end of the day", midnightEach, "23:59:59", tuesday + 7, slots.RuleHorizon},
		{"and the beginning of the next", midnightEach, "00:00", tuesday + 6, ""},
		{"working days count from yesterday until ten", workdays, "09:59:59", tuesday + 5, slots.RuleHorizon},
		{"and from today at ten", workdays, "10:00", tuesday + 5, ""},
		{"whichever of both is shorter", workdays, "10:00", tuesday + 6, slots.RuleHorizon},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			now, day := at(t, tc.now), calendar.Day(tc.date)
			counted := tc.visit.Counted(deskOf(calendar), now)
			for hour := 9; hour < 12; hour++ {
				if rule := broken(counted.Check(day, day.At(hour*12), now)); rule != tc.want {
					t.Errorf("%d:00: Check breaks %q, want %q", hour, rule, tc.want)
				}
			}
			free, why := len(slots.Free(day, nil, counted, now)), slots.TallyDay(day, nil, counted, now)
			if free > 0 != (tc.want == "") || why.Free != free || tc.want != "" && why.Refused[tc.want] != 3 {
				t.Errorf("%d free, explained as %+v", free, why)
			}
		})
	}

	_, last := v.Counted(deskOf(calendar), at(t, "09:59")).Reach(calendar, at(t, "09:59"))
	if want := calendarDay(7).Add(-time.Minute); !last.Equal(want) {
		t.Errorf("before ten in reach until %s, want %s", last, want)
	}
	if _, last = v.Counted(deskOf(calendar), at(t, "10:00")).Reach(calendar, at(t, "10:00")); !last.Equal(calendarDay(8).Add(-time.Minute)) {
		t.Errorf("at ten in reach until %s, want the end of the next date", last)
	}
}

// When to come back: at the next opening that brings a date on which anybody
// is received.
func TestOpensNext(t *testing.T) {
	t.Parallel()
	calendar := workingWeek(t, "Asia/Riyadh")
	v := visit(60, 60)
	v.Horizon, v.OpensAt = 7*24*time.Hour, scheduling.Clock(10, 0)
	workdays := v
	workdays.HorizonDays = 2
	closedForGood := compile(t, daily("Asia/Riyadh", opens(t, "09:00-12:00"), scheduling.Closure{Start: calendarDay(7)}))
	for _, tc := range []struct {
		name     string
		calendar *scheduling.Calendar
		visit    slots.Shape
		now      time.Time
		want     time.Time // zero for none
	}{
		{"today at ten", calendar, v, at(t, "09:59:59"), at(t, "10:00")},
		{"at ten it is tomorrow's", calendar, v, at(t, "10:00"), at(t, "10:00").AddDate(0, 0, 1)},
		{"no Friday and no Saturday: on Sunday", calendar, v, at(t, "10:00").AddDate(0, 0, 2), at(t, "10:00").AddDate(0, 0, 5)},
		{"the second working day comes after today's", calendar, workdays, at(t, "09:00"), at(t, "10:00")},
		{"the horizon moves on with the clock", calendar, visit(60, 60), at(t, "09:00"), time.Time{}},
		{"closed for good", closedForGood, v, at(t, "09:00"), time.Time{}},
	} {
		if got := tc.visit.OpensNext(tc.calendar, tc.now); !got.Equal(tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

// A start is out of the horizon's reach exactly until the instant that Opens
// names, whatever the horizon counts; and what OpensNext names is the next
// instant at which there is more.
func TestOpensIsWhenTheHorizonIsReached(t *testing.T) {
	t.Parallel()
	zones := map[string]*scheduling.Calendar{}
	for _, zone := range []string{"Asia/Riyadh", "America/New_York", "Asia/Kathmandu"} {
		zones[zone] = workingWeek(t, zone)
	}
	rapid.Check(t, func(t *rapid.T) {
		calendar := zones[rapid.SampledFrom([]string{"Asia/Riyadh", "America/New_York", "Asia/Kathmandu"}).Draw(t, "zone")]
		v := visit(60, 60)
		v.Horizon = time.Duration(rapid.IntRange(1, 40).Draw(t, "horizon")) * 24 * time.Hour
		v.OpensAt = scheduling.WallTime(rapid.SampledFrom([]int{0, 1, 150, 10 * 60, 23*60 + 59, 24 * 60}).Draw(t, "opens"))
		v.HorizonDays = rapid.IntRange(0, 12).Draw(t, "working days")
		// From October on, across both changes of the clocks in New York.
		date := tuesday - 60 + scheduling.Date(rapid.IntRange(0, 200).Draw(t, "date"))
		day := calendar.Day(date)
		start := day.At(rapid.IntRange(9, 11).Draw(t, "hour") * 12)
		opens := v.Opens(calendar, date, start)
		for _, now := range []time.Time{
			opens.Add(-time.Second), opens, opens.Add(time.Second),
			start.Add(-time.Duration(rapid.IntRange(0, 60*24*60).Draw(t, "minutes ahead")) * time.Minute),
		} {
			desk := deskOf(calendar)
			counted := v.Counted(desk, now)
			want := now.Before(opens)
			if got := broken(counted.Check(day, start, now)) == slots.RuleHorizon; got != want && start.After(now) {
				t.Fatalf("at %v: beyond the horizon is %v, but it opens at %v", now, got, opens)
			}
			if twice := counted.Counted(desk, now); twice != counted {
				t.Fatalf("counting twice makes %+v of %+v", twice, counted)
			}
			_, last := v.Counted(deskOf(calendar), now).Reach(calendar, now)
			if v.OpensAt > 0 && start.After(now) && start.After(last) != want {
				t.Fatalf("at %v: in reach until %v, but %v opens at %v", now, last, start, opens)
			}
			next := v.OpensNext(calendar, now)
			if v.OpensAt == 0 {
				continue
			}
			if !next.After(now) {
				t.Fatalf("at %v: the next date opens at %v", now, next)
			}
			_, before := v.Counted(deskOf(calendar), next.Add(-time.Second)).Reach(calendar, next.Add(-time.Second))
			_, after := v.Counted(deskOf(calendar), next).Reach(calendar, next)
			if !after.After(before) {
				t.Fatalf("at %v nothing more is in reach", next)
			}
		}
	})
}

// Whoever asks for a date too early is told when it opens, by holding and by
// asking why.
func TestTooEarlyIsToldWhen(t *testing.T) {
	t.Parallel()
	service := hourly()
	service.Notice, service.Horizon, service.OpensAt = 0, 7*24*time.Hour, 10*time.Hour
	if err := service.Validate(); err != nil {
		t.Fatal(err)
	}
	r := newRigOf(t, daily("Asia/Riyadh", opens(t, "09:00-12:00")), service)
	now, start := at(t, "09:30"), at(t, "11:00").AddDate(0, 0, 9)
	_, err := r.Hold(t.Context(), request(start), nil, now)
	var early *slots.HorizonError
	if !errors.As(err, &early) || broken(err) != slots.RuleHorizon {
		t.Fatalf("Hold = %v, want a *HorizonError", err)
	}
	opens := at(t, "10:00").AddDate(0, 0, 2)
	if !early.Opens.Equal(opens) || early.RetryAfter != opens.Sub(now) {
		t.Errorf("got %+v, want %v", early, opens)
	}
	_, tally, err := r.Explain(t.Context(), service.Slug, "riyadh", tuesday+9, now)
	if err != nil || tally.Refused[slots.RuleHorizon] != 3 || !tally.Opens.Equal(opens) {
		t.Errorf("Explain = %+v, %v, want that it opens at %v", tally, err, opens)
	}
	if _, err = r.Hold(t.Context(), request(start), nil, opens); err != nil {
		t.Errorf("when it opens: %v", err)
	}
	found, err := r.Search(t.Context(), slots.Query{
		Service: service.Slug, Branch: "riyadh", From: tuesday + 8, To: tuesday + 20, Party: 1, Channel: catalog.Public,
	}, opens)
	days := found.Days
	if err != nil || len(days) != 2 || days[1].Date != tuesday+9 || len(days[1].Slots) != 2 {
		t.Errorf("Search = %v, %v, want two dates, of the second what is not held", days, err)
	}
}

// A horizon in working days that moves on with the clock is reached at the
// midnight at which they count so far, or a horizon ahead if that is later.
func TestTooEarlyInWorkingDays(t *testing.T) {
	t.Parallel()
	service := hourly()
	service.Notice, service.HorizonWorkingDays = 0, 3
	r := newRigOf(t, daily("Asia/Riyadh", opens(t, "09:00-12:00")), service)
	_, err := r.Hold(t.Context(), request(at(t, "11:00").AddDate(0, 0, 9)), nil, at(t, "09:30"))
	var early *slots.HorizonError
	if want := calendarDay(6); !errors.As(err, &early) || !early.Opens.Equal(want) {
		t.Errorf("Hold = %v, want it to open at %v", err, want)
	}
}

// Without a set time a start comes into reach a horizon ahead of it.
func TestTooEarlyWithARollingHorizon(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	start := at(t, "11:00").AddDate(0, 0, 40)
	_, err := r.Hold(t.Context(), request(start), nil, heldAt)
	var early *slots.HorizonError
	if want := start.Add(-hourly().Horizon); !errors.As(err, &early) || !early.Opens.Equal(want) {
		t.Errorf("Hold = %v, want it to open at %v", err, want)
	}
}

// A start past midnight belongs to the date on which its opening begins, and
// opens with it.
func TestOpeningPastMidnightOpensWithItsDate(t *testing.T) {
	t.Parallel()
	service := hourly()
	service.Notice, service.Horizon, service.OpensAt = 0, 7*24*time.Hour, 10*time.Hour
	r := newRigOf(t, daily("Asia/Riyadh", opens(t, "22:00-26:00")), service)
	start := at(t, "01:00").AddDate(0, 0, 9)
	_, err := r.Hold(t.Context(), request(start), nil, at(t, "09:30"))
	var early *slots.HorizonError
	if want := at(t, "10:00").AddDate(0, 0, 1); !errors.As(err, &early) || !early.Opens.Equal(want) {
		t.Fatalf("Hold = %v, want it to open at %v", err, want)
	}
	if _, err = r.Hold(t.Context(), request(start), nil, early.Opens); err != nil {
		t.Errorf("when it opens: %v", err)
	}
}
