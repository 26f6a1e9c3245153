package web

import "regexp"

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

var arabic = regexp.MustCompile(`\p{Arabic}`)

// piece is a part of a text.
type piece struct {
	text     string
	isolated bool
	foreign  bool // Latin words in an Arabic text
}

// pieces splits a text at what must be isolated.
func pieces(s string) []piece {
	pattern := fragile
	if arabic.MatchString(s) {
		pattern = latin
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
