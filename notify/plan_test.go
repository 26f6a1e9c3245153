package notify_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/catalog"
	"ziyara/notify"
)

// night is 21:00 to 09:00.
var night = catalog.Quiet{From: 21 * 60, To: 9 * 60}

func zone(t interface {
	Helper()
	Fatal(args ...any)
}, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// local reads 2006-01-02T15:04 on the clocks of a zone.
func local(t testing.TB, s string, z *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02T15:04", s, z)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func hours(list ...int) []time.Duration {
	var plan []time.Duration
	for _, h := range list {
		plan = append(plan, time.Duration(h)*time.Hour)
	}
	return plan
}

func TestPlan(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		plan         []time.Duration
		quiet        catalog.Quiet
		zone         string // Asia/Riyadh when empty
		start, known string
		want         []string // lead, due and until
	}{
		{
			name: "three days and one day ahead, by default", plan: catalog.DefaultReminders(), quiet: night,
			start: "2026-11-25T13:30", known: "2026-11-15T10:00",
			want: []string{"72h0m0s 2026-11-22T13:30 2026-11-23T13:30", "24h0m0s 2026-11-24T13:30 2026-11-25T07:30"},
		}, {
			name: "two hours ahead, where the service wants that", plan: hours(72, 24, 2), quiet: night,
			start: "2026-11-25T13:30", known: "2026-11-15T10:00",
			want: []string{
				"72h0m0s 2026-11-22T13:30 2026-11-23T13:30",
				"24h0m0s 2026-11-24T13:30 2026-11-25T00:30",
				"2h0m0s 2026-11-25T11:30 2026-11-25T13:00",
			},
		}, {
			name: "a service without reminders", quiet: night, start: "2026-11-25T13:30", known: "2026-11-15T10:00",
		}, {
			name: "48 hours ahead of 3 January 10:30: 1 January 10:30", plan: hours(48), quiet: night,
			start: "2027-01-03T10:30", known: "2026-12-20T10:00",
			want: []string{"48h0m0s 2027-01-01T10:30 2027-01-02T22:30"},
		}, {
			name: "the first minute of the day in which people may be reminded", plan: hours(24), quiet: night,
			start: "2026-11-25T09:00", known: "2026-11-15T10:00", want: []string{"24h0m0s 2026-11-24T09:00 2026-11-25T03:00"},
		}, {
			name: "the last one", plan: hours(24), quiet: night,
			start: "2026-11-25T20:59", known: "2026-11-15T10:00", want: []string{"24h0m0s 2026-11-24T20:59 2026-11-25T14:59"},
		}, {
			name: "due in the night: when it ends", plan: hours(72, 24), quiet: night,
			start: "2026-11-25T07:30", known: "2026-11-15T10:00",
			want: []string{"72h0m0s 2026-11-22T09:00 2026-11-23T07:30", "24h0m0s 2026-11-24T09:00 2026-11-25T01:30"},
		}, {
			name: "due as the night begins, three days ahead: when it ends", plan: hours(72, 24), quiet: night,
			start: "2026-11-25T21:00", known: "2026-11-15T10:00",
			want: []string{"72h0m0s 2026-11-23T09:00 2026-11-23T21:00", "24h0m0s 2026-11-24T19:00 2026-11-25T15:00"},
		}, {
			name: "due in the night, and its end is too near the visit: the evening before", plan: hours(2), quiet: night,
			start: "2026-11-25T07:30", known: "2026-11-15T10:00", want: []string{"2h0m0s 2026-11-24T19:00 2026-11-25T07:00"},
		}, {
			name: "the end of the night lies behind the visit: the evening before", plan: hours(2), quiet: night,
			start: "2026-11-25T08:30", known: "2026-11-15T10:00", want: []string{"2h0m0s 2026-11-24T19:00 2026-11-25T08:00"},
		}, {
			name: "just near enough: half of the time in which it is of use is left", plan: hours(2), quiet: night,
			start: "2026-11-25T10:15", known: "2026-11-15T10:00", want: []string{"2h0m0s 2026-11-25T09:00 2026-11-25T09:45"},
		}, {
			name: "a minute nearer", plan: hours(2), quiet: night,
			start: "2026-11-25T10:14", known: "2026-11-15T10:00", want: []string{"2h0m0s 2026-11-24T19:00 2026-11-25T09:44"},
		}, {
			name: "no quiet hours", plan: hours(24, 2),
			start: "2026-11-25T03:30", known: "2026-11-15T10:00",
			want: []string{"24h0m0s 2026-11-24T03:30 2026-11-24T14:30", "2h0m0s 2026-11-25T01:30 2026-11-25T03:00"},
		}, {
			name: "quiet hours within a day", plan: hours(24), quiet: catalog.Quiet{From: 12 * 60, To: 16 * 60},
			start: "2026-11-25T13:00", known: "2026-11-15T10:00", want: []string{"24h0m0s 2026-11-24T16:00 2026-11-25T07:00"},
		}, {
			name: "booked between two reminders: the later one", plan: hours(72, 24), quiet: night,
			start: "2026-11-25T13:30", known: "2026-11-23T10:00", want: []string{"24h0m0s 2026-11-24T13:30 2026-11-25T07:30"},
		}, {
			name: "booked at the instant of a reminder: that one is late", plan: hours(72, 24), quiet: night,
			start: "2026-11-25T13:30", known: "2026-11-24T13:30",
		}, {
			name: "booked a second before", plan: []time.Duration{24*time.Hour - time.Minute}, quiet: night,
			start: "2026-11-25T13:30", known: "2026-11-24T13:30", want: []string{"23h59m0s 2026-11-24T13:31 2026-11-25T07:30"},
		}, {
			name: "booked in the window, in the night before the shifted reminder", plan: hours(24), quiet: night,
			start: "2026-11-25T07:30", known: "2026-11-24T08:00",
		}, {
			name: "booked after the evening to which the reminder was shifted", plan: hours(2), quiet: night,
			start: "2026-11-25T07:30", known: "2026-11-24T20:00",
		}, {
			name: "booked on the day of the visit", plan: hours(24, 2), quiet: night,
			start: "2026-11-25T16:00", known: "2026-11-25T07:00",
		}, {
			name: "booked the day before, within a day: two hours ahead all the same", plan: hours(24, 2), quiet: night,
			start: "2026-11-25T16:00", known: "2026-11-24T17:00", want: []string{"2h0m0s 2026-11-25T14:00 2026-11-25T15:30"},
		}, {
			name: "clocks go forward: a lead is elapsed time, the night is wall time", plan: hours(24), quiet: night, zone: "Europe/Berlin",
			start: "2026-03-29T09:30", known: "2026-03-01T10:00", want: []string{"24h0m0s 2026-03-28T09:00 2026-03-29T03:30"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.zone == "" {
				tt.zone = "Asia/Riyadh"
			}
			z := zone(t, tt.zone)
			var got []string
			for _, r := range notify.Plan(tt.plan, notify.Hours{Quiet: tt.quiet, Zone: z}, local(t, tt.start, z), local(t, tt.known, z)) {
				got = append(got, fmt.Sprintf("%v %s %s", r.Lead, r.Due.In(z).Format("2006-01-02T15:04"), r.Until.In(z).Format("2006-01-02T15:04")))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("reminders (-want +got):\n%s", diff)
			}
		})
	}
}

