package slots_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/scheduling"
	"ziyara/slots"
)

// lateAndEarly opens in the evening until past midnight and again from the
// next midnight on, so that an instant can belong to two dates.
func lateAndEarly(t testing.TB, late, early string) scheduling.Plan {
	plan := daily("Asia/Riyadh", opens(t, late))
	if early != "" {
		plan.Rules = append(plan.Rules, daily("Asia/Riyadh", opens(t, early)).Rules...)
		plan.Rules[1].RRule = "FREQ=WEEKLY;BYDAY=MO,WE,FR"
	}
	return plan
}

// A place that is taken on the date to which an instant belongs is not offered
// by the opening of the date before.
func TestInstantBelongsToOneDate(t *testing.T) {
	t.Parallel()
	r := newRigOf(t, lateAndEarly(t, "20:00-26:00", "00:00-02:00"), hourly())
	wednesday := midnight.AddDate(0, 0, 1)
	if a := r.hold(wednesday); a.Place.Day != tuesday+1 {
		t.Fatalf("midnight belongs to %v, want the date that begins", a.Place.Day)
	}
	found, err := r.Search(t.Context(), query(tuesday, tuesday+2), heldAt)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[time.Time]int{}
	for _, d := range found.Days {
		for _, s := range d.Slots {
			seen[s.Start]++
		}
	}
	if seen[wednesday] != 0 || seen[wednesday.Add(time.Hour)] != 1 {
		t.Errorf("midnight is offered %d times, 01:00 %d times, want 0 and 1", seen[wednesday], seen[wednesday.Add(time.Hour)])
	}
	var taken *slots.TakenError
	if _, err = r.Hold(t.Context(), request(wednesday), nil, heldAt); !errors.As(err, &taken) {
		t.Fatalf("Hold = %v, want a *TakenError", err)
	}
	offered := map[time.Time]bool{wednesday: true}
	for _, s := range taken.Alternatives {
		if offered[s.Start] {
			t.Errorf("%v is among the alternatives twice, or what is taken", s.Start)
		}
		offered[s.Start] = true
	}
}

// Whatever a search offers is offered once, lies in its reach, can be held at
// that moment, and can be waited for.
func TestWhatIsFoundPastMidnightCanBeHeld(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		service := hourly()
		service.Notice = time.Duration(rapid.SampledFrom([]int{0, 7, 24}).Draw(rt, "notice")) * time.Hour
		service.Horizon = time.Duration(rapid.IntRange(2, 5).Draw(rt, "horizon")) * 24 * time.Hour
		service.OpensAt = time.Duration(rapid.SampledFrom([]int{0, 1, 10}).Draw(rt, "opens")) * time.Hour
		service.HorizonWorkingDays = rapid.IntRange(0, 3).Draw(rt, "working days")
		service.Duration = time.Duration(rapid.SampledFrom([]int{30, 60}).Draw(rt, "duration")) * time.Minute
		service.Before = time.Duration(rapid.SampledFrom([]int{0, 10}).Draw(rt, "before")) * time.Minute
		service.Step = time.Duration(rapid.SampledFrom([]int{20, 60}).Draw(rt, "step")) * time.Minute
		service.GapStep = time.Duration(rapid.SampledFrom([]int{0, 15}).Draw(rt, "gap step")) * time.Minute
		late := rapid.SampledFrom([]string{"20:00-26:00", "22:30-25:00 x2", "21:00-24:00"}).Draw(rt, "late")
		early := rapid.SampledFrom([]string{"", "00:00-02:00", "00:30-03:00", "01:00-02:00 x2"}).Draw(rt, "early")
		r := newRigOf(t, lateAndEarly(t, late, early), service)
		now := midnight.Add(time.Duration(rapid.IntRange(0, 48*60).Draw(rt, "now")) * time.Minute)
		waits := newWaitlist(t, joined{entry: new(slots.Entry)})
		search := func() slots.Found {
			found, err := r.Search(t.Context(), query(tuesday-1, tuesday+9), now)
			if err != nil {
				rt.Fatal(err)
			}
			return found
		}
		for range rapid.IntRange(0, 4).Draw(rt, "taken") {
			if days := search().Days; len(days) > 0 {
				free := rapid.SampledFrom(days).Draw(rt, "day").Slots
				if _, err := r.Hold(t.Context(), request(rapid.SampledFrom(free).Draw(rt, "slot").Start), nil, now); err != nil {
					rt.Fatal(err)
				}
			}
		}
		found := search()
		seen := map[time.Time]bool{}
		for _, d := range found.Days {
			for _, s := range d.Slots {
				if seen[s.Start] {
					rt.Fatalf("%v is offered twice", s.Start)
				}
				seen[s.Start] = true
				if s.Start.Before(found.Reach.From) || s.Start.After(found.Reach.Until) {
					rt.Fatalf("%v is offered, but in reach is %v to %v", s.Start, found.Reach.From, found.Reach.Until)
				}
				hold, err := r.Hold(t.Context(), request(s.Start), nil, now)
				if err != nil {
					rt.Fatalf("%v is offered on %v, but: %v", s.Start, d.Date, err)
				}
				if hold.Place.Day != d.Date {
					rt.Fatalf("%v is offered on %v and held on %v", s.Start, d.Date, hold.Place.Day)
				}
				if err = r.Release(t.Context(), hold.ID); err != nil {
					rt.Fatal(err)
				}
				local := s.Start.In(found.Zone)
				on, clock := scheduling.NewDate(local.Date()), scheduling.Clock(local.Hour(), local.Minute())
				wish := slots.Wish{From: on, To: on, Earliest: clock, Latest: clock, Party: 1}
				_, err = waits.Join(t.Context(), r.Booker, slots.JoinRequest{Service: service.Slug, Branch: "riyadh", Wish: wish}, nil, now)
				if rule := broken(err); rule != "" && rule != slots.RuleClosed { // closed: starts after a gap move on when it is free
					rt.Fatalf("%v can be held but not waited for: %v", s.Start, err)
				}
			}
		}
	})
}
