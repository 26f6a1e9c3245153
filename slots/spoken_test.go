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
	const reference = slots.Reference("7K3F9Q2MR")
	for lang, want := range map[string]string{
		"en": "starts with V for visit — seven, Kilo, three, Foxtrot — nine, Quebec, two, Mike — Romeo",
		"ar": "يبدأ بحرف في — سبعة، كيه كيلو، ثلاثة، إف فوكستروت — تسعة، كيو كيبيك، اثنان، إم مايك — آر روميو",
		"fr": "يبدأ بحرف في — سبعة، كيه كيلو، ثلاثة، إف فوكستروت — تسعة، كيو كيبيك، اثنان، إم مايك — آر روميو",
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
			beginning, rest, _ := strings.Cut(reference.Spoken(lang), " — ")
			if symbol, ok := said[beginning]; ok {
				t.Fatalf("the beginning %q is taken for the symbol %c", beginning, symbol)
			}
			for word := range strings.SplitSeq(strings.ReplaceAll(rest, " — ", "، "), "، ") {
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

// A reference whose check symbol is V doesn't end as it begins.
func TestSpokenCheckSymbolIsNoBeginning(t *testing.T) {
	t.Parallel()
	reference := slots.Reference("00000000V")
	for i := byte(0); reference[8] != 'V' || i == 0; i++ {
		reference = slots.NewReference([5]byte{0, 0, 0, 0, i})
	}
	for lang, want := range map[string][2]string{"en": {"starts with V for visit", "Victor"}, "ar": {"يبدأ بحرف في", "في فيكتور"}} {
		groups := strings.Split(reference.Spoken(lang), " — ")
		if got := [2]string{groups[0], groups[3]}; len(groups) != 4 || got != want {
			t.Errorf("%s is read aloud as %q", reference, groups)
		}
	}
}
