package hall_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/hall"
)

// How many are called before, and when the call is likely.
func TestAhead(t *testing.T) {
	t.Parallel()
	now := at(9, 0)
	usual := func(present ...hall.Visit) hall.Line {
		l := lineAt(calendar(t), now, present...)
		l.Desks = 1
		l.Later = nil
		return l
	}
	me := waiting("me", 5, now, at(8, 55))
	gone := said(t, waiting("gone", 1, at(8, 40), at(8, 30)), 10, now)
	mine := said(t, me, 15, now)
	for _, tt := range []struct {
		name     string
		line     hall.Line
		before   int
		from, to time.Time
	}{
		{"alone", usual(me), 0, at(9, 0), at(9, 5)},
		{"behind a visit of twenty minutes", usual(me, serving("s", 1, "1", at(8, 50))), 0, at(9, 0), at(9, 25)},
		{"behind one who waits", usual(me, waiting("a", 2, at(8, 40), at(8, 50)), serving("s", 1, "1", at(8, 50))), 1, at(9, 10), at(9, 50)},
		{"one who is away is not before", usual(me, gone), 0, at(9, 0), at(9, 5)},
		{"away oneself", usual(mine), 0, at(9, 15), at(9, 20)},
		{"walk-ins are not before a booked visitor who is due", usual(me, walkIn("w", 1, at(8, 0), at(8, 0))), 0, at(9, 0), at(9, 5)},
		{"before opening", lineAt(calendar(t), at(7, 0), waiting("me", 1, at(7, 30), at(7, 0))), 0, at(7, 30), at(7, 35)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at := now
			if tt.name == "before opening" {
				at = tt.from.Add(-30 * time.Minute)
			}
			got := tt.line.Ahead("me", at)
			if got.Before != tt.before || !got.Call.From.Equal(tt.from) || !got.Call.To.Equal(tt.to) {
				t.Errorf("%d before, from %v to %v", got.Before, got.Call.From, got.Call.To)
			}
		})
	}
}

// For any queue: the range does not begin before now and ends after it begins, the
// time that staff are shown is in it, and only visitors who wait are before.
func TestAheadIsSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := at(10, 0)
		l := drawn(t, now)
		waits := l.Waits(now)
		for i, w := range waits {
			a := l.Ahead(w.Visit.ID, now)
			if a.Call.From.Before(now) || !a.Call.To.After(a.Call.From) {
				t.Fatalf("%s: from %v to %v", w.Visit.ID, a.Call.From, a.Call.To)
			}
			if a.Before != i {
				t.Fatalf("%s is at %d, with %d before", w.Visit.ID, i+1, a.Before)
			}
		}
	})
}
