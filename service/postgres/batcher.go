package postgres

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ziyara/fault"
)

// line gathers requests of one kind and has many of them done in one
// transaction: the more wait, the more go together (docs/adr/0022). A request
// has a key, and requests of one key are never under way in two transactions.
type batcher[K comparable, R any] struct {
	workers int  // at most so many transactions at once; one as long as none takes longer than batchPatience
	most    int  // requests in one transaction
	limit   int  // requests that may wait
	crowd   bool // requests of one key go together; otherwise one at a time
	do      func(batch []R)

	mu      sync.Mutex
	waiting int
	running int // workers
	late    int // those of them that are
	queues  map[K][]*queued[R]
	turns   []K            // keys with requests of which none is under way, in order
	busy    map[K]struct{} // keys of which some are
}

// batchPatience is how long a transaction may take until those who wait get
// another worker: it may be waiting for a lock or a slow disk. A second one
// from the start makes smaller batches, which cost more.
const batchPatience = 20 * time.Millisecond

// place is a request's place in the line.
type queued[R any] struct {
	request R
	left    bool // nobody waits for it any more
	done    chan struct{}
}

// errFull is returned when a line is as long as it may get.
var errFull = fmt.Errorf("postgres: %w", fault.ErrOverloaded)

// serve has the request done and waits for it. It returns errFull, or, with
// the outcome unknown, an error that wraps fault.ErrUnavailable when ctx ends
// first; a request that was not begun by then never is.
func (l *batcher[K, R]) serve(ctx context.Context, key K, request R) error {
	p := &queued[R]{request: request, done: make(chan struct{})}
	if !l.join(key, p) {
		return errFull
	}
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		l.mu.Lock()
		p.left = true
		l.mu.Unlock()
		return translate("wait in line", ctx.Err())
	}
}

func (l *batcher[K, R]) join(key K, p *queued[R]) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting >= l.limit {
		return false
	}
	if l.queues == nil {
		l.queues, l.busy = make(map[K][]*queued[R]), make(map[K]struct{})
	}
	l.waiting++
	l.queues[key] = append(l.queues[key], p)
	if _, busy := l.busy[key]; !busy && len(l.queues[key]) == 1 {
		l.turns = append(l.turns, key)
		l.hire()
	}
	return true
}

// hire starts a worker if there is work and all who work are late. l.mu is
// locked.
func (l *batcher[K, R]) hire() {
	if len(l.turns) > 0 && l.running == l.late && l.running < l.workers {
		l.running++
		go l.work()
	}
}

// watch counts a worker as late when it takes longer than batchPatience. The
// function that it returns ends that.
func (l *batcher[K, R]) watch() (ended func()) {
	var late, over bool
	timer := time.AfterFunc(batchPatience, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if !over {
			late = true
			l.late++
			l.hire()
		}
	})
	return func() {
		timer.Stop()
		l.mu.Lock()
		defer l.mu.Unlock()
		if over = true; late {
			l.late--
		}
	}
}

// work does batches until none is left.
func (l *batcher[K, R]) work() {
	for {
		batch, keys := l.next()
		if len(keys) == 0 {
			return
		}
		if len(batch) > 0 {
			requests := make([]R, len(batch))
			for i, p := range batch {
				requests[i] = p.request
			}
			ended := l.watch()
			l.do(requests)
			ended()
		}
		for _, p := range batch {
			close(p.done)
		}
		l.finish(keys)
	}
}

// next takes the requests whose turn it is. Without any the worker ends.
func (l *batcher[K, R]) next() (batch []*queued[R], keys []K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.turns) > 0 && len(batch) < l.most {
		key := l.turns[0]
		l.turns = l.turns[1:]
		queue := l.queues[key]
		n := 1
		if l.crowd {
			n = min(len(queue), l.most-len(batch))
		}
		for _, p := range queue[:n] {
			if !p.left {
				batch = append(batch, p)
			}
		}
		l.waiting -= n
		if n == len(queue) {
			delete(l.queues, key)
		} else {
			l.queues[key] = queue[n:]
		}
		l.busy[key] = struct{}{}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		l.running--
	}
	return batch, keys
}

// finish lets the next requests of keys have their turn.
func (l *batcher[K, R]) finish(keys []K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range keys {
		delete(l.busy, key)
		if len(l.queues[key]) > 0 {
			l.turns = append(l.turns, key)
		}
	}
}

// length returns how many requests wait.
func (l *batcher[K, R]) length() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waiting
}
