// Package gateways sends by several gateways in order: by the first that
// works, and by the next while it doesn't.
//
// A message is offered to one gateway after the other until one has taken it,
// or may have (docs/adr/0020). Each gateway has a circuit breaker, so that one
// that fails is left alone for a while and is then tried with one message, and
// a rate.
package gateways

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"
	"golang.org/x/time/rate"

	"ziyara/notify"
)

const (
	// tripAfter is after how many failures in a row a gateway is left alone.
	tripAfter = 5
	// restFor is how long it is left alone then.
	restFor = 30 * time.Second
	// longestPause is for how long a gateway that asks for time gets it.
	longestPause = time.Minute

	// separator stands between the name of a gateway and its own id of a
	// message: ids of two gateways may be the same.
	separator = ":"
)

var (
	errResting = errors.New("it failed too often and rests")
	errPausing = errors.New("it asked for time")
	errRate    = errors.New("its rate is used up")
	errClosed  = errors.New("closed")
)

// Route is a notify.Sender that can be closed. Close sends nothing more, and returns
// when everything sent has been answered.
type Route interface {
	notify.Sender
	Close() error
}

// Gateway is one gateway and how it is used.
type Gateway struct {
	Name  string // letters, digits, - and _; unique, and kept: it is part of the ids of messages
	Route Route
	From  string // the sender of its messages, as telephones show it
	// Rate is how many messages it gets in a second, and Burst how many of them
	// at once; 0 for any number, and for one second's worth.
	Rate  float64
	Burst int
}

// Set sends by the first of its gateways that works. It is safe for concurrent
// use.
type Set struct {
	gateways  []*gateway
	callbacks map[string]callback // by the gateway's name

	mu      sync.Mutex
	closing bool
	sending sync.WaitGroup
}

// New returns a set of gateways, the preferred one first.
func New(list []Gateway) (*Set, error) {
	if len(list) == 0 {
		return nil, errors.New("gateways: none")
	}
	s := &Set{}
	names := map[string]bool{}
	for _, g := range list {
		if err := checkName(g.Name); err != nil {
			return nil, err
		}
		if names[g.Name] {
			return nil, fmt.Errorf("gateways: two are called %s", g.Name)
		}
		if g.Route == nil || g.Rate < 0 || g.Burst < 0 {
			return nil, fmt.Errorf("gateways: %s has no way out, or a negative rate or burst", g.Name)
		}
		names[g.Name] = true
		s.gateways = append(s.gateways, newGateway(g))
	}
	return s, nil
}

// Senders returns from whom messages come, as telephones show it: each sender once,
// that of the preferred gateway first.
func (s *Set) Senders() []string {
	var list []string
	for _, g := range s.gateways {
		if g.from != "" && !slices.Contains(list, g.from) {
			list = append(list, g.from)
		}
	}
	return list
}

func checkName(name string) error {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	if name == "" || len(name) > 32 || strings.Trim(name, allowed) != "" {
		return fmt.Errorf("gateways: name %q: want 1 to 32 letters, digits, - and _", name)
	}
	return nil
}

// Send offers m to the gateways in order. It returns the id of the gateway
// that took it, with the gateway's name in front. A message to an unreachable
// number, or one that a gateway may have taken, is not offered to the next one.
// When none has taken it, it may be tried again if at least one gateway allows
// that. The errors wrap ErrTemporary, ErrPermanent or ErrUncertain of
// notify.
func (s *Set) Send(ctx context.Context, m notify.Message) (id string, err error) {
	if err := s.begin(); err != nil {
		return "", err
	}
	defer s.sending.Done()
	var failures []error
	for _, g := range s.gateways {
		if err := ctx.Err(); err != nil {
			failures = append(failures, fmt.Errorf("%w: %w", notify.ErrTemporary, err))
			break
		}
		id, err := g.send(ctx, m)
		if err == nil {
			return g.name + separator + id, nil
		}
		err = fmt.Errorf("%s: %w", g.name, err)
		if errors.Is(err, notify.ErrUncertain) || errors.Is(err, notify.ErrRecipient) {
			return "", err
		}
		failures = append(failures, err)
	}
	return "", together(failures)
}

// together returns the failures of all gateways as one: temporary as soon as
// one of them is, for the message may go there later. It asks for time only
// when all do, and then for the shortest.
func together(failures []error) error {
	var texts []string
	again, pause, busy := false, time.Duration(0), true
	for _, err := range failures {
		texts = append(texts, err.Error())
		if errors.Is(err, notify.ErrPermanent) {
			continue
		}
		again = true
		after, ok := notify.BusyFor(err)
		busy = busy && ok
		if pause == 0 || after < pause {
			pause = after
		}
	}
	all := errors.New(strings.Join(texts, "; "))
	switch {
	case !again:
		return fmt.Errorf("%w: %w", notify.ErrPermanent, all)
	case busy:
		return &notify.BusyError{After: pause, Err: all}
	default:
		return fmt.Errorf("%w: %w", notify.ErrTemporary, all)
	}
}

// begin takes note of a Send, which Close waits for.
func (s *Set) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return fmt.Errorf("%w: gateways: %w", notify.ErrTemporary, errClosed)
	}
	s.sending.Add(1)
	return nil
}

// Close sends nothing more, waits for sends in progress, and closes the routes.
func (s *Set) Close() error {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	s.sending.Wait()
	var errs []error
	for _, g := range s.gateways {
		errs = append(errs, g.route.Close())
	}
	return errors.Join(errs...)
}

// Health is the state of a gateway.
type Health string

// The states of a gateway's circuit breaker.
const (
	Works   Health = "works"
	Rests   Health = "rests"   // it failed too often
	Recover Health = "recover" // its next message shows whether it works again
)

