package slots_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// nested is a service of an hour that keeps one of four places for agents, one
// for walk-ins and one for urgent cases, until ten.
func nested() catalog.Service {
	s := hourly()
	s.Notice = 0
	s.HoldBack = catalog.HoldBack{catalog.Public: 3, catalog.Agent: 2, catalog.WalkIn: 1}
	s.WalkInReleaseMinutes = 10 * 60
	return s
}

// What is kept for walk-ins counts for everybody from a set wall time of the
// visit's date on, and not a moment before; what is kept for agents and for
// urgent cases stays kept. An opening's reserve is released like a service's.
func TestReleaseOfWalkInPlaces(t *testing.T) {
	t.Parallel()
	byOpening := nested()
	byOpening.HoldBack = nil
	reserve := map[string]int{"public": 3, "agent": 2, "walk_in": 1}
	never := nested()
	never.WalkInReleaseMinutes = 0
	atMidnight := nested()
	atMidnight.WalkInReleaseMinutes = 24 * 60
	noWalkIns := nested()
	noWalkIns.HoldBack = catalog.HoldBack{catalog.Public: 3, catalog.Agent: 1, catalog.WalkIn: 1}
	for _, tc := range []struct {
		name    string
		service catalog.Service
		reserve map[string]int
		channel catalog.Channel
		date    scheduling.Date
		now     string
		want    int // places at two in the afternoon
	}{
		{"the public, a moment before", nested(), nil, catalog.Public, tuesday, "09:59:59", 1},
		{"the public, exactly then", nested(), nil, catalog.Public, tuesday, "10:00", 2},
		{"agents before", nested(), nil, catalog.Agent, tuesday, "09:59:59", 2},
		{"agents then", nested(), nil, catalog.Agent, tuesday, "10:00", 3},
		{"walk-ins before", nested(), nil, catalog.WalkIn, tuesday, "09:59:59", 3},
		{"walk-ins then", nested(), nil, catalog.WalkIn, tuesday, "10:00", 3},
		{"urgent cases before", nested(), nil, catalog.Protected, tuesday, "09:59:59", 4},
		{"urgent cases then", nested(), nil, catalog.Protected, tuesday, "10:00", 4},
		{"the next date stays", nested(), nil, catalog.Public, tuesday + 1, "13:00", 1},
		{"an opening's reserve, before", byOpening, reserve, catalog.Public, tuesday, "09:59:59", 1},
		{"an opening's reserve, then", byOpening, reserve, catalog.Public, tuesday, "10:00", 2},
		{"an opening's reserve on the next date", byOpening, reserve, catalog.Public, tuesday + 1, "13:00", 1},
		{"never", never, nil, catalog.Public, tuesday, "13:59", 1},
		{"at the end of the date", atMidnight, nil, catalog.Public, tuesday, "13:59", 1},
		{"nothing is kept for walk-ins", noWalkIns, nil, catalog.Public, tuesday, "10:00", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			openings := opens(t, "08:00-15:00 x4")
			openings[0].Reserve = tc.reserve
			calendar := compile(t, daily("Asia/Riyadh", openings))
			visit, err := slots.ShapeOf(&tc.service, 1, tc.channel)
			if err != nil {
				t.Fatal(err)
			}
			now := at(t, tc.now)
			got := 0
			for _, s := range slots.Free(calendar.Day(tc.date), nil, visit.Counted(deskOf(calendar), now), now) {
				if s.Start.Equal(tc.date.At(scheduling.Clock(14, 0), calendar.Zone())) {
					got = s.Places
				}
			}
			if got != tc.want {
				t.Errorf("got %d places, want %d", got, tc.want)
			}
		})
	}
}

// The time of release is what clocks show, also on the day on which they are
// put forward, and openings past midnight belong to the date they begin on.
func TestReleaseIsWallTime(t *testing.T) {
	t.Parallel()
	service := nested()
	service.WalkInReleaseMinutes = 4 * 60
	calendar := compile(t, daily("Europe/Berlin", opens(t, "20:00-26:00 x4")))
	visit, err := slots.ShapeOf(&service, 1, catalog.Public)
	if err != nil {
		t.Fatal(err)
	}
	spring := scheduling.NewDate(2027, time.March, 28)            // 02:00 becomes 03:00
	four := time.Date(2027, time.March, 28, 2, 0, 0, 0, time.UTC) // three hours after midnight
	for _, tc := range []struct {
		name string
		now  time.Time
		want scheduling.Date
	}{
		{"a moment before", four.Add(-1), spring - 1},
		{"exactly then", four, spring},
		{"the last moment of the date", four.Add(20*time.Hour - 1), spring},
		{"after midnight the opening is still yesterday's", four.Add(20 * time.Hour), spring},
		{"until the next release", four.Add(24 * time.Hour), spring + 1},
	} {
		if got := visit.Counted(deskOf(calendar), tc.now).WalkInsReleased; got != tc.want {
			t.Errorf("%s: released up to %v, want %v", tc.name, got, tc.want)
		}
	}
}

