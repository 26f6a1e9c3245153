package secret_test

import (
	"encoding/base64"
	"testing"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	token := k.Token("hold", id)
	for _, c := range []struct {
		name           string
		use, id, token string
		want           bool
	}{
		{"the token", "hold", id, token, true},
		{"for another use", "manage", id, token, false},
		{"for another id", "hold", id + "1", token, false},
		{"empty", "hold", id, "", false},
		{"cut", "hold", id, token[:21], false},
		{"longer", "hold", id, token + "A", false},
		{"padded", "hold", id, token + "==", false},
		{"with a line break", "hold", id, token + "\n", false},
		// 22 characters hold 132 bits. A change of the unused four is rejected
		// too.
		{"last bits changed", "hold", id, token[:21] + "R", false},
		{"first character changed", "hold", id, "_" + token[1:], false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := k.Match(c.use, c.id, c.token); got != c.want {
				t.Errorf("Match(%q, %q, %q) = %t, want %t", c.use, c.id, c.token, got, c.want)
			}
		})
	}
}

// A token can't be guessed: it has 128 bits.
func TestTokenSize(t *testing.T) {
	t.Parallel()
	raw, err := base64.RawURLEncoding.DecodeString(newKeys(t, counting(32)).Token("hold", id))
	if err != nil || len(raw)*8 < 128 {
		t.Errorf("token of %d bits, %v, want 128", len(raw)*8, err)
	}
}
