package slots_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
	"ziyara/slots"
)

func TestFree(t *testing.T) {
	t.Parallel()
	following := func(v slots.Shape, minutes int) slots.Shape { v.GapStep = minutes / 5; return v }
	buffered := func(v slots.Shape, before, after int) slots.Shape {
		v.Before, v.After = before/5, after/5
		return v
	}
	noticed := func(v slots.Shape, notice, horizon time.Duration) slots.Shape {
		v.Notice, v.Horizon = notice, horizon
		return v
	}
	party := func(v slots.Shape, places, holdBack int) slots.Shape {
		v.Places, v.HoldBack = places, holdBack
		return v
	}
	for _, tc := range []struct {
		name   string
		open   string
		closed []string // "09:15-09:45", all places
		taken  []claim
		visit  slots.Shape
		now    string // of the day; "" is the day before
		want   []string
	}{
		{
			name: "a visit that does not fit into the rest of an opening is not offered",
			open: "09:00-11:20", visit: visit(60, 60),
			want: []string{"09:00", "10:00"},
		},
		{
			name: "in an opening in progress, starts follow the present, rounded up to five minutes",
			open: "09:00-12:00, 14:00-17:00, 18:00-20:00", visit: following(visit(60, 60), 5), now: "15:03",
			want: []string{"15:05", "18:00", "19:00"},
		},
		{
			name: "an absent desk takes no visit, nor does a taken one",
			open: "09:00-11:00", closed: []string{"09:15-09:45"}, taken: []claim{{"09:00", "10:00", slots.Booked, 1}}, visit: visit(60, 60),
			want: []string{"10:00"},
		},
		{
			name: "an absent desk alone is enough",
			open: "09:00-11:00", closed: []string{"09:15-09:45"}, visit: visit(60, 60),
			want: []string{"10:00"},
		},
		{
			name: "a free gap shorter than the visit is none",
			open: "09:00-10:00", taken: []claim{{"09:00", "09:25", slots.Booked, 1}, {"09:40", "10:00", slots.Booked, 1}},
			visit: following(visit(30, 30), 5),
			want:  nil,
		},
		{
			name: "a cancelled visit gives its place back",
			open: "09:00-11:00", taken: []claim{{"09:00", "11:00", slots.Cancelled, 1}}, visit: visit(120, 120),
			want: []string{"09:00"},
		},
		{
			name: "so does a hold that ran out or was released",
			open: "09:00-11:00", taken: []claim{{"09:00", "11:00", slots.Expired, 1}, {"09:00", "11:00", slots.Released, 1}}, visit: visit(120, 120),
			want: []string{"09:00"},
		},
		{
			name: "a hold that stands takes its place like a visit",
			open: "09:00-11:00", taken: []claim{{"09:00", "10:00", slots.Held, 1}}, visit: visit(60, 60),
			want: []string{"10:00"},
		},
		{
			name: "visits that touch end to start do not overlap",
			open: "09:00-12:00", taken: []claim{{"09:00", "10:00", slots.Booked, 1}, {"11:00", "12:00", slots.Booked, 1}}, visit: visit(60, 60),
			want: []string{"10:00"},
		},
		{
			name: "starts are a step apart, counted from the opening",
			open: "12:00-18:00", visit: visit(90, 90),
			want: []string{"12:00", "13:30", "15:00", "16:30"},
		},
		{
			name: "an empty day of 24 hours",
			open: "00:00-24:00", visit: visit(60, 60),
			want: every(t, 60, "00:00", "23:00"),
		},
		{
			name: "an empty day of 24 hours, three starts in each",
			open: "00:00-24:00", visit: visit(20, 20),
			want: every(t, 20, "00:00", "23:40"),
		},
		{
			name: "a start one second ahead is not too soon, one that has passed is",
			open: "00:00-24:00", visit: visit(60, 60), now: "11:59:59",
			want: every(t, 60, "12:00", "23:00"),
		},
		{
			name: "a start right now is not too soon",
			open: "10:00-13:00", visit: visit(60, 60), now: "11:00",
			want: []string{"11:00", "12:00"},
		},
		{
			name: "each opening counts its starts anew",
			open: "11:00-12:00, 14:00-15:00", visit: visit(20, 20),
			want: []string{"11:00", "11:20", "11:40", "14:00", "14:20", "14:40"},
		},
		{
			name: "openings that overlap are one, and no start comes twice",
			open: "11:00-12:00, 11:20-12:40", visit: visit(20, 20),
			want: []string{"11:00", "11:20", "11:40", "12:00", "12:20"},
		},
		{
			name: "an opening may be as short as one visit of one tick",
			open: "07:00-07:05, 07:10-07:30", visit: visit(5, 5),
			want: []string{"07:00", "07:10", "07:15", "07:20", "07:25"},
		},
		{
			name: "a busy stretch does not shift the starts behind it",
			open: "08:00-12:30", taken: []claim{{"10:00", "10:10", slots.Booked, 1}}, visit: visit(60, 60),
			want: []string{"08:00", "09:00", "11:00"},
		},
		{
			name: "unless starts may follow a gap, at the next quarter of an hour",
			open: "08:00-12:30", taken: []claim{{"10:00", "10:10", slots.Booked, 1}}, visit: following(visit(60, 60), 15),
			want: []string{"08:00", "09:00", "10:15", "11:15"},
		},
		{
			name: "a closure is a gap as well",
			open: "08:00-12:30", closed: []string{"10:00-10:10"}, visit: following(visit(60, 60), 15),
			want: []string{"08:00", "09:00", "10:15", "11:15"},
		},
		{
			name: "the beginning of an opening is kept, on a quarter or not",
			open: "08:10-11:00", visit: following(visit(60, 60), 15),
			want: []string{"08:10", "09:10"},
		},
		{
			name: "a gap inside a shorter stretch is rounded past its end",
			open: "08:00-09:20", taken: []claim{{"08:00", "09:05", slots.Booked, 1}}, visit: following(visit(5, 5), 30),
			want: nil,
		},
		{
			name: "a visit strictly inside a longer slot counts against it",
			open: "09:00-12:00", taken: []claim{{"09:20", "09:30", slots.Booked, 1}}, visit: visit(60, 60),
			want: []string{"10:00", "11:00"},
		},
		{
			name: "a visit around a shorter slot counts against it",
			open: "09:00-11:00", taken: []claim{{"09:00", "10:30", slots.Booked, 1}}, visit: visit(10, 20),
			want: []string{"10:40"},
		},
		{
			name: "one tick in common is an overlap",
			open: "09:00-11:00", taken: []claim{{"09:55", "10:00", slots.Booked, 1}}, visit: visit(60, 60),
			want: []string{"10:00"},
		},
		{
			name: "a second desk takes a second visit",
			open: "09:00-11:00 x2", taken: []claim{{"09:00", "10:00", slots.Booked, 1}, {"10:00", "11:00", slots.Booked, 2}}, visit: visit(60, 60),
			want: []string{"09:00"},
		},
		{
			name: "buffers are desk time: they lie inside the opening",
			open: "09:00-11:00", visit: buffered(visit(30, 30), 10, 20),
			want: []string{"09:10", "09:40", "10:10"},
		},
		{
			name: "buffers are desk time: they find a place",
			open: "09:00-12:00", taken: []claim{{"10:00", "10:05", slots.Booked, 1}}, visit: buffered(visit(30, 30), 10, 20),
			want: []string{"09:10", "10:40", "11:10"},
		},
		{
			name: "notice counts to the start of the visit, not of the buffer before it",
			open: "09:00-11:00", visit: buffered(noticed(visit(30, 30), time.Hour, 24*time.Hour), 10, 0), now: "08:40",
			want: []string{"09:40", "10:10"},
		},
		{
			name: "the bounds of notice and horizon are bookable",
			open: "09:00-17:00", visit: noticed(visit(60, 60), time.Hour, 3*time.Hour), now: "09:00",
			want: []string{"10:00", "11:00", "12:00"},
		},
		{
			name: "a second past them is not",
			open: "09:00-17:00", visit: noticed(visit(60, 60), time.Hour, 3*time.Hour), now: "09:00:01",
			want: []string{"11:00", "12:00"},
		},
		{
			name: "a second before them is not",
			open: "09:00-17:00", visit: noticed(visit(60, 60), time.Hour, 3*time.Hour), now: "08:59:59",
			want: []string{"10:00", "11:00"},
		},
		{
			name: "a party that takes a place each needs as many",
			open: "09:00-12:00 x3", taken: []claim{{"09:00", "10:00", slots.Booked, 2}, {"10:00", "11:00", slots.Booked, 1}},
			visit: party(visit(60, 60), 2, 0),
			want:  []string{"10:00", "11:00"},
		},
		{
			name: "what a channel holds back is left to the channels behind it",
			open: "09:00-12:00 x3", taken: []claim{{"09:00", "10:00", slots.Booked, 2}, {"10:00", "11:00", slots.Booked, 1}},
			visit: party(visit(60, 60), 1, 1),
			want:  []string{"10:00", "11:00"},
		},
		{
			name: "more taken than open is not free",
			open: "09:00-11:00", taken: []claim{{"09:00", "10:00", slots.Booked, 3}}, visit: visit(60, 60),
			want: []string{"10:00"},
		},
		{
			name: "a day that is over",
			open: "09:00-11:00", visit: visit(60, 60), now: "23:59:59",
			want: nil,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var closures []scheduling.Closure
			for _, c := range tc.closed {
				o := opens(t, c)[0]
				closures = append(closures, scheduling.Closure{Start: at(t, o.From.String()), End: at(t, o.To.String())})
			}
			calendar := compile(t, daily("Asia/Riyadh", opens(t, tc.open), closures...))
			day := calendar.Day(tuesday)
			used := ledger(t, day, tc.taken...)
			now := midnight.Add(-time.Hour)
			if tc.now != "" {
				now = at(t, tc.now)
			}
			got := slots.Free(day, used, tc.visit, now)
			if diff := cmp.Diff(tc.want, starts(got, calendar.Zone())); diff != "" {
				t.Errorf("free starts (-want +got):\n%s", diff)
			}
			for _, s := range got {
				if err := tc.visit.Check(day, s.Start, now); err != nil {
					t.Errorf("Check(%v) = %v, want nil: it is free", s.Start, err)
				}
				if length := s.End.Sub(s.Start); length != time.Duration(tc.visit.Duration)*scheduling.Tick {
					t.Errorf("the slot lasts %v, buffers are not part of it", length)
				}
			}
			if tally := slots.TallyDay(day, used, tc.visit, now); tc.visit.GapStep == 0 && tally.Free != len(tc.want) {
				t.Errorf("Why counts %d free starts, want %d", tally.Free, len(tc.want))
			}
		})
	}
}

