package once

import (
	"context"
	"sync/atomic"
)

// A request for a change that is answered with success acknowledges the change, even
// if it wrote nothing because it was a repeat or another request came first. What it
// found may still be lost, so such an answer waits for a commit of its own
// (docs/adr/0042).

// work is what a request has done with the store.
type work struct{ asked, committed atomic.Bool }

type workKey struct{}

// Track returns a context for a request that asks for a change.
func Track(ctx context.Context) context.Context { return context.WithValue(ctx, workKey{}, new(work)) }

// Asked notes that the request of ctx has asked the store for something.
func Asked(ctx context.Context) {
	if w, ok := ctx.Value(workKey{}).(*work); ok {
		w.asked.Store(true)
	}
}

// Committed notes that the request of ctx has committed a change. Whatever it read
// before is durable, too.
func Committed(ctx context.Context) {
	if w, ok := ctx.Value(workKey{}).(*work); ok {
		w.committed.Store(true)
	}
}

// Settle calls settle, which commits something, if the request of ctx has asked the
// store but committed nothing. It is called before an answer that acknowledges
// something.
func Settle(ctx context.Context, settle func(context.Context) error) error {
	w, ok := ctx.Value(workKey{}).(*work)
	if !ok || !w.asked.Load() || w.committed.Load() {
		return nil
	}
	return settle(ctx)
}
