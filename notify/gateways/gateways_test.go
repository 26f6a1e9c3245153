package gateways_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/notify"
	"ziyara/notify/gateways"
	"ziyara/notify/sandbox"
	"ziyara/notify/sendertest"
)

func message(id int64) notify.Message {
	return notify.Message{ID: id, Mobile: "+966501234567", Text: "hello", Size: notify.Measure("hello")}
}

// way answers as its function says and remembers what it was offered.
type way struct {
	name   string
	answer func(notify.Message) error // nil accepts

	mu      sync.Mutex
	offered []int64
	at      []time.Time
	closed  bool
}

func (w *way) Send(_ context.Context, m notify.Message) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.offered, w.at = append(w.offered, m.ID), append(w.at, time.Now())
	if w.answer != nil {
		if err := w.answer(m); err != nil {
			return "", err
		}
	}
	return fmt.Sprint(m.ID), nil
}

func (w *way) Close() error { w.closed = true; return nil }

func always(err error) func(notify.Message) error {
	return func(notify.Message) error { return err }
}

func newSet(t testing.TB, list ...gateways.Gateway) *gateways.Set {
	t.Helper()
	s, err := gateways.New(list)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func busy(d time.Duration) error { return &notify.BusyError{After: d, Err: errors.New("slow down")} }

// What each answer of the first gateway means for the second.
func TestFailover(t *testing.T) {
	t.Parallel()
	down := fmt.Errorf("%w: down", notify.ErrTemporary)
	tests := []struct {
		name          string
		first, second error
		want          string // the id
		wantErr       error
		offered       int // to the second
	}{
		{"accepted", nil, nil, "one:1", nil, 0},
		{"temporary failure", down, nil, "two:1", nil, 1},
		{"any other failure", errors.New("down"), nil, "two:1", nil, 1},
		{"busy", busy(time.Second), nil, "two:1", nil, 1},
		{"refused, which another may not", notify.ErrPermanent, nil, "two:1", nil, 1},
		{"no such number, wherever it is sent", notify.ErrRecipient, nil, "", notify.ErrRecipient, 0},
		{"perhaps taken", notify.ErrUncertain, nil, "", notify.ErrUncertain, 0},
		{"both fail", down, down, "", notify.ErrTemporary, 1},
		{"one refuses, one may take it later", notify.ErrPermanent, down, "", notify.ErrTemporary, 1},
		{"one may take it later, one refuses", down, notify.ErrPermanent, "", notify.ErrTemporary, 1},
		{"both refuse", notify.ErrPermanent, notify.ErrPermanent, "", notify.ErrPermanent, 1},
		{"second has perhaps taken it", down, notify.ErrUncertain, "", notify.ErrUncertain, 1},
		{"no such number, says the second", down, notify.ErrRecipient, "", notify.ErrRecipient, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			one, two := &way{answer: always(tt.first)}, &way{answer: always(tt.second)}
			s := newSet(t, gateways.Gateway{Name: "one", Route: one}, gateways.Gateway{Name: "two", Route: two})
			id, err := s.Send(t.Context(), message(1))
			if id != tt.want || !errors.Is(err, tt.wantErr) || tt.wantErr == nil && err != nil {
				t.Errorf("Send = %q, %v; want %q, %v", id, err, tt.want, tt.wantErr)
			}
			if len(one.offered) != 1 || len(two.offered) != tt.offered {
				t.Errorf("offered to the gateways %d and %d times, want 1 and %d", len(one.offered), len(two.offered), tt.offered)
			}
		})
	}
}

// A set asks for time only when all its gateways do, and for the shortest.
func TestBusy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		first, second error
		want          time.Duration
		busy          bool
	}{
		{"both busy", busy(9 * time.Second), busy(4 * time.Second), 4 * time.Second, true},
		{"one down", busy(9 * time.Second), notify.ErrTemporary, 0, false},
		{"one refuses", busy(9 * time.Second), notify.ErrPermanent, 9 * time.Second, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSet(t, gateways.Gateway{Name: "one", Route: &way{answer: always(tt.first)}},
				gateways.Gateway{Name: "two", Route: &way{answer: always(tt.second)}})
			_, err := s.Send(t.Context(), message(1))
			if after, ok := notify.BusyFor(err); ok != tt.busy || after != tt.want {
				t.Errorf("BusyFor(%v) = %v, %t; want %v, %t", err, after, ok, tt.want, tt.busy)
			}
		})
	}
}