// An end that other systems write as the last second is the second after it,
// and shows in the zone of the branch.
func TestFreeUntilTheLastSecond(t *testing.T) {
	t.Parallel()
	calendar := compile(t, daily("Europe/Brussels", opens(t, "09:00-22:59:59")))
	day := calendar.Day(scheduling.NewDate(2026, time.June, 15))
	free := slots.Free(day, nil, visit(15, 15), day.Start)
	if len(free) != 14*4 {
		t.Fatalf("%d free starts, want four in each of 14 hours", len(free))
	}
	last := free[len(free)-1]
	if got, want := last.Start.In(calendar.Zone()).Format(time.RFC3339), "2026-06-15T22:45:00+02:00"; got != want {
		t.Errorf("the last visit starts at %s, want %s", got, want)
	}
	if got, want := last.End.Format(time.RFC3339), "2026-06-15T21:00:00Z"; got != want {
		t.Errorf("the last visit ends at %s, want %s", got, want)
	}
}

// Two sessions that add their places, and visitors who come in a row at one
// desk: the visit is as long as both of them.
func TestFreeCountsPlaces(t *testing.T) {
	t.Parallel()
	calendar := compile(t, daily("Asia/Riyadh", opens(t, "09:00-10:00, +09:00-10:00")))
	day := calendar.Day(tuesday)
	twoInARow := visit(10, 5)
	free := slots.Free(day, nil, twoInARow, midnight)
	if diff := cmp.Diff(every(t, 5, "09:00", "09:50"), starts(free, calendar.Zone())); diff != "" {
		t.Errorf("free starts (-want +got):\n%s", diff)
	}
	for _, s := range free {
		if s.Places != 2 {
			t.Errorf("%v has %d places, want 2", s.Start, s.Places)
		}
	}
	if got := broken(twoInARow.Check(day, at(t, "09:55"), midnight)); got != slots.RuleClosed {
		t.Errorf("the last start is refused for %q, want %q: the second visitor finds it closed", got, slots.RuleClosed)
	}
	for name, tc := range map[string]struct {
		visit slots.Shape
		taken []claim
		want  int
	}{
		"one is taken":                        {twoInARow, []claim{{"09:00", "10:00", slots.Booked, 1}}, 1},
		"the scarcest tick of the visit":      {twoInARow, []claim{{"09:05", "09:10", slots.Booked, 1}}, 1},
		"one is held back":                    {slots.Shape{Duration: 2, Step: 1, Places: 1, HoldBack: 1, Horizon: time.Hour * 24}, nil, 1},
		"both at once, as a party of two":     {slots.Shape{Duration: 2, Step: 1, Places: 2, Horizon: time.Hour * 24}, nil, 1},
		"a party of two does not fit in one":  {slots.Shape{Duration: 2, Step: 1, Places: 2, HoldBack: 1, Horizon: time.Hour * 24}, nil, 0},
		"what is taken elsewhere is no loss":  {twoInARow, []claim{{"09:10", "10:00", slots.Booked, 1}}, 2},
		"what is cancelled is no loss either": {twoInARow, []claim{{"09:00", "10:00", slots.Cancelled, 1}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := 0
			if free := slots.Free(day, ledger(t, day, tc.taken...), tc.visit, midnight); len(free) > 0 && free[0].Start.Equal(at(t, "09:00")) {
				got = free[0].Places
			}
			if got != tc.want {
				t.Errorf("9:00 am has %d places, want %d", got, tc.want)
			}
		})
	}
}

