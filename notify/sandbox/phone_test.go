package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/notify"
	"ziyara/notify/sandbox"
	"ziyara/notify/sendertest"
)

const (
	first  = notify.Mobile("+966501234567")
	second = notify.Mobile("+966501234568")
)

var _ notify.Sender = (*sandbox.Phone)(nil)

// arrival is the time at which messages arrive at the phone of newPhone.
func arrival() time.Time { return time.Date(2026, time.November, 15, 6, 30, 0, 0, time.UTC) }

func newPhone() *sandbox.Phone {
	return sandbox.New(func() time.Time { return arrival().In(time.FixedZone("Asia/Riyadh", 3*60*60)) })
}

func send(t *testing.T, p *sandbox.Phone, mobile notify.Mobile, text string) {
	t.Helper()
	if _, err := p.Send(t.Context(), notify.Message{Mobile: mobile, Text: text}); err != nil {
		t.Fatal(err)
	}
}

func TestMessagesNewestFirst(t *testing.T) {
	t.Parallel()
	p := newPhone()
	send(t, p, first, "one")
	send(t, p, second, "اثنان")
	send(t, p, first, "three")

	gsm := func(n int) notify.Size { return notify.Size{Encoding: notify.GSM7, Characters: n, Segments: 1} }
	one := sandbox.Message{ID: "sandbox-1", Mobile: first, Text: "one", At: arrival(), Size: gsm(3)}
	two := sandbox.Message{
		ID: "sandbox-2", Mobile: second, Text: "اثنان", At: arrival(),
		Size: notify.Size{Encoding: notify.UCS2, Characters: 5, Segments: 1},
	}
	three := sandbox.Message{ID: "sandbox-3", Mobile: first, Text: "three", At: arrival(), Size: gsm(5)}
	tests := []struct {
		name   string
		mobile notify.Mobile
		want   []sandbox.Message
	}{
		{"all", "", []sandbox.Message{three, two, one}},
		{"one mobile", first, []sandbox.Message{three, one}},
		{"another", second, []sandbox.Message{two}},
		{"nothing received", "+966501234569", []sandbox.Message{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, p.Messages(tt.mobile)); diff != "" {
				t.Fatalf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMessageJSON(t *testing.T) {
	t.Parallel()
	p := newPhone()
	send(t, p, first, "hello")
	got, err := json.Marshal(p.Messages(""))
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"id":"sandbox-1","mobile":"+966501234567","text":"hello",` +
		`"at":"2026-11-15T06:30:00Z","encoding":"gsm7","characters":5,"segments":1}]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Fatalf("JSON (-want +got):\n%s", diff)
	}
}

// The phone keeps the last 1000 messages.
func TestMessagesBounded(t *testing.T) {
	t.Parallel()
	p := newPhone()
	for i := range 2345 {
		send(t, p, first, fmt.Sprint(i+1))
	}
	got := p.Messages("")
	if len(got) != 1000 || got[0].Text != "2345" || got[999].Text != "1346" {
		t.Fatalf("got %d messages from %q to %q, want 1000 from 2345 to 1346", len(got), got[0].Text, got[len(got)-1].Text)
	}
}

func TestSendRefuses(t *testing.T) {
	t.Parallel()
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	tests := []struct {
		name    string
		ctx     context.Context
		message notify.Message
		want    error
	}{
		{"no mobile", t.Context(), notify.Message{Text: "hello"}, notify.ErrPermanent},
		{"no text", t.Context(), notify.Message{Mobile: first}, notify.ErrPermanent},
		{"stopped", stopped, notify.Message{Mobile: first, Text: "hello"}, notify.ErrTemporary},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPhone()
			if _, err := p.Send(tt.ctx, tt.message); !errors.Is(err, tt.want) {
				t.Fatalf("Send = %v, want %v", err, tt.want)
			}
			if got := p.Messages(""); len(got) != 0 {
				t.Fatalf("received %v, want nothing", got)
			}
		})
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	failures := map[sendertest.Answer]error{
		sendertest.Throttle: &notify.BusyError{After: time.Second, Err: errors.New("slow down")},
		sendertest.Fail:     notify.ErrTemporary,
		sendertest.Unknown:  notify.ErrRecipient,
		sendertest.Refuse:   notify.ErrPermanent,
		sendertest.Hold:     notify.ErrUncertain,
		sendertest.Garble:   notify.ErrUncertain,
	}
	sendertest.Run(t, func(*testing.T) sendertest.Gateway {
		p := newPhone()
		return sendertest.Gateway{
			Sender: p, Close: func() error { return nil }, Instant: true,
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

func TestSendConcurrently(t *testing.T) {
	t.Parallel()
	p := newPhone()
	var senders sync.WaitGroup
	for range 8 {
		senders.Go(func() {
			for range 100 {
				if _, err := p.Send(t.Context(), notify.Message{Mobile: first, Text: "hello"}); err != nil {
					t.Error(err)
				}
				p.Messages(first)
			}
		})
	}
	senders.Wait()
	ids := map[string]bool{}
	for _, m := range p.Messages("") {
		ids[m.ID] = true
	}
	if len(ids) != 800 {
		t.Fatalf("got %d ids, want 800", len(ids))
	}
}
