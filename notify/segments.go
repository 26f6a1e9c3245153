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
	size := Size{Encoding: encodingOf(text), Segments: len(Split(text))}
	for _, r := range text {
		size.Characters += size.Encoding.width(r)
	}
	return size
}

// Split returns what each segment of text carries, in order; Measure counts
// the same segments.
func Split(text string) []string {
	if text == "" {
		return nil
	}
	encoding := encodingOf(text)
	single, part := encoding.room()
	if parts := encoding.cut(text, single); len(parts) == 1 {
		return parts
	}
	return encoding.cut(text, part)
}

// encodingOf returns GSM7 when all characters of text are in its tables.
func encodingOf(text string) Encoding {
	for _, r := range text {
		if !strings.ContainsRune(gsm7Basic, r) && !strings.ContainsRune(gsm7Extension, r) {
			return UCS2
		}
	}
	return GSM7
}

// room returns how many units fit in an SMS that stands alone, and in a part
// of a longer one.
func (e Encoding) room() (single, part int) {
	if e == GSM7 {
		return gsm7Single, gsm7Part
	}
	return ucs2Single, ucs2Part
}

// width returns how many units r takes: septets or UTF-16 code units.
func (e Encoding) width(r rune) int {
	switch {
	case e == UCS2:
		return utf16.RuneLen(r)
	case strings.ContainsRune(gsm7Extension, r):
		return 2
	default:
		return 1
	}
}

// cut fills parts of the given room with the characters of text in order.
func (e Encoding) cut(text string, room int) []string {
	var parts []string
	start, left := 0, room
	for i, r := range text {
		w := e.width(r)
		if w > left {
			parts, start, left = append(parts, text[start:i]), i, room
		}
		left -= w
	}
	return append(parts, text[start:])
}
