package notify

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Money is an amount in ten-thousandths of a riyal: gateways price a segment
// in fractions of a halala.
type Money int64

// Riyal is one riyal.
const Riyal Money = 10_000

// moneyDigits are the decimals of an amount.
const moneyDigits = 4

// ErrMoney is returned for a text that is no amount.
var ErrMoney = errors.New("notify: not an amount of money")

// ParseMoney reads an amount in riyals with at most four decimals, such as
// 0.0575. It is not negative and less than a hundred million million.
func ParseMoney(s string) (Money, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	if len(fraction) > moneyDigits || len(whole) > 14 || whole == "" {
		return 0, fmt.Errorf("%w: %q", ErrMoney, s)
	}
	n, err := strconv.ParseUint(whole+fraction+strings.Repeat("0", moneyDigits-len(fraction)), 10, 63)
	if err != nil {
		return 0, fmt.Errorf("%w: %q", ErrMoney, s)
	}
	return Money(n), nil //nolint:gosec // 63 bits
}

// String returns the amount in riyals with at least two and at most four
// decimals: 0.0575, 12.50.
func (m Money) String() string {
	sign, abs := "", uint64(m)
	if m < 0 {
		sign, abs = "-", uint64(-(m+1))+1 // also of the least
	}
	text := fmt.Sprintf("%s%d.%04d", sign, abs/uint64(Riyal), abs%uint64(Riyal))
	for range 2 {
		text = strings.TrimSuffix(text, "0")
	}
	return text
}

// Times returns the amount n times, at most what Money holds.
func (m Money) Times(n int64) Money {
	if n != 0 && m > math.MaxInt64/Money(max(n, 1)) {
		return math.MaxInt64
	}
	return m * Money(n)
}
