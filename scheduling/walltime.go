package scheduling

import (
	"errors"
	"fmt"
)

// WallTime is a time of day as shown by a clock, in minutes from 00:00. Up to
// 48:00 it extends into the next day: 25:30 is half past one.
type WallTime int16

// EndOfNextDay is the last WallTime, 48:00.
const EndOfNextDay WallTime = 48 * 60

const endOfDay WallTime = 24 * 60

// ErrWallTime reports text that is not a time of day HH:MM up to 48:00.
var ErrWallTime = errors.New("scheduling: not a time of day HH:MM")

// Clock returns the WallTime of an hour and a minute.
func Clock(hour, minute int) WallTime { return WallTime(hour*60 + minute) }

// ParseWallTime parses HH:MM, from 00:00 to 48:00. HH:MM:59 is read as the
// minute after it, because other systems write an end as the last second of a
// minute: 23:59:59 is 24:00. For anything else it returns ErrWallTime.
func ParseWallTime(s string) (WallTime, error) {
	inclusive := len(s) == len("HH:MM:59") && s[5:] == ":59"
	if len(s) != len("HH:MM") && !inclusive {
		return 0, ErrWallTime
	}
	hour, okHour := twoDigits(s[0], s[1])
	minute, okMinute := twoDigits(s[3], s[4])
	if !okHour || !okMinute || s[2] != ':' || minute > 59 {
		return 0, ErrWallTime
	}
	w := Clock(hour, minute)
	if inclusive {
		w++
	}
	if w > EndOfNextDay {
		return 0, ErrWallTime
	}
	return w, nil
}

// String returns HH:MM, with hours up to 48.
func (w WallTime) String() string { return fmt.Sprintf("%02d:%02d", int(w)/60, int(w)%60) }

// MarshalText returns the same as String. It returns ErrWallTime outside 00:00
// to 48:00.
func (w WallTime) MarshalText() ([]byte, error) {
	if !w.valid() {
		return nil, ErrWallTime
	}
	return []byte(w.String()), nil
}

// UnmarshalText accepts what ParseWallTime does.
func (w *WallTime) UnmarshalText(text []byte) error {
	parsed, err := ParseWallTime(string(text))
	if err != nil {
		return fmt.Errorf("%w: %.20q", err, text)
	}
	*w = parsed
	return nil
}

func (w WallTime) valid() bool { return 0 <= w && w <= EndOfNextDay }

func twoDigits(tens, units byte) (n int, ok bool) {
	if tens < '0' || tens > '9' || units < '0' || units > '9' {
		return 0, false
	}
	return int(tens-'0')*10 + int(units-'0'), true
}