// The search, the rule, the ledger, the move and the explanation agree on when
// a place that is kept for walk-ins can be booked.
func TestReleaseEverywhere(t *testing.T) {
	t.Parallel()
	for _, kept := range []string{"by the service", "by the opening"} {
		t.Run(kept, func(t *testing.T) {
			t.Parallel()
			service, openings := nested(), opens(t, "12:00-15:00")
			service.HoldBack = catalog.HoldBack{catalog.Public: 1, catalog.Agent: 1}
			if kept == "by the opening" {
				service.HoldBack = nil
				openings[0].Reserve = map[string]int{"public": 1, "agent": 1}
			}
			r := newRigOf(t, daily("Asia/Riyadh", openings), service)
			before, then := at(t, "09:59"), at(t, "10:00")
			wanted := request(at(t, "14:00"))
			for _, now := range []time.Time{before, then} {
				open := now.Equal(then)
				found, err := r.Search(t.Context(), slots.Query{
					Service: service.Slug, Branch: "riyadh", From: tuesday, To: tuesday + 1, Party: 1, Channel: catalog.Public}, now)
				days := found.Days
				if err != nil || (len(days) == 1) != open {
					t.Errorf("search at %v: %d days, %v", now, len(days), err)
				}
				first, err := r.First(t.Context(), slots.FirstQuery{Service: service.Slug, Party: 1, Channel: catalog.Public}, now)
				if err != nil || first[0].Found != open {
					t.Errorf("first place at %v: %+v, %v", now, first, err)
				}
				overview, err := r.Overview(t.Context(), slots.Query{
					Service: service.Slug, Branch: "riyadh", From: tuesday, To: tuesday, Party: 1, Channel: catalog.Public}, now)
				month := overview.Days
				if err != nil || (month[0].State == slots.DayFree) != open {
					t.Errorf("month view at %v: %+v, %v", now, month, err)
				}
				_, tally, err := r.Explain(t.Context(), service.Slug, "riyadh", tuesday, now)
				if err != nil || (tally.Free == 3) != open {
					t.Errorf("explanation at %v: %+v, %v", now, tally, err)
				}
				hold, err := r.Hold(t.Context(), wanted, nil, now)
				if (err == nil) != open {
					t.Fatalf("hold at %v: %v", now, err)
				}
				if !open {
					continue
				}
				visit, err := r.Book(t.Context(), hold.ID, booking("1000000008"), nil, now)
				if err != nil {
					t.Fatal(err)
				}
				r.centre.Centre.Services[0].MoveCutoff = 0
				if _, err = r.Move(t.Context(), visit.Reference, at(t, "13:00").AddDate(0, 0, 1), now); err == nil {
					t.Error("moved to a place of tomorrow that is kept for walk-ins")
				}
			}
		})
	}
}

