package notify

import "time"

// The wait after the first failed attempt, which doubles with each further
// one up to the longest.
const (
	firstBackoff   = 5 * time.Second
	longestBackoff = 10 * time.Minute
)

// Backoff returns how long to wait after the given attempt, counted from 1,
// failed: 5, 10, 20, ... seconds, at most 10 minutes.
func Backoff(attempt int) time.Duration {
	wait := firstBackoff
	for range attempt - 1 {
		if wait *= 2; wait >= longestBackoff {
			return longestBackoff
		}
	}
	return wait
}
