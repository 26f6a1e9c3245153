package secret_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/service/secret"
)

var expires = time.Date(2026, 10, 29, 7, 50, 0, 0, time.UTC)

func TestOpen(t *testing.T) {
	t.Parallel()
	const mobile = "+966501234567"
	k := newKeys(t, counting(32))
	other := newKeys(t, counting(33))
	token := k.Sign("mobile", mobile, expires)
	before := expires.Add(-time.Microsecond)
	for _, c := range []struct {
		name, use, token string
		now              time.Time
		want             string
		err              error
	}{
		{"at once", "mobile", token, expires.Add(-30 * time.Minute), mobile, nil},
		{"just before its expiry", "mobile", token, before, mobile, nil},
		{"at its expiry, which is exclusive", "mobile", token, expires, "", secret.ErrTokenExpired},
		{"long after", "mobile", token, expires.AddDate(10, 0, 0), "", secret.ErrTokenExpired},
		{"in another zone", "mobile", token, before.In(time.FixedZone("Riyadh", 3*3600)), mobile, nil},
		{"for another use", "survey", token, before, "", secret.ErrToken},
		{"with another secret", "mobile", other.Sign("mobile", mobile, expires), before, "", secret.ErrToken},
		{"forged and expired counts as forged", "survey", token, expires, "", secret.ErrToken},
		{"without a payload", "mobile", k.Sign("mobile", "", expires), before, "", nil},
		{"empty", "mobile", "", before, "", secret.ErrToken},
		{"too short", "mobile", "AAAA", before, "", secret.ErrToken},
		{"only zeros", "mobile", strings.Repeat("A", 75), before, "", secret.ErrToken},
		{"no base64", "mobile", strings.Repeat("+", 75), before, "", secret.ErrToken},
		{"padded", "mobile", token + "=", before, "", secret.ErrToken},
		{"with a line break", "mobile", token[:20] + "\n" + token[20:], before, "", secret.ErrToken},
		{"a token of another kind", "mobile", k.Token("mobile", mobile), before, "", secret.ErrToken},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := k.Open(c.use, c.token, c.now)
			if got != c.want || !errors.Is(err, c.err) {
				t.Errorf("Open = %q, %v, want %q, %v", got, err, c.want, c.err)
			}
		})
	}
}

// Any change of a character and any truncation is detected, so neither the
// number nor the expiry can be changed.
func TestOpenTampered(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	for _, payload := range []string{"", "1", "12", "+966501234567"} { // all remainders of base64
		token := k.Sign("mobile", payload, expires)
		for i := range token {
			if _, err := k.Open("mobile", token[:i], expires.Add(-1)); !errors.Is(err, secret.ErrToken) {
				t.Errorf("cut to %d: %v, want ErrToken", i, err)
			}
			for _, b := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=\n ") {
				changed := []byte(token)
				changed[i] = b
				if string(changed) == token {
					continue
				}
				if _, err := k.Open("mobile", string(changed), expires.Add(-1)); !errors.Is(err, secret.ErrToken) {
					t.Errorf("character %d changed to %q: %v, want ErrToken", i, b, err)
				}
			}
		}
	}
}

// Open returns what Sign was given, for any payload and any instant.
func TestSignOpen(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	rapid.Check(t, func(t *rapid.T) {
		use, payload := rapid.String().Draw(t, "use"), rapid.String().Draw(t, "payload")
		expires := time.UnixMicro(rapid.Int64Range(-1e15, 1e16).Draw(t, "expires"))
		token := k.Sign(use, payload, expires)
		if got, err := k.Open(use, token, expires.Add(-time.Microsecond)); err != nil || got != payload {
			t.Fatalf("before its expiry: %q, %v, want %q", got, err, payload)
		}
		if _, err := k.Open(use, token, expires); !errors.Is(err, secret.ErrTokenExpired) {
			t.Fatalf("at its expiry: %v, want ErrTokenExpired", err)
		}
	})
}

// For any input, Open returns a payload only for a token that Sign made, in its
// one spelling.
func FuzzOpen(f *testing.F) {
	k := newKeys(f, counting(32))
	good := k.Sign("mobile", "+966501234567", expires)
	for _, seed := range []string{"", "A", good, good[1:], good + "\n", good[:len(good)-1], strings.Repeat("A", 54), strings.Repeat("_", 71)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		payload, err := k.Open("mobile", token, expires.Add(-time.Minute))
		switch {
		case errors.Is(err, secret.ErrToken), errors.Is(err, secret.ErrTokenExpired):
			if payload != "" {
				t.Errorf("Open(%q) = %q with %v", token, payload, err)
			}
		case err != nil:
			t.Errorf("Open(%q): %v", token, err)
		case token != good:
			raw, _ := base64.RawURLEncoding.DecodeString(token)
			t.Errorf("Open(%q) opened %x", token, raw)
		}
	})
}
