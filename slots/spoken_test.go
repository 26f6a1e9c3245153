package slots_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ziyara/slots"
)

// A reference is read to somebody who has nothing but a phone.
func TestReferenceIsSpoken(t *testing.T) {
	t.Parallel()
	const reference = slots.Reference("7K3F9Q2MX")
	for lang, want := range map[string]string{
		"en": "Victor — seven, Kilo, three, Foxtrot — nine, Quebec, two, Mike — X-ray",
		"ar": "في فيكتور — سبعة، كيه كيلو، ثلاثة، إف فوكستروت — تسعة، كيو كيبيك، اثنان، إم مايك — إكس راي",
		"fr": "في فيكتور — سبعة، كيه كيلو، ثلاثة، إف فوكستروت — تسعة، كيو كيبيك، اثنان، إم مايك — إكس راي",
	} {
		if got := reference.Spoken(lang); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}

// Whoever hears the words writes the same reference down: no two symbols sound
// alike, and none is left out.
func TestSpokenReferenceIsUnderstood(t *testing.T) {
	t.Parallel()
	symbols := "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	for _, lang := range []string{"ar", "en"} {
		said := make(map[string]byte)
		for i := range len(symbols) {
			word := slots.Reference(symbols[i : i+1]).Spoken(lang)
			if other, ok := said[word]; ok || word == symbols[i:i+1] {
				t.Errorf("%s: %c is said %q, as %c", lang, symbols[i], word, other)
			}
			said[word] = symbols[i]
		}
		rapid.Check(t, func(t *rapid.T) {
			reference := slots.NewReference([5]byte(rapid.SliceOfN(rapid.Byte(), 5, 5).Draw(t, "random")))
			var heard []byte
			for word := range strings.SplitSeq(strings.ReplaceAll(reference.Spoken(lang), " — ", "، "), "، ") {
				for word := range strings.SplitSeq(word, ", ") {
					heard = append(heard, said[word])
				}
			}
			if got, err := slots.ParseReference(string(heard)); err != nil || got != reference {
				t.Errorf("%s was heard as %q", reference, heard)
			}
			if slices.Contains(heard, 0) {
				t.Errorf("a word of %q stands for nothing", reference.Spoken(lang))
			}
		})
	}
}
