package postgres

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/slots"
)

// A look never misses what was changed here, what was told, or what is older
// than two seconds; and one stamp stands for one state.
func TestOccupancyCacheIsNeverTooOld(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const group, dates = 7, 140
		now := time.Unix(1_800_000_000, 0)
		b := newOccupancyCache(func() time.Time { return now })
		var ledger [dates]int64 // versions
		type change struct {
			at   time.Time
			date int
			seen int64 // the version a look has to show at least
		}
		var due []change
		states := make(map[int64][dates]int64)
		read := func(_ context.Context, from, to scheduling.Date) ([]slots.Occupied, error) {
			days := make([]slots.Occupied, 0, to-from+1)
			for _, version := range ledger[from : to+1] {
				days = append(days, slots.Occupied{Version: version})
			}
			return days, nil
		}
		t.Repeat(map[string]func(*rapid.T){
			"somebody changes a date": func(t *rapid.T) {
				date := 20 * rapid.IntRange(0, dates/20-1).Draw(t, "date / 20")
				ledger[date]++
				c := change{at: now.Add(cacheAge), date: date, seen: ledger[date]}
				if rapid.IntRange(0, 3).Draw(t, "known here") == 0 {
					b.forget(group)
					c.at = now
				}
				due = append(due, c)
			},
			"time passes": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "ms")) * time.Millisecond)
			},
			"all is forgotten": func(t *rapid.T) {
				if rapid.IntRange(0, 4).Draw(t, "rarely") == 0 {
					b.forgetAll()
				}
			},
			"a taken place is doubted": func(t *rapid.T) {
				if rapid.IntRange(0, 4).Draw(t, "rarely") > 0 {
					return
				}
				b.doubt(group, now.Add(time.Nanosecond))
				for i := range due {
					due[i].at = now
				}
			},
			"look": func(t *rapid.T) {
				from := 20 * rapid.IntRange(0, dates/20-1).Draw(t, "from / 20")
				to := min(dates-1, from+20*rapid.IntRange(1, 7).Draw(t, "length / 20"))
				stampBefore := b.stamp(group)
				days, stamp, err := b.look(t.Context(), group, scheduling.Date(from), scheduling.Date(to), read)
				if err != nil || len(days) != to-from+1 {
					t.Fatalf("got %d dates, %v", len(days), err)
				}
				for _, c := range due {
					if !c.at.After(now) && from <= c.date && c.date <= to && days[c.date-from].Version < c.seen {
						t.Fatalf("date %d: got version %d, want %d", c.date, days[c.date-from].Version, c.seen)
					}
				}
				if stamp == 0 {
					t.Fatal("no stamp")
				}
				state, known := states[stamp]
				if !known {
					for i := range state {
						state[i] = -1
					}
				}
				for i, d := range days {
					if state[from+i] >= 0 && state[from+i] != d.Version {
						t.Fatalf("stamp %d (before the look %d): date %d had version %d, has %d", stamp, stampBefore, from+i, state[from+i], d.Version)
					}
					state[from+i] = d.Version
				}
				states[stamp] = state
			},
		})
	})
}

// What changes while the database answers is not covered by the answer.
func TestOccupancyCacheKeepsNothingThatChangedMeanwhile(t *testing.T) {
	t.Parallel()
	b := newOccupancyCache(func() time.Time { return time.Unix(0, 1) })
	asked := 0
	read := func(_ context.Context, from, to scheduling.Date) ([]slots.Occupied, error) {
		if asked++; asked == 1 {
			b.forget(1)
		}
		return make([]slots.Occupied, to-from+1), nil
	}
	_, first, err := b.look(t.Context(), 1, 10, 20, read)
	if err != nil {
		t.Fatal(err)
	}
	if b.stamp(1) != 0 {
		t.Error("the answer is remembered")
	}
	if _, second, _ := b.look(t.Context(), 1, 10, 20, read); second == first || asked != 2 {
		t.Errorf("asked %d times, stamps %d and %d", asked, first, second)
	}
	if b.stamp(1) == 0 {
		t.Error("the second answer is not remembered")
	}
}

