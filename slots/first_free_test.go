package slots_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/slots"
)

// newRigOfBranches is a rig with a branch for each plan, b0, b1, …, in which
// one desk group receives the service.
func newRigOfBranches(t testing.TB, service catalog.Service, plans ...scheduling.Plan) *rig {
	t.Helper()
	names := catalog.Text{AR: "فرع", EN: "Branch"}
	var branches []catalog.Branch
	var groups []*centre.DeskGroup
	for i, plan := range plans {
		slug := fmt.Sprintf("b%d", i)
		branches = append(branches, catalog.Branch{Slug: slug, Name: names, Address: names, City: names, Zone: plan.Zone})
		groups = append(groups, &centre.DeskGroup{
			ID: i + 1, BranchID: i + 1, Slug: "desks-" + slug, Branch: slug, Department: "revenues", Name: names,
			Services: []string{service.Slug}, Calendar: compile(t, plan), Version: 1,
		})
	}
	slices.Reverse(groups) // the order is that of the branches
	c, err := catalog.NewCentre(branches, []catalog.Department{{Slug: "revenues", Name: names}}, []catalog.Service{service}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{store: newFakeStore(), t: t}
	if r.centre, err = centre.New(c, groups, 1); err != nil {
		t.Fatal(err)
	}
	r.use()
	return r
}

// closedDown is the plan of a desk group that was open once, and never again.
func closedDown(t testing.TB) scheduling.Plan {
	t.Helper()
	plan := daily("Asia/Riyadh", opens(t, "09:00-12:00"))
	plan.Rules[0].Until = plan.Rules[0].From
	return plan
}

// fill holds all that is free at a branch, from to days ahead.
func (r *rig) fill(branch string, from, to scheduling.Date) {
	r.t.Helper()
	for date := from; date <= to; date++ {
		q := query(date, date)
		q.Branch = branch
		search, err := r.Search(r.t.Context(), q, heldAt)
		days := search.Days
		if err != nil {
			r.t.Fatal(err)
		}
		for _, d := range days {
			for _, s := range d.Slots {
				for range s.Places {
					ask := request(s.Start)
					ask.Branch = branch
					if _, err := r.Hold(r.t.Context(), ask, nil, heldAt); err != nil {
						r.t.Fatal(err)
					}
				}
			}
		}
	}
}

// firstOf is what was found, as branch and local time.
func firstOf(firsts []slots.BranchFirst) []string {
	var list []string
	for _, f := range firsts {
		if !f.Found {
			list = append(list, f.Branch+" none")
			continue
		}
		list = append(list, fmt.Sprintf("%s %v %s", f.Branch, f.Date, f.Slot.Start.In(f.Zone).Format("15:04")))
	}
	return list
}

func TestFirst(t *testing.T) {
	t.Parallel()
	nine := daily("Asia/Riyadh", opens(t, "09:00-12:00"))
	never := closedDown(t)
	fridays := daily("Asia/Riyadh", opens(t, "09:00-12:00"))
	fridays.Rules[0].RRule = "FREQ=WEEKLY;BYDAY=FR"
	cairo := daily("Africa/Cairo", opens(t, "09:00-12:00")) // an hour behind Riyadh in winter
	for _, tc := range []struct {
		name     string
		plans    []scheduling.Plan
		full     map[string]scheduling.Date // until when a branch is full
		from     scheduling.Date
		party    int
		want     []string
		earliest string
		reads    int
	}{
		{
			name: "the next day is enough", plans: []scheduling.Plan{nine, fridays},
			want: []string{"b0 2026-11-24 09:00", "b1 2026-11-27 09:00"}, earliest: "b0", reads: 1,
		},
		{
			name: "the earliest is not the first of the catalogue", plans: []scheduling.Plan{fridays, nine},
			want: []string{"b0 2026-11-27 09:00", "b1 2026-11-24 09:00"}, earliest: "b1", reads: 1,
		},
		{
			name: "of two at the same time the first of the catalogue", plans: []scheduling.Plan{nine, nine},
			want: []string{"b0 2026-11-24 09:00", "b1 2026-11-24 09:00"}, earliest: "b0", reads: 1,
		},
		{
			name: "each in its own zone", plans: []scheduling.Plan{cairo, nine},
			want: []string{"b0 2026-11-24 09:00", "b1 2026-11-24 09:00"}, earliest: "b1", reads: 1,
		},
		{
			name: "a branch that is full for weeks is looked at further, the others are not", plans: []scheduling.Plan{nine, nine},
			full: map[string]scheduling.Date{"b0": tuesday + 15},
			want: []string{"b0 2026-12-10 09:00", "b1 2026-11-24 09:00"}, earliest: "b1", reads: 2,
		},
		{
			name: "a branch that never opens", plans: []scheduling.Plan{never, nine},
			want: []string{"b0 none", "b1 2026-11-24 09:00"}, earliest: "b1", reads: 3, // of a month: 7, 14, the rest
		},
		{
			name: "full to the horizon", plans: []scheduling.Plan{nine}, full: map[string]scheduling.Date{"b0": tuesday + 29},
			want: []string{"b0 none"}, reads: 3,
		},
		{
			name: "from a later date on", plans: []scheduling.Plan{nine, fridays}, from: tuesday + 5,
			want: []string{"b0 2026-11-29 09:00", "b1 2026-12-04 09:00"}, earliest: "b0", reads: 1,
		},
		{
			name: "from the past", plans: []scheduling.Plan{nine}, from: tuesday - 300,
			want: []string{"b0 2026-11-24 09:00"}, earliest: "b0", reads: 1,
		},
		{
			name: "from behind the horizon", plans: []scheduling.Plan{nine}, from: tuesday + 400,
			want: []string{"b0 none"}, reads: 0,
		},
		{name: "no branch at all", plans: nil, reads: 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRigOfBranches(t, hourly(), tc.plans...)
			for branch, until := range tc.full {
				r.fill(branch, tuesday, until)
			}
			r.store.calls = nil
			got, err := r.First(t.Context(), slots.FirstQuery{
				Service: "heirs-returns", From: tc.from, Party: 1, Channel: catalog.Public}, heldAt)
			if diff := cmp.Diff(tc.want, firstOf(got)); diff != "" || err != nil {
				t.Errorf("First: %v (-want +got):\n%s", err, diff)
			}
			if n := len(r.store.calls); n != tc.reads {
				t.Errorf("%d reads %v, want %d", n, r.store.calls, tc.reads)
			}
			earliest := slots.Earliest(got)
			if (earliest != nil) != (tc.earliest != "") || earliest != nil && earliest.Branch != tc.earliest {
				t.Errorf("Earliest = %+v, want %q", earliest, tc.earliest)
			}
		})
	}
}

