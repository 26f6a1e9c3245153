package secret_test

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

// A pseudonym is a UUID of version 8 and variant 10 (RFC 9562 §4.1, §5.8): the
// same each time, and different for different persons.
func TestPerson(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	rapid.Check(t, func(t *rapid.T) {
		kind, number := rapid.StringMatching(`[a-z_]{0,12}`).Draw(t, "kind"), rapid.StringMatching(`[0-9]{0,12}`).Draw(t, "number")
		got := k.Person(kind, number)
		if !form.MatchString(got) {
			t.Fatalf("Person(%q, %q) = %q, want a UUID of version 8", kind, number, got)
		}
		if again := k.Person(kind, number); again != got {
			t.Fatalf("Person(%q, %q) = %q, then %q", kind, number, got, again)
		}
		if other := k.Person(kind, number+"0"); other == got {
			t.Fatalf("Person(%q, %q) and of %q are the same", kind, number, number+"0")
		}
	})
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	for _, address := range []string{"", "192.0.2.7", "2001:db8::1"} {
		if got := len(k.Fingerprint(address)); got != 16 {
			t.Errorf("Fingerprint(%q) has %d bytes, want 16", address, got)
		}
	}
}
