package console

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
)

const (
	lookEvery = time.Second      // how soon a change made through another replica is told
	beatEvery = 15 * time.Second // longest silence of a stream
	streamFor = 10 * time.Minute // after which a browser connects again, and shows that it still may
	retryIn   = 2 * time.Second
)

// watched tells browsers that something has changed at a branch. However many watch one,
// one goroutine looks for changes.
type watched struct {
	version func(ctx context.Context, branch string) (string, error)
	ctx     context.Context //nolint:containedctx // of the goroutines, until close
	stop    context.CancelFunc

	mu       sync.Mutex
	branches map[string]*watch
	looking  sync.WaitGroup
}

// watch is a branch that is watched.
type watch struct {
	viewers int
	stop    context.CancelFunc
	look    chan struct{} // has a value when there may be a change

	mu      sync.Mutex
	version string
	changed chan struct{} // closed by the next change
}

func newWatched(version func(context.Context, string) (string, error)) *watched {
	ctx, stop := context.WithCancel(context.Background())
	return &watched{version: version, ctx: ctx, stop: stop, branches: make(map[string]*watch)}
}

func (w *watched) close() {
	w.stop()
	w.looking.Wait()
}

// enter begins to watch a branch, until leave is called.
func (w *watched) enter(branch string) (_ *watch, leave func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.branches[branch]
	if b == nil {
		ctx, stop := context.WithCancel(w.ctx)
		b = &watch{stop: stop, look: make(chan struct{}, 1), changed: make(chan struct{})}
		w.branches[branch] = b
		w.looking.Go(func() { w.lookFor(ctx, branch, b) })
	}
	b.viewers++
	return b, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if b.viewers--; b.viewers == 0 {
			b.stop()
			delete(w.branches, branch)
		}
	}
}

// poke has a change of a branch told at once.
func (w *watched) poke(branch string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if b := w.branches[branch]; b != nil {
		select {
		case b.look <- struct{}{}:
		default:
		}
	}
}

// lookFor looks for changes of a branch until ctx is done.
func (w *watched) lookFor(ctx context.Context, branch string, b *watch) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if version, err := w.version(ctx, branch); err == nil {
			b.is(version)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-b.look:
		}
	}
}

// is notes the present version.
func (b *watch) is(version string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if version != b.version {
		b.version = version
		close(b.changed)
		b.changed = make(chan struct{})
	}
}

// now returns the version, "" while it is not known, and a channel that the next change closes.
func (b *watch) now() (version string, changed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.version, b.changed
}

// followHall tells a browser of each change of the hall of a branch (HTML, section 9.2:
// server-sent events). An event has the version as its id, and nothing else: the browser
// asks for the page again.
func (k *Console) followHall(c *fiber.Ctx) error {
	branch := c.Query(branchField)
	grant, err := access.May(staffOf(c), "getHall")
	if err == nil {
		_, err = grant.AtBranch(branch)
	}
	if err != nil {
		return err
	}
	if len(k.Centre().GroupsAt(branch)) == 0 {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set("X-Accel-Buffering", "no") // a proxy must not hold events back
	if c.Method() == http.MethodHead {
		return nil
	}
	last := c.Get("Last-Event-ID", c.Query(versionField))
	c.Context().SetBodyStreamWriter(func(out *bufio.Writer) {
		b, leave := k.halls.enter(branch)
		defer leave()
		_ = k.tell(out, b, last)
	})
	return nil
}

// tell writes an event for each version after the last one, until the stream ends.
func (k *Console) tell(out *bufio.Writer, b *watch, last string) error {
	end, beat := time.NewTimer(streamFor), time.NewTicker(beatEvery)
	defer end.Stop()
	defer beat.Stop()
	_, _ = fmt.Fprintf(out, "retry: %d\n\n", retryIn.Milliseconds())
	for {
		version, changed := b.now()
		if version != "" && version != last {
			_, _ = fmt.Fprintf(out, "id: %s\ndata: %s\n\n", version, version)
			last = version
		}
		if err := out.Flush(); err != nil {
			return err
		}
		select {
		case <-changed:
		case <-beat.C:
			_, _ = out.WriteString(": \n\n")
		case <-end.C:
			return nil
		case <-k.halls.ctx.Done():
			return nil
		}
	}
}
