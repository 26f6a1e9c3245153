package verify_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/fault"
	"ziyara/notify"
	"ziyara/notify/verify"
	"ziyara/once"
)

const (
	mobile = notify.Mobile("+966501234567")
	right  = "012345"
	wrong  = "543210"
)

var address = verify.Requester{Address: []byte("one address"), Network: []byte("its network")}

// newVerifier returns a Verifier with the default policy over s; every code
// it sends is the same.
func newVerifier(t testing.TB, s *fakeStore) *verify.Verifier {
	t.Helper()
	var n atomic.Int64
	v, err := verify.New(s, verify.DefaultPolicy(),
		func(_, code string) bool { return code == right },
		func() string { return fmt.Sprintf("id-%d", n.Add(1)) })
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return v
}

// start starts a verification at noon.
func start(t testing.TB, s *fakeStore) verify.Verification {
	t.Helper()
	started, err := newVerifier(t, s).Start(context.Background(), mobile, "ar", address, nil, noon)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	return started
}

func TestNew(t *testing.T) {
	t.Parallel()
	code, newID := func(_, code string) bool { return code == right }, func() string { return "" }
	policy := func(change func(*verify.Policy)) verify.Policy {
		p := verify.DefaultPolicy()
		change(&p)
		return p
	}
	for _, c := range []struct {
		name   string
		store  verify.Store
		policy verify.Policy
		code   func(id, code string) bool
		newID  func() string
		ok     bool
	}{
		{"complete", newStore(), verify.DefaultPolicy(), code, newID, true},
		{"no pause", newStore(), policy(func(p *verify.Policy) { p.Pause = 0 }), code, newID, true},
		{"without a store", nil, verify.DefaultPolicy(), code, newID, false},
		{"without codes", newStore(), verify.DefaultPolicy(), nil, newID, false},
		{"without ids", newStore(), verify.DefaultPolicy(), code, nil, false},
		{"no policy", newStore(), verify.Policy{}, code, newID, false},
		{"no lifetime", newStore(), policy(func(p *verify.Policy) { p.Lifetime = 0 }), code, newID, false},
		{"no tries", newStore(), policy(func(p *verify.Policy) { p.Tries = 0 }), code, newID, false},
		{"no code per mobile", newStore(), policy(func(p *verify.Policy) { p.PerMobile = 0 }), code, newID, false},
		{"no code per requester", newStore(), policy(func(p *verify.Policy) { p.PerRequester = 0 }), code, newID, false},
		{"no code per network", newStore(), policy(func(p *verify.Policy) { p.PerNetwork = 0 }), code, newID, false},
		{"no code per day", newStore(), policy(func(p *verify.Policy) { p.PerDay = 0 }), code, newID, false},
		{"no code per address", newStore(), policy(func(p *verify.Policy) { p.PerAddress = 0 }), code, newID, false},
		{"no window", newStore(), policy(func(p *verify.Policy) { p.Window = 0 }), code, newID, false},
		{"a pause that the window can't see", newStore(), policy(func(p *verify.Policy) { p.Pause = p.Window + 1 }), code, newID, false},
		{"a negative pause", newStore(), policy(func(p *verify.Policy) { p.Pause = -1 }), code, newID, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := verify.New(c.store, c.policy, c.code, c.newID); (err == nil) != c.ok {
				t.Errorf("New = %v, want ok: %t", err, c.ok)
			}
		})
	}
}

