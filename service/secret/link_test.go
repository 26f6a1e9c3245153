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

var (
	about = secret.Link{Use: 'm', Payload: [5]byte{1, 2, 3, 4, 5}}
	later = secret.Link{Use: 'm', Payload: [5]byte{1, 2, 3, 4, 5}, Generation: 2}
)

func TestOpenLink(t *testing.T) {
	t.Parallel()
	ends := time.Date(2026, 10, 29, 7, 50, 0, 0, time.UTC)
	before := ends.Add(-time.Nanosecond)
	k, other := newKeys(t, counting(32)), newKeys(t, counting(33))
	link := k.Link(about, ends)
	for _, c := range []struct {
		name, token string
		now         time.Time
		err         error
	}{
		{"long before", link, ends.AddDate(0, -1, 0), nil},
		{"just before its expiry", link, before, nil},
		{"at its expiry, which is exclusive", link, ends, secret.ErrTokenExpired},
		{"long after", link, ends.AddDate(50, 0, 0), secret.ErrTokenExpired},
		{"an expiry is rounded up to the resolution", k.Link(about, ends.Add(-4*time.Minute)), before, nil},
		{"but not further", k.Link(about, ends.Add(time.Nanosecond)), ends.Add(5 * time.Minute), secret.ErrTokenExpired},
		{"before 1970", k.Link(about, time.Unix(-1e9, 0)), before, secret.ErrTokenExpired},
		{"the latest expiry is in 2129", k.Link(about, ends.AddDate(1000, 0, 0)), time.Date(2129, 1, 1, 0, 0, 0, 0, time.UTC), nil},
		{"with another secret", other.Link(about, ends), before, secret.ErrToken},
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
			got, err := k.OpenLink(c.token, c.now)
			if !errors.Is(err, c.err) {
				t.Fatalf("OpenLink = %v, want %v", err, c.err)
			}
			want := about
			if errors.Is(err, secret.ErrToken) {
				want = secret.Link{}
			}
			if got != want {
				t.Errorf("OpenLink = %v with %v, want %v", got, err, want)
			}
		})
	}
}

// A link is 28 characters that are valid in any address, and 96 of its bits
// can't be known without the secret, or 88 of a later generation.
func TestLinkIsShort(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		link            secret.Link
		body, unguessed int
	}{{about, 9, 96}, {later, 10, 88}} {
		link := newKeys(t, counting(32)).Link(c.link, expires)
		raw, err := base64.RawURLEncoding.DecodeString(link)
		if err != nil || len(link) != 28 {
			t.Fatalf("link %q of %d characters, %v; want 28", link, len(link), err)
		}
		if bits := 8 * (len(raw) - c.body); bits != c.unguessed {
			t.Errorf("%d bits authenticate the link, want %d", bits, c.unguessed)
		}
	}
}

// The values were computed independently of this package, with Python's hmac
// following RFC 5869. Issued links depend on it, so it never changes.
func TestKnownLink(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	for want, link := range map[string]secret.Link{
		"bQECAwQFWzW-N3A4R_vglAo1qOR2": about,
		"TQECAwQFAls1vs4Yd2xh-gma6jAH": later,
	} {
		if got := k.Link(link, expires); got != want {
			t.Errorf("link = %q, want %q", got, want)
		}
	}
}

// Any change of a character and any truncation is detected: the use, the
// payload, the generation and the expiry can't be changed.
func TestLinkTampered(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	for _, link := range []string{k.Link(about, expires), k.Link(later, expires)} {
		for i := range link {
			if _, err := k.OpenLink(link[:i], expires.Add(-1)); !errors.Is(err, secret.ErrToken) {
				t.Errorf("cut to %d: %v, want ErrToken", i, err)
			}
			for _, b := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=\n ") {
				changed := []byte(link)
				changed[i] = b
				if string(changed) == link {
					continue
				}
				if _, err := k.OpenLink(string(changed), expires.Add(-1)); !errors.Is(err, secret.ErrToken) {
					t.Errorf("character %d changed to %q: %v, want ErrToken", i, b, err)
				}
			}
		}
	}
}

// OpenLink returns what Link was given, for any link and expiry, and at
// most five minutes after the expiry.
func TestLinkOpenLink(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	rapid.Check(t, func(t *rapid.T) {
		want := secret.Link{
			Use:        rapid.ByteRange('a', 'z').Draw(t, "use") | rapid.SampledFrom([]byte{0, 0x80}).Draw(t, "flag"),
			Payload:    [5]byte(rapid.SliceOfN(rapid.Byte(), 5, 5).Draw(t, "payload")),
			Generation: rapid.Uint8().Draw(t, "generation"),
		}
		ends := time.Unix(rapid.Int64Range(1, 5e9).Draw(t, "ends"), 0)
		link := k.Link(want, ends)
		if got, err := k.OpenLink(link, ends.Add(-1)); err != nil || got != want {
			t.Fatalf("before its expiry: %v, %v, want %v", got, err, want)
		}
		if got, err := k.OpenLink(link, ends.Add(5*time.Minute)); !errors.Is(err, secret.ErrTokenExpired) || got != want {
			t.Fatalf("five minutes after its expiry: %v, %v, want %v and ErrTokenExpired", got, err, want)
		}
	})
}
