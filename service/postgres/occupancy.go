package postgres

import (
	"context"
	"slices"
	"sync"
	"time"

	"ziyara/scheduling"
	"ziyara/slots"
)

const (
	// cacheAge is how long the entry of a desk group is used before the database
	// is asked again. A lost notification delays news by no more.
	cacheAge = 2 * time.Second
	// maxReach bounds how many dates of a desk group are cached.
	maxReach = 124
	// maxCached bounds the size of the whole cache, in bytes.
	maxCached = 64 << 20
)

// occupancyCache remembers the ledger of each desk group, for searches only: no
// booking relies on it. It drops what this replica changes at once, and what
// other replicas change when they broadcast it (docs/adr/0021).
type occupancyCache struct {
	now func() time.Time

	mu     sync.Mutex
	groups map[int]*cachedGroup // by key of the desk group
	stamps int64                // the last stamp used
	size   int                  // in bytes
}

// cachedGroup is the entry of one desk group: its dates from `from` on.
type cachedGroup struct {
	loading chan struct{} // holds one value while a caller asks on behalf of all

	stamp int64     // changes whenever something may have changed
	asked time.Time // when the question was sent; zero when the entry must not be used
	from  scheduling.Date
	days  []slots.Occupied
	size  int
}

func newOccupancyCache(now func() time.Time) *occupancyCache {
	return &occupancyCache{now: now, groups: make(map[int]*cachedGroup)}
}

// group returns the entry of the desk group. b.mu is locked.
func (b *occupancyCache) group(id int) *cachedGroup {
	g := b.groups[id]
	if g == nil {
		g = &cachedGroup{loading: make(chan struct{}, 1)}
		b.renew(g)
		b.groups[id] = g
	}
	return g
}

func (b *occupancyCache) renew(g *cachedGroup) {
	b.stamps++
	g.stamp = b.stamps
}

func (b *occupancyCache) fresh(g *cachedGroup) bool {
	return g != nil && !g.asked.IsZero() && b.now().Sub(g.asked) < cacheAge
}

// stamp returns the stamp of the desk group, or 0 when the database has to be
// asked first.
func (b *occupancyCache) stamp(id int) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if g := b.groups[id]; b.fresh(g) {
		return g.stamp
	}
	return 0
}

// recall returns the dates [from, to] with their stamp, if they are cached.
func (b *occupancyCache) recall(id int, from, to scheduling.Date) ([]slots.Occupied, int64, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	g := b.groups[id]
	if !b.fresh(g) || from < g.from || int(to-g.from) >= len(g.days) {
		return nil, 0, false
	}
	return g.days[from-g.from : to-g.from+1], g.stamp, true
}

// ask reads the days [from, to] of a desk group from the database.
type ask func(ctx context.Context, from, to scheduling.Date) ([]slots.Occupied, error)

// look returns the dates [from, to] of the desk group with their stamp. They are
// cached, or asked for once on behalf of all concurrent callers. The caller must
// not change them.
func (b *occupancyCache) look(ctx context.Context, id int, from, to scheduling.Date, ask ask) ([]slots.Occupied, int64, error) {
	if days, stamp, ok := b.recall(id, from, to); ok {
		return days, stamp, nil
	}
	b.mu.Lock()
	g := b.group(id)
	b.mu.Unlock()
	select {
	case g.loading <- struct{}{}:
		defer func() { <-g.loading }()
	case <-ctx.Done():
		return nil, 0, translate("ledger/occupancy", ctx.Err())
	}
	if days, stamp, ok := b.recall(id, from, to); ok {
		return days, stamp, nil
	}

	b.mu.Lock()
	stamp, asked := g.stamp, b.now()
	first, last := g.reach(from, to)
	b.mu.Unlock()
	days, err := ask(ctx, first, last)
	if err != nil {
		return nil, 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if g.stamp == stamp { // nothing has changed meanwhile
		if !g.same(first, days) {
			b.renew(g)
			stamp = g.stamp
		}
		b.keep(id, g, asked, first, days)
	}
	return days[from-first : to-first+1], stamp, nil
}

// keep caches days. b.mu is locked.
func (b *occupancyCache) keep(id int, g *cachedGroup, asked time.Time, first scheduling.Date, days []slots.Occupied) {
	if b.groups[id] != g { // the cache was cleared meanwhile
		return
	}
	g.asked, g.from, g.days = asked, first, days
	b.size -= g.size
	g.size = sizeOf(days)
	b.size += g.size
	if b.size > maxCached {
		b.clear()
	}
}

func sizeOf(days []slots.Occupied) int {
	size := 0
	for _, d := range days {
		size += 64 + 2*len(d.Open) + 2*len(d.Used)
	}
	return size
}

// put caches a date that this replica has changed.
func (b *occupancyCache) put(id int, date scheduling.Date, day slots.Occupied) {
	b.mu.Lock()
	defer b.mu.Unlock()
	g := b.groups[id]
	if g == nil {
		return
	}
	b.renew(g)
	if i := int(date - g.from); i >= 0 && i < len(g.days) && g.days[i].Version < day.Version {
		g.days = slices.Clone(g.days) // others are reading
		g.days[i] = day
	}
}

// forget makes the next look at the desk groups ask the database.
func (b *occupancyCache) forget(groups ...int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range groups {
		if g := b.groups[id]; g != nil {
			b.renew(g)
			g.asked = time.Time{}
		}
	}
}

// doubt makes the next look at the desk group ask the database, unless it was
// asked after the instant since.
func (b *occupancyCache) doubt(id int, since time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if g := b.groups[id]; g != nil && g.asked.Before(since) {
		g.asked = time.Time{}
	}
}

// compare forgets the desk group if its dates from first on differ from days,
// which the database has just returned.
func (b *occupancyCache) compare(id int, first scheduling.Date, days []slots.Occupied) {
	b.mu.Lock()
	defer b.mu.Unlock()
	g := b.groups[id]
	if g == nil {
		return
	}
	for i, day := range days {
		at := int(first-g.from) + i
		if at >= 0 && at < len(g.days) && g.days[at].Version != day.Version {
			b.renew(g)
			g.asked = time.Time{}
			return
		}
	}
}

// forgetAll forgets every desk group, after notifications may have been missed.
func (b *occupancyCache) forgetAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clear()
}

// clear forgets everything. b.mu is locked. Stamps go on counting, so that no
// earlier stamp becomes valid again.
func (b *occupancyCache) clear() {
	clear(b.groups)
	b.size = 0
}

// reach returns the range to ask for: [from, to], extended to the cached dates
// if those are near.
func (g *cachedGroup) reach(from, to scheduling.Date) (first, last scheduling.Date) {
	if len(g.days) == 0 {
		return from, to
	}
	first, last = min(from, g.from), max(to, g.from+scheduling.Date(len(g.days))-1)
	if last-first >= maxReach {
		return from, to
	}
	return first, last
}

// same reports whether the days from first on are those in the cache.
func (g *cachedGroup) same(first scheduling.Date, days []slots.Occupied) bool {
	return g.from == first && slices.EqualFunc(g.days, days, func(a, b slots.Occupied) bool { return a.Version == b.Version })
}
