package signin

import (
	"sync"
	"time"

	"ziyara/access"
)

// What bounds the requests to the provider that browsers cause when they come back.
const (
	maxTries = 120    // a minute, of one network address: an office is one
	maxUsed  = 50_000 // attempts that are remembered at once, twice
)

// tries remembers which attempts were used, so that each causes one request to the
// provider, and how often each address used one. A browser deletes the cookie of an
// attempt, but a program can send it again. Each replica remembers its own. The zero
// value is ready for use.
type tries struct {
	mu           sync.Mutex
	used, before map[string]bool // states of this period, and of the one before it
	began        time.Time       // of this period, which is as long as an attempt
	from         map[string]int  // by address, in this minute
	minute       time.Time
}

// use uses an attempt from a network address. It returns access.ErrAttempt for one that was
// used, and access.ErrOften for an address that used too many.
func (t *tries) use(address, state string, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if minute := now.Truncate(time.Minute); t.from == nil || minute != t.minute {
		t.from, t.minute = make(map[string]int), minute
	}
	if t.used == nil || now.Sub(t.began) >= attemptLife || len(t.used) >= maxUsed {
		t.before, t.used, t.began = t.used, make(map[string]bool), now
	}
	if t.used[state] || t.before[state] {
		return access.ErrAttempt
	}
	if t.from[address] >= maxTries {
		return access.ErrOften
	}
	t.from[address]++
	t.used[state] = true
	return nil
}