func TestStart(t *testing.T) {
	t.Parallel()
	s := newStore()
	want := verify.Verification{ID: "id-1", Mobile: mobile, Lang: "ar", Created: noon, Expires: noon.Add(5 * time.Minute)}
	if diff := cmp.Diff(want, start(t, s)); diff != "" {
		t.Errorf("Start (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"id-1"}, s.messages); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// The same request gets the same answer and sends nothing, even within the
// pause; another request with the same key is refused.
func TestStartOnce(t *testing.T) {
	t.Parallel()
	keyed := func(key string, fingerprint byte) *once.Request[verify.Verification] {
		answer := func(v verify.Verification) ([]byte, error) { return []byte("sent " + v.ID), nil }
		return &once.Request[verify.Verification]{Key: key, Fingerprint: [32]byte{fingerprint}, Answer: answer}
	}
	for _, c := range []struct {
		name  string
		once  *once.Request[verify.Verification]
		after time.Duration
		check func(error) bool
	}{
		{"within the pause", keyed("k", 1), time.Second, isRepeated("sent id-1")},
		{"after the pause", keyed("k", 1), 2 * time.Minute, isRepeated("sent id-1")},
		{"after the code has expired", keyed("k", 1), 10 * time.Minute, isRepeated("sent id-1")},
		{"another request within the pause", keyed("k", 2), time.Second, is(once.ErrKeyReused)},
		{"another request after the pause", keyed("k", 2), 2 * time.Minute, is(once.ErrKeyReused)},
		{"another key within the pause", keyed("l", 1), time.Second, isLimit(59 * time.Second)},
		{"no key within the pause", nil, time.Second, isLimit(59 * time.Second)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStore()
			v := newVerifier(t, s)
			if _, err := v.Start(context.Background(), mobile, "ar", address, keyed("k", 1), noon); err != nil {
				t.Fatalf("first: %v", err)
			}
			_, err := v.Start(context.Background(), mobile, "ar", address, c.once, noon.Add(c.after))
			if !c.check(err) {
				t.Errorf("second: %v", err)
			}
			if len(s.messages) != 1 {
				t.Errorf("%d codes sent, want 1", len(s.messages))
			}
		})
	}
}

// An answer that can't be kept is no answer, and nothing is sent.
func TestStartAnswerFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("no ink")
	s := newStore()
	once := &once.Request[verify.Verification]{Key: "k", Answer: func(verify.Verification) ([]byte, error) { return nil, broken }}
	_, err := newVerifier(t, s).Start(context.Background(), mobile, "ar", address, once, noon)
	if !errors.Is(err, broken) || len(s.messages) != 0 {
		t.Errorf("Start = %v with %d codes sent, want %v and none", err, len(s.messages), broken)
	}
}

// What is typed in turn, and what each is told.
func TestCheck(t *testing.T) {
	t.Parallel()
	type step struct {
		after time.Duration // since noon
		code  string
		check func(error) bool
	}
	const last = 5*time.Minute - 1
	for _, c := range []struct {
		name  string
		steps []step
		want  int // tries in the end
	}{
		{"right at once", []step{{0, right, ok}}, 0},
		{"right just before the end of its lifetime", []step{{last, right, ok}}, 0},
		{"right at the end, which is exclusive", []step{{last + 1, right, is(verify.ErrExpired)}}, 0},
		{"wrong, then right", []step{{0, wrong, isWrong(4)}, {1, right, ok}}, 1},
		{
			"the fifth try may be the right one",
			[]step{{0, wrong, isWrong(4)}, {0, wrong, isWrong(3)}, {0, wrong, isWrong(2)}, {0, wrong, isWrong(1)}, {0, right, ok}, {0, right, ok}},
			4,
		},
		{
			"after five wrong codes none is right",
			[]step{
				{0, wrong, isWrong(4)}, {0, wrong, isWrong(3)}, {0, "x", is(verify.ErrIncomplete)}, {0, wrong, isWrong(2)}, {0, wrong, isWrong(1)},
				{0, "", is(verify.ErrIncomplete)}, {0, wrong, isWrong(0)},
				{0, wrong, is(verify.ErrTries)}, {0, right, is(verify.ErrTries)}, {last + 1, right, is(verify.ErrExpired)},
			},
			5,
		},
		{
			"right again within the lifetime: the same answer",
			[]step{{0, right, ok}, {time.Minute, right, ok}, {last, right, ok}, {last + 1, right, is(verify.ErrExpired)}},
			0,
		},
		{"verified long ago",
			[]step{{0, right, ok}, {24 * time.Hour, right, is(verify.ErrExpired)}, {24 * time.Hour, wrong, is(verify.ErrExpired)}}, 0},
		{
			"wrong codes after the right one count too",
			[]step{
				{0, wrong, isWrong(4)}, {0, right, ok}, {0, wrong, isWrong(3)}, {0, right, ok},
				{0, wrong, isWrong(2)}, {0, wrong, isWrong(1)}, {0, wrong, isWrong(0)},
				{0, right, is(verify.ErrTries)}, {0, wrong, is(verify.ErrTries)},
			},
			5,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStore()
			started := start(t, s)
			v := newVerifier(t, s)
			want := started
			for i, step := range c.steps {
				now := noon.Add(step.after)
				got, err := v.Check(context.Background(), started.ID, step.code, now)
				if !step.check(err) {
					t.Fatalf("step %d, code %q: %v", i+1, step.code, err)
				}
				if err != nil {
					continue
				}
				if want.Verified.IsZero() {
					want.Verified = now
				}
				want.Tries = got.Tries
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("step %d (-want +got):\n%s", i+1, diff)
				}
			}
			if got := s.rows[0].Tries; got != c.want {
				t.Errorf("%d tries counted, want %d", got, c.want)
			}
		})
	}
}

