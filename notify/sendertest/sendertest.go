// Package sendertest tests what every notify.Sender has to do. A sender brings
// a gateway that answers as the suite tells it. The suite sends messages and
// checks the results of Send and what the gateway has accepted.
package sendertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ziyara/notify"
)

// Answer is how a gateway reacts to a message.
type Answer string

// The answers. Except with Accept, Hold and Garble the message is not taken.
const (
	Accept   Answer = "accept"
	Throttle Answer = "throttle" // too much at once: try again later
	Fail     Answer = "fail"     // something is temporarily broken
	Unknown  Answer = "unknown"  // there is no such number
	Refuse   Answer = "refuse"   // never accepts this message
	Hold     Answer = "hold"     // takes the message, and answers at the next call of Gateway.Answer
	Garble   Answer = "garble"   // takes the message, but its answer is unreadable
)

// Gateway is a gateway under control of the suite, with a sender to it.
type Gateway struct {
	// Sender sends to the gateway; Close closes it.
	Sender notify.Sender
	Close  func() error
	// Answer sets the answer from now on. Messages on hold are answered with
	// Accept.
	Answer func(Answer)
	// Taken returns the texts that the gateway has taken, long ones assembled
	// from their parts.
	Taken func() []string
	// Instant means that Send never waits, so there is nothing for Close to
	// wait for.
	Instant bool
}

const (
	mobile = notify.Mobile("+966501234567")
	// waitLimit is how long the suite waits for something that must happen.
	waitLimit = 2 * time.Minute
)

// Run tests the sender that start makes. Each test starts one of its own.
func Run(t *testing.T, start func(t *testing.T) Gateway) {
	t.Helper()
	tests := []struct {
		name string
		test func(*testing.T, Gateway)
	}{
		{"accepted", testAccepted},
		{"texts arrive as they are", testTexts},
		{"throttled", func(t *testing.T, g Gateway) { testUntaken(t, g, Throttle, notify.ErrTemporary) }},
		{"temporary failure", func(t *testing.T, g Gateway) { testUntaken(t, g, Fail, notify.ErrTemporary) }},
		{"no such recipient", func(t *testing.T, g Gateway) { testUntaken(t, g, Unknown, notify.ErrPermanent) }},
		{"refused", func(t *testing.T, g Gateway) { testUntaken(t, g, Refuse, notify.ErrPermanent) }},
		{"time-out after the gateway took it", testLostAnswer},
		{"answer that can't be read", testGarbled},
		{"stopped before it is sent", testStopped},
		{"expired before it is sent", testExpired},
		{"many at once", testMany},
		{"closing lets what is under way finish", testClose},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := start(t)
			tt.test(t, g)
			g.Answer(Accept)
			if err := g.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

func message(id int64, text string) notify.Message {
	return notify.Message{ID: id, Mobile: mobile, Text: text, Size: notify.Measure(text)}
}

func testAccepted(t *testing.T, g Gateway) {
	ids := map[string]bool{}
	for i := range int64(3) {
		id, err := g.Sender.Send(t.Context(), message(i+1, "تم حجز موعدكم"))
		if err != nil || id == "" || ids[id] {
			t.Fatalf("Send = %q, %v after ids %v; want a new id", id, err, ids)
		}
		ids[id] = true
	}
	wantTaken(t, g, "تم حجز موعدكم", "تم حجز موعدكم", "تم حجز موعدكم")
}

// Every character arrives, in one segment or in several.
func testTexts(t *testing.T, g Gateway) {
	texts := []string{
		"Visit at 09:30, desk 4",
		"Bring ID [original] & {copy}: 5€ ~ 10% \\ ^ | @ £ ¿",
		"موعدكم \u200fالأحد 15/11 الساعة 09:30",
		strings.Repeat("تذكير بموعدكم في مركز الخدمة الشامل. ", 9),
		strings.Repeat("a", 152) + "€" + strings.Repeat("b", 152),
		strings.Repeat("م", 66) + "😀" + strings.Repeat("ن", 66),
		"سطر\nثانٍ <b>&amp; \"quoted\" 'text' +966 100% a=b&c=d",
	}
	for i, text := range texts {
		if _, err := g.Sender.Send(t.Context(), message(int64(i+1), text)); err != nil {
			t.Fatalf("Send(%q): %v", text, err)
		}
	}
	wantTaken(t, g, texts...)
}

// testUntaken checks that a message which the gateway has not taken fails as
// wanted, and that the next message gets through.
func testUntaken(t *testing.T, g Gateway, a Answer, want error) {
	g.Answer(a)
	_, err := g.Sender.Send(t.Context(), message(1, "first"))
	wantOnly(t, err, want)
	if after, busy := notify.BusyFor(err); busy != (a == Throttle) || a == Throttle && after <= 0 {
		t.Errorf("BusyFor(%v) = %v, %t; want a pause only for a busy gateway", err, after, busy)
	}
	if got := errors.Is(err, notify.ErrRecipient); got != (a == Unknown) {
		t.Errorf("%v is ErrRecipient: %t", err, got)
	}
	wantPrivate(t, err)
	wantTaken(t, g)
	g.Answer(Accept)
	wantSoon(t, g, message(2, "second"))
	wantTaken(t, g, "second")
}

// A message whose answer was lost may have been taken.
func testLostAnswer(t *testing.T, g Gateway) {
	g.Answer(Hold)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	sent := make(chan error, 1)
	go func() {
		_, err := g.Sender.Send(ctx, message(1, "first"))
		sent <- err
	}()
	waitFor(t, "the gateway to take the message", func() bool { return len(g.Taken()) == 1 })
	cancel()
	err := <-sent
	wantOnly(t, err, notify.ErrUncertain)
	wantPrivate(t, err)
	g.Answer(Accept)
	wantSoon(t, g, message(2, "second"))
	wantTaken(t, g, "first", "second")
}

// A gateway with an unreadable answer may have taken the message.
func testGarbled(t *testing.T, g Gateway) {
	g.Answer(Garble)
	_, err := g.Sender.Send(t.Context(), message(1, "first"))
	wantOnly(t, err, notify.ErrUncertain)
	wantPrivate(t, err)
	g.Answer(Accept)
	wantSoon(t, g, message(2, "second"))
	wantTaken(t, g, "first", "second")
}

func testStopped(t *testing.T, g Gateway) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := g.Sender.Send(ctx, message(1, "first"))
	wantOnly(t, err, notify.ErrTemporary)
	wantTaken(t, g)
}

func testExpired(t *testing.T, g Gateway) {
	m := message(1, "first")
	m.Expires = time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)
	_, err := g.Sender.Send(t.Context(), m)
	wantOnly(t, err, notify.ErrPermanent)
	wantTaken(t, g)
}