// A coordinator is told where a plan wastes time or means two things; what it
// comes to is decided all the same.
func TestDoubtfulPlans(t *testing.T) {
	t.Parallel()
	t.Run("a step that leaves part of an opening unused", func(t *testing.T) {
		t.Parallel()
		openings := opens(t, "09:00-10:00")
		if got := scheduling.StepWarnings(openings, 25*time.Minute); len(got) != 1 || got[0].Kind != scheduling.WarnStep {
			t.Errorf("warnings = %v, want one of %s", got, scheduling.WarnStep)
		}
		day := compile(t, daily("Asia/Riyadh", openings)).Day(tuesday)
		if got := slots.Free(day, nil, visit(25, 25), midnight); len(got) != 2 {
			t.Errorf("%d free starts, want 2", len(got))
		}
	})
	for name, tc := range map[string]struct {
		open     string
		warnings int
		places   int // at 12:00 pm, where the openings overlap
	}{
		"openings that overlap: the larger number counts": {"12:00-16:00 x2, 10:00-13:00 x3", 1, 3},
		"openings that are said to add":                   {"12:00-16:00 x2, +10:00-13:00 x3", 0, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calendar := compile(t, daily("Asia/Riyadh", opens(t, tc.open)))
			if got := calendar.Warnings(); len(got) != tc.warnings || len(got) > 0 && got[0].Kind != scheduling.WarnOverlap {
				t.Errorf("warnings = %v, want %d of %s", got, tc.warnings, scheduling.WarnOverlap)
			}
			free := slots.Free(calendar.Day(tuesday), nil, visit(60, 60), midnight)
			if diff := cmp.Diff(every(t, 60, "10:00", "15:00"), starts(free, calendar.Zone())); diff != "" {
				t.Fatalf("free starts (-want +got):\n%s", diff)
			}
			if got := free[2].Places; got != tc.places {
				t.Errorf("12:00 pm has %d places, want %d", got, tc.places)
			}
		})
	}
}

