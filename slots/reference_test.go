package slots_test

import (
	"errors"
	"math/bits"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ziyara/slots"
)

// alphabet is Crockford's base32: no I, L, O or U.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func drawReference(t *rapid.T) slots.Reference {
	return slots.NewReference([5]byte(rapid.SliceOfN(rapid.Byte(), 5, 5).Draw(t, "random")))
}

func TestReferenceRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := drawReference(t)
		if len(r) != 9 || strings.Trim(string(r), alphabet) != "" {
			t.Fatalf("%q is not nine symbols of the alphabet", string(r))
		}
		shown := r.String()
		if want := "V-" + string(r[:4]) + "-" + string(r[4:8]) + "-" + string(r[8:]); shown != want {
			t.Fatalf("shown as %s, want %s", shown, want)
		}
		for _, s := range []string{string(r), shown} {
			if got, err := slots.ParseReference(s); err != nil || got != r {
				t.Fatalf("ParseReference(%q) = %q, %v, want %q", s, got, err, r)
			}
		}
	})
}

// The bytes that a reference was made from can be had back from it, and from
// nothing else.
func TestReferenceBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		random := [5]byte(rapid.SliceOfN(rapid.Byte(), 5, 5).Draw(t, "random"))
		r := slots.NewReference(random)
		if got, err := r.Bytes(); err != nil || got != random {
			t.Fatalf("bytes of %s = %v, %v, want %v", r, got, err, random)
		}
		for _, other := range []slots.Reference{"", r[1:], slots.Reference(r.String()), r[1:] + r[:1] + "0"} {
			if _, err := other.Bytes(); !errors.Is(err, slots.ErrReference) {
				t.Fatalf("bytes of %q: %v, want %v", other, err, slots.ErrReference)
			}
		}
	})
}

func TestReferenceNoticesEveryWrongSymbol(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		right := drawReference(t)
		for i := range len(right) {
			for _, symbol := range alphabet {
				wrong := string(right[:i]) + string(symbol) + string(right[i+1:])
				if _, err := slots.ParseReference(wrong); wrong != string(right) && !errors.Is(err, slots.ErrReference) {
					t.Fatalf("%s was written %s: got %v, want %v", right, wrong, err, slots.ErrReference)
				}
			}
		}
	})
}

func TestReferenceNoticesEverySwapOfNeighbours(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		right := drawReference(t)
		for i := range len(right) - 1 {
			wrong := string(right[:i]) + string(right[i+1]) + string(right[i]) + string(right[i+2:])
			if _, err := slots.ParseReference(wrong); wrong != string(right) && !errors.Is(err, slots.ErrReference) {
				t.Fatalf("%s was written %s: got %v, want %v", right, wrong, err, slots.ErrReference)
			}
		}
	})
}

// Nobody can guess a reference: each of the 40 random bits changes it, and
// different bits never give the same one.
func TestReferenceUsesEveryRandomBit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		random := [5]byte(rapid.SliceOfN(rapid.Byte(), 5, 5).Draw(t, "random"))
		seen := map[slots.Reference]bool{slots.NewReference(random): true}
		for bit := range 40 {
			other := random
			other[bit/8] ^= 1 << (bit % 8)
			seen[slots.NewReference(other)] = true
		}
		if len(seen) != 41 {
			t.Fatalf("%d references from 41 different random numbers", len(seen))
		}
	})
	// The eight symbols before the check symbol are the number itself.
	var value uint64
	for _, symbol := range slots.NewReference([5]byte{0xff, 0xff, 0xff, 0xff, 0xff})[:8] {
		value = value<<5 | uint64(strings.IndexRune(alphabet, symbol))
	}
	if got := bits.OnesCount64(value); got != 40 {
		t.Errorf("%d bits are set, want 40", got)
	}
}

func TestParseReference(t *testing.T) {
	t.Parallel()
	// 0x00 0x44 0x32 0x14 0xc7 is 0, 1, 2, … 7 in symbols of five bits.
	known := slots.NewReference([5]byte{0x00, 0x44, 0x32, 0x14, 0xc7})
	if got, want := string(known[:8]), "01234567"; got != want {
		t.Fatalf("the symbols are %s, want %s", got, want)
	}
	check := string(known[8])
	for _, tc := range []struct {
		name, text string
		ok         bool
	}{
		{"as it is shown", "V-0123-4567-" + check, true},
		{"without hyphens", "V01234567" + check, true},
		{"without the V", "0123-4567-" + check, true},
		{"in lower case", "v-0123-4567-" + strings.ToLower(check), true},
		{"with spaces, around and within", "  V 0123 4567 " + check + " ", true},
		{"the letter O for zero", "V-O123-4567-" + check, true},
		{"the letter o for zero", "v-o123-4567-" + check, true},
		{"the letter I for one", "V-0I23-4567-" + check, true},
		{"the letter l for one", "V-0l23-4567-" + check, true},
		{"Arabic-Indic digits", "V-٠١٢٣-٤٥٦٧-" + check, true},
		{"Persian digits", "V-۰۱۲۳-۴۵۶۷-" + check, true},
		{"empty", "", false},
		{"only the V", "V", false},
		{"a symbol short", "V-0123-4567", false},
		{"a symbol more", "V-0123-4567-" + check + "0", false},
		{"another letter in front", "W-0123-4567-" + check, false},
		{"U is not in the alphabet", "V-U123-4567-" + check, false},
		{"a digit of another script", "V-०123-4567-" + check, false},
		{"a control character", "V-0123-4567-" + check + "\n", false},
		{"far too long", strings.Repeat("-", 60) + "01234567" + check, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := slots.ParseReference(tc.text)
			if tc.ok && (err != nil || got != known) {
				t.Errorf("ParseReference(%q) = %q, %v, want %q", tc.text, got, err, known)
			}
			if !tc.ok && !errors.Is(err, slots.ErrReference) {
				t.Errorf("ParseReference(%q) = %q, %v, want %v", tc.text, got, err, slots.ErrReference)
			}
		})
	}
	if got := slots.Reference("unknown").String(); got != "unknown" {
		t.Errorf("a text that is no reference is shown as %q, want itself", got)
	}
}

func FuzzParseReference(f *testing.F) {
	f.Add("V-7K3F-9Q2M-R")
	f.Add("v 0123 4567 8")
	f.Add("٠١٢٣٤٥٦٧٨")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := slots.ParseReference(s)
		if err != nil {
			if r != "" || !errors.Is(err, slots.ErrReference) {
				t.Fatalf("ParseReference(%q) = %q, %v", s, r, err)
			}
			return
		}
		if strings.Trim(string(r), alphabet) != "" {
			t.Fatalf("ParseReference(%q) = %q: not in the alphabet", s, r)
		}
		if again, err := slots.ParseReference(r.String()); err != nil || again != r {
			t.Fatalf("ParseReference(%q) = %q, %v, want what it came from", r.String(), again, err)
		}
	})
}
