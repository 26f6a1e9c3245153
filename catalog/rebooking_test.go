package catalog_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/catalog"
)

// Three within a week, then a day's pause from the last of them.
func TestPausedUntil(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	rule := catalog.DefaultRebooking()
	began := time.Date(2026, time.November, 22, 6, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name  string
		rule  catalog.Rebooking
		given []time.Duration // after began
		want  time.Duration   // after began; 0 for no pause
	}{
		{"nothing was given up", rule, nil, 0},
		{"two are fine", rule, []time.Duration{0, time.Hour}, 0},
		{"the third begins the pause", rule, []time.Duration{0, time.Hour, 2 * time.Hour}, day + 2*time.Hour},
		{"all at once", rule, []time.Duration{0, 0, 0}, day},
		{"in any order", rule, []time.Duration{2 * time.Hour, 0, time.Hour}, day + 2*time.Hour},
		{"just within the week", rule, []time.Duration{0, day, 7*day - 1}, 8*day - 1},
		{"exactly a week apart", rule, []time.Duration{0, day, 7 * day}, 0},
		{"a fourth makes it longer", rule, []time.Duration{0, 1, 2, time.Hour}, day + time.Hour},
		{"one much later does not end a pause", catalog.Rebooking{Limit: 2, Window: day, Pause: 30 * day},
			[]time.Duration{0, time.Hour, 3 * day}, 30*day + time.Hour},
		{"a limit of one", catalog.Rebooking{Limit: 1, Window: day, Pause: day}, []time.Duration{time.Hour}, day + time.Hour},
		{"no limit", catalog.Rebooking{}, []time.Duration{0, 0, 0, 0}, 0},
	} {
		var given []time.Time
		for _, d := range tc.given {
			given = append(given, began.Add(d))
		}
		want := began.Add(tc.want)
		if tc.want == 0 {
			want = time.Time{}
		}
		if got := tc.rule.PausedUntil(given); !got.Equal(want) {
			t.Errorf("%s: paused until %v, want %v", tc.name, got, want)
		}
	}
}

// Whatever is given up: one more never ends a pause sooner, what is forgotten
// made no difference, and a pause is behind so many within the window.
func TestPausedUntilAlways(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, time.November, 22, 6, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		rule := catalog.Rebooking{
			Limit:  rapid.IntRange(1, 5).Draw(t, "limit"),
			Window: time.Duration(rapid.IntRange(1, 50).Draw(t, "window")) * time.Minute,
			Pause:  time.Duration(rapid.IntRange(1, 50).Draw(t, "pause")) * time.Minute,
		}
		minute := rapid.Map(rapid.IntRange(0, 200), func(n int) time.Time { return began.Add(time.Duration(n) * time.Minute) })
		given := rapid.SliceOfN(minute, 0, 12).Draw(t, "given")
		now := minute.Draw(t, "now")
		given = slices.DeleteFunc(given, func(at time.Time) bool { return at.After(now) })
		until := rule.PausedUntil(given)

		if more := rule.PausedUntil(append(slices.Clone(given), now)); more.Before(until) {
			t.Fatalf("one more at %v: until %v instead of %v", now, more, until)
		}
		if kept := rule.PausedUntil(rule.Remembered(given, now)); now.Before(until) && !kept.Equal(until) {
			t.Fatalf("what is remembered says until %v instead of %v", kept, until)
		}
		// What is forgotten now does not matter later either.
		later := append(slices.Clone(given), now)
		short := append(rule.Remembered(given, now), now)
		if a, b := rule.PausedUntil(later), rule.PausedUntil(short); !a.Equal(b) && (now.Before(a) || now.Before(b)) {
			t.Fatalf("with one more: %v, and %v by what is remembered", a, b)
		}
		var want time.Time
		for _, last := range given {
			n := 0
			for _, at := range given {
				if !at.After(last) && last.Sub(at) < rule.Window {
					n++
				}
			}
			if end := last.Add(rule.Pause); n >= rule.Limit && end.After(want) {
				want = end
			}
		}
		if !until.Equal(want) {
			t.Fatalf("until %v, counting says %v", until, want)
		}
	})
}
