// Package textstest finds what no text for visitors may contain once it is
// rendered: what only programs write, and what would be displayed turned around.
package textstest

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// forbidden are the marks of texts that programs write for each other.
var forbidden = []struct {
	what string
	re   *regexp.Regexp
}{
	{"an ISO date", regexp.MustCompile(`\d{4}-\d{2}`)},
	{"a date of numbers", regexp.MustCompile(`\d/\d`)},
	{"a clock of 24 hours", regexp.MustCompile(`\b(0\d|1[3-9]|2\d):\d{2}`)},
	{"a parameter", regexp.MustCompile(`[{}]|%!|<nil>`)},
	{"a name of a field", regexp.MustCompile(`[a-z]_[a-z]`)},
	{"an empty name", regexp.MustCompile(`: *(\n|$)\S|\n\n\n`)},
}

// clock is a time of day, and with how it must go on.
var clock = regexp.MustCompile(`\d:\d{2}( am\b| pm\b| ص| م)?`)

// address is a line that is an address alone.
var address = regexp.MustCompile(`^https?://\S+$`)

// Faults returns what is wrong with a text that is about to be read in a language
// ("ar" or "en").
func Faults(lang, text string) []string {
	var faults []string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if address.MatchString(line) {
			continue
		}
		for _, f := range forbidden {
			if found := f.re.FindString(line); found != "" {
				faults = append(faults, fmt.Sprintf("%s, %q, in %q", f.what, found, line))
			}
		}
		for _, found := range clock.FindAllStringSubmatch(line, -1) {
			if found[1] == "" {
				faults = append(faults, fmt.Sprintf("a time without its half of the day, %q, in %q", found[0], line))
			}
		}
		if lang == "en" {
			continue
		}
		if strings.ContainsAny(line, ",;?") {
			faults = append(faults, fmt.Sprintf("a Latin comma, semicolon or question mark in %q", line))
		}
		for _, token := range turned(line) {
			faults = append(faults, fmt.Sprintf("%q is displayed turned around in %q", token, line))
		}
	}
	return faults
}

// token is what is read from left to right in an Arabic line: Latin words and
// numbers, with the signs inside them.
var token = regexp.MustCompile(`[A-Za-z0-9+]([A-Za-z0-9@:/.+\-]*[A-Za-z0-9])?`)

// turned returns the tokens of a line that is displayed from right to left whose
// parts would not stand in their order.
func turned(line string) []string {
	if !strings.ContainsFunc(line, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
		return nil // a line of its own, from left to right
	}
	var p bidi.Paragraph
	if _, err := p.SetString(line, bidi.DefaultDirection(bidi.RightToLeft)); err != nil {
		return []string{err.Error()}
	}
	order, err := p.Order()
	if err != nil {
		return []string{err.Error()}
	}
	var runs []bidi.Run
	for i := range order.NumRuns() {
		runs = append(runs, order.Run(i))
	}
	var broken []string
	for _, at := range token.FindAllStringIndex(line, -1) {
		from := utf8.RuneCountInString(line[:at[0]])
		if !together(runs, from, from+utf8.RuneCountInString(line[at[0]:at[1]])) {
			broken = append(broken, line[at[0]:at[1]])
		}
	}
	return broken
}

// together reports whether the characters from and before until are in one run that is
// displayed from left to right.
func together(runs []bidi.Run, from, until int) bool {
	for _, r := range runs {
		start, end := r.Pos() // both inclusive
		if start <= from && until-1 <= end {
			return r.Direction() == bidi.LeftToRight
		}
	}
	return false
}
