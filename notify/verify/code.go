package verify

import (
	"crypto/subtle"
	"strings"
	"unicode"
)

// maxCodeInput bounds what is looked at, in bytes: six digits of two bytes
// each, with spaces and direction marks around them.
const maxCodeInput = 64

// sameCode reports whether typed is the code sent, in constant time for all
// texts with as many digits.
func sameCode(sent, typed string) bool {
	digits := codeDigits(typed)
	return digits != "" && subtle.ConstantTimeCompare([]byte(sent), []byte(digits)) == 1
}

// codeDigits returns the digits of a code as people type or paste it: Western
// or Arabic-Indic, with spaces and the invisible direction marks of Arabic
// text anywhere. It returns "" for anything else.
func codeDigits(typed string) string {
	if len(typed) > maxCodeInput {
		return ""
	}
	var b strings.Builder
	for _, r := range typed {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '\u0660' && r <= '\u0669': // Arabic-Indic
			b.WriteRune(r - '\u0660' + '0')
		case r >= '\u06f0' && r <= '\u06f9': // Extended Arabic-Indic
			b.WriteRune(r - '\u06f0' + '0')
		case unicode.IsSpace(r) || unicode.Is(unicode.Bidi_Control, r):
			// Not part of the code.
		default:
			return ""
		}
	}
	return b.String()
}
