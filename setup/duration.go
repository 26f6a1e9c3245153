package setup

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// duration is a length of time as people write it: 40m, 1h30m, 45d. A day is 24 hours.
type duration time.Duration

const day = 24 * time.Hour

var (
	durationPattern = regexp.MustCompile(`^(?:([0-9]{1,4})d)?(?:([0-9]{1,5})h)?(?:([0-9]{1,6})m)?$`)
	errDuration     = errors.New("want a length of time such as 40m, 1h30m or 45d")
)

// MarshalText writes whole days from two on as days, the rest as hours and minutes.
func (d duration) MarshalText() ([]byte, error) {
	left := time.Duration(d)
	if left < 0 || left%time.Minute != 0 {
		return nil, fmt.Errorf("setup: %v: %w", left, errDuration)
	}
	if left >= 2*day && left%day == 0 {
		return []byte(strconv.Itoa(int(left/day)) + "d"), nil
	}
	var b strings.Builder
	if hours := left / time.Hour; hours > 0 {
		b.WriteString(strconv.Itoa(int(hours)) + "h")
	}
	if minutes := left % time.Hour / time.Minute; minutes > 0 || left == 0 {
		b.WriteString(strconv.Itoa(int(minutes)) + "m")
	}
	return []byte(b.String()), nil
}

// UnmarshalText reads days, hours and minutes, any of them left out.
func (d *duration) UnmarshalText(text []byte) error {
	parts := durationPattern.FindStringSubmatch(string(text))
	if parts == nil || len(text) == 0 {
		return errDuration
	}
	var sum time.Duration
	for i, unit := range []time.Duration{day, time.Hour, time.Minute} {
		if parts[i+1] != "" {
			n, err := strconv.Atoi(parts[i+1])
			if err != nil {
				return errDuration
			}
			sum += time.Duration(n) * unit
		}
	}
	*d = duration(sum)
	return nil
}
