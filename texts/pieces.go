package texts

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Piece is a stretch of a text, or the name of a parameter.
type Piece struct {
	Text      string
	Parameter string // "" for a stretch of text
	At        int    // where it begins, in characters from 0
}

// Pieces is a text that was split at its parameters.
type Pieces []Piece

// Fill writes the text with what value returns for its parameters.
func (p Pieces) Fill(value func(name string) string) string {
	if len(p) == 1 && p[0].Parameter == "" {
		return p[0].Text
	}
	var b strings.Builder
	for _, piece := range p {
		if piece.Parameter == "" {
			b.WriteString(piece.Text)
		} else {
			b.WriteString(value(piece.Parameter))
		}
	}
	return b.String()
}

// The characters around a parameter.
const opened, closed = "{{", "}}"

// Split splits a text at its parameters, which are written {{.Name}}. It also
// returns the braces that are none, with their place.
func Split(text string) (pieces Pieces, broken []Piece) {
	at := 0
	literal := func(s string) {
		if before, _, found := strings.Cut(s, closed); found {
			broken = append(broken, Piece{Text: closed, At: at + utf8.RuneCountInString(before)})
		}
		if s != "" {
			pieces = append(pieces, Piece{Text: s, At: at})
		}
		at += utf8.RuneCountInString(s)
	}
	for text != "" {
		before, rest, found := strings.Cut(text, opened)
		literal(before)
		if !found {
			break
		}
		inside, after, ended := strings.Cut(rest, closed)
		if !ended || strings.Contains(inside, "{") {
			return pieces, append(broken, Piece{Text: opened, At: at})
		}
		name, dotted := strings.CutPrefix(strings.TrimSpace(inside), ".")
		if !dotted || !isName(name) {
			broken = append(broken, Piece{Text: opened + inside + closed, At: at})
		} else {
			pieces = append(pieces, Piece{Parameter: name, At: at})
		}
		at += len(opened) + utf8.RuneCountInString(inside) + len(closed)
		text = after
	}
	return pieces, broken
}

func isName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) })
}
