package slots_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/slots"
)

func TestNewBookersNeedEverything(t *testing.T) {
	t.Parallel()
	store, id := newFakeStore(), func() string { return "" }
	for name, try := range map[string]func() (*slots.Bookers, error){
		"a store":        func() (*slots.Bookers, error) { return slots.NewBookers(nil, time.Minute, id) },
		"ids":            func() (*slots.Bookers, error) { return slots.NewBookers(store, time.Minute, nil) },
		"time for holds": func() (*slots.Bookers, error) { return slots.NewBookers(store, 0, id) },
	} {
		if b, err := try(); b != nil || err == nil {
			t.Errorf("without %s: %v, %v", name, b, err)
		}
	}
}

func TestHold(t *testing.T) {
	t.Parallel()
	service := hourly()
	service.Before, service.After, service.PlacePerVisitor = 5*time.Minute, 10*time.Minute, true
	r := newRig(t, "08:55-17:00 x5", service)
	riyadh := time.FixedZone("Riyadh", 3*60*60)
	q := request(start.In(riyadh))
	q.Party, q.Channel = 3, catalog.Agent
	got, err := r.Hold(t.Context(), q, nil, heldAt)
	if err != nil {
		t.Fatal(err)
	}
	want := slots.Appointment{
		ID: "hold 1", Status: slots.Held, Service: "heirs-returns", Branch: "riyadh",
		Place: slots.Place{Branch: 1, DeskGroup: 7, Day: tuesday, First: 119, Ticks: 15, Count: 3},
		Start: start, End: start.Add(time.Hour), Party: 3, Channel: catalog.Agent,
		Created: heldAt, Expires: heldAt.Add(holdFor),
	}
	if diff := cmp.Diff(want, got); diff != "" || got.Start.Location() != time.UTC {
		t.Errorf("held, in %v (-want +got):\n%s", got.Start.Location(), diff)
	}
	r.wantUnchanged(want)
	r.wantCalls("Hold", "OpenDay", "Hold") // the first of its day
	q.Party = 2
	if _, err := r.Hold(t.Context(), q, nil, heldAt); err != nil {
		t.Fatal(err)
	}
	r.wantCalls("Hold") // any other costs one statement
	found, err := r.FindHold(t.Context(), "hold 1")
	if diff := cmp.Diff(want, found); diff != "" || err != nil {
		t.Errorf("found: %v (-want +got):\n%s", err, diff)
	}
}

func TestHoldRefuses(t *testing.T) {
	t.Parallel()
	quarter := hourly()
	quarter.Duration, quarter.Step, quarter.Notice = 15*time.Minute, 15*time.Minute, 0
	for _, tc := range []struct {
		name   string
		open   string
		change func(*slots.HoldRequest)
		start  string
		rule   slots.Rule
		err    error
	}{
		{name: "the last place at 09:45 is taken", open: "09:00-10:00", start: "09:45", err: slots.ErrTaken},
		{name: "10:00 is not in an opening from 09:00 to 10:00", open: "09:00-10:00", start: "10:00", rule: slots.RuleClosed},
		{name: "09:50 is not on the grid", open: "09:00-11:00", start: "09:50", rule: slots.RuleOffGrid},
		{name: "past the horizon", open: "09:00-10:00", start: "09:00", rule: slots.RuleHorizon,
			change: func(q *slots.HoldRequest) { q.Start = q.Start.AddDate(0, 0, 31) }},
		{name: "in the past", open: "09:00-10:00", start: "09:00", rule: slots.RuleNotice,
			change: func(q *slots.HoldRequest) { q.Start = q.Start.AddDate(0, 0, -2) }},
		{name: "in the year 1", open: "09:00-10:00", start: "09:00", rule: slots.RuleNotice,
			change: func(q *slots.HoldRequest) { q.Start = time.Time{} }},
		{name: "in the year 9999", open: "09:00-10:00", start: "09:00", rule: slots.RuleHorizon,
			change: func(q *slots.HoldRequest) { q.Start = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC) }},
		{name: "a party over the limit", open: "09:00-10:00", start: "09:00", rule: slots.RulePartyLimit,
			change: func(q *slots.HoldRequest) { q.Party = 4 }},
		{name: "an unknown service", open: "09:00-10:00", start: "09:00", err: centre.ErrUnknownService,
			change: func(q *slots.HoldRequest) { q.Service = "passport" }},
		{name: "an unknown branch", open: "09:00-10:00", start: "09:00", err: centre.ErrUnknownBranch,
			change: func(q *slots.HoldRequest) { q.Branch = "abha" }},
		{name: "a branch without the service", open: "09:00-10:00", start: "09:00", err: centre.ErrNotOffered,
			change: func(q *slots.HoldRequest) { q.Branch = "dammam" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, tc.open, quarter)
			r.hold(at(t, "09:45"))
			q := request(at(t, tc.start))
			if tc.change != nil {
				tc.change(&q)
			}
			a, err := r.Hold(t.Context(), q, nil, heldAt)
			if err == nil || broken(err) != tc.rule || tc.err != nil && !errors.Is(err, tc.err) {
				t.Errorf("Hold = %+v, %v, want %v%s", a, err, tc.err, tc.rule)
			}
			if len(r.store.claims) != 1 {
				t.Errorf("%d claims, want only the first", len(r.store.claims))
			}
		})
	}
}

