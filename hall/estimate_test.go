package hall_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/hall"
	"ziyara/scheduling"
)

// opens returns a calendar with these openings on every day.
func opens(t testing.TB, closures []scheduling.Closure, openings ...scheduling.Opening) *scheduling.Calendar {
	t.Helper()
	c, err := scheduling.Compile(scheduling.Plan{Zone: "Asia/Riyadh", Closures: closures, Rules: []scheduling.Rule{{
		Name: scheduling.Text{AR: "كل يوم", EN: "every day"}, RRule: "FREQ=DAILY", From: date - 30, Openings: openings,
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func opening(from, to scheduling.WallTime, places int) scheduling.Opening {
	return scheduling.Opening{From: from, To: to, Places: places}
}

// lineAt returns the line of a desk group with the calendar.
func lineAt(c *scheduling.Calendar, now time.Time, present ...hall.Visit) hall.Line {
	l := hall.Line{Promise: 10 * time.Minute, Present: present}
	l.Desks, l.Later = hall.Receives(c, now)
	return l
}

// short returns a walk-in of ten minutes who waits.
func short(number int, came time.Time) hall.Visit {
	v := walkIn(fmt.Sprintf("w%02d", number), number, came, came)
	v.End, v.Arrival.Length = v.Start.Add(10*time.Minute), 10*time.Minute
	return v
}

// No visit is expected to begin before a desk is open, and then only as many at once
// as there are open desks.
func TestEstimatesFollowTheCalendar(t *testing.T) {
	t.Parallel()
	clock := scheduling.Clock
	usual := opens(t, nil, opening(clock(7, 30), clock(14, 30), 3))
	broken := opens(t, nil, opening(clock(7, 30), clock(12, 0), 3), opening(clock(12, 30), clock(14, 30), 1))
	shut := opens(t, []scheduling.Closure{{
		Start: at(10, 0), End: at(11, 0), Reason: scheduling.Text{AR: "صيانة", EN: "maintenance"},
	}}, opening(clock(7, 30), clock(14, 30), 3))
	night := opens(t, nil, opening(clock(20, 0), clock(26, 0), 2))
	atDesk := func(started time.Time) hall.Visit { return serving("d", 9, "1", started) }
	for _, tt := range []struct {
		name     string
		calendar *scheduling.Calendar
		now      time.Time
		desk     []hall.Visit
		waiting  int
		want     []time.Time
	}{
		{"before opening", usual, at(7, 17), nil, 4, []time.Time{at(7, 30), at(7, 30), at(7, 30), at(7, 40)}},
		{"at opening", usual, at(7, 30), nil, 4, []time.Time{at(7, 30), at(7, 30), at(7, 30), at(7, 40)}},
		{"before opening, with one already at a desk", usual, at(7, 25), []hall.Visit{atDesk(at(7, 20))}, 4,
			[]time.Time{at(7, 30), at(7, 30), at(7, 40), at(7, 40)}},
		{"over a break, with fewer desks after it", broken, at(11, 50), nil, 5,
			[]time.Time{at(11, 50), at(11, 50), at(11, 50), at(12, 30), at(12, 40)}},
		{"in a break", broken, at(12, 5), []hall.Visit{atDesk(at(11, 55))}, 2, []time.Time{at(12, 30), at(12, 40)}},
		{"a visit that runs through a break", broken, at(12, 25), []hall.Visit{atDesk(at(12, 20))}, 1, []time.Time{at(12, 40)}},
		{"over a closure", shut, at(9, 55), []hall.Visit{atDesk(at(9, 50))}, 3, []time.Time{at(9, 55), at(9, 55), at(11, 0)}},
		{"over more desks than the calendar has", broken, at(13, 0), []hall.Visit{atDesk(at(12, 50)), serving("e", 8, "2", at(12, 45))}, 2,
			[]time.Time{at(13, 5), at(13, 10)}},
		{"at closing time", usual, at(14, 25), nil, 5, []time.Time{at(14, 25), at(14, 25), at(14, 25), at(14, 35), at(14, 35)}},
		{"after closing time", usual, at(14, 40), nil, 4, []time.Time{at(14, 40), at(14, 40), at(14, 40), at(14, 50)}},
		{"past midnight", night, at(25, 50), nil, 3, []time.Time{at(25, 50), at(25, 50), at(26, 0)}},
		{"before an opening in the evening", night, at(19, 0), nil, 3, []time.Time{at(20, 0), at(20, 0), at(20, 10)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			present := slices.Clone(tt.desk)
			for n := range tt.waiting {
				present = append(present, short(n+1, tt.now))
			}
			var got []time.Time
			for _, w := range lineAt(tt.calendar, tt.now, present...).Waits(tt.now) {
				got = append(got, w.Begins)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// For any calendar and any queue: no visit begins while all desks are closed or
// occupied, visits begin in the order in which they are called, and one more visitor
// makes no other visit begin earlier.
func TestEstimatesAreSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var openings []scheduling.Opening
		from := 7 * 60
		for range rapid.IntRange(1, 4).Draw(t, "openings") {
			from += 5 * rapid.IntRange(0, 20).Draw(t, "break")
			until := from + 5*rapid.IntRange(1, 30).Draw(t, "length")
			openings = append(openings, opening(scheduling.Clock(0, from), scheduling.Clock(0, until), rapid.IntRange(1, 4).Draw(t, "places")))
			from = until
		}
		c, err := scheduling.Compile(scheduling.Plan{Zone: "Asia/Riyadh", Rules: []scheduling.Rule{{
			Name: scheduling.Text{AR: "كل يوم", EN: "every day"}, RRule: "FREQ=DAILY", From: date - 30, Openings: openings,
		}}})
		if err != nil {
			t.Fatal(err)
		}
		now := at(6, 0).Add(time.Duration(rapid.IntRange(0, 12*60).Draw(t, "now")) * time.Minute)
		l := drawn(t, now)
		l.Desks, l.Later = hall.Receives(c, now)
		day := c.Day(date)
		end := day.At(day.First + len(day.Open)) // of the last opening
		places := func(at time.Time) int { return day.Places(int(at.Sub(day.Start) / scheduling.Tick)) }
		first := now
		for first.Before(end) && places(first) == 0 {
			first = first.Truncate(scheduling.Tick).Add(scheduling.Tick)
		}
		waits := l.Waits(now)
		for i, w := range waits {
			if first.Before(end) && w.Begins.Before(first) {
				t.Fatalf("%s begins at %v, but no desk receives before %v", w.Visit.ID, w.Begins, first)
			}
			if w.Begins.After(now) && w.Begins.Before(end) && places(w.Begins) == 0 {
				t.Fatalf("%s begins at %v, when no desk receives", w.Visit.ID, w.Begins)
			}
			if i > 0 && w.Begins.Before(waits[i-1].Begins) {
				t.Fatalf("%s begins at %v, before %s", w.Visit.ID, w.Begins, waits[i-1].Visit.ID)
			}
			together := 0
			for _, other := range waits[:i+1] {
				if other.Begins.Add(other.Visit.Arrival.Length).After(w.Begins) {
					together++
				}
			}
			if n := places(w.Begins); n > 0 && w.Begins.Before(end) && together > max(n, l.Desks, len(l.Present)-len(waits)) {
				t.Fatalf("%d are at desks with %s at %v, where %d receive", together, w.Visit.ID, w.Begins, n)
			}
		}
		l.Expected = nil
		before := l.Waits(now)
		one := walkIn("more", 99, now.Add(time.Duration(rapid.IntRange(-60, 60).Draw(t, "place"))*time.Minute), now)
		one.Arrival.Number = rapid.IntRange(0, 99).Draw(t, "number")
		l.Present = append(slices.Clone(l.Present), one)
		for _, w := range l.Waits(now) {
			i := slices.IndexFunc(before, func(b hall.Wait) bool { return b.Visit.ID == w.Visit.ID })
			if i >= 0 && w.Begins.Before(before[i].Begins) {
				t.Fatalf("with one more visitor %s begins at %v instead of %v", w.Visit.ID, w.Begins, before[i].Begins)
			}
		}
	})
}
