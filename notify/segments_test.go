package notify_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/notify"
)

func TestMeasure(t *testing.T) {
	t.Parallel()
	const emoji = "😀" // two UTF-16 code units
	size := func(e notify.Encoding, characters, segments int) notify.Size {
		return notify.Size{Encoding: e, Characters: characters, Segments: segments}
	}
	tests := []struct {
		name, text string
		want       notify.Size
	}{
		{"empty text", "", size(notify.GSM7, 0, 0)},
		// 3GPP TS 23.038, 6.2.1: 160 septets in one SMS, 153 in each part.
		{"one letter", "a", size(notify.GSM7, 1, 1)},
		{"full segment", strings.Repeat("a", 160), size(notify.GSM7, 160, 1)},
		{"one more", strings.Repeat("a", 161), size(notify.GSM7, 161, 2)},
		{"two full parts", strings.Repeat("a", 306), size(notify.GSM7, 306, 2)},
		{"three parts", strings.Repeat("a", 307), size(notify.GSM7, 307, 3)},
		{"Greek capitals and accents are basic", "ΔΦΓΛΩΠΨΣΘΞ àèéìòùÇØøÅåÆæßÉÄÖÑÜ§äöñü¿¡£$¥@_¤", size(notify.GSM7, 43, 1)},
		// 3GPP TS 23.038, 6.2.1.1: an escape and a character.
		{"euro", "€", size(notify.GSM7, 2, 1)},
		{"all of the extension table", "^{}\\[~]|€\f", size(notify.GSM7, 20, 1)},
		{"80 euros", strings.Repeat("€", 80), size(notify.GSM7, 160, 1)},
		{"81 euros", strings.Repeat("€", 81), size(notify.GSM7, 162, 2)},
		{"an escape is not split at 153", strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), size(notify.GSM7, 306, 3)},
		{"backquote is not GSM", "`", size(notify.UCS2, 1, 1)},
		{"small c cedilla is not GSM", "ç", size(notify.UCS2, 1, 1)},
		{"typographic apostrophe", "’", size(notify.UCS2, 1, 1)},
		// 3GPP TS 23.038, 6.2.3: 70 characters in one SMS, 67 in each part.
		{"Arabic", "موعدكم", size(notify.UCS2, 6, 1)},
		{"one Arabic letter makes all UCS-2", strings.Repeat("a", 70) + "م", size(notify.UCS2, 71, 2)},
		{"full Arabic segment", strings.Repeat("م", 70), size(notify.UCS2, 70, 1)},
		{"two full Arabic parts", strings.Repeat("م", 134), size(notify.UCS2, 134, 2)},
		{"three Arabic parts", strings.Repeat("م", 135), size(notify.UCS2, 135, 3)},
		{"35 emoji", strings.Repeat(emoji, 35), size(notify.UCS2, 70, 1)},
		{"36 emoji", strings.Repeat(emoji, 36), size(notify.UCS2, 72, 2)},
		{"an emoji is not split at 67", strings.Repeat("م", 66) + emoji + strings.Repeat("م", 66), size(notify.UCS2, 134, 3)},
		{"an emoji ends a part", strings.Repeat("م", 65) + emoji + strings.Repeat("م", 67), size(notify.UCS2, 134, 2)},
		{"euro counts once in UCS-2", "م€", size(notify.UCS2, 2, 1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, notify.Measure(tt.text)); diff != "" {
				t.Fatalf("Measure (-want +got):\n%s", diff)
			}
		})
	}
}

// Segments are as many as the characters need, and at most one unit of each
// part is lost to a character that can't be split.
func TestMeasureBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab€[م😀"))).Draw(t, "text")
		got := notify.Measure(text)
		single, part := 160, 153
		if got.Encoding == notify.UCS2 {
			single, part = 70, 67
			if want := len(utf16.Encode([]rune(text))); got.Characters != want {
				t.Fatalf("characters = %d, want %d", got.Characters, want)
			}
		}
		ceil := func(n, by int) int { return (n + by - 1) / by }
		least, most := ceil(got.Characters, part), ceil(got.Characters, part-1)
		if got.Characters <= single {
			least, most = min(1, got.Characters), 1
		}
		if got.Segments < least || got.Segments > most {
			t.Fatalf("Measure = %+v, want %d to %d segments", got, least, most)
		}
	})
}

// The parts are the text, none holds more than fits, and they are as many as
// Measure says.
func TestSplitIsWhatMeasureCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab€[م😀\n"))).Draw(t, "text")
		parts, size := notify.Split(text), notify.Measure(text)
		if got := strings.Join(parts, ""); got != text {
			t.Fatalf("joined parts = %q, want %q", got, text)
		}
		if len(parts) != size.Segments {
			t.Fatalf("%d parts, want the %d segments of Measure", len(parts), size.Segments)
		}
		room := map[notify.Encoding]int{notify.GSM7: 153, notify.UCS2: 67}[size.Encoding]
		if len(parts) == 1 {
			room = map[notify.Encoding]int{notify.GSM7: 160, notify.UCS2: 70}[size.Encoding]
		}
		for _, part := range parts {
			n := len(utf16.Encode([]rune(part)))
			if size.Encoding == notify.GSM7 {
				n = notify.Measure(part).Characters
			}
			if n == 0 || n > room {
				t.Fatalf("a part holds %d units, want 1 to %d", n, room)
			}
		}
	})
}
