package scheduling_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/scheduling"
)

// claimed returns a claim of one hour that begins at an hour of the day and was
// booked the given number of hours after the epoch.
func claimed(id string, hour, count, booked int) scheduling.Claim {
	return scheduling.Claim{
		ID: id, Service: "returns", First: hour * 12, Ticks: 12, Count: count,
		Booked: time.Unix(int64(booked)*3600, 0),
	}
}

func ids(claims []scheduling.Claim) []string {
	var list []string
	for _, c := range claims {
		list = append(list, c.ID)
	}
	return list
}

func TestUnsupported(t *testing.T) {
	t.Parallel()
	lost := func(c scheduling.Claim) scheduling.Claim { c.Unsupported = true; return c }
	for _, tc := range []struct {
		name   string
		places int // from 08:00 to 12:00
		claims []scheduling.Claim
		want   []string
	}{
		{"all fit", 2, []scheduling.Claim{claimed("a", 9, 1, 1), claimed("b", 9, 1, 2)}, nil},
		{"the oldest keeps its place", 1, []scheduling.Claim{claimed("b", 9, 1, 2), claimed("a", 9, 1, 1)}, []string{"b"}},
		{"of two booked at once, the lower ID", 1, []scheduling.Claim{claimed("b", 9, 1, 1), claimed("a", 9, 1, 1)}, []string{"b"}},
		{"claims at other times don't compete", 1, []scheduling.Claim{claimed("a", 9, 1, 1), claimed("b", 10, 1, 2)}, nil},
		{
			"a younger claim that still fits keeps its place", 2,
			[]scheduling.Claim{claimed("a", 9, 1, 1), claimed("party", 9, 2, 2), claimed("c", 9, 1, 3)}, []string{"party"},
		},
		{"outside the openings", 5, []scheduling.Claim{claimed("early", 7, 1, 1), claimed("late", 12, 1, 2)}, []string{"early", "late"}},
		{"partly outside", 5, []scheduling.Claim{{ID: "a", First: 11*12 + 1, Ticks: 12, Count: 1}}, []string{"a"}},
		{
			"a claim that lost its place comes after those that have one", 1,
			[]scheduling.Claim{lost(claimed("a", 9, 1, 1)), claimed("b", 9, 1, 2)}, []string{"a"},
		},
		{
			"a returned place goes to the oldest claim that lost one", 2,
			[]scheduling.Claim{lost(claimed("c", 9, 1, 3)), claimed("b", 9, 1, 2), lost(claimed("a", 9, 1, 1))}, []string{"c"},
		},
		{"no claims", 1, nil, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := compile(t, scheduling.Plan{Zone: "Asia/Riyadh", Rules: daily(opens(t, "08:00-12:00", tc.places))})
			got := ids(scheduling.Unsupported(c.Day(tuesday), tc.claims))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("unsupported (-want +got):\n%s", diff)
			}
		})
	}
}

// A visit is supported where its service is accepted, even if places are
// reserved from its channel.
func TestUnsupportedByService(t *testing.T) {
	t.Parallel()
	morning, later := opens(t, "08:00-10:00", 1), opens(t, "10:00-12:00", 1)
	morning.Reserve = map[string]int{"public": 1}
	later.Services = []string{"heirs"}
	c := compile(t, scheduling.Plan{Zone: "Asia/Riyadh", Rules: daily(morning, later)})
	heirs := claimed("heirs", 11, 1, 2)
	heirs.Service = "heirs"
	got := ids(scheduling.Unsupported(c.Day(tuesday), []scheduling.Claim{
		claimed("morning", 9, 1, 1), claimed("later", 10, 1, 1), heirs,
	}))
	if diff := cmp.Diff([]string{"later"}, got); diff != "" {
		t.Errorf("unsupported (-want +got):\n%s", diff)
	}
}

