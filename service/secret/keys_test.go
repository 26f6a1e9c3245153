package secret_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"ziyara/service/secret"
)

const id = "0b8f6e0a-3f0e-4a4f-8f6f-7a1f7a3f9c21"

// counting returns n bytes 0, 1, 2 …, as a secret for tests.
func counting(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func newKeys(t testing.TB, from []byte) *secret.Keys {
	t.Helper()
	k, err := secret.New(from)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return k
}

func TestNew(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		secret []byte
		want   error
	}{
		{"none", nil, secret.ErrShort},
		{"one byte short", counting(31), secret.ErrShort},
		{"just long enough", counting(32), nil},
		{"longer", counting(100), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := secret.New(c.secret); !errors.Is(err, c.want) {
				t.Errorf("New(%d bytes) = %v, want %v", len(c.secret), err, c.want)
			}
		})
	}
}

// outputs returns everything derived from a secret, one entry for each purpose.
func outputs(k *secret.Keys) map[string]string {
	expires := time.Date(2026, 10, 29, 7, 25, 0, 0, time.UTC)
	return map[string]string{
		"code":         k.Code(id),
		"hold token":   k.Token("hold", id),
		"manage token": k.Token("manage", id),
		"signed":       k.Sign("mobile", "+966501234567", expires),
		"person":       k.Person("national_id", "1000000008"),
		"fingerprint":  hex.EncodeToString(k.Fingerprint("192.0.2.7")),
	}
}

// The values were computed independently of this package, with Python's hmac
// following RFC 5869. Stored rows and issued tokens depend on them, so they
// never change.
func TestKnownValues(t *testing.T) {
	t.Parallel()
	got := outputs(newKeys(t, counting(32)))
	for name, want := range map[string]string{
		"code":        "190633",
		"hold token":  "6iC4JAFUxnxK8NqlC1HTEQ",
		"signed":      "AAZe9ZPNywArOTY2NTAxMjM0NTY3_bxoTXppI_DzU17UirV85a_8VbEIcdvstX6Nowo1--M",
		"person":      "3c1b5cf9-b82f-8d8c-967b-080d481db698",
		"fingerprint": "1bbb267cd1da9ee0a3fc03d4428c5f4f",
	} {
		if got[name] != want {
			t.Errorf("%s = %q, want %q", name, got[name], want)
		}
	}
}

// A secret that differs by one bit gives entirely different results, and the
// same secret always gives the same results.
func TestSecretsDiffer(t *testing.T) {
	t.Parallel()
	other := counting(32)
	other[31] ^= 1
	one, same, two := outputs(newKeys(t, counting(32))), outputs(newKeys(t, counting(32))), outputs(newKeys(t, other))
	for name := range one {
		if one[name] != same[name] {
			t.Errorf("%s: %q and %q from the same secret", name, one[name], same[name])
		}
		if one[name] == two[name] {
			t.Errorf("%s: %q from different secrets", name, one[name])
		}
	}
}

// The secret may be wiped after New.
func TestNewKeepsNothing(t *testing.T) {
	t.Parallel()
	from := counting(32)
	k := newKeys(t, from)
	want := k.Code(id)
	clear(from)
	if got := k.Code(id); got != want {
		t.Errorf("after wiping the secret: code %s, want %s", got, want)
	}
}

// No two uses share a key: the same text has a different result in each.
func TestUsesDiffer(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	if k.Token("hold", id) == k.Token("manage", id) {
		t.Error("a hold token opens the appointment")
	}
	if k.Token("a", "bc") == k.Token("ab", "c") {
		t.Error("tokens of a+bc and ab+c are equal")
	}
	if k.Person("border", "3000000001") == k.Person("iqama", "3000000001") {
		t.Error("the same number of two kinds has one pseudonym")
	}
	if k.Person("a", "bc") == k.Person("ab", "c") {
		t.Error("persons a+bc and ab+c have one pseudonym")
	}
	if bytes.Equal(k.Fingerprint("192.0.2.7"), k.Fingerprint("192.0.2.8")) {
		t.Error("two addresses have one fingerprint")
	}
}