// A hold takes its place until it runs out, to the nanosecond. Then whoever
// finds the day full ends it.
func TestHoldEndsOverdueHolds(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	first := r.hold(start)
	r.store.calls = nil

	_, err := r.Hold(t.Context(), request(start), nil, heldAt.Add(holdFor-1))
	if !errors.Is(err, slots.ErrTaken) {
		t.Errorf("just before the hold runs out: %v, want %v", err, slots.ErrTaken)
	}
	r.wantUnchanged(first)
	r.wantCalls("Hold", "ExpireHolds", "Hold", "Occupancy") // somebody else may have ended some

	second, err := r.Hold(t.Context(), request(start), nil, heldAt.Add(holdFor))
	if err != nil {
		t.Errorf("when the hold has run out: %v", err)
	}
	r.wantCalls("Hold", "ExpireHolds", "Hold")
	if got := r.store.claims[first.ID].Status; got != slots.Expired {
		t.Errorf("the first hold is %s, want %s", got, slots.Expired)
	}

	// An overdue hold beside the wanted place helps nobody, and the place is
	// tried no third time.
	r.hold(start.Add(time.Hour))
	r.store.calls = nil
	_, err = r.Hold(t.Context(), request(start), nil, second.Created.Add(1))
	if !errors.Is(err, slots.ErrTaken) {
		t.Errorf("another hold has run out: %v, want %v", err, slots.ErrTaken)
	}
	r.wantCalls("Hold", "ExpireHolds", "Hold", "Occupancy")
}

// Only holds on the wanted day are ended: the others are the periodic job's.
func TestHoldEndsHoldsOfItsDay(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	other := r.hold(start.AddDate(0, 0, 1))
	r.hold(start)
	if _, err := r.Hold(t.Context(), request(start), nil, heldAt.Add(holdFor)); err != nil {
		t.Fatal(err)
	}
	r.wantUnchanged(other)
}

func TestAlternatives(t *testing.T) {
	t.Parallel()
	friday := scheduling.Closure{Start: midnight.AddDate(0, 0, 3), End: midnight.AddDate(0, 0, 4)}
	for _, tc := range []struct {
		name    string
		open    string
		wanted  string
		taken   []string
		closed  []scheduling.Closure
		horizon time.Duration
		want    []string
	}{
		{
			name: "the nearest five, of two equally near the earlier first",
			open: "09:00-17:00", wanted: "12:00",
			want: []string{"Tue 11:00", "Tue 13:00", "Tue 10:00", "Tue 14:00", "Tue 09:00"},
		},
		{
			name: "what is taken is not proposed",
			open: "09:00-17:00", wanted: "12:00", taken: []string{"11:00", "14:00"},
			want: []string{"Tue 13:00", "Tue 10:00", "Tue 09:00", "Tue 15:00", "Tue 16:00"},
		},
		{
			name: "the days around as well, but not those too soon",
			open: "09:00-11:00", wanted: "10:00",
			want: []string{"Tue 09:00", "Wed 09:00", "Wed 10:00", "Thu 09:00", "Thu 10:00"},
		},
		{
			name: "closed days are passed over",
			open: "09:00-10:00", wanted: "09:00", closed: []scheduling.Closure{friday},
			want: []string{"Wed 09:00", "Thu 09:00", "Sat 09:00", "Sun 09:00", "Mon 09:00"},
		},
		{
			name: "nothing past the horizon",
			open: "09:00-10:00", wanted: "09:00", horizon: 3 * 24 * time.Hour,
			want: []string{"Wed 09:00", "Thu 09:00"},
		},
		{
			name: "an evening that crosses midnight, in order of time",
			open: "22:00-26:00", wanted: "23:00",
			want: []string{"Tue 22:00", "Wed 00:00", "Wed 01:00", "Wed 22:00", "Wed 23:00"},
		},
		{
			name: "none at all",
			open: "09:00-10:00", wanted: "09:00", horizon: 25 * time.Hour,
			want: nil,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			service := hourly()
			if tc.horizon > 0 {
				service.Horizon = tc.horizon
			}
			r := newRig(t, tc.open, service, tc.closed...)
			for _, clock := range append(tc.taken, tc.wanted) {
				r.hold(at(t, clock))
			}
			_, err := r.Hold(t.Context(), request(at(t, tc.wanted)), nil, heldAt)
			var taken *slots.TakenError
			if !errors.As(err, &taken) || !errors.Is(err, slots.ErrTaken) {
				t.Fatalf("Hold = %v, want a %T", err, taken)
			}
			if taken.Branch != "riyadh" {
				t.Errorf("the alternatives are at %q, want riyadh", taken.Branch)
			}
			var got []string
			for _, s := range taken.Alternatives {
				got = append(got, s.Start.In(taken.Zone).Format("Mon 15:04"))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("alternatives (-want +got):\n%s", diff)
			}
		})
	}
}

