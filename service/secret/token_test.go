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

// A token of a generation is of that one only, and the first one is as it was before there
// were generations.
func TestGeneration(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	first, third := k.TokenOf("manage", id, 0), k.TokenOf("manage", id, 3)
	if first != k.Token("manage", id) {
		t.Errorf("the first generation has %q, want the Token", first)
	}
	for _, c := range []struct {
		name, use, id, token string
		want                 uint8
		ok                   bool
	}{
		{"the first", "manage", id, first, 0, true},
		{"a later one", "manage", id, third, 3, true},
		{"the last", "manage", id, k.TokenOf("manage", id, 255), 255, true},
		{"for another use", "hold", id, third, 3, false},
		{"for another id", "manage", id + "1", third, 3, false},
		{"of another generation", "manage", id, third[:22] + ".2", 2, false},
		{"of the first", "manage", id, third[:22], 0, false},
		{"the first as a later one", "manage", id, first + ".0", 0, false},
		{"written otherwise", "manage", id, third[:22] + ".03", 3, false},
		{"none that can be", "manage", id, third[:22] + ".256", 0, false},
		{"no number", "manage", id, third[:22] + ".", 0, false},
		{"empty", "manage", id, "", 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, ok := k.Generation(c.use, c.id, c.token); ok != c.ok || ok && got != c.want {
				t.Errorf("Generation(%q) = %d, %t, want %d, %t", c.token, got, ok, c.want, c.ok)
			}
		})
	}
}
