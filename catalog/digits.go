package catalog

import "strings"

// LatinDigits replaces Arabic-Indic digits (U+0660–0669) and their extended
// forms (U+06F0–06F9) by 0 to 9 and leaves everything else.
func LatinDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		}
		return r
	}, s)
}