// The ledger can know more or fewer ticks than the openings while a calendar
// changes: a visit lies within both.
func TestFreeWithinLedgerAndOpenings(t *testing.T) {
	t.Parallel()
	calendar := compile(t, daily("Asia/Riyadh", opens(t, "09:00-11:00")))
	v := visit(20, 20)
	v.Before, v.After = 2, 2
	for name, tc := range map[string]struct {
		first, ticks int
		want         []string
	}{
		"as many":             {108, 24, []string{"09:10", "09:30", "09:50", "10:10", "10:30"}},
		"it begins earlier":   {96, 36, []string{"09:10", "09:30", "09:50", "10:10", "10:30"}},
		"it ends later":       {108, 36, []string{"09:10", "09:30", "09:50", "10:10", "10:30"}},
		"it begins later":     {112, 20, []string{"09:30", "09:50", "10:10", "10:30"}},
		"it ends earlier":     {108, 20, []string{"09:10", "09:30", "09:50", "10:10"}},
		"it is a tick short":  {108, 23, []string{"09:10", "09:30", "09:50", "10:10"}},
		"no visit fits there": {108, 7, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			day := calendar.Day(tuesday)
			day.First, day.Open = tc.first, slices.Repeat([]int16{1}, tc.ticks)
			free := slots.Free(day, make([]int16, tc.ticks), v, midnight)
			if diff := cmp.Diff(tc.want, starts(free, calendar.Zone())); diff != "" {
				t.Errorf("free starts (-want +got):\n%s", diff)
			}
		})
	}
}

// After a gap it is the place that begins at a multiple of the gap step: the
// visit starts when the buffer before it is over.
func TestBufferComesAfterTheGap(t *testing.T) {
	t.Parallel()
	v := visit(30, 30)
	v.Before, v.GapStep = 2, 3
	day := compile(t, daily("Asia/Riyadh", opens(t, "08:00-10:00"))).Day(tuesday)
	free := slots.Free(day, ledger(t, day, claim{"08:00", "08:35", slots.Booked, 1}), v, midnight)
	if diff := cmp.Diff([]string{"08:55", "09:25"}, starts(free, day.Start.In(time.FixedZone("Riyadh", 3*60*60)).Location())); diff != "" {
		t.Errorf("starts (-want +got):\n%s", diff)
	}
}
