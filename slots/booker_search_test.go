package slots_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/slots"
)

func query(from, to scheduling.Date) slots.Query {
	return slots.Query{Service: "heirs-returns", Branch: "riyadh", From: from, To: to, Party: 1, Channel: catalog.Public}
}

// listed are the days of a search: their dates, and how many slots each has.
func listed(days []slots.DaySlots) []string {
	var list []string
	for _, d := range days {
		list = append(list, fmt.Sprintf("%v: %d", d.Date, len(d.Slots)))
	}
	return list
}

func TestSearch(t *testing.T) {
	t.Parallel()
	closed := scheduling.Closure{Start: midnight.AddDate(0, 0, 2), End: midnight.AddDate(0, 0, 3)}
	for _, tc := range []struct {
		name     string
		open     string
		from, to scheduling.Date
		now      time.Time
		want     []string
		asked    [2]scheduling.Date // of the store; zero: nothing
	}{
		{
			name: "days without a free slot are left out",
			open: "09:00-12:00", from: tuesday, to: tuesday + 4, now: heldAt,
			want:  []string{"2026-11-24: 2", "2026-11-25: 3", "2026-11-27: 3", "2026-11-28: 3"},
			asked: [2]scheduling.Date{tuesday, tuesday + 4},
		},
		{
			name: "what can't be booked any more is not asked for",
			open: "09:00-12:00", from: tuesday - 40, to: tuesday, now: heldAt,
			want:  []string{"2026-11-24: 2"},
			asked: [2]scheduling.Date{tuesday - 1, tuesday}, // an evening may reach into the next date
		},
		{
			name: "nor what can't be booked yet",
			open: "09:00-12:00", from: tuesday + 28, to: tuesday + 80, now: heldAt,
			want:  []string{"2026-12-22: 3", "2026-12-23: 1"}, // 09:00 is 30 days ahead, to the second
			asked: [2]scheduling.Date{tuesday + 28, tuesday + 29},
		},
		{
			name: "all of it in the past",
			open: "09:00-12:00", from: tuesday - 40, to: tuesday - 2, now: heldAt,
		},
		{
			name: "all of it past the horizon",
			open: "09:00-12:00", from: tuesday + 30, to: tuesday + 40, now: heldAt,
		},
		{
			name: "62 days are the longest range",
			open: "09:00-12:00", from: tuesday - 60, to: tuesday + 1, now: heldAt,
			want:  []string{"2026-11-24: 2", "2026-11-25: 3"},
			asked: [2]scheduling.Date{tuesday - 1, tuesday + 1},
		},
		{
			name: "the rest of an evening that began yesterday",
			open: "22:00-26:00", from: tuesday - 1, to: tuesday, now: midnight.Add(-24*time.Hour + 30*time.Minute),
			want:  []string{"2026-11-23: 1", "2026-11-24: 4"},
			asked: [2]scheduling.Date{tuesday - 1, tuesday},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, tc.open, hourly(), closed)
			if tc.open == "09:00-12:00" {
				r.hold(start)
			}
			r.store.calls = nil
			found, err := r.Search(t.Context(), query(tc.from, tc.to), tc.now)
			got := found.Days
			if diff := cmp.Diff(tc.want, listed(got)); diff != "" || err != nil {
				t.Errorf("Search: %v (-want +got):\n%s", err, diff)
			}
			if tc.asked[0] == 0 {
				r.wantCalls()
				return
			}
			r.wantCalls("Occupancy") // one read
			if diff := cmp.Diff([][2]scheduling.Date{tc.asked}, r.store.asked); diff != "" {
				t.Errorf("range asked for (-want +got):\n%s", diff)
			}
		})
	}
}

