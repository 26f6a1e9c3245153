package postgres_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/setup"
	"ziyara/slots"
)

// Several desk groups are read at once, each in its own range of dates, in the
// order in which they were asked for.
func TestOccupancies(t *testing.T) {
	t.Parallel()
	b := open(t)
	centre, err := b.store.Centre().Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	groups := centre.GroupsOf("heirs-returns")
	if len(groups) != 3 {
		t.Fatalf("%d desk groups, want 3", len(groups))
	}
	for i, day := range []string{"2026-11-24", "2026-11-25", "2026-11-26"} {
		for _, g := range groups[i:] { // one branch on the first day, …
			b.hold(t, "heirs-returns", g.Branch, b.starts(t, "heirs-returns", g.Branch, day, day)[0])
		}
	}
	first := date(t, "2026-11-24")
	spans := []slots.GroupDays{
		{Group: groups[2], From: first, To: first + 2},
		{Group: groups[0], From: first - 300, To: first + 300},
		{Group: groups[1], From: first + 1, To: first + 1},
		{Group: groups[2], From: first + 1, To: first + 1}, // once more
		{Group: groups[1], From: first + 9, To: first + 3},
	}
	got, err := b.store.Appointments().Occupancies(t.Context(), spans)
	if err != nil {
		t.Fatal(err)
	}
	dates := func(from scheduling.Date, days []slots.Occupied) map[string]int {
		taken := make(map[string]int)
		for i, o := range days {
			d := from + scheduling.Date(i)
			if o.Open == nil {
				continue
			}
			day := centre.GroupsOf("heirs-returns")[0].Calendar.Day(d)
			if o.First != day.First || len(o.Open) != len(day.Open) || len(o.Used) != len(day.Open) {
				t.Errorf("%v: ticks from %d, %d open, %d used", d, o.First, len(o.Open), len(o.Used))
			}
			for _, n := range o.Used {
				taken[d.String()] += int(n)
			}
		}
		return taken
	}
	want := []map[string]int{
		{"2026-11-24": 9, "2026-11-25": 9, "2026-11-26": 9},
		{"2026-11-24": 9},
		{"2026-11-25": 9},
		{"2026-11-25": 9},
		{},
	}
	for i := range want {
		if diff := cmp.Diff(want[i], dates(spans[i].From, got[i])); diff != "" {
			t.Errorf("span %d: ticks taken (-want +got):\n%s", i, diff)
		}
	}
	if none, err := b.store.Appointments().Occupancies(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("of no group: %v, %v", none, err)
	}
}

// Reading what is taken now corrects what is remembered of it, when somebody
// changed the ledger and nobody was told.
func TestOccupanciesCorrectsTheBoard(t *testing.T) {
	t.Parallel()
	b := open(t)
	centre, err := b.store.Centre().Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, group, err := centre.Desk("heirs-returns", "dammam")
	if err != nil {
		t.Fatal(err)
	}
	all := func() int { return len(b.starts(t, "heirs-returns", "dammam", "2026-11-24", "2026-11-25")) }
	b.hold(t, "heirs-returns", "dammam", b.starts(t, "heirs-returns", "dammam", "2026-11-25", "2026-11-25")[0])
	before := all()
	stamp := b.store.Appointments().Stamp(group)
	run(t, connect(t, b.url), "UPDATE ledger_days SET used = open, version = version + 1")
	span := slots.GroupDays{Group: group, From: date(t, "2026-11-20"), To: date(t, "2026-11-24")}
	if _, err := b.store.Appointments().Occupancies(t.Context(), []slots.GroupDays{span}); err != nil {
		t.Fatal(err)
	}
	span.To++ // the date that has changed
	if _, err := b.store.Appointments().Occupancies(t.Context(), []slots.GroupDays{span}); err != nil {
		t.Fatal(err)
	}
	if got := b.store.Appointments().Stamp(group); got == stamp {
		t.Errorf("the stamp is still %d", got)
	}
	if after := all(); before != 15 || after != 8 {
		t.Errorf("%d starts, then %d, want 15 and the 8 of the other day", before, after)
	}
}

