package slots

import (
	"errors"
	"strings"

	"ziyara/textnorm"
)

// IdentityKind says who issued an identity number.
type IdentityKind string

// The kinds of identity numbers that visitors have.
const (
	NationalID IdentityKind = "national" // 10 digits, first 1, Luhn
	ResidentID IdentityKind = "resident" // 10 digits, first 2, Luhn
	BorderNo   IdentityKind = "border"   // 10 digits, first 3, 4 or 5
	GCCID      IdentityKind = "gcc"      // country and number, as AE-784199912345678
)

// Identity is a checked identity number.
type Identity struct {
	Kind   IdentityKind
	Number string
}

// Masked returns the number for display to people who need to recognise it
// but not to know it: the last four digits, and at most half of it.
func (i Identity) Masked() string {
	hidden := max(len(i.Number)-4, (len(i.Number)+1)/2)
	return strings.Repeat("•", hidden) + i.Number[hidden:]
}

// ErrIdentity is returned for a number that can't be an identity number.
var ErrIdentity = errors.New("slots: not an identity number")

// ParseIdentity reads a national, resident, border or GCC number, cleaned by
// textnorm.Symbols; spaces and hyphens are ignored.
func ParseIdentity(s string) (Identity, error) {
	if len(s) > 64 {
		return Identity{}, ErrIdentity
	}
	n := plainNumber(s)
	if len(n) > 2 && gccCountry(n[:2]) && allDigits(n[2:]) && len(n) >= 8 && len(n) <= 17 {
		return Identity{GCCID, n[:2] + "-" + n[2:]}, nil
	}
	if len(n) != identityDigits || !allDigits(n) {
		return Identity{}, ErrIdentity
	}
	switch n[0] {
	case '1', '2':
		if !luhn(n) {
			return Identity{}, ErrIdentity
		}
		if n[0] == '1' {
			return Identity{NationalID, n}, nil
		}
		return Identity{ResidentID, n}, nil
	case '3', '4', '5':
		return Identity{BorderNo, n}, nil
	}
	return Identity{}, ErrIdentity
}

// identityDigits is how many digits an identity number has, unless it is of another
// country of the Gulf.
const identityDigits = 10

// plainNumber returns an identity number without what stands between its symbols.
func plainNumber(s string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(textnorm.Symbols(s)))
}

func gccCountry(s string) bool {
	switch s {
	case "AE", "BH", "KW", "OM", "QA":
		return true
	}
	return false
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// luhn reports whether the last digit is the check digit of ISO/IEC 7812-1.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