// A year is read in windows of at most two months, each date once.
func TestFirstReadsAYearInWindows(t *testing.T) {
	t.Parallel()
	service := hourly()
	service.Horizon = 366 * 24 * time.Hour
	r := newRigOfBranches(t, service, closedDown(t))
	if _, err := r.First(t.Context(), slots.FirstQuery{Service: "heirs-returns", Party: 1, Channel: catalog.Public}, heldAt); err != nil {
		t.Fatal(err)
	}
	next := r.store.asked[0][0]
	for i, span := range r.store.asked {
		days := int(span[1]-span[0]) + 1
		if span[0] != next || days < 1 || days > 62 || i == 0 && days > 7 {
			t.Errorf("read %d is of %v to %v, %d dates, want them to follow on %v", i, span[0], span[1], days, next)
		}
		next = span[1] + 1
	}
	if n := len(r.store.asked); n > 9 {
		t.Errorf("%d reads, want at most 9", n)
	}
	if want := r.centre.GroupsOf("heirs-returns")[0].Calendar.DateOf(heldAt.Add(service.Horizon)); next != want+1 {
		t.Errorf("the last date read is %v, want %v", next-1, want)
	}
}

// A search of one branch reads no other.
func TestFirstOfABranch(t *testing.T) {
	t.Parallel()
	plan := daily("Asia/Riyadh", opens(t, "09:00-12:00"))
	r := newRigOfBranches(t, hourly(), plan, plan, plan)
	q := slots.FirstQuery{Service: "heirs-returns", Branch: "b1", Party: 1, Channel: catalog.Public}
	got, err := r.First(t.Context(), q, heldAt)
	if err != nil || len(got) != 1 || got[0].Branch != "b1" || !got[0].Found {
		t.Errorf("First = %+v, %v, want that of b1", got, err)
	}
	if n := len(r.store.asked); n != 1 {
		t.Errorf("%d reads of branches, want 1", n)
	}
	q.Branch = "none"
	if got, err = r.First(t.Context(), q, heldAt); err != nil || len(got) != 0 {
		t.Errorf("of no branch: %+v, %v", got, err)
	}
}

