// Package textnorm normalises what people type or paste. Line, Lines and
// Symbols clean a value before it is checked and stored; Fold makes two spellings
// of one word equal for comparison. All of them are idempotent. A text that is not
// UTF-8 is not cleaned: it has to be refused.
//
// Text pasted from chats, documents and spreadsheets has characters that can't be seen
// or that look like others: direction marks, no-break spaces, presentation forms of
// letters.
package textnorm

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The joiners shape the letters around them and are not seen themselves.
const (
	nonJoiner = '\u200c' // ZWNJ
	joiner    = '\u200d' // ZWJ
)

// IsJoiner reports whether r is one of the two invisible characters that Line may
// leave in a word.
func IsJoiner(r rune) bool { return r == nonJoiner || r == joiner }

// Line cleans a text of one line, such as a name or a reason: it composes letters
// (NFC), replaces presentation forms by the letters that they present, removes
// invisible characters, and leaves one space between words and none around them.
// Control characters stay, so that a check can refuse them.
// Joiners stay between letters of a script that joins, because Persian and Urdu
// words are written with them (علی‌رضا).
func Line(s string) string {
	if plain(s) {
		return s
	}
	return strings.Join(strings.FieldsFunc(letters(s), isSpace), " ")
}

// Lines cleans a text of several lines, such as a comment, each like Line. Lines end
// in \n; there are no empty ones around the text.
func Lines(s string) string {
	if plain(s) {
		return s
	}
	lines := strings.Split(lineEnds.Replace(s), "\n")
	for i, line := range lines {
		lines[i] = Line(line)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// lineEnds has the ends of lines of other systems, and those of Unicode; tabs are spaces.
var lineEnds = strings.NewReplacer(
	"\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n", "\t", " ",
)

// Symbols cleans a value that is no prose: a number, reference, address, date, slug
// or code. It also removes joiners, takes compatibility forms for the same (NFKC), and
// writes digits as 0 to 9 and every kind of hyphen and dash as "-".
func Symbols(s string) string {
	if plain(s) {
		return s
	}
	s = strings.Map(symbol, norm.NFKC.String(strings.Map(visible, s)))
	// A symbol may compose with a mark that follows it, as U+0338 does.
	return strings.Join(strings.FieldsFunc(norm.NFKC.String(s), isSpace), " ")
}

// plain reports whether Line, Lines and Symbols leave s as it is: ASCII in good
// order, or not UTF-8 at all.
func plain(s string) bool {
	space := true
	for i := range len(s) {
		switch {
		case s[i] < ' ' || s[i] > '~', s[i] == ' ' && space:
			return !utf8.ValidString(s)
		}
		space = s[i] == ' '
	}
	return !space || s == ""
}

// letters returns s composed, without presentation forms and invisible
// characters. Spaces stay as they are.
func letters(s string) string {
	runes := []rune(present(s))
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range runes {
		switch {
		case IsJoiner(r):
			if i > 0 && joins(runes[i-1]) && joins(after(runes[i+1:])) {
				b.WriteRune(r)
			}
		case r == '\u2010' || r == '\u2011': // hyphens of typesetters
			b.WriteRune('-')
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// after returns the first rune that is no joiner; 0 for none.
func after(runes []rune) rune {
	for _, r := range runes {
		if !IsJoiner(r) {
			return r
		}
	}
	return 0
}

// present replaces presentation forms by the letters that they present, and drops
// invisible characters other than joiners. A form that presents a mark alone
// stands on a space or a tatweel, which is not part of the text.
func present(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case ignorable(r) && !IsJoiner(r):
		case presentation(r):
			form := norm.NFKC.String(string(r))
			if bare := strings.TrimLeft(form, " \u0640"); bare != "" {
				form = bare
			}
			b.WriteString(form)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// presentation reports whether r is in a block of characters that only say how
// another one looks: ligatures, the forms of Arabic letters, half and full width.
func presentation(r rune) bool {
	return r >= '\ufb00' && r <= '\ufdff' || r >= '\ufe70' && r <= '\ufeff' || r >= '\uff00' && r <= '\uffef'
}

// ignorable reports whether r is not seen: Default_Ignorable_Code_Point of the
// Unicode Character Database, and the annotations, which it leaves out.
func ignorable(r rune) bool {
	if r < '\u00ad' {
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) &&
		!unicode.In(r, unicode.Prepended_Concatenation_Mark)
}

// visible returns r, or -1 for a character that is not seen.
func visible(r rune) rune {
	if ignorable(r) {
		return -1
	}
	return r
}

// isSpace reports whether r is a space, or looks like one. Tabs and the ends of
// lines are control characters, which a value of one line can't have.
func isSpace(r rune) bool { return unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp) || r == '\u2800' }

// joins reports whether r belongs to a script in which joiners shape letters.
func joins(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M) && unicode.In(r, unicode.Arabic, unicode.Inherited, unicode.Syriac, unicode.Mongolian,
		unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu,
		unicode.Kannada, unicode.Malayalam, unicode.Sinhala)
}

// symbol returns the ASCII character that people mean by r: a digit or a hyphen.
func symbol(r rune) rune {
	for _, zero := range "٠۰" { // Arabic-Indic; and of Persian and Urdu
		if r >= zero && r <= zero+9 {
			return r - zero + '0'
		}
	}
	switch {
	case unicode.In(r, unicode.Pd), r == '\u2212', r == '\u02d7', r == '\u2043':
		return '-'
	case r == '\u066b': // Arabic decimal separator
		return '.'
	}
	return r
}
