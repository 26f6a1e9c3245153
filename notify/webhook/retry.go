package webhook

import (
	"time"

	"ziyara/notify"
)

const (
	// MaxAge is how long an event is of use: what could not be delivered so
	// long after it happened is given up.
	MaxAge = 5 * 24 * time.Hour
	// DisableAfter is how long a receiver may fail without a success in between.
	DisableAfter = 5 * 24 * time.Hour
	// disableFailures is how often it has to have failed, too: nothing may have
	// been sent for days.
	disableFailures = 10
	// MaxRetryAfter bounds what a receiver can ask for with Retry-After.
	MaxRetryAfter = 24 * time.Hour

	// probing is after how many failures in a row a receiver is left alone for a
	// while and then tried with one message, instead of with all that wait.
	probing = 3
)

// waits returns how long to wait after each failed attempt, as Standard
// Webhooks recommends; after the last one the delivery is given up.
func waits() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
}

// Next returns when a delivery is tried again of which the given attempt,
// counted from 1, failed at now: later by up to a tenth (jitter from 0 to 1),
// so that what failed together is not tried together, and not before the
// receiver wants it. ok is false when it is given up, because of its attempts
// or because the event, at created, is too old then.
func Next(attempt int, created, now time.Time, retryAfter time.Duration, jitter float64) (at time.Time, ok bool) {
	all := waits()
	if attempt < 1 || attempt > len(all) {
		return time.Time{}, false
	}
	wait := all[attempt-1]
	wait += time.Duration(jitter * float64(wait) / 10)
	at = now.Add(max(wait, min(retryAfter, MaxRetryAfter)))
	return at, at.Sub(created) < MaxAge
}

// Pause returns how long to leave a receiver alone that has failed so often in
// a row: nothing at first, then 5, 10, 20, ... seconds, at most 15 minutes.
func Pause(failures int) time.Duration {
	if failures < probing {
		return 0
	}
	b := notify.Backoff{First: 5 * time.Second, Longest: 15 * time.Minute}
	return b.After(failures - probing + 1)
}

// GivenUp reports whether a receiver is given up that has failed so often in a
// row, for the first time at since.
func GivenUp(failures int, since, now time.Time) bool {
	return failures >= disableFailures && now.Sub(since) >= DisableAfter
}