// An opening that crosses midnight belongs to the date on which it begins.
func TestHoldBehindMidnight(t *testing.T) {
	t.Parallel()
	r := newRig(t, "22:00-26:00", hourly())
	a := r.hold(at(t, "23:00").Add(2 * time.Hour))
	if want := (slots.Place{Branch: 1, DeskGroup: 7, Day: tuesday, First: 25 * 12, Ticks: 12, Count: 1}); a.Place != want {
		t.Errorf("the place is %+v, want %+v", a.Place, want)
	}
	for clock, want := range map[string]slots.Rule{
		"00:30": slots.RuleOffGrid, // it is open
		"01:30": slots.RuleClosed,  // until 02:00
		"02:00": slots.RuleClosed,
		"21:30": slots.RuleClosed,
		"22:30": slots.RuleOffGrid,
	} {
		if _, err := r.Hold(t.Context(), request(at(t, clock).AddDate(0, 0, 1)), nil, heldAt); broken(err) != want {
			t.Errorf("%s is refused with %v, want %q", clock, err, want)
		}
	}
}

// A party takes a place each where the service says so, and a channel leaves
// what it holds back.
func TestHoldLeavesWhatIsHeldBack(t *testing.T) {
	t.Parallel()
	service := hourly()
	service.PlacePerVisitor = true
	service.HoldBack = catalog.HoldBack{catalog.Public: 1}
	r := newRig(t, "09:00-10:00 x4", service)
	q := request(at(t, "09:00"))
	q.Party = 3
	if _, err := r.Hold(t.Context(), q, nil, heldAt); err != nil {
		t.Fatal(err)
	}
	q.Party = 1
	if _, err := r.Hold(t.Context(), q, nil, heldAt); !errors.Is(err, slots.ErrTaken) {
		t.Errorf("the public gets the last place: %v, want %v", err, slots.ErrTaken)
	}
	q.Channel = catalog.Agent
	if _, err := r.Hold(t.Context(), q, nil, heldAt); err != nil {
		t.Errorf("the call centre does not: %v", err)
	}
}

func TestRelease(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	a := r.hold(start)
	if err := r.Release(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	r.hold(start) // the place is free again
	if err := r.Release(t.Context(), a.ID); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if got := r.store.claims[a.ID].Status; got != slots.Released {
		t.Errorf("the hold is %s, want %s", got, slots.Released)
	}
	overdue := r.hold(start.Add(time.Hour))
	if _, err := r.store.ExpireHolds(t.Context(), overdue.Expires, nil, 10); err != nil {
		t.Fatal(err)
	}
	r.store.calls = nil
	if err := r.Release(t.Context(), overdue.ID); err != nil || r.store.claims[overdue.ID].Status != slots.Expired {
		t.Errorf("a hold that has run out: %v, %s", err, r.store.claims[overdue.ID].Status)
	}
	r.wantCalls("Release", "Find") // there is nothing to give back
	booked := r.book("1000000008", start.AddDate(0, 0, 1))
	if err := r.Release(t.Context(), booked.ID); !errors.Is(err, slots.ErrHoldUsed) {
		t.Errorf("a booked visit: %v, want %v", err, slots.ErrHoldUsed)
	}
	r.wantUnchanged(booked)
	if err := r.Release(t.Context(), "unknown"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("an unknown hold: %v, want %v", err, fault.ErrNotFound)
	}
}
