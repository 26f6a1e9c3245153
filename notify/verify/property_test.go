package verify_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/notify"
	"ziyara/notify/verify"
)

// drawPolicy returns a policy with small numbers, so that limits are met.
func drawPolicy(t *rapid.T) verify.Policy {
	window := rapid.IntRange(1, 600).Draw(t, "window")
	return verify.Policy{
		Lifetime:     time.Duration(rapid.IntRange(1, 300).Draw(t, "lifetime")) * time.Second,
		Tries:        rapid.IntRange(1, 6).Draw(t, "tries"),
		Pause:        time.Duration(rapid.IntRange(0, window).Draw(t, "pause")) * time.Second,
		PerRequester: rapid.IntRange(1, 4).Draw(t, "per requester"),
		PerMobile:    rapid.IntRange(1, 5).Draw(t, "per mobile"),
		PerAddress:   rapid.IntRange(1, 8).Draw(t, "per address"),
		PerNetwork:   rapid.IntRange(1, 12).Draw(t, "per network"),
		PerDay:       rapid.IntRange(1, 20).Draw(t, "per day"),
		Window:       time.Duration(window) * time.Second,
	}
}

func newCounting(t *rapid.T, s *fakeStore, p verify.Policy) *verify.Verifier {
	n := 0
	v, err := verify.New(s, p, func(id, code string) bool { return code == fmt.Sprintf("%06s", id) }, func() string {
		n++
		return fmt.Sprint(n)
	})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return v
}

// Over any sequence of checks at most Tries wrong codes are compared, before
// and after the right one; until then, and within its lifetime, the right one
// is right each time, and no other ever is.
func TestCheckProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, p := newStore(), drawPolicy(t)
		v := newCounting(t, s, p)
		started, err := v.Start(context.Background(), mobile, "ar", address, nil, noon)
		if err != nil {
			t.Fatalf("Start: %v", err)
		}
		now, compared := noon, 0
		for range rapid.IntRange(1, 40).Draw(t, "checks") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "seconds")) * time.Second)
			code := rapid.SampledFrom([]string{"000001", "٠٠٠٠٠١", "000002", "", "1", "abc"}).Draw(t, "code")
			correct := code == "000001" || code == "٠٠٠٠٠١"
			got, err := v.Check(context.Background(), started.ID, code, now)
			var wrong *verify.WrongCodeError
			expired := now.Sub(noon) >= p.Lifetime
			switch {
			case len(code) < 6:
				if !errors.Is(err, verify.ErrIncomplete) {
					t.Fatalf("no code: %v", err)
				}
			case expired:
				if !errors.Is(err, verify.ErrExpired) {
					t.Fatalf("after its lifetime: %v", err)
				}
			case compared == p.Tries:
				if !errors.Is(err, verify.ErrTries) {
					t.Fatalf("after %d wrong codes: %v", compared, err)
				}
			case correct:
				if err != nil || got.Mobile != mobile || got.Verified.IsZero() || got.Verified.After(now) {
					t.Fatalf("right code: %+v, %v", got, err)
				}
			default:
				compared++
				if !errors.As(err, &wrong) || wrong.Left != p.Tries-compared {
					t.Fatalf("wrong code %d of %d: %v", compared, p.Tries, err)
				}
			}
			if got := s.rows[0].Tries; got != compared {
				t.Fatalf("%d tries counted, want %d", got, compared)
			}
		}
	})
}

// Over any sequence of requests of which none is entered, no window sees more codes than
// each limit allows, two codes to a mobile from one address are a pause apart, and
// RetryAfter is neither too short nor too long.
func TestStartProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, p := newStore(), drawPolicy(t)
		v := newCounting(t, s, p)
		ctx, now := context.Background(), noon
		toMobile, fromAddress, pairs := map[notify.Mobile][]time.Time{}, map[string][]time.Time{}, map[string][]time.Time{}
		all := []time.Time{}
		for range rapid.IntRange(1, 40).Draw(t, "requests") {
			now = now.Add(time.Duration(rapid.IntRange(0, 120).Draw(t, "seconds")) * time.Second)
			to := rapid.SampledFrom([]notify.Mobile{"+966501234567", "+966501234568", "+966501234569"}).Draw(t, "mobile")
			from := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "address")
			_, err := v.Start(ctx, to, "ar", requester(from), nil, now)
			var limit *verify.LimitError
			if errors.As(err, &limit) && rapid.Bool().Draw(t, "wait") {
				if limit.RetryAfter <= 0 || limit.RetryAfter > limit.Window {
					t.Fatalf("wait %v in a window of %v", limit.RetryAfter, p.Window)
				}
				now = now.Add(limit.RetryAfter)
				if _, err = v.Start(ctx, to, "ar", requester(from), nil, now.Add(-1)); err == nil {
					t.Fatalf("told to wait %v, but less does", limit.RetryAfter)
				}
				if _, err = v.Start(ctx, to, "ar", requester(from), nil, now); err != nil {
					t.Fatalf("waited %v as told: %v", limit.RetryAfter, err)
				}
			}
			switch {
			case err == nil:
				toMobile[to] = append(toMobile[to], now)
				fromAddress[from] = append(fromAddress[from], now)
				pairs[from+string(to)], all = append(pairs[from+string(to)], now), append(all, now)
			case limit == nil:
				t.Fatalf("Start: %v", err)
			}
		}
		for to, at := range toMobile {
			if !apart(at, p.PerMobile, p.Window) || !apart(at, p.PerDay, verify.Day) {
				t.Fatalf("codes to %s at %v under %+v", to, at, p)
			}
		}
		for pair, at := range pairs {
			if !apart(at, 1, p.Pause) || !apart(at, p.PerRequester, p.Window) {
				t.Fatalf("codes of %s at %v under %+v", pair, at, p)
			}
		}
		if !apart(all, p.PerNetwork, p.Window) {
			t.Fatalf("codes from the network at %v under %+v", all, p)
		}
		for from, at := range fromAddress {
			if !apart(at, p.PerAddress, p.Window) {
				t.Fatalf("codes from %s at %v under %+v", from, at, p)
			}
		}
	})
}

// apart reports whether each of the ascending instants is at least d after
// the one n places before.
func apart(at []time.Time, n int, d time.Duration) bool {
	for i := n; i < len(at); i++ {
		if at[i].Sub(at[i-n]) < d {
			return false
		}
	}
	return true
}

// requester returns an address of the only network.
func requester(address string) verify.Requester {
	return verify.Requester{Address: []byte(address), Network: []byte("network")}
}
