package notify

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Form is a plural form of CLDR.
type Form string

// The plural forms. Arabic has all six, English two of them.
const (
	Zero  Form = "zero"
	One   Form = "one"
	Two   Form = "two"
	Few   Form = "few"
	Many  Form = "many"
	Other Form = "other"
)

// Forms returns the plural forms of a language ("ar" or "en"), Other last.
func Forms(lang string) []Form {
	if lang == "en" {
		return []Form{One, Other}
	}
	return []Form{Zero, One, Two, Few, Many, Other}
}

// FormOf returns the plural form that the language uses for n things.
func FormOf(lang string, n int) Form {
	tag := language.Arabic
	if lang == "en" {
		tag = language.English
	}
	forms := map[plural.Form]Form{
		plural.Zero: Zero, plural.One: One, plural.Two: Two, plural.Few: Few, plural.Many: Many, plural.Other: Other,
	}
	return forms[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)]
}

// Wording is one way to say something. It is a text in its form Other, and
// where a number decides, one text for each form of the language. A text is
// plain, with variables written {{.Day}}.
type Wording map[Form]string

// wording is a Wording that was read.
type wording map[Form][]piece

// piece is a stretch of text, or a variable.
type piece struct {
	text     string
	variable Variable // "" for a text
	at       int      // where it begins, in characters from 0
}

// the characters that stand around a variable.
const opened, closed = "{{", "}}"

// readText splits a text into its pieces. Faults have their place by
// character.
func readText(text string) (pieces []piece, faults []placedFault) {
	at := 0
	literal := func(s string) {
		if before, _, found := strings.Cut(s, closed); found {
			faults = append(faults, placedFault{fault: FaultSyntax, at: at + runes(before), name: closed})
		}
		if s != "" {
			pieces = append(pieces, piece{text: s, at: at})
		}
		at += runes(s)
	}
	for text != "" {
		before, rest, found := strings.Cut(text, opened)
		literal(before)
		if !found {
			break
		}
		inside, after, ended := strings.Cut(rest, closed)
		if !ended || strings.Contains(inside, "{") {
			return pieces, append(faults, placedFault{fault: FaultSyntax, at: at, name: opened})
		}
		name, dotted := strings.CutPrefix(strings.TrimSpace(inside), ".")
		if !dotted || !isName(name) {
			faults = append(faults, placedFault{fault: FaultSyntax, at: at, name: opened + inside + closed})
		} else {
			pieces = append(pieces, piece{variable: Variable(name), at: at})
		}
		at += len(opened) + runes(inside) + len(closed)
		text = after
	}
	return pieces, faults
}

func isName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) })
}

func runes(s string) int { return len([]rune(s)) }

// texts returns the pieces for a number; those of Other where the wording
// makes no difference.
func (w wording) texts(lang string, n int) []piece {
	if pieces, ok := w[FormOf(lang, n)]; ok {
		return pieces
	}
	return w[Other]
}

// say writes the pieces with what the variables stand for.
func say(pieces []piece, v view) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.variable == "" {
			b.WriteString(p.text)
		} else {
			b.WriteString(v.of(p.variable))
		}
	}
	return b.String()
}

// mentions reports whether a variable is among the pieces.
func mentions(pieces []piece, v Variable) bool {
	return slices.ContainsFunc(pieces, func(p piece) bool { return p.variable == v })
}