// A channel is never offered, and never gets, more than what is open less what
// is reserved above it and not released; and never less while places are free.
func TestReleaseProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		open := rapid.IntRange(1, 12).Draw(t, "open")
		// What the service and the opening reserve for each channel.
		var service, opening [4]int
		for i := 1; i < 4; i++ {
			service[i] = rapid.IntRange(0, 2).Draw(t, fmt.Sprint("service for ", i))
			opening[i] = rapid.IntRange(0, 2).Draw(t, fmt.Sprint("opening for ", i))
		}
		above := func(of [4]int, channel int) (n int) {
			for i := channel + 1; i < 4; i++ {
				n += of[i]
			}
			return n
		}
		s := heirs()
		s.Duration, s.After, s.Step, s.Notice = time.Hour, 0, time.Hour, 0
		s.HoldBack = catalog.HoldBack{}
		s.WalkInReleaseMinutes = rapid.IntRange(0, 24*60).Draw(t, "release")
		o := scheduling.Opening{From: scheduling.Clock(12, 0), To: scheduling.Clock(13, 0), Places: open, Reserve: map[string]int{}}
		for i, c := range catalog.Channels {
			s.HoldBack[c] = above(service, i)
			o.Reserve[string(c)] = min(open, above(opening, i))
		}
		calendar, err := scheduling.Compile(daily("Asia/Riyadh", []scheduling.Opening{o}))
		if err != nil {
			t.Fatal(err)
		}
		minute := rapid.IntRange(0, 12*60).Draw(t, "now")
		now := midnight.Add(time.Duration(minute) * time.Minute)
		date := tuesday + scheduling.Date(rapid.IntRange(0, 1).Draw(t, "days ahead"))
		channel := rapid.IntRange(0, 3).Draw(t, "channel")

		left := min(open, above(opening, channel)) + above(service, channel)
		if released := date == tuesday && s.WalkInReleaseMinutes > 0 && minute >= s.WalkInReleaseMinutes; released && channel < 2 {
			left -= service[2] + min(open, above(opening, 1)) - min(open, above(opening, 2))
		}
		limit := max(0, open-left)

		v, err := slots.ShapeOf(&s, 1, catalog.Channels[channel])
		if err != nil {
			t.Fatal(err)
		}
		used := make([]int16, 12)
		taken := rapid.IntRange(0, open).Draw(t, "taken")
		for i := range used {
			used[i] = int16(taken) //nolint:gosec // a few
		}
		day := calendar.Day(date)
		v = v.Counted(deskOf(calendar), now)
		places := 0
		for _, slot := range slots.Free(day, used, v, now) {
			places = slot.Places
		}
		if want := max(0, limit-taken); places != want {
			t.Fatalf("%s is offered %d places, want %d", catalog.Channels[channel], places, want)
		}
		if tally := slots.TallyDay(day, used, v, now); (tally.Free == 1) != (places > 0) {
			t.Fatalf("why says %+v of %d places", tally, places)
		}
		if got := bookable(t, calendar, s, catalog.Channels[channel], date, open, now); got != limit {
			t.Fatalf("%s gets %d places, want %d", catalog.Channels[channel], got, limit)
		}
	})
}

// bookable holds the start at noon until the ledger refuses, and returns how
// often it did not.
func bookable(
	t *rapid.T, calendar *scheduling.Calendar, s catalog.Service, c catalog.Channel, date scheduling.Date, most int, now time.Time,
) int {
	store := newFakeStore()
	names := catalog.Text{AR: "الرياض", EN: "Riyadh"}
	all, err := catalog.NewCentre(
		[]catalog.Branch{{Slug: "riyadh", Name: names, Address: names, City: names, Zone: "Asia/Riyadh"}},
		[]catalog.Department{{Slug: "revenues", Name: names}}, []catalog.Service{s}, nil)
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := centre.New(all, []*centre.DeskGroup{{
		ID: 1, BranchID: 1, Slug: "desks", Branch: "riyadh", Department: "revenues", Services: []string{s.Slug}, Calendar: calendar}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	ids := 0
	bookers, err := slots.NewBookers(store, time.Hour, func() string {
		ids++
		return fmt.Sprint(ids)
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := range most + 1 {
		_, err := bookers.On(snapshot).Hold(context.Background(), slots.HoldRequest{
			Service: s.Slug, Branch: "riyadh", Start: date.At(scheduling.Clock(12, 0), calendar.Zone()), Party: 1, Channel: c}, nil, now)
		switch {
		case errors.Is(err, slots.ErrTaken) || broken(err) == slots.RuleClosed:
			return n
		case err != nil:
			t.Fatal(err)
		}
	}
	t.Fatalf("%s gets more than the %d places that are open", c, most)
	return 0
}

// A channel that nobody knows would leave nothing to anybody.
func TestUnknownChannel(t *testing.T) {
	t.Parallel()
	service := nested()
	for _, c := range []catalog.Channel{"", "fax", "PUBLIC"} {
		if v, err := slots.ShapeOf(&service, 1, c); !errors.Is(err, slots.ErrUnknownChannel) || v != (slots.Shape{}) {
			t.Errorf("%q: %+v, %v, want %v", c, v, err, slots.ErrUnknownChannel)
		}
	}
	r := newRig(t, "09:00-12:00", hourly())
	wanted := request(start)
	wanted.Channel = "fax"
	if _, err := r.Hold(t.Context(), wanted, nil, heldAt); !errors.Is(err, slots.ErrUnknownChannel) {
		t.Errorf("hold: %v, want %v", err, slots.ErrUnknownChannel)
	}
	r.wantCalls()
}