// drawn is a plan with a visit.
type drawn struct {
	plan         []time.Duration
	hours        notify.Hours
	start, known time.Time
}

var zones = []string{"Asia/Riyadh", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"}

func drawPlan(t *rapid.T) drawn {
	d := drawn{hours: notify.Hours{Zone: zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))}}
	d.hours.Quiet.From = rapid.IntRange(0, 24*60-1).Draw(t, "quiet from")
	d.hours.Quiet.To = (d.hours.Quiet.From + rapid.IntRange(0, 20*60).Draw(t, "quiet minutes")) % (24 * 60)
	before := 14 * 24 * 60
	for range rapid.IntRange(1, 4).Draw(t, "reminders") {
		if before <= 30 {
			break
		}
		before = rapid.IntRange(30, before-1).Draw(t, "lead")
		d.plan = append(d.plan, time.Duration(before)*time.Minute)
	}
	// Around the changes of the clocks in March and October.
	first := time.Date(2026, time.Month(rapid.SampledFrom([]int{3, 10, 7}).Draw(t, "month")), 1, 0, 0, 0, 0, time.UTC)
	d.start = first.Add(time.Duration(rapid.IntRange(0, 40*24*60).Draw(t, "start")) * time.Minute)
	d.known = d.start.Add(-time.Duration(rapid.IntRange(0, 20*24*60).Draw(t, "known")) * time.Minute)
	return d
}

