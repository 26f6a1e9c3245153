package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/fault"
	"ziyara/hall"
	"ziyara/scheduling"
)

const (
	mostDisplays   = 64               // streams of one branch
	mostPerAddress = 32               // of those, from one network address
	displayPoll    = time.Second      // how soon a call made through another replica is shown
	displayBeat    = 15 * time.Second // longest silence of a stream
	displayLife    = time.Hour        // after which a client connects again
	displayRetry   = 2 * time.Second  // how long it waits before that
)

// GetDisplay shows the calls of today: as they are now, or as a stream of events.
func (s *Server) GetDisplay(ctx context.Context, r GetDisplayRequestObject) (GetDisplayResponseObject, error) {
	m := metaOf(ctx)
	shown, err := s.shown(ctx, s.reception(ctx), r.Branch)
	if err != nil {
		return nil, err
	}
	if !m.events {
		return displayAnswer(shown), nil
	}
	ended, leave, err := s.displays.enter(r.Branch, m.address)
	if err != nil {
		return nil, err
	}
	return displayStream{server: s, branch: r.Branch, last: r.Params.LastEventID, ended: ended, leave: leave}, nil
}

// displayAnswer is the present state of a display, for clients that poll.
type displayAnswer Display

// VisitGetDisplayResponse writes the answer.
func (a displayAnswer) VisitGetDisplayResponse(c *fiber.Ctx) error {
	c.Vary(fiber.HeaderAccept)
	c.Set(fiber.HeaderCacheControl, "no-cache")
	return c.Status(http.StatusOK).JSON(Display(a))
}

// currentReception returns a Reception on the current snapshot, for a display,
// which outlives the request for it.
func (s *Server) currentReception() *hall.Reception { return s.Receptions.On(s.Centre()) }

// shown returns the latest calls of today at a branch (slug).
func (s *Server) shown(ctx context.Context, r *hall.Reception, branch string) (Display, error) {
	day, zone, err := r.Today(branch, s.Now())
	if err != nil {
		return Display{}, err
	}
	calls, err := r.Shown(ctx, branch, day, -1)
	if err != nil {
		return Display{}, err
	}
	out := Display{Branch: branch, Date: day.String(), Calls: []DisplayCall{}}
	for _, c := range calls {
		out.Calls = append(out.Calls, displayCall(c, day, zone))
	}
	return out, nil
}

func displayCall(c hall.Call, day scheduling.Date, zone *time.Location) DisplayCall {
	return DisplayCall{
		ID: day.String() + "." + strconv.Itoa(c.Call), Number: c.Number, Desk: c.Desk, At: c.At.In(zone), Again: c.Again, Open: !c.Done,
	}
}

// displayStream sends the calls to a display as they happen (HTML, section 9.2:
// server-sent events).
type displayStream struct {
	server *Server
	branch string
	last   string // Last-Event-ID
	ended  <-chan struct{}
	leave  func()
}

// VisitGetDisplayResponse begins the stream. It continues after the handler
// returns, until the client leaves, others need its place, the server stops or
// displayLife is over.
func (d displayStream) VisitGetDisplayResponse(c *fiber.Ctx) error {
	c.Vary(fiber.HeaderAccept)
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("X-Accel-Buffering", "no") // a proxy must not hold events back
	c.Status(http.StatusOK)
	if c.Method() == fiber.MethodHead {
		d.leave()
		return nil
	}
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer d.leave()
		d.run(w)
	})
	return nil
}

// seen is the last call that a stream has sent.
type seen struct {
	day  scheduling.Date
	call int
}

// run writes events until the stream ends.
func (d displayStream) run(w *bufio.Writer) {
	screen := d.server.displays.watch(d.branch)
	defer d.server.displays.unwatch(d.branch)
	end := time.NewTimer(displayLife)
	defer end.Stop()
	beat := time.NewTicker(displayBeat)
	defer beat.Stop()
	_, _ = fmt.Fprintf(w, "retry: %d\n\n", displayRetry.Milliseconds())
	at, known := d.resumed()
	for {
		changed := screen.next()
		if err := d.write(w, &at, &known); err != nil {
			return
		}
		if w.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-beat.C:
			_, _ = w.WriteString(": \n\n")
		case <-d.ended:
			return
		case <-end.C:
			return
		case <-d.server.displays.closed:
			return
		}
	}
}

// resumed returns the last call that a broken stream had sent, if that was today.
func (d displayStream) resumed() (seen, bool) {
	date, call, ok := strings.Cut(d.last, ".")
	day, err := scheduling.ParseDate(date)
	n, numberErr := strconv.Atoi(call)
	today, _, todayErr := d.server.currentReception().Today(d.branch, d.server.Now())
	return seen{day, n}, ok && err == nil && numberErr == nil && todayErr == nil && n >= 0 && day == today
}

