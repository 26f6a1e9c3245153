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
	// cacheAge is how long what is remembered of a desk group is believed before
	// the database is asked again: what a lost notification costs at most.
	cacheAge = 2 * time.Second
	// maxReach bounds how many dates of a desk group are remembered.
	maxReach = 124
	// maxRemembered bounds what is remembered in all, in bytes.
	maxRemembered = 64 << 20
)

// board remembers what the ledger says, desk group by desk group, for whoever
// only looks: nothing is booked by it. What this replica changes is forgotten
// at once, what others change when they tell (docs/adr/0021).
type occupancyCache struct {
	now func() time.Time

	mu     sync.Mutex
	groups map[int]*cachedGroup // by key of the desk group
	stamps int64                // the last one given out
	size   int                  // bytes remembered
}

// remembered is what the board knows of one desk group: the dates from `from`
// on.
type cachedGroup struct {
	loading chan struct{} // holds one value while a caller asks for all who wait

	stamp int64     // another one whenever something may have changed
	asked time.Time // before the database answered; zero: to be asked
	from  scheduling.Date
	days  []slots.Occupied
	size  int
}

func newOccupancyCache(now func() time.Time) *occupancyCache {
	return &occupancyCache{now: now, groups: make(map[int]*cachedGroup)}
}

// group returns the desk group's part of the board. b.mu is locked.
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

// stamp returns the stamp of the desk group, 0 when the database has to be
// asked first.
func (b *occupancyCache) stamp(id int) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if g := b.groups[id]; b.fresh(g) {
		return g.stamp
	}
	return 0
}

// recall returns the dates [from, to] if they are remembered.
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

// look returns the dates [from, to] of the desk group, from memory or by one
// question for all who look at the same time. The caller changes nothing of
// what it gets.
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
	if g.stamp == stamp { // nothing was told meanwhile
		if !g.same(first, days) {
			b.renew(g)
			stamp = g.stamp
		}
		b.keep(id, g, asked, first, days)
	}
	return days[from-first : to-first+1], stamp, nil
}

// keep remembers days. b.mu is locked.
func (b *occupancyCache) keep(id int, g *cachedGroup, asked time.Time, first scheduling.Date, days []slots.Occupied) {
	if b.groups[id] != g { // all was forgotten meanwhile
		return
	}
	g.asked, g.from, g.days = asked, first, days
	b.size -= g.size
	g.size = sizeOf(days)
	b.size += g.size
	if b.size > maxRemembered {
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

// put notes what a date is like now that this replica has changed it.
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

// forget makes the next look at the desk groups ask again.
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

// doubt makes the next look at the desk group ask again, unless the database
// was asked after the instant since.
func (b *occupancyCache) doubt(id int, since time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if g := b.groups[id]; g != nil && g.asked.Before(since) {
		g.asked = time.Time{}
	}
}

// compare forgets the desk group where what is remembered of the dates from
// first on is not what the database has just said.
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

// forgetAll forgets every desk group: nobody knows what was missed.
func (b *occupancyCache) forgetAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clear()
}

// clear forgets everything. b.mu is locked. Stamps go on, so that no stamp
// given out before is right again.
func (b *occupancyCache) clear() {
	clear(b.groups)
	b.size = 0
}

// reach returns the range to ask for: [from, to], and with it what is
// remembered if that lies near.
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

// same reports whether the days from first on are those that are remembered.
func (g *cachedGroup) same(first scheduling.Date, days []slots.Occupied) bool {
	return g.from == first && slices.EqualFunc(g.days, days, func(a, b slots.Occupied) bool { return a.Version == b.Version })
}
