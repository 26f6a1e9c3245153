package texts

import "time"

// Wait returns how long to wait, rounded up to whole seconds, minutes or hours:
// for less than two minutes, two hours or more. It is at least a second.
func Wait(d time.Duration) Text {
	ceil := func(unit time.Duration) int { return max(1, int((d+unit-1)/unit)) }
	switch {
	case d < 2*time.Minute:
		return Visitors("help.seconds", "Count", ceil(time.Second))
	case d < 2*time.Hour:
		return Visitors("help.minutes", "Count", ceil(time.Minute))
	}
	return Visitors("help.hours", "Count", ceil(time.Hour))
}

// The characters that put a stretch from left to right into an Arabic text
// (Unicode Standard Annex 9: LRI and PDI).
const isolateFrom, isolateTo = "\u2066", "\u2069"

// Isolated returns what is read from left to right in both languages, such as a
// reference or the name of a variable. Without the isolates, Arabic text would
// turn its parts around.
func Isolated(s string) Text { return Text{AR: isolateFrom + s + isolateTo, EN: s} }
