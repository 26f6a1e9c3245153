package slots_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/slots"
)

// counted is the availability of a date, with the number of its starts.
type counted struct {
	Date    scheduling.Date
	State   slots.DayState
	Starts  int
	Holiday scheduling.Text
}

func counts(days []slots.DayOffer) []counted {
	list := make([]counted, len(days))
	for i, d := range days {
		list[i] = counted{d.Date, d.State, len(d.Slots), d.Holiday}
	}
	return list
}

func TestDays(t *testing.T) {
	t.Parallel()
	eid := scheduling.Text{AR: "عيد الفطر", EN: "Eid al-Fitr"}
	plan := daily("Asia/Riyadh", opens(t, "09:00-12:00"),
		scheduling.Closure{Start: midnight.AddDate(0, 0, 3), End: midnight.AddDate(0, 0, 4)},
		scheduling.Closure{Start: at(t, "10:00").AddDate(0, 0, 4), End: at(t, "11:30").AddDate(0, 0, 4)})
	plan.Holidays = []scheduling.Holiday{{Name: eid, From: tuesday + 5, Until: tuesday + 6}}
	plan.Hours = []scheduling.DayHours{
		{Date: tuesday + 6, Openings: opens(t, "09:00-10:00")}, // opens on the holiday
		{Date: tuesday + 7}, // closed that day
		{Date: tuesday + 8, Openings: opens(t, "09:00-09:55")}, // too short for an hour
	}
	r := newRigOf(t, plan, hourly())
	r.hold(start)                          // 10:00, of three
	r.fill("riyadh", tuesday+2, tuesday+2) // a Thursday
	r.store.calls = nil
	overview, err := r.Overview(t.Context(), query(tuesday-1, tuesday+30), heldAt)
	days := overview.Days
	if err != nil {
		t.Fatal(err)
	}
	r.wantCalls("Occupancy") // one read
	want := []counted{
		{Date: tuesday - 1, State: slots.DayTooSoon},
		{Date: tuesday, State: slots.DayFree, Starts: 2},
		{Date: tuesday + 1, State: slots.DayFree, Starts: 3},
		{Date: tuesday + 2, State: slots.DayFull},
		{Date: tuesday + 3, State: slots.DayClosed},
		{Date: tuesday + 4, State: slots.DayFree, Starts: 1},
		{Date: tuesday + 5, State: slots.DayHoliday, Holiday: eid},
		{Date: tuesday + 6, State: slots.DayFree, Starts: 1},
		{Date: tuesday + 7, State: slots.DayClosed},
		{Date: tuesday + 8, State: slots.DayClosed},
	}
	if diff := cmp.Diff(want, counts(days[:len(want)])); diff != "" {
		t.Errorf("Days (-want +got):\n%s", diff)
	}
	end := []counted{
		{Date: tuesday + 28, State: slots.DayFree, Starts: 3},
		{Date: tuesday + 29, State: slots.DayFree, Starts: 1}, // 09:00 is 30 days ahead, to the second
		{Date: tuesday + 30, State: slots.DayTooLate},
	}
	if diff := cmp.Diff(end, counts(days[len(days)-3:])); diff != "" {
		t.Errorf("Days at the horizon (-want +got):\n%s", diff)
	}
}

// A date that has no place for the visitor's channel, or too few for the
// party, is full, whether or not anything is taken.
func TestDaysWithoutAPlaceForTheParty(t *testing.T) {
	t.Parallel()
	service := hourly()
	service.PlacePerVisitor = true
	service.HoldBack = catalog.HoldBack{catalog.Public: 1}
	r := newRig(t, "09:00-12:00 x3", service)
	for party, want := range map[int]slots.DayState{1: slots.DayFree, 2: slots.DayFree, 3: slots.DayFull} {
		q := query(tuesday+1, tuesday+1)
		q.Party = party
		overview, err := r.Overview(t.Context(), q, heldAt)
		days := overview.Days
		if err != nil || days[0].State != want {
			t.Errorf("party of %d: %+v, %v, want %s", party, days, err, want)
		}
	}
}

