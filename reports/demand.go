package reports

import (
	"sync"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// Outcome is the result of a request for a visit.
type Outcome string

// The outcomes that are counted.
const (
	EmptySearch Outcome = "empty_search" // no start was free
	RefusedHold Outcome = "refused_hold" // the place was taken
	GrantedHold Outcome = "granted_hold" // the place is held
)

// Asked is a request of a local date, with its result.
type Asked struct {
	Day             scheduling.Date
	Service, Branch string // slugs
	Channel         catalog.Channel
	Outcome         Outcome
}

// maxAsked bounds how many kinds of request a Counter remembers. While the store is
// out of reach for long, further kinds are not counted.
const maxAsked = 100_000

// Counter counts requests in memory until the counts are taken and stored, so that
// a booking never waits for counting. The zero Counter is ready,
// and a nil one counts nothing. It is safe for concurrent use.
type Counter struct {
	mu     sync.Mutex
	counts map[Asked]int
}

// Add counts one more.
func (c *Counter) Add(a Asked) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(a, 1)
}

func (c *Counter) add(a Asked, n int) {
	if c.counts == nil {
		c.counts = make(map[Asked]int)
	}
	if _, known := c.counts[a]; known || len(c.counts) < maxAsked {
		c.counts[a] += n
	}
}

// Take returns the counts since the last call and resets them.
func (c *Counter) Take() map[Asked]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := c.counts
	c.counts = nil
	return counts
}

// Return adds back counts that were taken but could not be stored.
func (c *Counter) Return(counts map[Asked]int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for a, n := range counts {
		c.add(a, n)
	}
}