// A gateway that fails five times is left alone for half a minute; one message
// then shows whether it works, and the rest follows.
func TestBackToTheFirst(t *testing.T) {
	t.Parallel()
	for _, failure := range []error{notify.ErrTemporary, notify.ErrUncertain} {
		t.Run(failure.Error(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				one, two := &way{answer: always(failure)}, &way{}
				s := newSet(t, gateways.Gateway{Name: "one", Route: one}, gateways.Gateway{Name: "two", Route: two})
				send := func(n int) {
					for range n {
						_, _ = s.Send(t.Context(), message(1)) // what came of it is counted below
					}
				}
				count := func(first, second int, h gateways.Health) {
					t.Helper()
					if len(one.offered) != first || len(two.offered) != second || s.Status()[0].Health != h {
						t.Fatalf("offered %d and %d times, %v; want %d and %d, %s", len(one.offered), len(two.offered), s.Status(), first, second, h)
					}
				}
				lost := 0 // is not offered to the second
				if errors.Is(failure, notify.ErrTemporary) {
					lost = 1
				}
				send(8)
				count(5, 3+5*lost, gateways.Rests)
				time.Sleep(31 * time.Second)
				count(5, 3+5*lost, gateways.Recover)
				send(2) // one is tried, and fails
				count(6, 4+6*lost, gateways.Rests)
				one.answer = nil
				send(1)
				count(6, 5+6*lost, gateways.Rests)
				time.Sleep(31 * time.Second)
				send(3)
				count(9, 5+6*lost, gateways.Works)
			})
		})
	}
}

// What says nothing about the gateway doesn't count against it.
func TestBreakerCounts(t *testing.T) {
	t.Parallel()
	lost := fmt.Errorf("%w: %w", notify.ErrUncertain, context.Canceled)
	for _, err := range []error{notify.ErrPermanent, notify.ErrRecipient, busy(0), lost} {
		t.Run(err.Error(), func(t *testing.T) {
			t.Parallel()
			one := &way{answer: always(err)}
			s := newSet(t, gateways.Gateway{Name: "one", Route: one})
			for range 20 {
				_, _ = s.Send(t.Context(), message(1)) // fails as told
			}
			if len(one.offered) != 20 || s.Status()[0].Health != gateways.Works {
				t.Errorf("offered %d times, %v; want 20, works", len(one.offered), s.Status())
			}
		})
	}
}

// A gateway that asks for time gets it, a minute at most.
func TestPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one, two := &way{answer: always(busy(time.Hour))}, &way{}
		s := newSet(t, gateways.Gateway{Name: "one", Route: one}, gateways.Gateway{Name: "two", Route: two})
		for range 4 {
			if id, err := s.Send(t.Context(), message(1)); err != nil || id != "two:1" {
				t.Fatalf("Send = %q, %v", id, err)
			}
		}
		one.answer = nil
		time.Sleep(59 * time.Second)
		_, _ = s.Send(t.Context(), message(1)) // counted below
		if len(one.offered) != 1 {
			t.Fatalf("offered %d times while it pauses, want 1", len(one.offered))
		}
		time.Sleep(2 * time.Second)
		if id, err := s.Send(t.Context(), message(1)); err != nil || id != "one:1" {
			t.Fatalf("Send after the pause = %q, %v", id, err)
		}
	})
}

// No gateway gets more than its rate. What can't wait goes to the next.
func TestRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one, two := &way{}, &way{}
		s := newSet(t, gateways.Gateway{Name: "one", Route: one, Rate: 10, Burst: 5}, gateways.Gateway{Name: "two", Route: two})
		start := time.Now()
		for range 25 {
			if _, err := s.Send(t.Context(), message(1)); err != nil {
				t.Fatal(err)
			}
		}
		if got := time.Since(start); got < 1990*time.Millisecond || len(one.offered) != 25 {
			t.Errorf("25 messages at 10/s, 5 at once, took %v; want 2 s", got)
		}
		var senders sync.WaitGroup
		for range 20 {
			senders.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if _, err := s.Send(ctx, message(2)); err != nil {
					t.Error(err)
				}
			})
		}
		senders.Wait()
		for i, at := range one.at[:len(one.at)-5] { // five at once, and the sixth a tenth of a second later
			if one.at[i+5].Sub(at) < 99*time.Millisecond {
				t.Errorf("messages %d to %d within %v", i, i+5, one.at[i+5].Sub(at))
			}
		}
		if len(two.offered) == 0 {
			t.Error("nothing went to the second gateway")
		}
	})
}

