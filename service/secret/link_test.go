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

var about = [5]byte{1, 2, 3, 4, 5}

func TestOpenLink(t *testing.T) {
	t.Parallel()
	ends := time.Date(2026, 10, 29, 7, 50, 0, 0, time.UTC)
	before := ends.Add(-time.Nanosecond)
	k, other := newKeys(t, counting(32)), newKeys(t, counting(33))
	link := k.Link('m', about, ends)
	for _, c := range []struct {
		name, token string
		now         time.Time
		err         error
	}{
		{"long before", link, ends.AddDate(0, -1, 0), nil},
		{"just before its expiry", link, before, nil},
		{"at its expiry, which is exclusive", link, ends, secret.ErrTokenExpired},
		{"long after", link, ends.AddDate(50, 0, 0), secret.ErrTokenExpired},
		{"an expiry is rounded up to the resolution", k.Link('m', about, ends.Add(-4*time.Minute)), before, nil},
		{"but not further", k.Link('m', about, ends.Add(time.Nanosecond)), ends.Add(5 * time.Minute), secret.ErrTokenExpired},
		{"before 1970", k.Link('m', about, time.Unix(-1e9, 0)), before, secret.ErrTokenExpired},
		{"the latest expiry is in 2129", k.Link('m', about, ends.AddDate(1000, 0, 0)), time.Date(2129, 1, 1, 0, 0, 0, 0, time.UTC), nil},
		{"with another secret", other.Link('m', about, ends), before, secret.ErrToken},
		{"empty", "", before, secret.ErrToken},
		{"only zeros", strings.Repeat("A", 28), before, secret.ErrToken},
		{"padded", link + "=", before, secret.ErrToken},
		{"with a line break", link[:10] + "\n" + link[10:], before, secret.ErrToken},
		{"longer", link + "AAAA", before, secret.ErrToken},
		{"a token of another kind", k.Sign("mobile", "1", ends), before, secret.ErrToken},
		{"a key", k.Token("manage", "1"), before, secret.ErrToken},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			use, payload, err := k.OpenLink(c.token, c.now)
			if !errors.Is(err, c.err) {
				t.Fatalf("OpenLink = %v, want %v", err, c.err)
			}
			if !errors.Is(err, secret.ErrToken) && (use != 'm' || payload != about) {
				t.Errorf("OpenLink = %c, %v, want m, %v", use, payload, about)
			}
			if errors.Is(err, secret.ErrToken) && (use != 0 || payload != [5]byte{}) {
				t.Errorf("OpenLink = %c, %v with %v", use, payload, err)
			}
		})
	}
}

// A link is 28 characters that are valid in any address, and 96 of its bits
// can't be known without the secret.
func TestLinkIsShort(t *testing.T) {
	t.Parallel()
	link := newKeys(t, counting(32)).Link('m', about, expires)
	raw, err := base64.RawURLEncoding.DecodeString(link)
	if err != nil || len(link) != 28 {
		t.Fatalf("link %q of %d characters, %v; want 28", link, len(link), err)
	}
	if bits := 8 * (len(raw) - 1 - len(about) - 3); bits < 96 {
		t.Errorf("%d bits authenticate the link, want 96", bits)
	}
}

// The value was computed independently of this package, with Python's hmac
// following RFC 5869. Issued links depend on it, so it never changes.
func TestKnownLink(t *testing.T) {
	t.Parallel()
	if got, want := newKeys(t, counting(32)).Link('m', about, expires), "bQECAwQFWzW-N3A4R_vglAo1qOR2"; got != want {
		t.Errorf("link = %q, want %q", got, want)
	}
}

// Any change of a character and any truncation is detected: the use, the
// payload and the expiry can't be changed.
func TestLinkTampered(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	link := k.Link('m', about, expires)
	for i := range link {
		if _, _, err := k.OpenLink(link[:i], expires.Add(-1)); !errors.Is(err, secret.ErrToken) {
			t.Errorf("cut to %d: %v, want ErrToken", i, err)
		}
		for _, b := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=\n ") {
			changed := []byte(link)
			changed[i] = b
			if string(changed) == link {
				continue
			}
			if _, _, err := k.OpenLink(string(changed), expires.Add(-1)); !errors.Is(err, secret.ErrToken) {
				t.Errorf("character %d changed to %q: %v, want ErrToken", i, b, err)
			}
		}
	}
}

// OpenLink returns what Link was given, for any use, payload and expiry, and at
// most five minutes after the expiry.
func TestLinkOpenLink(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	rapid.Check(t, func(t *rapid.T) {
		use := rapid.Byte().Draw(t, "use")
		payload := [5]byte(rapid.SliceOfN(rapid.Byte(), 5, 5).Draw(t, "payload"))
		ends := time.Unix(rapid.Int64Range(1, 5e9).Draw(t, "ends"), 0)
		link := k.Link(use, payload, ends)
		gotUse, gotPayload, err := k.OpenLink(link, ends.Add(-1))
		if err != nil || gotUse != use || gotPayload != payload {
			t.Fatalf("before its expiry: %d, %v, %v, want %d, %v", gotUse, gotPayload, err, use, payload)
		}
		if _, _, err = k.OpenLink(link, ends.Add(5*time.Minute)); !errors.Is(err, secret.ErrTokenExpired) {
			t.Fatalf("after its expiry: %v, want ErrTokenExpired", err)
		}
	})
}
