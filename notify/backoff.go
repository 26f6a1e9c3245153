package notify

import "time"

// Backoff is the wait after a failure: First after the first, twice as long
// after each further one, at most Longest.
type Backoff struct{ First, Longest time.Duration }

// After returns how long to wait after so many failures in a row, at least one.
func (b Backoff) After(failures int) time.Duration {
	wait := b.First
	for range failures - 1 {
		if wait *= 2; wait >= b.Longest {
			return b.Longest
		}
	}
	return wait
}

// backoff is that of messages: 5, 10, 20, ... seconds, at most 10 minutes.
func backoff() Backoff { return Backoff{First: 5 * time.Second, Longest: 10 * time.Minute} }
