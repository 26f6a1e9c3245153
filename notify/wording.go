package notify

import (
	"slices"
	"unicode/utf8"

	"ziyara/texts"
)

// Wording is one way to say something. It is a text in its form Other, and
// where a number decides, one text for each form of the language. A text is
// plain, with variables written {{.Day}}.
type Wording map[texts.Form]string

// wording is a Wording that was read.
type wording map[texts.Form]texts.Pieces

func runes(s string) int { return utf8.RuneCountInString(s) }

// texts returns the pieces for a number; those of Other where the wording
// makes no difference.
func (w wording) texts(lang string, n int) texts.Pieces {
	if pieces, ok := w[texts.FormOf(lang, n)]; ok {
		return pieces
	}
	return w[texts.Other]
}

// mentions reports whether a variable is among the pieces.
func mentions(pieces texts.Pieces, v Variable) bool {
	return slices.ContainsFunc(pieces, func(p texts.Piece) bool { return p.Parameter == string(v) })
}
