package slots_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/slots"
)

// followingGaps is hourly, with starts that follow gaps at a quarter of an
// hour.
func followingGaps() catalog.Service {
	s := hourly()
	s.GapStep = 15 * time.Minute
	return s
}

// A start that is free but not offered would waste the time before it.
func TestHoldOnlyWhatIsOffered(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		taken []string // starts that others hold before
		start string
		rule  slots.Rule
		err   error
	}{
		{name: "on the grid of an empty day", start: "10:00"},
		{name: "behind a gap that is not there", start: "10:15", err: slots.ErrTaken},
		{name: "behind the place of somebody else", taken: []string{"10:00", "11:00"}, start: "12:00"},
		{name: "never a start, whatever is taken", start: "10:10", rule: slots.RuleOffGrid},
		{name: "outside the opening", start: "19:00", rule: slots.RuleClosed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "09:00-17:00", followingGaps())
			for _, clock := range tc.taken {
				r.hold(at(t, clock).AddDate(0, 0, 1))
			}
			_, err := r.Hold(t.Context(), request(at(t, tc.start).AddDate(0, 0, 1)), nil, heldAt)
			if broken(err) != tc.rule || tc.err != nil && !errors.Is(err, tc.err) || (err != nil) != (tc.rule != "" || tc.err != nil) {
				t.Errorf("Hold = %v, want %v%s", err, tc.err, tc.rule)
			}
			if taken, ok := errors.AsType[*slots.TakenError](err); ok && len(taken.Alternatives) == 0 {
				t.Error("no alternatives")
			}
		})
	}
}

// A start that follows a gap is gone with the gap: the answer is one of those
// that are offered instead, and costs nobody anything.
func TestHoldBehindAGapThatHasGone(t *testing.T) {
	t.Parallel()
	short := followingGaps()
	short.Slug, short.Duration, short.Step = "iban-update", 15*time.Minute, 15*time.Minute
	r := &rig{store: newFakeStore(), t: t, centre: aCentre(t, daily("Asia/Riyadh", opens(t, "09:00-12:00")), followingGaps(), short)}
	r.use()
	ask := request(start.Add(-time.Hour)) // 09:00
	ask.Service = "iban-update"
	gap, err := r.Hold(t.Context(), ask, nil, heldAt.Add(-2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	behind := start.Add(-45 * time.Minute) // 09:15
	if err := r.Booker.Release(t.Context(), r.holdAt(behind, heldAt.Add(-time.Hour)).ID); err != nil {
		t.Fatal(err)
	}
	if err := r.Booker.Release(t.Context(), gap.ID); err != nil {
		t.Fatal(err)
	}
	_, err = r.Hold(t.Context(), request(behind), nil, heldAt.Add(-time.Hour))
	taken, ok := errors.AsType[*slots.TakenError](err)
	if !ok || len(taken.Alternatives) == 0 || !taken.Alternatives[0].Start.Equal(behind.Add(-15*time.Minute)) {
		t.Errorf("Hold = %v, %+v; want the start at 09:00 as the nearest alternative", err, taken)
	}
}

// In an opening in progress the starts move on with the present. Who chose
// from a list of a few minutes ago still gets what they saw, unless it is too
// soon by now.
func TestHoldFromAListOfAMomentAgo(t *testing.T) {
	t.Parallel()
	service := followingGaps()
	service.GapStep, service.Notice = 5*time.Minute, 0
	r := newRig(t, "09:00-17:00", service)
	listed := at(t, "10:03") // offers 10:05, 11:05, 12:05, …
	found, err := r.Search(t.Context(), query(tuesday, tuesday), listed)
	days := found.Days
	if err != nil || len(days) == 0 || !days[0].Slots[1].Start.Equal(at(t, "11:05")) {
		t.Fatalf("Search = %v, %v, want 11:05 as the second start", days, err)
	}
	for _, tc := range []struct {
		name, start string
		later       time.Duration
		rule        slots.Rule
		err         error
	}{
		{"at once", "11:05", 0, "", nil},
		{"ten minutes later", "12:05", 10 * time.Minute, "", nil},
		{"an hour and a half later", "14:05", 90 * time.Minute, "", slots.ErrTaken},
		{"too soon by now", "10:05", 10 * time.Minute, slots.RuleNotice, nil},
	} {
		r := newRig(t, "09:00-17:00", service)
		_, err := r.Hold(t.Context(), request(at(t, tc.start)), nil, listed.Add(tc.later))
		if broken(err) != tc.rule || tc.err != nil && !errors.Is(err, tc.err) || (err != nil) != (tc.rule != "" || tc.err != nil) {
			t.Errorf("%s: Hold = %v, want %v%s", tc.name, err, tc.err, tc.rule)
		}
	}
}

// A visit moves to what is offered while it stands where it is, and to what is
// offered once it has left.
func TestMoveAmongStartsBehindGaps(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, to string
		err      error
	}{
		{"a start of the grid", "11:00", nil},
		{"behind its own place", "10:00", nil},
		{"into its own place, not offered either way", "09:30", slots.ErrTaken},
		{"nowhere near a gap", "10:30", slots.ErrTaken},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "09:00-13:00", followingGaps())
			a := r.book("1000000008", start.AddDate(0, 0, 1).Add(-time.Hour)) // 09:00
			_, err := r.Move(t.Context(), a.Reference, at(t, tc.to).AddDate(0, 0, 1), heldAt)
			if (err != nil) != (tc.err != nil) || tc.err != nil && !errors.Is(err, tc.err) {
				t.Errorf("Move = %v, want %v", err, tc.err)
			}
		})
	}
}

