package slots

import (
	"slices"
	"strings"
	"unicode"

	"ziyara/catalog"
)

// NameKey returns a name in the form used for searching: lower case, without vowel
// signs, with one spelling for Arabic letters that are often confused, ASCII
// digits, and a space before and after each word. The article and بن are
// dropped; عبد is joined to the next word, since عبد الله and عبدالله are one name.
// It is "" when nothing is left. A name matches a search when each of the
// search's NameWords, preceded by a space, occurs in its key.
func NameKey(name string) string {
	words := NameWords(name)
	if len(words) == 0 {
		return ""
	}
	return " " + strings.Join(words, " ") + " "
}

// NameWords returns the words of a name's key.
func NameWords(name string) []string {
	words := strings.FieldsFunc(strings.Map(plainLetter, catalog.LatinDigits(name)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	const servant = "عبد"
	for i := 0; i < len(words); i++ {
		if words[i] == servant && i+1 < len(words) {
			words = slices.Replace(words, i, i+2, servant+words[i+1])
		}
	}
	words = slices.DeleteFunc(words, func(word string) bool {
		return slices.Contains([]string{"بن", "ابن", "بنت", "ال"}, word)
	})
	for i, word := range words {
		words[i] = strings.TrimPrefix(word, "ال")
	}
	return words
}

// plainLetter returns the letter that represents all those confused with it, or -1
// for a sign that is not a letter of its own.
func plainLetter(r rune) rune {
	switch r {
	case 'أ', 'إ', 'آ', 'ٱ':
		return 'ا'
	case 'ى', 'ئ', 'ی':
		return 'ي'
	case 'ؤ':
		return 'و'
	case 'ة':
		return 'ه'
	case 'ک', 'گ':
		return 'ك'
	case '\u0640': // tatweel
		return -1
	}
	if unicode.In(r, unicode.Mn, unicode.Cf) { // vowel signs, marks of direction
		return -1
	}
	return unicode.ToLower(r)
}