// A date on which only others are received is closed, not full.
func TestDaysForOthers(t *testing.T) {
	t.Parallel()
	others := opens(t, "09:00-12:00")
	others[0].Services = []string{"iban-update"}
	kept := opens(t, "09:00-12:00 x2")
	kept[0].Reserve = map[string]int{string(catalog.Public): 2}
	plan := daily("Asia/Riyadh", opens(t, "09:00-12:00"))
	plan.Hours = []scheduling.DayHours{{Date: tuesday + 1, Openings: others}, {Date: tuesday + 2, Openings: kept}}
	r := newRigOf(t, plan, hourly())
	overview, err := r.Overview(t.Context(), query(tuesday+1, tuesday+3), heldAt)
	days := overview.Days
	want := []counted{
		{Date: tuesday + 1, State: slots.DayClosed},
		{Date: tuesday + 2, State: slots.DayClosed},
		{Date: tuesday + 3, State: slots.DayFree, Starts: 3},
	}
	if diff := cmp.Diff(want, counts(days)); diff != "" || err != nil {
		t.Errorf("Days: %v (-want +got):\n%s", err, diff)
	}
}

// Between a start that is too soon and one that is too late, the date is one
// to come back for.
func TestDaysBetweenTwoStarts(t *testing.T) {
	t.Parallel()
	service := hourly()
	service.Notice, service.Horizon = 0, 30*time.Minute
	r := newRig(t, "09:00-12:00", service)
	for now, want := range map[string]slots.DayState{
		"08:00": slots.DayTooLate, "09:00": slots.DayFree, "09:15": slots.DayTooLate, "11:01": slots.DayTooSoon,
	} {
		overview, err := r.Overview(t.Context(), query(tuesday, tuesday), at(t, now))
		days := overview.Days
		if err != nil || days[0].State != want {
			t.Errorf("at %s: %+v, %v, want %s", now, days, err, want)
		}
	}
}

func TestDaysRefuse(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	for name, change := range map[string]func(*slots.Query){
		"the first day is after the last": func(q *slots.Query) { q.To = q.From - 1 },
		"63 days":                         func(q *slots.Query) { q.To = q.From + 62 },
		"an unknown service":              func(q *slots.Query) { q.Service = "passport" },
		"a party over the limit":          func(q *slots.Query) { q.Party = 4 },
	} {
		q := query(tuesday, tuesday)
		change(&q)
		overview, err := r.Overview(t.Context(), q, heldAt)
		days := overview.Days
		_, same := r.Search(t.Context(), q, heldAt)
		if days != nil || err == nil || err.Error() != same.Error() {
			t.Errorf("%s: %v, %v, want %v as of a search", name, days, err, same)
		}
	}
	r.store.fail["Occupancy"] = fault.ErrUnavailable
	if _, err := r.Overview(t.Context(), query(tuesday+1, tuesday+1), heldAt); !errors.Is(err, fault.ErrUnavailable) {
		t.Errorf("the store can't be reached: %v", err)
	}
}