func TestFirstRefuses(t *testing.T) {
	t.Parallel()
	r := newRigOfBranches(t, hourly(), daily("Asia/Riyadh", opens(t, "09:00-12:00")))
	if _, err := r.First(t.Context(), slots.FirstQuery{Service: "passport", Party: 1}, heldAt); !errors.Is(err, centre.ErrUnknownService) {
		t.Errorf("an unknown service: %v", err)
	}
	q := slots.FirstQuery{Service: "heirs-returns", Party: 4, Channel: catalog.Public}
	if _, err := r.First(t.Context(), q, heldAt); broken(err) != slots.RulePartyLimit {
		t.Errorf("a party over the limit: %v", err)
	}
	r.wantCalls()
	r.store.fail["Occupancies"] = fault.ErrUnavailable
	query := slots.FirstQuery{Service: "heirs-returns", Party: 1, Channel: catalog.Public}
	if _, err := r.First(t.Context(), query, heldAt); !errors.Is(err, fault.ErrUnavailable) {
		t.Errorf("the store can't be reached: %v", err)
	}
}

// What is found at each branch is what a search of every date would find.
func TestFirstAgreesWithSearch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		service := hourly()
		service.Notice = time.Duration(rapid.IntRange(0, 72).Draw(rt, "notice")) * time.Hour
		service.Horizon = service.Notice + time.Duration(rapid.IntRange(1, 20*24).Draw(rt, "reach"))*time.Hour
		service.NoticeWorkingDays = rapid.IntRange(0, 3).Draw(rt, "working days")
		if rapid.Bool().Draw(rt, "gaps") {
			service.GapStep = 5 * time.Minute
		}
		var plans []scheduling.Plan
		for range rapid.IntRange(1, 3).Draw(rt, "branches") {
			plan := daily(rapid.SampledFrom([]string{"Asia/Riyadh", "Africa/Cairo", "Pacific/Auckland"}).Draw(rt, "zone"),
				opens(t, rapid.SampledFrom([]string{"09:00-12:00", "22:00-26:00", "09:00-09:55"}).Draw(rt, "open")))
			plan.Rules[0].RRule = rapid.SampledFrom([]string{"FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU", "FREQ=MONTHLY"}).Draw(rt, "days")
			plans = append(plans, plan)
		}
		r := newRigOfBranches(t, service, plans...)
		now := heldAt.Add(time.Duration(rapid.IntRange(0, 24*60).Draw(rt, "now")) * time.Minute)
		q := slots.FirstQuery{Service: "heirs-returns", Party: 1, Channel: catalog.Public}
		if rapid.Bool().Draw(rt, "from") {
			q.From = tuesday + scheduling.Date(rapid.IntRange(-5, 30).Draw(rt, "days"))
		}
		for range rapid.IntRange(0, 6).Draw(rt, "taken") { // what is first, so that it is no more
			firsts, err := r.First(t.Context(), q, now)
			if err != nil {
				rt.Fatal(err)
			}
			f := slots.Earliest(firsts)
			if f == nil {
				break
			}
			ask := request(f.Slot.Start)
			ask.Branch = f.Branch
			if _, err := r.Hold(t.Context(), ask, nil, now); err != nil {
				rt.Fatalf("%s %v is the first, but: %v", f.Branch, f.Slot.Start, err)
			}
		}
		got, err := r.First(t.Context(), q, now)
		if err != nil {
			rt.Fatal(err)
		}
		for i, g := range got {
			from := q.From
			if from == 0 { // the rest of an evening that began yesterday counts
				from = r.centre.GroupsOf("heirs-returns")[i].Calendar.DateOf(now) - 1
			}
			want := slots.BranchFirst{Branch: g.Branch, Name: r.centre.BranchName(g.Branch), Zone: g.Zone}
			for date := from; date < from+40 && !want.Found; date++ {
				search := query(date, date)
				search.Branch = g.Branch
				found, err := r.Search(t.Context(), search, now)
				days := found.Days
				if err != nil {
					rt.Fatal(err)
				}
				if len(days) > 0 {
					want.Date, want.Slot, want.Found = date, days[0].Slots[0], true
				}
			}
			if want != g {
				rt.Errorf("First = %+v, a search finds %+v", g, want)
			}
		}
	})
}
