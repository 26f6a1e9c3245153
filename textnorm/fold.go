package textnorm

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Words returns the words of s in the form that Fold gives them. Letters and digits
// make words; everything else is between them.
func Words(s string) []string {
	return strings.FieldsFunc(Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// Fold returns s for comparison: what people take for the same letter is the same
// letter. Case, accents, vowel marks, tatweel and invisible characters go; the
// seats of hamza, alef, ya, kaf and ta marbuta are one letter each, and the lone
// hamza goes because it is often left out; digits are 0 to 9. Letters of
// Persian and Urdu become the Arabic ones that replace them. Composed, decomposed
// and presentation forms of a text fold to the same.
func Fold(s string) string {
	if lower(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(strings.Map(visible, present(s))) {
		r = symbol(unicode.ToLower(r))
		if other, ok := alike[r]; ok {
			b.WriteString(other)
		} else if !ignorable(r) && !unicode.In(r, unicode.Mn) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// lower reports whether s is ASCII without capital letters.
func lower(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] >= 'A' && s[i] <= 'Z' {
			return false
		}
	}
	return true
}

// alike has the letters that Unicode does not decompose and that people write in
// another way. Whether two letters are alike is a matter of the language, so that
// no library knows it.
var alike = map[rune]string{ //nolint:gochecknoglobals // a table that never changes
	'ء': "", 'ٴ': "", 'ـ': "",
	'ٱ': "ا", 'ٲ': "ا", 'ٳ': "ا",
	'ى': "ي", 'ی': "ي", 'ې': "ي", 'ے': "ي", 'ۍ': "ي", 'ێ': "ي", 'ٸ': "ي",
	'ة': "ه", 'ہ': "ه", 'ۃ': "ه", 'ە': "ه", 'ھ': "ه",
	'ک': "ك", 'ڪ': "ك", 'گ': "ك", 'ڭ': "ك",
	'پ': "ب", 'چ': "ج", 'ژ': "ز", 'ڤ': "ف", 'ٹ': "ت", 'ڈ': "د", 'ڑ': "ر", 'ں': "ن", 'ۋ': "و", 'ۆ': "و",
	'ı': "i", 'ß': "ss", 'ς': "σ", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h",
}
