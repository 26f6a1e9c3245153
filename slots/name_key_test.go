package slots_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ziyara/slots"
)

func TestNameKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, written, want string }{
		{"as it is", "سعد", " سعد "},
		{"words are apart by one space", "  نورة   سعد ", " نوره سعد "},
		{"vowel signs and tatweel go", "نُـورَةُ", " نوره "},
		{"alifs are one", "أحمد إبراهيم آدم", " احمد ابراهيم ادم "},
		{"so are the ends of سلمى and سلمي", "سلمى", " سلمي "},
		{"and the seats of hamza", "رؤى رائد", " روي رايد "},
		{"keyboards of neighbours", "علی کمال", " علي كمال "},
		{"the article goes", "فاطمة العتيبي", " فاطمه عتيبي "},
		{"of a house, too", "محمد آل سعود", " محمد سعود "},
		{"whose son does not matter", "محمد بن سعد بنت ابن", " محمد سعد "},
		{"servant of, in two words", "عبد الله", " عبدالله "},
		{"in one", "عبدالله", " عبدالله "},
		{"twice", "عبد الرحمن عبد العزيز", " عبدالرحمن عبدالعزيز "},
		{"of nothing", "عبد", " عبد "},
		{"Latin", "Anne-Marie O'Brien", " anne marie o brien "},
		{"digits", "زائر رقم ١٢", " زاير رقم 12 "},
		{"what a pattern would take for more", `50%_\`, " 50 "},
		{"marks of direction", "\u200fسعد\u200e", " سعد "},
		{"nothing", " - ", ""},
		{"nothing but whose son", "بن", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := slots.NameKey(c.written); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A name is found by its own words, by their beginnings, and in any order; a
// key is the key of itself as far as it has no article within.
func TestNamesAreFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOf(rapid.SampledFrom([]rune("ابتعدهيوةىأإآؤئل نرسن مnAé٣3-%_\u064b\u0640"))).Draw(t, "name")
		key := slots.NameKey(name)
		for _, word := range slots.NameWords(name) {
			if word == "" || !strings.Contains(key, " "+word) || strings.ContainsAny(word, ` %_\`) {
				t.Fatalf("word %q of %q is not in %q", word, name, key)
			}
		}
		if strings.Contains(key, "  ") {
			t.Fatalf("key %q", key)
		}
	})
}