// Concurrent calls don't mix up messages or answers.
func testMany(t *testing.T, g Gateway) {
	const senders, each = 8, 25
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		ids   = map[string]bool{}
		texts []string
	)
	for s := range senders {
		for i := range each {
			texts = append(texts, fmt.Sprintf("message %d of %d", i, s))
		}
	}
	for s := range senders {
		group.Go(func() {
			for i := range each {
				n := s*each + i
				id, err := g.Sender.Send(t.Context(), message(int64(n+1), texts[n]))
				if err != nil {
					t.Errorf("Send: %v", err)
				}
				mu.Lock()
				ids[id] = true
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(ids) != senders*each {
		t.Errorf("got %d ids for %d messages", len(ids), senders*each)
	}
	wantTaken(t, g, texts...)
}

// Close waits for the answer to a message on its way, and nothing is sent after
// it.
func testClose(t *testing.T, g Gateway) {
	if !g.Instant {
		g.Answer(Hold)
	}
	sent, closed := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := g.Sender.Send(t.Context(), message(1, "first"))
		sent <- err
	}()
	waitFor(t, "the gateway to take the message", func() bool { return len(g.Taken()) == 1 })
	go func() { closed <- g.Close() }()
	// Once it rejects messages, Close has begun.
	waitFor(t, "the sender to close", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := g.Sender.Send(ctx, message(2, "second"))
		return errors.Is(err, notify.ErrTemporary) && !errors.Is(err, ctx.Err()) || g.Instant
	})
	g.Answer(Accept)
	if err := <-sent; err != nil {
		t.Errorf("Send during Close = %v, want it accepted", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
	if g.Instant {
		return
	}
	_, err := g.Sender.Send(t.Context(), message(3, "third"))
	wantOnly(t, err, notify.ErrTemporary)
	if slices.Contains(g.Taken(), "third") {
		t.Error("a message was sent after Close")
	}
}

// wantOnly checks that err is of one kind only, because each kind is handled
// differently.
func wantOnly(t *testing.T, err, want error) {
	t.Helper()
	for _, kind := range []error{notify.ErrTemporary, notify.ErrPermanent, notify.ErrUncertain} {
		if got := errors.Is(err, kind); got != errors.Is(want, kind) {
			t.Fatalf("Send = %v, want %v alone", err, want)
		}
	}
}

// wantPrivate checks that neither number nor text is in the error, which may be
// logged.
func wantPrivate(t *testing.T, err error) {
	t.Helper()
	for _, private := range []string{"501234567", "first"} {
		if strings.Contains(err.Error(), private) {
			t.Errorf("the error reveals %q: %v", private, err)
		}
	}
}

// wantTaken checks that the gateway has taken exactly these texts, in any
// order.
func wantTaken(t *testing.T, g Gateway, want ...string) {
	t.Helper()
	got := g.Taken()
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Fatalf("the gateway has taken %q, want %q", got, want)
	}
}

// wantSoon checks that m is accepted after a failure, once the sender has
// repaired its connection.
func wantSoon(t *testing.T, g Gateway, m notify.Message) {
	t.Helper()
	var last error
	waitFor(t, "the gateway to accept again", func() bool {
		_, last = g.Sender.Send(t.Context(), m)
		if last != nil && !errors.Is(last, notify.ErrTemporary) {
			t.Fatalf("Send = %v, want it accepted or temporarily failed", last)
		}
		return last == nil
	})
}

// waitFor waits until done returns true.
func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range waitLimit / (5 * time.Millisecond) {
		if done() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("timed out waiting for %s", what)
}