func TestCheckUnknown(t *testing.T) {
	t.Parallel()
	s := newStore()
	start(t, s)
	for _, id := range []string{"", "id-2", "ID-1", "id-1 "} {
		if _, err := newVerifier(t, s).Check(context.Background(), id, right, noon); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("Check(%q) = %v, want fault.ErrNotFound", id, err)
		}
	}
}

// A store out of reach is told as it is; it proves nothing and is no limit.
func TestStoreDown(t *testing.T) {
	t.Parallel()
	s := newStore()
	started := start(t, s)
	v := newVerifier(t, s)
	s.down = errors.New("connection refused")
	if _, err := v.Check(context.Background(), started.ID, right, noon); !errors.Is(err, s.down) {
		t.Errorf("Check = %v, want %v", err, s.down)
	}
	once := &once.Request[verify.Verification]{Key: "k", Answer: func(verify.Verification) ([]byte, error) { return nil, nil }}
	if _, err := v.Start(context.Background(), mobile, "ar", address, once, noon); !errors.Is(err, s.down) {
		t.Errorf("Start = %v, want %v", err, s.down)
	}
}

// Whatever comes at once, no more than five wrong codes are compared.
func TestCheckAtOnce(t *testing.T) {
	t.Parallel()
	s := newStore()
	started := start(t, s)
	v := newVerifier(t, s)
	var told, refused atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			_, err := v.Check(context.Background(), started.ID, wrong, noon)
			var compared *verify.WrongCodeError
			switch {
			case errors.As(err, &compared):
				told.Add(1)
			case errors.Is(err, verify.ErrTries):
				refused.Add(1)
			}
		})
	}
	all.Wait()
	if told.Load() != 5 || refused.Load() != 45 {
		t.Errorf("%d compared and %d refused, want 5 and 45", told.Load(), refused.Load())
	}
}

func ok(err error) bool { return err == nil }

func is(want error) func(error) bool {
	return func(err error) bool { return errors.Is(err, want) }
}

func isWrong(left int) func(error) bool {
	return func(err error) bool {
		var e *verify.WrongCodeError
		return errors.As(err, &e) && e.Left == left
	}
}

func isLimit(retryAfter time.Duration) func(error) bool {
	return func(err error) bool {
		var e *verify.LimitError
		return errors.As(err, &e) && e.RetryAfter == retryAfter
	}
}

func isRepeated(answer string) func(error) bool {
	return func(err error) bool {
		var e *once.RepeatedError
		return errors.As(err, &e) && string(e.Answer) == answer
	}
}
