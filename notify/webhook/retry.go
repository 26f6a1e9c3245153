package webhook

import (
	"time"

	"ziyara/notify"
)

const (
	// MaxAge is how long after an event its delivery is given up.
	MaxAge = 5 * 24 * time.Hour
	// DisableAfter is how long a receiver may fail without a success.
	DisableAfter = 5 * 24 * time.Hour
	// disableFailures is how often it has to have failed, too: nothing may have
	// been sent for days.
	disableFailures = 10
	// MaxRetryAfter bounds what a receiver can ask for with Retry-After.
	MaxRetryAfter = 24 * time.Hour

	// probing is the number of failures in a row after which a receiver is left
	// alone for a while and then tried with a single message.
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

// Next returns when to try a delivery again whose given attempt, counted from 1,
// failed at now: up to a tenth later (jitter from 0 to 1), so that deliveries that
// failed together are not retried together, and not before retryAfter. ok is false
// when the delivery is given up, because of its attempts or because the event, at
// created, is too old then.
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

// Pause returns how long to leave a receiver alone after that many failures in a
// row: not at all at first, then 5, 10, 20, ... seconds, at most 15 minutes.
func Pause(failures int) time.Duration {
	if failures < probing {
		return 0
	}
	b := notify.Backoff{First: 5 * time.Second, Longest: 15 * time.Minute}
	return b.After(failures - probing + 1)
}

// GivenUp reports whether to give up a receiver after that many failures in a row,
// the first of them at since.
func GivenUp(failures int, since, now time.Time) bool {
	return failures >= disableFailures && now.Sub(since) >= DisableAfter
}