// The first free slot of each branch is what a search of the branch finds.
func TestFirstOverAllBranches(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, start := range b.starts(t, "heirs-returns", "dammam", "2026-11-22", "2026-12-06") {
		b.hold(t, "heirs-returns", "dammam", start) // three weeks of one desk
	}
	found, err := b.First(t.Context(), slots.FirstQuery{Service: "heirs-returns", Party: 1, Channel: catalog.Public}, b.now)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]time.Time)
	want := make(map[string]time.Time)
	for _, f := range found {
		got[f.Branch] = f.Slot.Start
		want[f.Branch] = b.starts(t, "heirs-returns", f.Branch, "2026-11-21", "2027-01-05")[0]
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got) != 3 {
		t.Errorf("first slots (-search +First):\n%s", diff)
	}
	b.auditClean(t)
}

// The needs of a hold stay with it when it is booked, together with those of
// the booking; the place is as long as they ask for.
func TestNeedsAreKept(t *testing.T) {
	t.Parallel()
	b := open(t)
	starts := b.starts(t, "heirs-returns", "riyadh", "2026-11-24", "2026-11-26")
	for i, tc := range []struct {
		held, declared, want []string
		minutes              int
	}{
		{nil, nil, nil, 40},
		{[]string{"sign_language"}, nil, []string{"sign_language"}, 60},
		{[]string{"sign_language", "interpreter"}, []string{"visual", "sign_language"}, []string{"sign_language", "interpreter", "visual"}, 80},
		{nil, []string{"wheelchair"}, []string{"wheelchair"}, 40},
	} {
		hold, err := b.Hold(t.Context(), slots.HoldRequest{
			Service: "heirs-returns", Branch: "riyadh", Start: starts[8*(i%2)+i], Party: 1, Channel: catalog.Public, Needs: tc.held,
		}, nil, b.now)
		if err != nil {
			t.Fatal(err)
		}
		found, err := b.FindHold(t.Context(), hold.ID)
		if diff := cmp.Diff(append([]string{}, tc.held...), append([]string{}, found.Needs...)); diff != "" || err != nil {
			t.Errorf("needs of the hold: %v (-want +got):\n%s", err, diff)
		}
		booked := booking(i+1, b.ids.Add(1))
		booked.Needs = tc.declared
		visit, err := b.Book(t.Context(), hold.ID, booked, nil, b.now)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(append([]string{}, tc.want...), append([]string{}, visit.Needs...)); diff != "" {
			t.Errorf("needs of the visit (-want +got):\n%s", diff)
		}
		if got := visit.End.Sub(visit.Start); got != time.Duration(tc.minutes)*time.Minute {
			t.Errorf("with %v the visit takes %v, want %d minutes", tc.want, got, tc.minutes)
		}
	}
	b.auditClean(t)
}

// What a service says about needs comes back as it was seeded.
func TestNeedsOfServicesAreKept(t *testing.T) {
	t.Parallel()
	b := open(t)
	needs := []catalog.Need{{Slug: "sign_language", Name: catalog.Text{AR: "لغة الإشارة", EN: "Sign language"}, ExtraMinutes: 25}}
	service := catalog.Service{
		Slug: "seeded", Department: "revenues", Name: catalog.Text{AR: "خدمة", EN: "Service"},
		Duration: 30 * time.Minute, Step: 30 * time.Minute, GapStep: 5 * time.Minute, Horizon: 24 * time.Hour, PartyLimit: 1, ActiveLimit: 1,
		Needs: needs,
	}
	bare := service
	bare.Slug, bare.Needs = "bare", nil
	if n, err := b.store.Centre().Seed(t.Context(), setup.Centre{Services: []catalog.Service{service, bare}}); err != nil || len(n) != 2 {
		t.Fatalf("seeded %v, %v", n, err)
	}
	centre, err := b.store.Centre().Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, _ := centre.Service("seeded")
	if diff := cmp.Diff(needs, got.Needs); diff != "" || got.GapStep != 5*time.Minute {
		t.Errorf("gap step %v; needs (-want +got):\n%s", got.GapStep, diff)
	}
	if got, _ = centre.Service("bare"); len(got.Needs) != 0 {
		t.Errorf("needs %v, want none", got.Needs)
	}
}
