package postgres

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"ziyara/fault"
)

// Every request is done once, those of one key in their order and never at the
// same time; a crowd's go together.
func TestBatcherDoesEachRequestOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		type request struct{ key, n int }
		crowd, most := rapid.Bool().Draw(t, "crowd"), rapid.IntRange(1, 5).Draw(t, "most")
		keys := rapid.SliceOfN(rapid.IntRange(0, 4), 1, 60).Draw(t, "keys")
		var mu sync.Mutex
		var done []request
		busy := make(map[int]bool)
		l := batcher[int, request]{workers: 3, most: most, limit: 100, crowd: crowd}
		l.do = func(batch []request) {
			mu.Lock()
			defer mu.Unlock()
			if len(batch) > most {
				t.Errorf("%d requests at once", len(batch))
			}
			seen := make(map[int]bool)
			for _, r := range batch {
				if busy[r.key] || !crowd && seen[r.key] {
					t.Errorf("two requests of key %d at once", r.key)
				}
				seen[r.key] = true
				done = append(done, r)
			}
		}
		var all sync.WaitGroup
		for i, key := range keys {
			all.Go(func() {
				if err := l.serve(context.Background(), key, request{key, i}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		slices.SortFunc(done, func(a, b request) int { return a.n - b.n })
		for i, r := range done {
			if r.n != i || len(done) != len(keys) {
				t.Fatalf("done: %v", done)
			}
		}
		if l.length() != 0 {
			t.Errorf("%d wait", l.length())
		}
	})
}

// What waits while a transaction runs goes together, behind it.
func TestBatcherGathersWhoWaits(t *testing.T) {
	t.Parallel()
	begun, proceed := make(chan int, 10), make(chan struct{})
	l := batcher[int, int]{workers: 1, most: 10, limit: 100, crowd: true}
	l.do = func(batch []int) {
		begun <- len(batch)
		<-proceed
	}
	var all sync.WaitGroup
	join := func(key int) {
		all.Go(func() {
			if err := l.serve(context.Background(), key, key); err != nil {
				t.Error(err)
			}
		})
	}
	join(1)
	if n := <-begun; n != 1 {
		t.Fatalf("began with %d", n)
	}
	for i := range 9 {
		join(i % 3)
	}
	for l.length() < 9 {
		runtime.Gosched()
	}
	close(proceed)
	all.Wait()
	if rest := <-begun; rest != 9 {
		t.Errorf("then %d at once, want all 9", rest)
	}
}

// Who waits behind a transaction that hangs gets another worker.
func TestBatcherHelpsBehindALateWorker(t *testing.T) {
	t.Parallel()
	hangs, release := make(chan struct{}), make(chan struct{})
	l := batcher[int, int]{workers: 2, most: 10, limit: 100}
	l.do = func(batch []int) {
		if batch[0] == 1 {
			close(hangs)
			<-release
		}
	}
	var first sync.WaitGroup
	first.Go(func() { _ = l.serve(context.Background(), 1, 1) })
	<-hangs
	for range 3 {
		if err := l.serve(t.Context(), 2, 2); err != nil { // comes back
			t.Error(err)
		}
	}
	close(release)
	first.Wait()
	if l.late != 0 {
		t.Errorf("%d are still late", l.late)
	}
}

// A full line refuses, and who left it is not served.
func TestBatcherIsBounded(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	var done atomic.Int32
	l := batcher[int, int]{workers: 1, most: 10, limit: 2}
	l.do = func(batch []int) {
		if done.Add(int32(len(batch))) == 1 {
			close(begun)
			<-release
		}
	}
	var all sync.WaitGroup
	all.Go(func() { _ = l.serve(context.Background(), 1, 1) })
	<-begun
	all.Go(func() {
		if err := l.serve(context.Background(), 2, 2); err != nil {
			t.Error(err)
		}
	})
	for l.length() < 1 {
		runtime.Gosched()
	}
	gone, cancel := context.WithCancel(t.Context())
	var left sync.WaitGroup
	left.Go(func() {
		if err := l.serve(gone, 3, 3); !errors.Is(err, fault.ErrUnavailable) {
			t.Errorf("left: got %v", err)
		}
	})
	for l.length() < 2 {
		runtime.Gosched()
	}
	if err := l.serve(t.Context(), 4, 4); !errors.Is(err, fault.ErrOverloaded) {
		t.Errorf("full: got %v, want %v", err, fault.ErrOverloaded)
	}
	cancel()
	left.Wait()
	close(release)
	all.Wait()
	if err := l.serve(t.Context(), 5, 5); err != nil {
		t.Error(err)
	}
	if got := done.Load(); got != 3 {
		t.Errorf("served %d, want 3: who left and who was refused are not", got)
	}
}
