package console

import (
	"testing"

	"ziyara/scheduling"
)

// A month is compared with the month before, whatever their lengths; other periods with as
// many days.
func TestPeriodBefore(t *testing.T) {
	t.Parallel()
	for _, c := range [][4]string{
		{"2026-11-01", "2026-11-30", "2026-10-01", "2026-10-31"},
		{"2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28"},
		{"2026-01-01", "2026-01-31", "2025-12-01", "2025-12-31"},
		{"2026-11-01", "2026-11-29", "2026-10-03", "2026-10-31"},
		{"2026-11-10", "2026-11-10", "2026-11-09", "2026-11-09"},
	} {
		var dates [2]scheduling.Date
		for i := range dates {
			var err error
			if dates[i], err = scheduling.ParseDate(c[i]); err != nil {
				t.Fatal(err)
			}
		}
		got := period{dates[0], dates[1]}.before()
		if got.From.String() != c[2] || got.To.String() != c[3] {
			t.Errorf("before %s to %s: %s to %s, want %s to %s", c[0], c[1], got.From, got.To, c[2], c[3])
		}
	}
}

func TestDecimals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v      float64
		places int
		want   string
	}{
		{0, 0, "0"}, {999, 0, "999"}, {5656, 0, "5,656"}, {-1387698.125, 2, "-1,387,698.12"}, {99.95, 1, "100.0"}, {1234.5, 1, "1,234.5"},
	} {
		if got := decimals(c.v, c.places); got != c.want {
			t.Errorf("decimals(%v, %d) = %s, want %s", c.v, c.places, got, c.want)
		}
	}
}
