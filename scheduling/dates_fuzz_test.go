package scheduling_test

import (
	"errors"
	"testing"

	"ziyara/scheduling"
)

// A date that is read is written as it was.
func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-11-25", "0001-01-01", "9999-12-31", "2026-02-29", "2026-2-9", "+2026-11-25", "٢٠٢٦-١١-٢٥"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := scheduling.ParseDate(s); err == nil && d.String() != s {
			t.Fatalf("ParseDate(%q) = %v", s, d)
		}
	})
}

// A time of day that is read is one of two days, and is written as a time of day.
func FuzzParseWallTime(f *testing.F) {
	for _, s := range []string{"07:30", "24:00", "48:00", "23:59:59", "7:30", "-1:00", "07:60"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w, err := scheduling.ParseWallTime(s)
		if err != nil {
			if !errors.Is(err, scheduling.ErrWallTime) {
				t.Fatalf("ParseWallTime(%q): %v", s, err)
			}
			return
		}
		if again, err := scheduling.ParseWallTime(w.String()); again != w || err != nil || w < 0 || w > scheduling.EndOfNextDay {
			t.Fatalf("ParseWallTime(%q) = %v, and then %v, %v", s, w, again, err)
		}
	})
}
