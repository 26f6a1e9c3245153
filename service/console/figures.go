package console

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/gofiber/fiber/v2"
)

// decimals writes a number with so many decimals, and a comma after each thousand.
func decimals(v float64, places int) string {
	text := strconv.FormatFloat(v, 'f', places, 64)
	whole, rest, dotted := strings.Cut(text, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dotted {
		whole += "." + rest
	}
	return sign + whole
}

// file is an answer of the API that a browser saves.
type file struct {
	media, name string // Content-Type and Content-Disposition
	content     []byte
}

func (f file) send(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, f.media)
	c.Set(fiber.HeaderContentDisposition, f.name)
	return c.Send(f.content)
}

// number matches a figure of a text, and foreign a word in Latin letters.
var (
	number  = regexp.MustCompile(`[-+]?\d[\d,]*(?:\.\d+)?%?`)
	foreign = regexp.MustCompile(number.String() + `|[A-Za-z]{2,}`)
)

// fragment is a part of a text: a figure, a Latin word among Arabic ones, or the words
// between.
type fragment struct {
	text            string
	figure, foreign bool
}

// split splits a text at its figures, and an Arabic one at its Latin words.
func split(s string) (list []fragment) {
	pattern := number
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
		pattern = foreign
	}
	at := 0
	for _, found := range pattern.FindAllStringIndex(s, -1) {
		if found[0] > at {
			list = append(list, fragment{text: s[at:found[0]]})
		}
		text := s[found[0]:found[1]]
		figure := number.MatchString(text)
		list = append(list, fragment{text, figure, !figure})
		at = found[1]
	}
	if at < len(s) {
		list = append(list, fragment{text: s[at:]})
	}
	return list
}