// A Booker that finds its snapshot of the centre out of date goes on with a fresh
// one, once. What it says then is of that one.
func TestBookerGoesOnWithAFreshSnapshot(t *testing.T) {
	t.Parallel()
	one := func(version int64) *centre.Snapshot {
		c := aCentre(t, daily("Asia/Riyadh", opens(t, "09:00-12:00")), hourly())
		c.Version = version
		return c
	}
	for _, tc := range []struct {
		name  string
		stale int // how often the store finds the calendar out of date
		want  int64
		err   error
	}{{"up to date", 0, 1, nil}, {"out of date", 1, 2, nil}, {"out of date again", 2, 2, slots.ErrStale}} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			store := newFakeStore()
			store.stale = tc.stale
			fresh := slots.WithRefresh(func(context.Context) (*centre.Snapshot, error) { return one(2), nil })
			bookers, err := slots.NewBookers(store, holdFor, func() string { return "" }, fresh)
			if err != nil {
				t.Fatal(err)
			}
			booker := bookers.On(one(1))
			found, err := booker.Search(t.Context(), query(tuesday, tuesday+4), heldAt)
			if !errors.Is(err, tc.err) || booker.Centre().Version != tc.want || err == nil && found.Version != tc.want {
				t.Errorf("found %d by centre %d, %v; want %d, %v", found.Version, booker.Centre().Version, err, tc.want, tc.err)
			}
		})
	}
}

// A caller who keeps answers is asked before the ledger is read, with the desk
// group looked up once, and only if the stamp tells whether an answer still holds.
func TestSearchUnlessTheAnswerIsKnown(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		stamp  int64
		known  bool
		asked  int
		search bool
	}{{"known", 7, true, 1, false}, {"not known", 7, false, 1, true}, {"only the ledger can tell", 0, true, 0, true}} {
		r := newRig(t, "09:00-12:00", hourly())
		r.store.stamp = tc.stamp
		asked := 0
		known := func(version, stamp int64) bool {
			asked++
			return tc.known && version == r.centre.Version && stamp == tc.stamp
		}
		found, searched, err := r.SearchUnless(t.Context(), query(tuesday, tuesday+4), known, heldAt)
		if err != nil || asked != tc.asked || searched != tc.search || (found.Days != nil) != tc.search {
			t.Errorf("%s: asked %d times, searched %v, %d days, %v", tc.name, asked, searched, len(found.Days), err)
		}
		asked = 0
		month, searched, err := r.OverviewUnless(t.Context(), query(tuesday, tuesday+4), known, heldAt)
		if err != nil || asked != tc.asked || searched != tc.search || (month.Days != nil) != tc.search ||
			searched && (month.Version != r.centre.Version || month.Stamp != found.Stamp) {
			t.Errorf("%s, an overview: asked %d times, searched %v, %+v, %v", tc.name, asked, searched, month, err)
		}
	}
}

// Without dates a search covers two weeks from today on, and an overview the
// month of today, which is the branch's date. What was found says so, and how
// far a visit is in reach.
func TestSearchWithoutDates(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	newYear := time.Date(2026, time.December, 31, 22, 30, 0, 0, time.UTC) // after midnight in Riyadh
	first := scheduling.NewDate(2027, time.January, 1)
	for _, tc := range []struct{ from, to, wantFrom, wantTo scheduling.Date }{
		{0, 0, first, first + 13},
		{first + 3, 0, first + 3, first + 16},
		{0, first + 2, first, first + 2},
		{first + 1, first + 2, first + 1, first + 2},
	} {
		found, err := r.Search(t.Context(), query(tc.from, tc.to), newYear)
		if err != nil || found.From != tc.wantFrom || found.To != tc.wantTo {
			t.Errorf("%v to %v: searched %v to %v, %v; want %v to %v", tc.from, tc.to, found.From, found.To, err, tc.wantFrom, tc.wantTo)
		}
		want := slots.Reach{From: newYear.Add(24 * time.Hour), Until: newYear.Add(30 * 24 * time.Hour)}
		if diff := cmp.Diff(want, found.Reach); diff != "" {
			t.Errorf("in reach (-want +got):\n%s", diff)
		}
	}
	month, err := r.Overview(t.Context(), query(0, 0), newYear)
	if err != nil || month.From != first || month.To != first+30 || len(month.Days) != 31 {
		t.Errorf("an overview of %d days from %v to %v, %v; want all of January", len(month.Days), month.From, month.To, err)
	}
}

func TestSearchRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change func(*slots.Query)
		rule   slots.Rule
		err    error
	}{
		{"the first day is after the last", func(q *slots.Query) { q.To = q.From - 1 }, "", slots.ErrRange},
		{"63 days", func(q *slots.Query) { q.To = q.From + 62 }, "", slots.ErrRange},
		{"a party over the limit", func(q *slots.Query) { q.Party = 4 }, slots.RulePartyLimit, nil},
		{"nobody", func(q *slots.Query) { q.Party = 0 }, slots.RulePartyLimit, nil},
		{"an unknown service", func(q *slots.Query) { q.Service = "passport" }, "", centre.ErrUnknownService},
		{"an unknown branch", func(q *slots.Query) { q.Branch = "abha" }, "", centre.ErrUnknownBranch},
		{"a branch without the service", func(q *slots.Query) { q.Branch = "dammam" }, "", centre.ErrNotOffered},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "09:00-12:00", hourly())
			q := query(tuesday, tuesday+1)
			tc.change(&q)
			found, err := r.Search(t.Context(), q, heldAt)
			days := found.Days
			if broken(err) != tc.rule || tc.err != nil && !errors.Is(err, tc.err) || err == nil || days != nil {
				t.Errorf("Search = %v, %v, want %v%s", days, err, tc.err, tc.rule)
			}
			r.wantCalls()
		})
	}
}

// Once a day has its row in the ledger, the ledger says how many places are
// open: a calendar that has just changed takes effect for both at once.
func TestSearchTrustsTheLedger(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	r.hold(start)
	k := ledgerKey{1, 7, tuesday}
	day := r.store.days[k]
	day.Open = slices.Clone(day.Open)
	for i := range 12 {
		day.Open[i] = 0 // 09:00 to 10:00
	}
	r.store.days[k] = day
	found, err := r.Search(t.Context(), query(tuesday, tuesday), heldAt)
	got := found.Days
	if diff := cmp.Diff([]string{"2026-11-24: 1"}, listed(got)); diff != "" || err != nil {
		t.Errorf("Search: %v (-want +got):\n%s", err, diff)
	}
}

