package web

import (
	"regexp"
	"strings"
	"unicode"
)

// fragile matches what must be isolated in a text, or it would be torn apart
// among words of the other direction: references, ranges, times, percentages,
// telephone numbers, also masked ones, and other long numbers.
var fragile = regexp.MustCompile(`V-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]` +
	`|\+?\d+(?:[:.,]\d+)*(?:[–-]\d+(?:[:.,]\d+)*)+%?` +
	`|\d{1,2}:\d{2}(?: (?:ص|م|am|pm))?` +
	`|\d+(?:[.,]\d+)?%` +
	`|\+?\d+•+\d+` +
	`|\+?\d{5,}`)

// latin matches Latin words, which are foreign in an Arabic text.
var latin = regexp.MustCompile(fragile.String() + `|/?[A-Za-z](?:[A-Za-z0-9+./@_:?={}&# -]*[A-Za-z0-9+}/])?`)

// piece is a part of a text.
type piece struct {
	text     string
	isolated bool
	foreign  bool // Latin words in an Arabic text
}

// begins reports whether what is isolated can have this character: none is without a
// digit or a Latin letter.
func begins(r rune) bool {
	return '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
}

// pieces splits a text at what must be isolated.
func pieces(s string) []piece {
	pattern := fragile
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
		pattern = latin
	}
	if !strings.ContainsFunc(s, begins) { // most texts: to ask costs far less than to search
		return []piece{{text: s}}
	}
	var list []piece
	at := 0
	for _, found := range pattern.FindAllStringIndex(s, -1) {
		if found[0] > at {
			list = append(list, piece{text: s[at:found[0]]})
		}
		text := s[found[0]:found[1]]
		list = append(list, piece{text, true, !fragile.MatchString(text)})
		at = found[1]
	}
	if at < len(s) {
		list = append(list, piece{text: s[at:]})
	}
	return list
}