// write sends the calls since the last one that was sent; at first, and on a new
// day, all that the display shows. If they can't be read now, the next beat
// tries again.
func (d displayStream) write(w *bufio.Writer, at *seen, known *bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	reception := d.server.currentReception()
	day, zone, err := reception.Today(d.branch, d.server.Now())
	if err != nil {
		return err
	}
	if !*known || at.day != day {
		shown, err := d.server.shown(ctx, reception, d.branch)
		if err != nil {
			return nil // see above
		}
		*at, *known = seen{day: day}, true
		id := day.String() + ".0"
		if n := len(shown.Calls); n > 0 {
			id = shown.Calls[n-1].ID
			at.call, _ = strconv.Atoi(strings.TrimPrefix(id, day.String()+"."))
		}
		return event(w, id, "snapshot", shown)
	}
	for {
		calls, err := reception.Shown(ctx, d.branch, day, at.call)
		if err != nil || len(calls) == 0 {
			return nil // see above
		}
		for _, c := range calls {
			at.call = c.Call
			call := displayCall(c, day, zone)
			if err := event(w, call.ID, "call", call); err != nil {
				return err
			}
		}
	}
}

func event(w *bufio.Writer, id, name string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "id: %s\nevent: %s\ndata: %s\n\n", id, name, text)
	return err
}

// displays has the streams of this replica. For each branch that is watched, one
// goroutine looks for new calls, whichever replica made them.
type displays struct {
	last   func(ctx context.Context, branch string) (string, error) // the id of the last call
	closed chan struct{}

	mu      sync.Mutex
	stopped bool
	viewers map[string][]*viewer // by branch, the first to come first
	screens map[string]*screen
	pollers sync.WaitGroup
}

func newDisplays(last func(context.Context, string) (string, error)) *displays {
	return &displays{last: last, closed: make(chan struct{}), viewers: make(map[string][]*viewer), screens: make(map[string]*screen)}
}

// viewer is a stream.
type viewer struct {
	address string
	ended   chan struct{} // closed when the stream is to end
}

// enter counts a stream of a branch until leave is called. It never refuses one for
// lack of room, because it can't tell a display from a client that only takes up room:
// the oldest stream ends instead, of the same address if that has many. A display that
// is shut out connects again, and shows what is true by then. enter returns
// fault.ErrUnavailable when the server stops.
func (d *displays) enter(branch, address string) (ended <-chan struct{}, leave func(), err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped {
		return nil, nil, fault.ErrUnavailable
	}
	v := &viewer{address, make(chan struct{})}
	here := d.viewers[branch]
	var same []*viewer
	for _, other := range here {
		if other.address == address {
			same = append(same, other)
		}
	}
	switch {
	case len(same) >= mostPerAddress:
		d.end(branch, same[0])
	case len(here) >= mostDisplays:
		d.end(branch, here[0])
	}
	d.viewers[branch] = append(d.viewers[branch], v)
	return v.ended, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.end(branch, v)
	}, nil
}

// end ends a stream, unless it has ended. The caller holds the lock.
func (d *displays) end(branch string, v *viewer) {
	i := slices.Index(d.viewers[branch], v)
	if i < 0 {
		return
	}
	close(v.ended)
	if d.viewers[branch] = slices.Delete(d.viewers[branch], i, i+1); len(d.viewers[branch]) == 0 {
		delete(d.viewers, branch)
	}
}

// screen is a branch that is watched.
type screen struct {
	watchers int
	stop     context.CancelFunc
	poke     chan struct{} // has a value when there may be a new call

	mu      sync.Mutex
	changed chan struct{} // closed by the next change
}

// next returns a channel that the next change of the branch closes.
func (s *screen) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

func (s *screen) change() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.changed)
	s.changed = make(chan struct{})
}

func (d *displays) watch(branch string) *screen {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.screens[branch]
	if s == nil {
		ctx, stop := context.WithCancel(context.Background())
		s = &screen{stop: stop, poke: make(chan struct{}, 1), changed: make(chan struct{})}
		d.screens[branch] = s
		if d.stopped {
			stop()
		} else {
			d.pollers.Go(func() { d.poll(ctx, branch, s) })
		}
	}
	s.watchers++
	return s
}

func (d *displays) unwatch(branch string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.screens[branch]
	if s.watchers--; s.watchers == 0 {
		s.stop()
		delete(d.screens, branch)
	}
}

// poke has the goroutine of a branch look for calls at once.
func (d *displays) poke(branch string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.screens[branch]; s != nil {
		select {
		case s.poke <- struct{}{}:
		default:
		}
	}
}

// poll looks for calls until ctx is done.
func (d *displays) poll(ctx context.Context, branch string, s *screen) {
	tick := time.NewTicker(displayPoll)
	defer tick.Stop()
	known := ""
	for {
		last, err := d.last(ctx, branch)
		if err == nil && last != known {
			known = last
			s.change()
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.poke:
		}
	}
}

// close ends all streams and refuses new ones.
func (d *displays) close() {
	d.mu.Lock()
	if !d.stopped {
		d.stopped = true
		close(d.closed)
	}
	for _, s := range d.screens {
		s.stop()
	}
	d.mu.Unlock()
	d.pollers.Wait()
}

// lastCall returns the id of the latest call at a branch today, or the date if
// there is none yet.
func (s *Server) lastCall(ctx context.Context, branch string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	shown, err := s.shown(ctx, s.currentReception(), branch)
	if err != nil || len(shown.Calls) == 0 {
		return shown.Date, err
	}
	return shown.Calls[len(shown.Calls)-1].ID, nil
}