// Whatever the plan, the zone and the night: nobody is reminded in the quiet
// hours, after the start, when it is of no use, or of what was booked later;
// each reminder is there once; and none is missing of a visit that was booked
// long before.
func TestPlanProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawPlan(t)
		reminders := notify.Plan(d.plan, d.hours, d.start, d.known)
		seen := map[time.Duration]bool{}
		for _, r := range reminders {
			if quietAt(r.Due, d.hours) {
				t.Errorf("%v: due at %v, in the quiet hours", r.Lead, r.Due.In(d.hours.Zone))
			}
			if !r.Due.Before(r.Until) || !r.Until.Before(d.start) {
				t.Errorf("%v: due at %v, until %v, of a visit at %v", r.Lead, r.Due, r.Until, d.start)
			}
			if !d.known.Before(r.Due) || d.known.After(d.start.Add(-r.Lead)) {
				t.Errorf("%v: due at %v, known at %v", r.Lead, r.Due, d.known)
			}
			if seen[r.Lead] {
				t.Errorf("%v: twice", r.Lead)
			}
			seen[r.Lead] = true
		}
		long := notify.Plan(d.plan, d.hours, d.start, d.start.AddDate(0, 0, -30))
		if len(long) != len(d.plan) {
			t.Errorf("%d reminders of a visit that is known for long, want %d", len(long), len(d.plan))
		}
	})
}

// quietAt reads the clock on the wall: what shows a time of the quiet hours is
// in them.
func quietAt(at time.Time, h notify.Hours) bool {
	wall := at.In(h.Zone)
	minute := wall.Hour()*60 + wall.Minute()
	if h.Quiet.From < h.Quiet.To {
		return minute >= h.Quiet.From && minute < h.Quiet.To
	}
	return h.Quiet.From != h.Quiet.To && (minute >= h.Quiet.From || minute < h.Quiet.To)
}

// A reminder is in a window exactly when it is due in that stretch of time and
// still of use at its end, and in one window only. So whoever plans stretch by
// stretch, however long each, misses nothing and plans nothing twice.
func TestWindowsAreThePlanTheOtherWayRound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawPlan(t)
		lead := rapid.SampledFrom(notify.Leads(d.plan)).Draw(t, "reminder")
		due := lead.Due(d.start, d.hours)
		until := d.start.Add(-lead.Last())
		after := due.Add(time.Duration(rapid.IntRange(-30*24*3600, 3600).Draw(t, "after")) * time.Second)
		upTo := due.Add(time.Duration(rapid.IntRange(-3600, 20*24*3600).Draw(t, "up to")) * time.Second)
		if rapid.Bool().Draw(t, "at the edge") {
			after = rapid.SampledFrom([]time.Time{after, due, due.Add(-time.Microsecond)}).Draw(t, "after at the edge")
			edges := []time.Time{upTo, due, due.Add(-time.Microsecond), until, until.Add(-time.Microsecond)}
			upTo = rapid.SampledFrom(edges).Draw(t, "up to at the edge")
		}
		found := 0
		for _, w := range lead.StartsDue(d.hours, after, upTo) {
			if d.start.Before(w.From) || !d.start.Before(w.To) {
				continue
			}
			found++
			told := w.Due
			if told.IsZero() {
				told = d.start.Add(-lead.Before)
			}
			if !told.Equal(due) {
				t.Errorf("the window says %v, due is %v", told, due)
			}
		}
		want := 0
		if due.After(after) && !due.After(upTo) && upTo.Before(until) {
			want = 1
		}
		if found != want {
			t.Errorf("in %d windows, want %d: start %v, due %v, until %v, after %v, up to %v", found, want, d.start, due, until, after, upTo)
		}
	})
}
