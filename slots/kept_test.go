package slots_test

import (
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/slots"
)

// Openings may be there for some services only, or keep places from a channel.
// What is kept is not offered, and the ledger is told of it tick by tick.
func TestPlacesKeptForOthers(t *testing.T) {
	t.Parallel()
	calendar, err := scheduling.Compile(scheduling.Plan{
		Zone: "Asia/Riyadh",
		Rules: []scheduling.Rule{{
			RRule: "FREQ=DAILY", From: scheduling.NewDate(2026, time.January, 1),
			Openings: []scheduling.Opening{
				{From: scheduling.Clock(8, 0), To: scheduling.Clock(10, 0), Places: 2, Reserve: map[string]int{"public": 1}},
				{From: scheduling.Clock(9, 0), To: scheduling.Clock(11, 0), Places: 1, Add: true, Services: []string{"heirs"}},
			},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	day := calendar.Day(scheduling.NewDate(2026, time.November, 24))
	now := day.Start
	visit := func(service string, channel catalog.Channel) slots.Shape {
		return slots.Shape{
			Duration: 12, Step: 12, Places: 1, Horizon: 48 * time.Hour, Service: service, Channel: channel,
		}
	}
	for _, tc := range []struct {
		name string
		slots.Shape
		want map[int]int // places by local hour
	}{
		{"the public leaves one place, and the extra desk to its service", visit("other", catalog.Public), map[int]int{8: 1, 9: 1}},
		{"an agent leaves none", visit("other", catalog.Agent), map[int]int{8: 2, 9: 2}},
		{"the service of the extra desk", visit("heirs", catalog.Public), map[int]int{8: 1, 9: 2, 10: 1}},
		{"the same over an agent", visit("heirs", catalog.Agent), map[int]int{8: 2, 9: 3, 10: 1}},
	} {
		got := map[int]int{}
		for _, s := range slots.Free(day, nil, tc.Shape, now) {
			got[s.Start.In(calendar.Zone()).Hour()] = s.Places
		}
		for hour := range 24 {
			if got[hour] != tc.want[hour] {
				t.Errorf("%s: %d places at %d:00, want %d", tc.name, got[hour], hour, tc.want[hour])
			}
		}
	}
	closed := visit("other", catalog.Agent).Check(day, day.At(10*12), now)
	if rule := broken(closed); rule != slots.RuleClosed {
		t.Errorf("a visit to the extra desk by another service: %v, want %s", closed, slots.RuleClosed)
	}
}
