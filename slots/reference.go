package slots

import (
	"errors"
	"fmt"
	"strings"

	"ziyara/textnorm"
)

// Reference names an appointment to people: nine symbols of Crockford's
// base32, the last one a check symbol. It is written V-7K3F-9Q2M-R.
type Reference string

// ErrReference is returned for a text that is not a reference or has a typing
// error.
var ErrReference = errors.New("slots: not a reference")

// crockford is the alphabet of https://www.crockford.com/base32.html.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const referenceSymbols = 8

// prefix is what a reference begins with when it is shown.
const prefix = "V"

// NewReference returns the reference of five random bytes (40 bits).
func NewReference(random [5]byte) Reference {
	var bits uint64
	for _, b := range random {
		bits = bits<<8 | uint64(b)
	}
	var symbols [referenceSymbols + 1]byte
	var check byte
	for i := range referenceSymbols {
		value := byte(bits >> (5 * (referenceSymbols - 1 - i)) & 31)
		symbols[i] = crockford[value]
		check = timesAlpha(check) ^ value
	}
	symbols[referenceSymbols] = crockford[timesAlpha(check)]
	return Reference(symbols[:])
}

// Bytes returns the five random bytes of the reference. It returns ErrReference
// for a text that is not in the form that NewReference and ParseReference return.
func (r Reference) Bytes() (random [5]byte, err error) {
	parsed, err := ParseReference(string(r))
	if err != nil || parsed != r {
		return random, ErrReference
	}
	var bits uint64
	for i := range referenceSymbols {
		bits = bits<<5 | uint64(strings.IndexByte(crockford, r[i])) //nolint:gosec // one of 32 symbols
	}
	for i := range random {
		random[i] = byte(bits >> (8 * (len(random) - 1 - i))) //nolint:gosec // the lowest eight bits
	}
	return random, nil
}

// ParseReference reads a reference as people write it: any case, with or
// without V, hyphens and spaces, O for 0, I or L for 1, and cleaned by
// textnorm.Symbols. It returns ErrReference when the check symbol does not match,
// which catches every single wrong symbol and every swap of two neighbours.
func ParseReference(s string) (Reference, error) {
	if len(s) > 64 {
		return "", ErrReference
	}
	clean := strings.NewReplacer("-", "", " ", "").Replace(strings.ToUpper(textnorm.Symbols(s)))
	if len(clean) == referenceSymbols+2 {
		clean = strings.TrimPrefix(clean, prefix)
	}
	clean = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(clean)
	if len(clean) != referenceSymbols+1 {
		return "", ErrReference
	}
	var check byte
	for i := range len(clean) {
		value := strings.IndexByte(crockford, clean[i])
		if value < 0 {
			return "", ErrReference
		}
		check = timesAlpha(check) ^ byte(value)
	}
	if check != 0 {
		return "", ErrReference
	}
	return Reference(clean), nil
}

// String returns the reference as it is shown: V-7K3F-9Q2M-R.
func (r Reference) String() string {
	if len(r) != referenceSymbols+1 {
		return string(r)
	}
	return fmt.Sprintf("%s-%s-%s-%s", prefix, r[:4], r[4:8], r[8:])
}

// timesAlpha multiplies by the generator of GF(32), x⁵+x²+1. The check symbol
// is the sum of the symbols weighted with distinct powers of it, so it is a symbol
// of the alphabet that can be read aloud (docs/adr/0005).
func timesAlpha(b byte) byte {
	b <<= 1
	if b&32 != 0 {
		b ^= 0b100101
	}
	return b
}