// Healths lists the states.
func Healths() []Health { return []Health{Works, Rests, Recover} }

// Status is the state of one gateway.
type Status struct {
	Name   string
	Health Health
	Counts Counts
}

// Counts says how messages fared with a gateway since the program started. One
// that it never saw, for it rests or asked for time, is not counted.
type Counts struct {
	Accepted  uint64
	Busy      uint64 // it asked for time
	Temporary uint64 // not taken, may be later
	Permanent uint64 // not taken, and never will be
	Uncertain uint64 // it may have taken the message
}

// Status returns the state of each gateway, in their order.
func (s *Set) Status() []Status {
	healths := map[gobreaker.State]Health{
		gobreaker.StateClosed: Works, gobreaker.StateOpen: Rests, gobreaker.StateHalfOpen: Recover,
	}
	all := make([]Status, len(s.gateways))
	for i, g := range s.gateways {
		all[i] = Status{Name: g.name, Health: healths[g.breaker.State()], Counts: g.counts.read()}
	}
	return all
}

// gateway is a Gateway at work.
type gateway struct {
	name    string
	from    string // the sender, as telephones show it
	route   Route
	breaker *gobreaker.CircuitBreaker[string]
	limiter *rate.Limiter
	pause   pause
	counts  counters
}

// counters are Counts at work.
type counters struct{ accepted, busy, temporary, permanent, uncertain atomic.Uint64 }

// count counts how a message fared.
func (c *counters) count(err error) {
	_, busy := notify.BusyFor(err)
	switch {
	case err == nil:
		c.accepted.Add(1)
	case busy:
		c.busy.Add(1)
	case errors.Is(err, notify.ErrPermanent):
		c.permanent.Add(1)
	case errors.Is(err, notify.ErrUncertain):
		c.uncertain.Add(1)
	default:
		c.temporary.Add(1)
	}
}

func (c *counters) read() Counts {
	return Counts{
		Accepted: c.accepted.Load(), Busy: c.busy.Load(), Temporary: c.temporary.Load(),
		Permanent: c.permanent.Load(), Uncertain: c.uncertain.Load(),
	}
}

func newGateway(g Gateway) *gateway {
	limit, burst := rate.Inf, 0
	if g.Rate > 0 {
		limit, burst = rate.Limit(g.Rate), max(g.Burst, 1)
		if g.Burst == 0 {
			burst = max(int(g.Rate), 1)
		}
	}
	return &gateway{
		name: g.Name, from: g.From, route: g.Route, limiter: rate.NewLimiter(limit, burst),
		breaker: gobreaker.NewCircuitBreaker[string](gobreaker.Settings{
			Name: g.Name, MaxRequests: 1, Timeout: restFor,
			ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= tripAfter },
			IsSuccessful: working,
			IsExcluded:   irrelevant,
		}),
	}
}

// working reports whether err is an answer of a gateway that works.
func working(err error) bool { return err == nil || errors.Is(err, notify.ErrPermanent) }

// irrelevant reports whether err says nothing about the gateway: we stopped, or
// it asked for time.
func irrelevant(err error) bool {
	_, busy := notify.BusyFor(err)
	return busy || errors.Is(err, context.Canceled)
}

// send hands m to the gateway, if it may have it now.
func (g *gateway) send(ctx context.Context, m notify.Message) (string, error) {
	if left, ok := g.pause.left(); ok {
		return "", &notify.BusyError{After: left, Err: errPausing}
	}
	id, err := g.breaker.Execute(func() (string, error) {
		if err := g.wait(ctx); err != nil {
			return "", err
		}
		id, err := g.route.Send(ctx, m)
		g.counts.count(err)
		return id, err
	})
	switch {
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
		return "", fmt.Errorf("%w: %w", notify.ErrTemporary, errResting)
	case err == nil:
		return id, nil
	}
	if after, ok := notify.BusyFor(err); ok && !errors.Is(err, errRate) {
		g.pause.begin(min(after, longestPause))
	}
	return "", classified(err)
}

// classified returns err as one of the three kinds: temporary if it is none.
func classified(err error) error {
	for _, kind := range []error{notify.ErrTemporary, notify.ErrPermanent, notify.ErrUncertain} {
		if errors.Is(err, kind) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", notify.ErrTemporary, err)
}

// wait waits until the rate allows another message. It gives up at once where
// that would take more than half of the time there is: the rest is for sending,
// or for another gateway.
func (g *gateway) wait(ctx context.Context) error {
	reservation := g.limiter.Reserve()
	delay := reservation.Delay()
	if delay == 0 {
		return nil
	}
	if !fits(ctx, 2*delay) {
		reservation.Cancel()
		return &notify.BusyError{After: delay, Err: errRate}
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		reservation.Cancel()
		return fmt.Errorf("%w: %w", notify.ErrTemporary, ctx.Err())
	}
}

// fits reports whether ctx lasts for d. It compares deadlines, since the clock
// is not ours to read.
func fits(ctx context.Context, d time.Duration) bool {
	deadline, ok := ctx.Deadline()
	if !ok {
		return true
	}
	shorter, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	until, _ := shorter.Deadline()
	return until.Before(deadline)
}

// pause is a while in which a gateway gets nothing. The zero value is over.
type pause struct {
	mu     sync.Mutex
	length time.Duration // 0 when it is over
	end    *time.Timer
}

// begin lets the gateway pause for d from now on.
func (p *pause) begin(d time.Duration) {
	if d <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.end != nil {
		p.end.Stop()
	}
	p.length = d
	var timer *time.Timer
	timer = time.AfterFunc(d, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.end == timer { // no other pause has begun since
			p.length = 0
		}
	})
	p.end = timer
}

// left returns for how long at most the gateway still pauses.
func (p *pause) left() (time.Duration, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.length, p.length > 0
}
