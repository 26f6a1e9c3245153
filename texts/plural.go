package texts

import (
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
	switch plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0) {
	case plural.Zero:
		return Zero
	case plural.One:
		return One
	case plural.Two:
		return Two
	case plural.Few:
		return Few
	case plural.Many:
		return Many
	case plural.Other:
	}
	return Other
}
