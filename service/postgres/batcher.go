package postgres

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ziyara/fault"
)

// batcher gathers requests of one kind and handles many of them in one
// transaction: the more wait, the larger the batch (docs/adr/0022). A request has
// a key, and two transactions never handle requests of one key at the same time.
type batcher[K comparable, R any] struct {
	// workers is the most transactions at once. There is one, as long as none takes
	// longer than batchPatience.
	workers int
	most    int  // requests in one transaction
	limit   int  // requests that may wait
	crowd   bool // requests of one key may share a batch; otherwise one at a time
	do      func(batch []R)

	mu      sync.Mutex
	waiting int
	running int // workers
	late    int // workers that take longer than batchPatience
	queues  map[K][]*queued[R]
	turns   []K            // keys with requests, none of them in progress, in order
	busy    map[K]struct{} // keys with requests in progress
}

// batchPatience is how long a transaction may take before another worker starts:
// it may be waiting for a lock or a slow disk. A second worker from the start
// would make batches smaller, and those cost more.
const batchPatience = 20 * time.Millisecond

// queued is a request that waits or is in progress.
type queued[R any] struct {
	request R
	begun   bool // a worker has taken it
	left    bool // its caller has stopped waiting
	done    chan struct{}
}

// errFull is returned when as many requests wait as may.
var errFull = fmt.Errorf("postgres: %w", fault.ErrOverloaded)

// serve waits until the request is done. It returns errFull, or when ctx ends first
// an error that wraps fault.ErrUncertain if the request has begun, and otherwise
// fault.ErrUnavailable: then it is never done.
func (b *batcher[K, R]) serve(ctx context.Context, key K, request R) error {
	p := &queued[R]{request: request, done: make(chan struct{})}
	if !b.join(key, p) {
		return errFull
	}
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		b.mu.Lock()
		p.left = true
		begun := p.begun
		b.mu.Unlock()
		if begun {
			return translate("wait for a batch", uncertain(ctx.Err()))
		}
		return translate("wait for a batch", ctx.Err())
	}
}

func (b *batcher[K, R]) join(key K, p *queued[R]) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting >= b.limit {
		return false
	}
	if b.queues == nil {
		b.queues, b.busy = make(map[K][]*queued[R]), make(map[K]struct{})
	}
	b.waiting++
	b.queues[key] = append(b.queues[key], p)
	if _, busy := b.busy[key]; !busy && len(b.queues[key]) == 1 {
		b.turns = append(b.turns, key)
		b.hire()
	}
	return true
}

// hire starts a worker if there is work and all workers are late. b.mu is locked.
func (b *batcher[K, R]) hire() {
	if len(b.turns) > 0 && b.running == b.late && b.running < b.workers {
		b.running++
		go b.work()
	}
}

// watch counts a worker as late once it takes longer than batchPatience, until the
// returned function is called.
func (b *batcher[K, R]) watch() (ended func()) {
	var late, over bool
	timer := time.AfterFunc(batchPatience, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if !over {
			late = true
			b.late++
			b.hire()
		}
	})
	return func() {
		timer.Stop()
		b.mu.Lock()
		defer b.mu.Unlock()
		if over = true; late {
			b.late--
		}
	}
}

// work handles batches until none is left.
func (b *batcher[K, R]) work() {
	for {
		batch, keys := b.next()
		if len(keys) == 0 {
			return
		}
		if len(batch) > 0 {
			requests := make([]R, len(batch))
			for i, p := range batch {
				requests[i] = p.request
			}
			ended := b.watch()
			b.do(requests)
			ended()
		}
		for _, p := range batch {
			close(p.done)
		}
		b.finish(keys)
	}
}

// next takes the requests whose turn it is. Without any, the worker ends.
func (b *batcher[K, R]) next() (batch []*queued[R], keys []K) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.turns) > 0 && len(batch) < b.most {
		key := b.turns[0]
		b.turns = b.turns[1:]
		queue := b.queues[key]
		n := 1
		if b.crowd {
			n = min(len(queue), b.most-len(batch))
		}
		for _, p := range queue[:n] {
			if !p.left {
				p.begun = true
				batch = append(batch, p)
			}
		}
		b.waiting -= n
		if n == len(queue) {
			delete(b.queues, key)
		} else {
			b.queues[key] = queue[n:]
		}
		b.busy[key] = struct{}{}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		b.running--
	}
	return batch, keys
}

// finish gives the next requests of the keys their turn.
func (b *batcher[K, R]) finish(keys []K) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, key := range keys {
		delete(b.busy, key)
		if len(b.queues[key]) > 0 {
			b.turns = append(b.turns, key)
		}
	}
}

// length returns how many requests wait.
func (b *batcher[K, R]) length() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waiting
}