// A visit that follows a gap which has gone may move back to the grid: its own
// place is not in the way.
func TestMoveBackToTheGrid(t *testing.T) {
	t.Parallel()
	short := followingGaps()
	short.Slug, short.Duration, short.Step = "iban-update", 15*time.Minute, 15*time.Minute
	for _, tc := range []struct {
		name, to string
		err      error
	}{
		{"behind the visit", "11:15", nil},
		{"on the grid, behind the visit", "12:00", nil},
		{"on the grid, across the visit", "11:00", nil},
		{"neither", "11:30", slots.ErrTaken},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := &rig{store: newFakeStore(), t: t, centre: aCentre(t, daily("Asia/Riyadh", opens(t, "09:00-13:00")), followingGaps(), short)}
			r.use()
			tomorrow := func(clock string) time.Time { return at(t, clock).AddDate(0, 0, 1) }
			ask := request(tomorrow("10:00"))
			ask.Service = "iban-update"
			gap, err := r.Hold(t.Context(), ask, nil, heldAt)
			if err != nil {
				t.Fatal(err)
			}
			a := r.book("1000000008", tomorrow("10:15"))
			if err := r.Booker.Release(t.Context(), gap.ID); err != nil {
				t.Fatal(err)
			}
			_, err = r.Move(t.Context(), a.Reference, tomorrow(tc.to), heldAt)
			if (err != nil) != (tc.err != nil) || tc.err != nil && !errors.Is(err, tc.err) {
				t.Errorf("Move = %v, want %v", err, tc.err)
			}
		})
	}
}

// Two requests for the same move at once move the visit once, where starts
// follow gaps too: the place of the first is not in the way of the second.
func TestMoveBehindAGapTwiceAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", followingGaps())
	a := r.book("1000000008", start)
	r.store.before = func(method string) {
		if method != "Occupancies" {
			return
		}
		r.store.before = nil
		if _, err := r.Move(t.Context(), a.Reference, start.Add(time.Hour), heldAt); err != nil {
			t.Errorf("the other request: %v", err)
		}
	}
	got, err := r.Move(t.Context(), a.Reference, start.Add(time.Hour), heldAt)
	if err != nil || got.Version != 2 || len(got.History) != 2 {
		t.Errorf("Move = %+v, %v, want version 2 with one entry for the move", got, err)
	}
}

// Whatever is taken, a hold gets exactly the starts that a search offers.
// Visits of two lengths share the desks.
func TestHoldGetsExactlyWhatIsOffered(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		minutes := func(low, high int, label string) time.Duration {
			return time.Duration(rapid.IntRange(low, high).Draw(rt, label)) * scheduling.Tick
		}
		services := [2]catalog.Service{heirs(), heirs()}
		services[1].Slug = "iban-update"
		for i := range services {
			s := &services[i]
			s.Duration, s.Step, s.GapStep = minutes(1, 10, "duration"), minutes(1, 10, "step"), minutes(0, 4, "gap step")
			s.Before, s.After = minutes(0, 2, "before"), minutes(0, 2, "after")
			s.Notice, s.PlacePerVisitor = 0, true
		}
		closed := minutes(100, 150, "closed from")
		plan := daily("Asia/Riyadh", opens(t, fmt.Sprintf("08:00-11:30 x%d, 13:00-16:00 x2", rapid.IntRange(1, 3).Draw(rt, "places"))),
			scheduling.Closure{Start: midnight.Add(closed),
				End: midnight.Add(closed + minutes(1, 12, "closed for")), Places: rapid.IntRange(0, 1).Draw(rt, "lost")})
		r := &rig{store: newFakeStore(), t: t, centre: aCentre(t, plan, services[:]...)}
		r.use()
		now := midnight.Add(-time.Hour)
		ask := func(i int) slots.Query {
			q := query(tuesday, tuesday)
			q.Service, q.Party = services[i].Slug, rapid.IntRange(1, 2).Draw(rt, "party")
			return q
		}
		offered := func(q slots.Query) []slots.Slot {
			found, err := r.Search(t.Context(), q, now)
			days := found.Days
			if err != nil {
				rt.Fatal(err)
			}
			if len(days) == 0 {
				return nil
			}
			return days[0].Slots
		}
		try := func(q slots.Query, start time.Time) (slots.Appointment, error) {
			return r.Hold(t.Context(), slots.HoldRequest{
				Service: q.Service, Branch: q.Branch, Start: start, Party: q.Party, Channel: q.Channel,
			}, nil, now)
		}
		for range rapid.IntRange(0, 8).Draw(rt, "holds") {
			q := ask(rapid.IntRange(0, 1).Draw(rt, "of"))
			if free := offered(q); len(free) > 0 {
				start := free[rapid.IntRange(0, len(free)-1).Draw(rt, "start")].Start
				if _, err := try(q, start); err != nil {
					rt.Fatalf("%v is offered, but: %v", start, err)
				}
			}
		}
		q := ask(0)
		var want, got []time.Time
		for _, s := range offered(q) {
			want = append(want, s.Start)
		}
		for tick := range 288 {
			a, err := try(q, midnight.Add(time.Duration(tick)*scheduling.Tick))
			if err != nil {
				continue
			}
			got = append(got, a.Start)
			if err := r.Booker.Release(t.Context(), a.ID); err != nil {
				rt.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("%+v: starts (-offered +held):\n%s", services[0], diff)
		}
	})
}