// Whatever fails, a message is taken by one gateway at most, gateways are asked
// in order, none after one that has or may have the message, and what Send says
// is what happened. When all work again, the first gets the messages again.
func TestNeverTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(struct{ testing.TB }{t}, func(t *rapid.T) { // a bubble has no deadline to ask for
			answers := []error{nil, nil, nil, notify.ErrTemporary, errors.New("odd"),
				notify.ErrPermanent, notify.ErrRecipient, notify.ErrUncertain, busy(7 * time.Second)}
			var offers []string // of the current message
			var last error      // the answer to the latest offer
			taken := 0          // the current message, openly or in secret
			healed := false
			var list []gateways.Gateway
			for i := range rapid.IntRange(1, 4).Draw(t, "gateways") {
				w := &way{name: fmt.Sprint("g", i)}
				w.answer = func(notify.Message) error {
					offers = append(offers, w.name)
					if last = nil; !healed {
						last = rapid.SampledFrom(answers).Draw(t, "answer")
					}
					if last == nil || errors.Is(last, notify.ErrUncertain) && rapid.Bool().Draw(t, "taken") {
						taken++
					}
					return last
				}
				list = append(list, gateways.Gateway{Name: w.name, Route: w})
			}
			s, err := gateways.New(list)
			if err != nil {
				t.Fatal(err)
			}
			send := func() (string, error) {
				offers, taken, last = nil, 0, nil
				id, err := s.Send(context.Background(), message(1))
				switch {
				case taken > 1:
					t.Fatalf("taken %d times", taken)
				case !slices.IsSorted(offers) || len(slices.Compact(slices.Clone(offers))) != len(offers):
					t.Fatalf("offered to %v, want each once, in order", offers)
				case err == nil && (taken != 1 || id != offers[len(offers)-1]+":1"):
					t.Fatalf("Send = %q, but taken %d times by %v", id, taken, offers)
				case err != nil && taken > 0 && !errors.Is(err, notify.ErrUncertain):
					t.Fatalf("Send = %v for a message that was taken", err)
				case errors.Is(err, notify.ErrUncertain) && !errors.Is(last, notify.ErrUncertain),
					errors.Is(err, notify.ErrRecipient) && !errors.Is(last, notify.ErrRecipient):
					t.Fatalf("Send = %v, but the last answer was %v", err, last)
				case errors.Is(err, notify.ErrPermanent) && !errors.Is(last, notify.ErrPermanent):
					t.Fatalf("Send = %v with a gateway that may take it later", err)
				}
				return id, err
			}
			for range rapid.IntRange(0, 40).Draw(t, "messages") {
				_, _ = send() // checked there
				time.Sleep(rapid.SampledFrom([]time.Duration{0, 0, 0, 8 * time.Second, 31 * time.Second}).Draw(t, "pause"))
			}
			healed = true
			time.Sleep(2 * time.Minute)
			if id, err := send(); err != nil || !strings.HasPrefix(id, "g0:") {
				t.Fatalf("Send when all works again = %q, %v", id, err)
			}
		})
	})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	failures := map[sendertest.Answer]error{
		sendertest.Throttle: busy(50 * time.Millisecond),
		sendertest.Fail:     notify.ErrTemporary,
		sendertest.Unknown:  notify.ErrRecipient,
		sendertest.Refuse:   notify.ErrPermanent,
		sendertest.Hold:     notify.ErrUncertain,
		sendertest.Garble:   notify.ErrUncertain,
	}
	sendertest.Run(t, func(t *testing.T) sendertest.Gateway {
		p := sandbox.New(time.Now)
		s := newSet(t, gateways.Gateway{Name: "phone", Route: phone{p}})
		return sendertest.Gateway{
			Sender: s, Close: s.Close, Instant: true,
			Answer: func(a sendertest.Answer) { p.Fail(failures[a]) },
			Taken: func() (texts []string) {
				for _, m := range p.Messages("") {
					texts = append(texts, m.Text)
				}
				return texts
			},
		}
	})
}

type phone struct{ *sandbox.Phone }

func (phone) Close() error { return nil }

// Close waits for what is under way, then closes every way out; nothing is
// offered after it.
func TestClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		one, two := &way{answer: func(notify.Message) error { <-release; return nil }}, &way{}
		s := newSet(t, gateways.Gateway{Name: "one", Route: one}, gateways.Gateway{Name: "two", Route: two})
		sent, closed := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := s.Send(t.Context(), message(1))
			sent <- err
		}()
		synctest.Wait()
		go func() { closed <- s.Close() }()
		synctest.Wait()
		select {
		case err := <-closed:
			t.Fatalf("Close = %v with a message under way", err)
		default:
		}
		if _, err := s.Send(t.Context(), message(2)); !errors.Is(err, notify.ErrTemporary) {
			t.Errorf("Send while closing = %v, want it temporary", err)
		}
		close(release)
		if err := errors.Join(<-sent, <-closed); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]bool{true, true}, []bool{one.closed, two.closed}); diff != "" {
			t.Errorf("closed (-want +got):\n%s", diff)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	ok := gateways.Gateway{Name: "one", Route: &way{}}
	tests := []struct {
		name string
		list []gateways.Gateway
	}{
		{"none", nil},
		{"no name", []gateways.Gateway{{Route: &way{}}}},
		{"a name with a colon", []gateways.Gateway{{Name: "a:b", Route: &way{}}}},
		{"the same name twice", []gateways.Gateway{ok, ok}},
		{"no way out", []gateways.Gateway{{Name: "one"}}},
		{"negative rate", []gateways.Gateway{{Name: "one", Route: &way{}, Rate: -1}}},
		{"negative burst", []gateways.Gateway{{Name: "one", Route: &way{}, Burst: -1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := gateways.New(tt.list); err == nil {
				t.Error("New accepted it")
			}
		})
	}
}