// Every slot that a search offers can be held, and afterwards it is gone.
func TestSearchedSlotsCanBeHeld(t *testing.T) {
	t.Parallel()
	service := heirs()
	service.Before, service.GapStep = 5*time.Minute, 15*time.Minute
	r := newRig(t, "08:00-10:30, 22:00-25:10", service, scheduling.Closure{Start: at(t, "08:50"), End: at(t, "08:55")})
	for held := 0; ; held++ {
		found, err := r.Search(t.Context(), query(tuesday, tuesday), heldAt)
		days := found.Days
		if err != nil {
			t.Fatal(err)
		}
		if len(days) == 0 {
			if held == 0 {
				t.Error("no slot was free")
			}
			return
		}
		free := days[0].Slots
		if _, err := r.Hold(t.Context(), request(free[len(free)/2].Start), nil, heldAt); err != nil {
			t.Fatalf("hold %v: %v", free[len(free)/2].Start, err)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	service := hourly()
	service.HoldBack = catalog.HoldBack{catalog.Public: 1}
	r := newRig(t, "09:00-12:00 x2", service, scheduling.Closure{
		Start: at(t, "11:00"), End: at(t, "12:00"), Reason: scheduling.Text{AR: "صيانة", EN: "Maintenance"},
	})
	r.hold(start)
	r.store.calls = nil
	why, tally, err := r.Explain(t.Context(), "heirs-returns", "riyadh", tuesday, heldAt)
	if err != nil {
		t.Fatal(err)
	}
	r.wantCalls("Occupancy")
	want := slots.Tally{Free: 1, Refused: map[slots.Rule]int{slots.RuleTaken: 1, slots.RuleClosed: 1}}
	if diff := cmp.Diff(want, tally); diff != "" {
		t.Errorf("starts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(r.centreGroup().Calendar.Explain(tuesday), why); diff != "" {
		t.Errorf("layers (-want +got):\n%s", diff)
	}
	for name, tc := range map[string]struct {
		service, branch string
		want            error
	}{
		"an unknown service": {"passport", "riyadh", centre.ErrUnknownService},
		"an unknown branch":  {"heirs-returns", "abha", centre.ErrUnknownBranch},
		"not offered":        {"heirs-returns", "dammam", centre.ErrNotOffered},
	} {
		if _, _, err := r.Explain(t.Context(), tc.service, tc.branch, tuesday, heldAt); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func (r *rig) centreGroup() *centre.DeskGroup {
	r.t.Helper()
	_, g, err := r.centre.Desk("heirs-returns", "riyadh")
	if err != nil {
		r.t.Fatal(err)
	}
	return g
}

// When the store can't be reached, or the calendar has just changed, the
// caller hears exactly that, nothing is asked behind it, and nothing changes.
func TestStoreFails(t *testing.T) {
	t.Parallel()
	full := start                  // booked by somebody else
	free := start.AddDate(0, 0, 1) // on a day without a row in the ledger
	hold := func(start time.Time) func(context.Context, *rig) error {
		return func(ctx context.Context, r *rig) error {
			_, err := r.Hold(ctx, request(start), keyed("key", "body"), heldAt)
			return err
		}
	}
	move := func(start time.Time) func(context.Context, *rig) error {
		return func(ctx context.Context, r *rig) error {
			_, err := r.Move(ctx, booking("").Reference, start, heldAt)
			return err
		}
	}
	book := func(id string) func(context.Context, *rig) error {
		return func(ctx context.Context, r *rig) error {
			_, err := r.Book(ctx, id, booking("1000000008"), keyed("key", "body"), heldAt)
			return err
		}
	}
	for _, tc := range []struct {
		name  string
		fails string // the method of the store
		do    func(context.Context, *rig) error
	}{
		{"search", "Occupancy", func(ctx context.Context, r *rig) error {
			_, err := r.Search(ctx, query(tuesday, tuesday), heldAt)
			return err
		}},
		{"explain", "Occupancy", func(ctx context.Context, r *rig) error {
			_, _, err := r.Explain(ctx, "heirs-returns", "riyadh", tuesday, heldAt)
			return err
		}},
		{"hold", "Hold", hold(start.Add(time.Hour))},
		{"hold, opening the day", "OpenDay", hold(free)},
		{"hold, ending overdue holds", "ExpireHolds", hold(full)},
		{"hold, looking for alternatives", "Occupancy", hold(full)},
		{"hold, looking for the answer given before", "Answered", hold(full.Add(time.Minute))},
		{"book", "Book", book("hold 2")},
		{"book, closing past visits", "CloseVisits", book("hold 5")},
		{"book, looking for the answer given before", "Answered", book("unknown")},
		{"book, looking at what became of the hold", "Find", book("unknown")},
		{"release", "Release", func(ctx context.Context, r *rig) error { return r.Release(ctx, "hold 2") }},
		{"release, looking at what became of the hold", "Find", func(ctx context.Context, r *rig) error { return r.Release(ctx, "unknown") }},
		{"find a hold", "Find", func(ctx context.Context, r *rig) error { _, err := r.FindHold(ctx, "hold 2"); return err }},
		{"find a visit", "FindReference", func(ctx context.Context, r *rig) error {
			_, err := r.Find(ctx, booking("").Reference)
			return err
		}},
		{"move", "FindReference", move(free)},
		{"move, taking the place", "Change", move(free)},
		{"move, opening the day", "OpenDay", move(free)},
		{"cancel", "Change", func(ctx context.Context, r *rig) error {
			_, err := r.Cancel(ctx, booking("").Reference, "", heldAt)
			return err
		}},
	} {
		for _, failure := range []error{fault.ErrUnavailable, slots.ErrStale} {
			if errors.Is(failure, slots.ErrStale) && tc.fails != "OpenDay" {
				continue
			}
			t.Run(tc.name+", "+failure.Error(), func(t *testing.T) {
				t.Parallel()
				r := newRig(t, "09:00-12:00", hourly())
				if _, err := r.Book(t.Context(), r.hold(full).ID, booking("2000000006"), nil, heldAt); err != nil {
					t.Fatal(err)
				}
				r.hold(start.Add(-time.Hour))
				for i := range 2 {
					r.book("1000000008", start.AddDate(0, 0, 2+i))
				}
				r.hold(start.AddDate(0, 0, 4))
				r.store.calls = nil
				before := maps.Clone(r.store.claims)
				want := fmt.Errorf("database: %w", failure)
				r.store.fail[tc.fails] = want
				if err := tc.do(t.Context(), r); !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
				if n := len(r.store.calls); n == 0 || errors.Is(failure, fault.ErrUnavailable) && r.store.calls[n-1] != tc.fails {
					t.Errorf("calls of the store: %v, want none behind %s", r.store.calls, tc.fails)
				}
				if diff := cmp.Diff(before, r.store.claims, cmp.AllowUnexported(fakeClaim{})); diff != "" {
					t.Errorf("something has changed:\n%s", diff)
				}
			})
		}
	}
}