// A department closes at noon, then the closure is lifted: the oldest bookings
// keep their places or get them back.
func TestImpactOn(t *testing.T) {
	t.Parallel()
	tuesday := date(t, "2026-11-24")
	plan := scheduling.Plan{Zone: "Asia/Riyadh", Rules: daily(opens(t, "08:00-14:00", 2))}
	before := compile(t, plan)
	plan.Closures = []scheduling.Closure{
		{Start: instant(t, "2026-11-24T12:00:00+03:00"), End: instant(t, "2026-11-25T00:00:00+03:00")},
		{Start: instant(t, "2026-11-25T00:00:00+03:00"), Places: 1},
	}
	after := compile(t, plan)
	booked := map[scheduling.Date][]scheduling.Claim{
		tuesday - 1: {claimed("monday", 13, 2, 1)},
		tuesday:     {claimed("morning", 9, 2, 1), claimed("second", 13, 1, 3), claimed("first", 13, 1, 2)},
		tuesday + 1: {claimed("party", 9, 2, 1), claimed("one", 9, 1, 2)},
		tuesday + 2: {claimed("alone", 9, 1, 1)},
	}
	type impact struct {
		Date           string
		Lost, Regained []string
	}
	becomes := func(c *scheduling.Calendar) (impacts []scheduling.Impact) {
		for d := tuesday - 1; d <= tuesday+2; d++ {
			if i := scheduling.ImpactOn(c.Day(d), booked[d]); i.Lost != nil || i.Regained != nil {
				impacts = append(impacts, i)
			}
		}
		return impacts
	}
	show := func(impacts []scheduling.Impact) []impact {
		var all []impact
		for _, i := range impacts {
			all = append(all, impact{i.Date.String(), ids(i.Lost), ids(i.Regained)})
		}
		return all
	}
	want := []impact{
		{Date: "2026-11-24", Lost: []string{"first", "second"}},
		{Date: "2026-11-25", Lost: []string{"party"}},
	}
	got := becomes(after)
	if diff := cmp.Diff(want, show(got)); diff != "" {
		t.Errorf("the closure (-want +got):\n%s", diff)
	}
	for _, i := range got {
		for _, c := range i.Lost {
			at := slices.IndexFunc(booked[i.Date], func(o scheduling.Claim) bool { return o.ID == c.ID })
			booked[i.Date][at].Unsupported = true
		}
	}
	want = []impact{ // not the party: the later claim that fits keeps its place
		{Date: "2026-11-24", Regained: []string{"first", "second"}},
	}
	if diff := cmp.Diff(want, show(becomes(before))); diff != "" {
		t.Errorf("its end (-want +got):\n%s", diff)
	}
}

// drawClaims draws claims on a day of 24 ticks from tick 96.
func drawClaims(t *rapid.T) []scheduling.Claim {
	var claims []scheduling.Claim
	for i := range rapid.IntRange(0, 12).Draw(t, "claims") {
		claims = append(claims, scheduling.Claim{
			ID:     fmt.Sprint(i),
			First:  rapid.IntRange(94, 120).Draw(t, "first"),
			Ticks:  rapid.IntRange(1, 12).Draw(t, "ticks"),
			Count:  rapid.IntRange(1, 3).Draw(t, "count"),
			Booked: time.Unix(int64(rapid.IntRange(0, 6).Draw(t, "booked")), 0),
		})
	}
	return claims
}

// drawTwoDays draws a day and another that has at least as many places
// everywhere.
func drawTwoDays(t *rapid.T) (less, more scheduling.Day) {
	less, more = scheduling.Day{First: 96}, scheduling.Day{First: 96}
	for range 24 {
		n := rapid.Int16Range(0, 4).Draw(t, "open")
		less.Open = append(less.Open, n)
		more.Open = append(more.Open, n+rapid.Int16Range(0, 2).Draw(t, "more"))
	}
	return less, more
}

func byAge(a, b scheduling.Claim) int {
	if c := a.Booked.Compare(b.Booked); c != 0 {
		return c
	}
	return slices.Compare([]byte(a.ID), []byte(b.ID))
}

func within(day scheduling.Day, claims []scheduling.Claim) bool {
	used := map[int]int{}
	for _, c := range claims {
		for tick := c.First; tick < c.First+c.Ticks; tick++ {
			if used[tick] += c.Count; used[tick] > day.Places(tick) {
				return false
			}
		}
	}
	return true
}

func TestUnsupportedProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		claims := drawClaims(t)
		less, more := drawTwoDays(t)
		lost := ids(scheduling.Unsupported(less, claims))

		slices.SortFunc(claims, byAge)
		var kept []scheduling.Claim
		for _, c := range claims {
			fits := within(less, append(slices.Clone(kept), c))
			if fits == slices.Contains(lost, c.ID) {
				t.Fatalf("%+v fits with the older %v: %v; unsupported: %v", c, ids(kept), fits, lost)
			}
			if fits {
				kept = append(kept, c)
			}
		}
		if !within(less, kept) {
			t.Fatalf("over capacity: %v", kept)
		}

		shuffled := slices.Clone(claims)
		rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if diff := cmp.Diff(lost, ids(scheduling.Unsupported(less, shuffled))); diff != "" {
			t.Fatalf("the order of the list matters (-want +got):\n%s", diff)
		}

		lostOfMore := ids(scheduling.Unsupported(more, claims))
		for _, c := range claims {
			onLess, onMore := slices.Contains(lost, c.ID), slices.Contains(lostOfMore, c.ID)
			if onLess != onMore {
				if onMore {
					t.Fatalf("with more places %s loses its own and no older claim gains one", c.ID)
				}
				break
			}
		}

		// From here on the first change has been made.
		for i := range claims {
			claims[i].Unsupported = slices.Contains(lost, claims[i].ID)
		}
		if diff := cmp.Diff(lost, ids(scheduling.Unsupported(less, claims))); diff != "" {
			t.Fatalf("a second call (-want +got):\n%s", diff)
		}
		for _, c := range scheduling.Unsupported(more, claims) {
			if !c.Unsupported {
				t.Fatalf("places return, and %s loses its own", c.ID)
			}
		}
	})
}