// A date is free exactly when a search of it finds a start, and as many starts
// are counted as the search finds; every date of the range is there once.
func TestDaysAgreeWithSearch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		service := hourly()
		service.Notice = time.Duration(rapid.IntRange(0, 72).Draw(rt, "notice")) * time.Hour
		service.Horizon = service.Notice + time.Duration(rapid.IntRange(1, 12*24).Draw(rt, "reach"))*time.Hour
		service.HorizonWorkingDays = rapid.IntRange(0, 9).Draw(rt, "working days")
		service.GapStep = time.Duration(rapid.IntRange(0, 3).Draw(rt, "gap step")) * scheduling.Tick
		service.PlacePerVisitor = true
		service.Needs = []catalog.Need{{Slug: "interpreter", Name: service.Name, ExtraMinutes: 30}}
		plan := daily(rapid.SampledFrom([]string{"Asia/Riyadh", "America/New_York"}).Draw(rt, "zone"),
			opens(t, rapid.SampledFrom([]string{"09:00-12:00", "22:00-26:00", "09:00-10:20 x2, 23:00-24:00"}).Draw(rt, "open")))
		for range rapid.IntRange(0, 3).Draw(rt, "closures") {
			from := midnight.Add(time.Duration(rapid.IntRange(-2*24, 9*24).Draw(rt, "closed from")) * time.Hour)
			plan.Closures = append(plan.Closures, scheduling.Closure{
				Start: from, End: from.Add(time.Duration(rapid.IntRange(1, 48).Draw(rt, "closed for")) * time.Hour)})
		}
		if rapid.Bool().Draw(rt, "holiday") {
			from := tuesday + scheduling.Date(rapid.IntRange(-2, 7).Draw(rt, "holiday from"))
			plan.Holidays = []scheduling.Holiday{{Name: service.Name, From: from, Until: from + 1}}
		}
		r := newRigOf(t, plan, service)
		now := heldAt.Add(time.Duration(rapid.IntRange(0, 24*60).Draw(rt, "now")) * time.Minute)
		q := query(tuesday-3, tuesday+12)
		q.Party = rapid.IntRange(1, 2).Draw(rt, "party")
		if rapid.Bool().Draw(rt, "need") {
			q.Needs = []string{"interpreter"}
		}
		for range rapid.IntRange(0, 10).Draw(rt, "taken") {
			search, err := r.Search(t.Context(), q, now)
			days := search.Days
			if err != nil {
				rt.Fatal(err)
			}
			if len(days) == 0 {
				break
			}
			free := days[rapid.IntRange(0, len(days)-1).Draw(rt, "day")].Slots
			ask := request(free[rapid.IntRange(0, len(free)-1).Draw(rt, "start")].Start)
			ask.Party, ask.Needs = q.Party, q.Needs
			if _, err := r.Hold(t.Context(), ask, nil, now); err != nil {
				rt.Fatal(err)
			}
		}
		overview, err := r.Overview(t.Context(), q, now)
		days := overview.Days
		if err != nil || len(days) != int(q.To-q.From)+1 {
			rt.Fatalf("%d days, %v", len(days), err)
		}
		for i, d := range days {
			one := q
			one.From = q.From + scheduling.Date(i)
			one.To = one.From
			search, err := r.Search(t.Context(), one, now)
			found := search.Days
			if err != nil {
				rt.Fatal(err)
			}
			starts := 0
			for _, f := range found {
				starts += len(f.Slots)
			}
			if d.Date != one.From || len(d.Slots) != starts || (d.State == slots.DayFree) != (starts > 0) {
				rt.Errorf("%v: %+v, but a search finds %d starts", one.From, d, starts)
			}
			if (d.State == slots.DayHoliday) != (d.Holiday != scheduling.Text{}) {
				rt.Errorf("%+v: the name belongs to holidays", d)
			}
		}
	})
}

// With nothing taken, no date is full: what is open within reach is free.
func TestNothingTakenIsNotFull(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		service := hourly()
		service.Notice = time.Duration(rapid.IntRange(0, 72*60).Draw(rt, "notice")) * time.Minute
		service.Horizon = service.Notice + time.Duration(rapid.IntRange(1, 6*24*60).Draw(rt, "reach"))*time.Minute
		service.GapStep = time.Duration(rapid.IntRange(0, 1).Draw(rt, "gap step")) * scheduling.Tick
		r := newRig(t, fmt.Sprintf("09:00-%d:%02d", rapid.IntRange(10, 14).Draw(rt, "hour"), 5*rapid.IntRange(0, 11).Draw(rt, "minute")), service)
		overview, err := r.Overview(t.Context(), query(tuesday-3, tuesday+12), heldAt)
		days := overview.Days
		if err != nil {
			rt.Fatal(err)
		}
		for _, d := range days {
			if d.State == slots.DayFull || d.State == slots.DayClosed {
				rt.Errorf("%+v", d)
			}
		}
	})
}