// Many who look at the same time ask once.
func TestOccupancyCacheAsksOnceForAll(t *testing.T) {
	t.Parallel()
	b := newOccupancyCache(time.Now)
	var asked int
	release := make(chan struct{})
	read := func(_ context.Context, from, to scheduling.Date) ([]slots.Occupied, error) {
		asked++ // one at a time
		<-release
		return make([]slots.Occupied, to-from+1), nil
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, _, err := b.look(context.Background(), 1, 10, 20, read); err != nil {
				t.Error(err)
			}
		})
	}
	close(release)
	all.Wait()
	if asked != 1 {
		t.Errorf("asked %d times, want once", asked)
	}
}

// Who waits for another's question gives up at their own deadline.
func TestOccupancyCacheWaitsNoLongerThanTheDeadline(t *testing.T) {
	t.Parallel()
	b := newOccupancyCache(time.Now)
	asking, release := make(chan struct{}), make(chan struct{})
	var first sync.WaitGroup
	first.Go(func() {
		_, _, _ = b.look(context.Background(), 1, 10, 20, func(_ context.Context, from, to scheduling.Date) ([]slots.Occupied, error) {
			close(asking)
			<-release
			return make([]slots.Occupied, to-from+1), nil
		})
	})
	<-asking
	late, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := b.look(late, 1, 10, 20, nil); !errors.Is(err, fault.ErrUnavailable) {
		t.Errorf("got %v, want %v", err, fault.ErrUnavailable)
	}
	close(release)
	first.Wait()
}

// What is remembered is bounded.
func TestOccupancyCacheIsBounded(t *testing.T) {
	t.Parallel()
	b := newOccupancyCache(time.Now)
	big := slots.Occupied{Open: make([]int16, 288), Used: make([]int16, 288), Version: 1}
	read := func(_ context.Context, from, to scheduling.Date) ([]slots.Occupied, error) {
		return slices.Repeat([]slots.Occupied{big}, int(to-from+1)), nil
	}
	for id := range 2000 {
		if _, _, err := b.look(t.Context(), id, 0, 61, read); err != nil {
			t.Fatal(err)
		}
		if b.size > maxCached {
			t.Fatalf("remembers %d bytes", b.size)
		}
	}
	if len(b.groups) == 0 || len(b.groups) == 2000 {
		t.Errorf("remembers %d of 2000 groups", len(b.groups))
	}
}

func TestInvalidationsFitsANotification(t *testing.T) {
	t.Parallel()
	n := newInvalidations()
	n.add(1) // nobody tells
	n.want(true)
	for id := range broadcastLimit {
		n.add(2_000_000_000 + id)
	}
	if text := n.take(); len(text) >= 8000 || len(text) < broadcastLimit*10 {
		t.Errorf("got %d bytes", len(text))
	}
	for id := range broadcastLimit + 1 {
		n.add(id)
	}
	if got, want := n.take(), n.replica+" *"; got != want {
		t.Errorf("got %.100q, want %q", got, want)
	}
	if got := n.take(); got != n.replica {
		t.Errorf("got %q, want nothing left", got)
	}
}

// What nobody tells is seen after two seconds.
func TestOccupancyCacheAsksAgain(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 1)
	b := newOccupancyCache(func() time.Time { return now })
	asked := 0
	look := func() int {
		_, _, err := b.look(t.Context(), 1, 10, 20, func(_ context.Context, from, to scheduling.Date) ([]slots.Occupied, error) {
			asked++
			return make([]slots.Occupied, to-from+1), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return asked
	}
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {2*time.Second - 1, 1}, {1, 2}, {time.Second, 2}, {time.Second, 3}} {
		now = now.Add(step.after)
		if got := look(); got != step.want {
			t.Fatalf("at %v: asked %d times, want %d", now, got, step.want)
		}
	}
}
