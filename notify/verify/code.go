package verify

import (
	"strings"

	"ziyara/textnorm"
)

// maxCodeInput bounds what is looked at, in bytes: six digits of two bytes
// each, with spaces and direction marks around them.
const maxCodeInput = 64

// codeDigits returns the digits of a code as people type or paste it: of any script,
// with spaces and invisible characters anywhere. It returns "" for anything else.
func codeDigits(typed string) string {
	if len(typed) > maxCodeInput {
		return ""
	}
	digits := strings.Join(strings.Fields(textnorm.Symbols(typed)), "")
	if strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return digits
}
