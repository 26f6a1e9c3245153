package slots_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/slots"
)

func TestShapeOf(t *testing.T) {
	t.Parallel()
	service := heirs()
	service.Before, service.GapStep = 5*time.Minute, 15*time.Minute
	service.HoldBack = catalog.HoldBack{catalog.Public: 2, catalog.Agent: 1}
	want := slots.Shape{
		Duration: 6, Before: 1, After: 2, Step: 8, GapStep: 3, Places: 1, HoldBack: 2,
		Notice: 24 * time.Hour, Horizon: 30 * 24 * time.Hour,
		Service: service.Slug, Channel: catalog.Public,
	}
	got, err := slots.ShapeOf(&service, 3, catalog.Public)
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(slots.Shape{})); diff != "" || err != nil {
		t.Errorf("ShapeOf: %v (-want +got):\n%s", err, diff)
	}
	service.PlacePerVisitor = true
	for _, tc := range []struct {
		name             string
		party            int
		channel          catalog.Channel
		places, holdBack int
		rule             slots.Rule
	}{
		{"one visitor", 1, catalog.Public, 1, 2, ""},
		{"a place for each visitor", 3, catalog.Public, 3, 2, ""},
		{"the call centre may use more", 1, catalog.Agent, 1, 1, ""},
		{"a channel that holds nothing back", 1, catalog.Protected, 1, 0, ""},
		{"nobody", 0, catalog.Public, 0, 0, slots.RulePartyLimit},
		{"fewer than nobody", -1, catalog.Public, 0, 0, slots.RulePartyLimit},
		{"more than the service takes", 4, catalog.Public, 0, 0, slots.RulePartyLimit},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, err := slots.ShapeOf(&service, tc.party, tc.channel)
			if v.Places != tc.places || v.HoldBack != tc.holdBack || broken(err) != tc.rule || (err != nil) != (tc.rule != "") {
				t.Errorf("ShapeOf = %d places, %d held back, %v, want %d, %d, %q", v.Places, v.HoldBack, err, tc.places, tc.holdBack, tc.rule)
			}
		})
	}
}

// A visit of no length is refused where services are described.
func TestNoVisitWithoutLength(t *testing.T) {
	t.Parallel()
	names := catalog.Text{AR: "الرياض", EN: "Riyadh"}
	service := heirs()
	service.Duration = 0
	_, err := catalog.NewCentre(nil, []catalog.Department{{Slug: "revenues", Name: names}}, []catalog.Service{service}, nil)
	if err == nil {
		t.Error("a service of length 0 was accepted")
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	v := visit(40, 30)
	v.Before, v.After = 1, 2
	v.Notice, v.Horizon = time.Hour, 6*time.Hour
	gaps := v
	gaps.GapStep = 3
	odd := gaps // steps of 30 minutes behind a multiple of 20
	odd.GapStep = 4
	for _, tc := range []struct {
		name       string
		visit      slots.Shape
		start, now string
		want       slots.Rule
	}{
		{"the first start, behind its buffer", v, "09:05", "08:00", ""},
		{"a step further", v, "09:35", "08:00", ""},
		{"the last that ends with its buffer in the opening", v, "10:05", "08:00", ""},
		{"at the opening, without time for the buffer", v, "09:00", "08:00", slots.RuleClosed},
		{"the buffer behind it is past the opening", v, "10:35", "08:00", slots.RuleClosed},
		{"outside the opening", v, "08:05", "03:00", slots.RuleClosed},
		{"between two openings", v, "11:50", "08:00", slots.RuleClosed},
		{"across a closure", v, "12:35", "08:00", slots.RuleClosed},
		{"at a start of the second opening, into the closure", v, "12:05", "08:00", slots.RuleClosed},
		{"behind the closure, still on its grid", v, "14:05", "09:00", ""},
		{"between two steps", v, "09:10", "08:00", slots.RuleOffGrid},
		{"between two ticks", v, "09:07", "08:00", slots.RuleOffGrid},
		{"a second past a start", v, "09:05:01", "08:00", slots.RuleOffGrid},
		{"notice, exactly", v, "09:05", "08:05", ""},
		{"notice, a second short", v, "09:05", "08:05:01", slots.RuleNotice},
		{"in the past", v, "09:05", "12:00", slots.RuleNotice},
		{"the horizon, exactly", v, "14:05", "08:05", ""},
		{"the horizon, a second short", v, "14:05", "08:04:59", slots.RuleHorizon},
		{"notice is named before the opening", v, "08:07", "08:00", slots.RuleNotice},
		{"the horizon is named before the opening", v, "20:07", "08:00", slots.RuleHorizon},
		{"the opening is named before the grid", v, "08:07", "03:00", slots.RuleClosed},
		{"a start may follow a gap at a quarter of an hour", gaps, "09:20", "08:00", ""},
		{"or on the grid", gaps, "09:05", "08:00", ""},
		{"not anywhere else", gaps, "09:10", "08:00", slots.RuleOffGrid},
		{"or some steps behind such a start", odd, "09:15", "08:00", ""},
		{"which can't come to anything", odd, "09:20", "08:00", slots.RuleOffGrid},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			day := compile(t, daily("Asia/Riyadh", opens(t, "09:00-11:00, 12:00-15:00"), scheduling.Closure{
				Start: at(t, "12:30"), End: at(t, "13:00"),
			})).Day(tuesday)
			err := tc.visit.Check(day, at(t, tc.start), at(t, tc.now))
			if got := broken(err); got != tc.want || (err != nil) != (tc.want != "") {
				t.Errorf("Check(%s) = %v, want %q", tc.start, err, tc.want)
			}
		})
	}
}

func TestWhy(t *testing.T) {
	t.Parallel()
	day := compile(t, daily("Asia/Riyadh", opens(t, "09:00-15:30 x2"), scheduling.Closure{
		Start: at(t, "12:00"), End: at(t, "13:00"),
	})).Day(tuesday)
	v := visit(60, 60)
	v.Notice, v.Horizon, v.HoldBack = time.Hour, 5*time.Hour, 1
	used := ledger(t, day, claim{"11:00", "11:30", slots.Booked, 1})
	// 09 too soon, 10 free, 11 taken, 12 closed, 13 free, 14 too far ahead,
	// 15 too far ahead and not long enough.
	got := slots.TallyDay(day, used, v, at(t, "08:30"))
	want := slots.Tally{Free: 2, Refused: map[slots.Rule]int{
		slots.RuleNotice: 1, slots.RuleTaken: 1, slots.RuleClosed: 1, slots.RuleHorizon: 2,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Why (-want +got):\n%s", diff)
	}
	v.Horizon = 24 * time.Hour
	got = slots.TallyDay(day, used, v, at(t, "08:30"))
	want = slots.Tally{Free: 3, Refused: map[slots.Rule]int{slots.RuleNotice: 1, slots.RuleTaken: 1, slots.RuleClosed: 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Why, with a longer horizon (-want +got):\n%s", diff)
	}
}
