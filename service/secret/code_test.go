package secret_test

import (
	"regexp"
	"strconv"
	"testing"
)

// A code has six digits, including leading zeros, and all are equally likely:
// over 60,000 ids each digit occurs at each position about 6,000 times.
func TestCode(t *testing.T) {
	t.Parallel()
	const ids = 60_000
	k := newKeys(t, counting(32))
	digits := regexp.MustCompile(`^[0-9]{6}$`)
	var seen [6][10]int
	for i := range ids {
		code := k.Code(strconv.Itoa(i))
		if !digits.MatchString(code) {
			t.Fatalf("Code(%d) = %q, want six digits", i, code)
		}
		for place := range seen {
			seen[place][code[place]-'0']++
		}
	}
	for place, counts := range seen {
		var chi2 float64
		for _, n := range counts {
			d := float64(n) - ids/10
			chi2 += d * d / (ids / 10)
		}
		if chi2 > 27.9 { // 9 degrees of freedom, 0.1 %; the ids are fixed
			t.Errorf("position %d: digits seen %v times, chi-squared %.1f", place, counts, chi2)
		}
	}
}
