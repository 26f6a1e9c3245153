package limits_test

import (
	"testing"
	"time"

	"ziyara/limits"
)

// A table that was changed has the same limits, each with an amount and a period that
// bound something.
func FuzzWith(f *testing.F) {
	for _, s := range []string{"hold-address=100/10m", "sms-all=20000", "sms-all=1/1h", "read-staff=0", "book-site=1/0.5s",
		"x=1", "hold-address=+5", "=/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, change string) {
		before := limits.Default()
		after, err := before.With([]string{change})
		if err != nil {
			return
		}
		if len(after) != len(before) {
			t.Fatalf("%q: %d limits", change, len(after))
		}
		for i, l := range after {
			if l.Name() != before[i].Name() || l.Amount < 1 || l.Period < time.Second || l.Period > 24*time.Hour {
				t.Fatalf("%q: %+v", change, l)
			}
		}
	})
}
