package notify

import (
	"strings"
	"unicode/utf16"
)

// Encoding is how the characters of an SMS are coded.
type Encoding string

// The encodings of 3GPP TS 23.038.
const (
	GSM7 Encoding = "gsm7" // the default alphabet with its extension table
	UCS2 Encoding = "ucs2" // UTF-16, for every other text
)

// What fits in an SMS of 140 octets, and in each part of a longer one after
// the 6 octets that join the parts (3GPP TS 23.040, 9.2.3.24.1).
const (
	gsm7Single, gsm7Part = 160, 153 // septets
	ucs2Single, ucs2Part = 70, 67   // UTF-16 code units
)

// The characters of the GSM 7 bit default alphabet and of its extension
// table, of which each takes two septets (3GPP TS 23.038, 6.2.1).
const (
	gsm7Basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsm7Extension = "\f^{}\\[~]|€"
)

// Size is what a text takes as SMS.
type Size struct {
	Encoding   Encoding `json:"encoding"`
	Characters int      `json:"characters"` // septets for GSM7, UTF-16 code units for UCS2
	Segments   int      `json:"segments"`
}

// Measure returns the size of text, which is GSM7 whenever all its characters
// allow. A character of two units is never split between two segments. An
// empty text takes no segment: there is nothing to send.
func Measure(text string) Size {
	if widths, ok := gsm7Widths(text); ok {
		return pack(GSM7, widths, gsm7Single, gsm7Part)
	}
	return pack(UCS2, ucs2Widths(text), ucs2Single, ucs2Part)
}

// gsm7Widths returns the septets of each character, and false when a
// character is in neither table.
func gsm7Widths(text string) ([]int, bool) {
	widths := make([]int, 0, len(text))
	for _, r := range text {
		switch {
		case strings.ContainsRune(gsm7Basic, r):
			widths = append(widths, 1)
		case strings.ContainsRune(gsm7Extension, r):
			widths = append(widths, 2)
		default:
			return nil, false
		}
	}
	return widths, true
}

// ucs2Widths returns the UTF-16 code units of each character.
func ucs2Widths(text string) []int {
	widths := make([]int, 0, len(text))
	for _, r := range text {
		widths = append(widths, utf16.RuneLen(r))
	}
	return widths
}

// pack counts the segments that characters of the given widths fill in order.
func pack(e Encoding, widths []int, single, part int) Size {
	size := Size{Encoding: e}
	segments, room := 0, 0
	for _, w := range widths {
		size.Characters += w
		if w > room {
			segments, room = segments+1, part
		}
		room -= w
	}
	size.Segments = segments
	if size.Characters <= single {
		size.Segments = min(segments, 1)
	}
	return size
}
