package service

import (
	"sync/atomic"
	"time"
)

// trialClock is the clock of ziyara dev, which whoever tries the service out can move forward.
// It is safe for concurrent use.
type trialClock struct {
	now   func() time.Time
	ahead atomic.Int64 // nanoseconds
}

// Now returns what the clock shows.
func (c *trialClock) Now() time.Time { return c.now().Add(time.Duration(c.ahead.Load())) }

// Forward moves the clock. It never goes back: what has happened stays so.
func (c *trialClock) Forward(d time.Duration) { c.ahead.Add(int64(max(0, d))) }

// forward returns what moves the clock; nil unless the service is only tried out.
func (c Config) forward() func(time.Duration) {
	if c.trial == nil {
		return nil
	}
	return c.trial.Forward
}
