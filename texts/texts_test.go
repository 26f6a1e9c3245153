package texts

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// both are the catalogues by their names.
func both() map[string]catalogue {
	return map[string]catalogue{"Visitors": visitors(), "Staff": staff()}
}

// The two languages have the same texts, with the same parameters, each with
// all plural forms of its language or none; and no text is in both catalogues.
func TestCataloguesAgree(t *testing.T) {
	t.Parallel()
	for name, c := range both() {
		for key := range c.en {
			if _, ok := c.ar[key]; !ok {
				t.Errorf("%s: %s is not in Arabic", name, key)
			}
		}
		for key, arabic := range c.ar {
			english, ok := c.en[key]
			if !ok {
				t.Errorf("%s: %s is not in English", name, key)
				continue
			}
			wantForms(t, name+": "+key, "ar", arabic)
			wantForms(t, name+": "+key, "en", english)
			if ar, en := parameters(arabic), parameters(english); !slices.Equal(ar, en) {
				t.Errorf("%s: %s has parameters %v in Arabic and %v in English", name, key, ar, en)
			}
		}
	}
	for key := range visitors().ar {
		if _, ok := staff().ar[key]; ok {
			t.Errorf("%s is in both catalogues", key)
		}
	}
}

// wantForms fails the test unless a text has the form Other alone, or all forms
// of its language, and something in each.
func wantForms(t *testing.T, what, lang string, e entry) {
	t.Helper()
	forms := slices.Sorted(maps.Keys(e.forms))
	if all := slices.Sorted(slices.Values(Forms(lang))); forms != nil && !slices.Equal(forms, all) || len(e.text) == 0 {
		t.Errorf("%s has the forms %v in %s", what, forms, lang)
	}
	for form, pieces := range e.all() {
		if text := pieces.Fill(func(string) string { return "-" }); strings.TrimSpace(text) != text {
			t.Errorf("%s begins or ends with a space in %s, %s", what, lang, form)
		}
	}
}

// all returns the forms of a text.
func (e entry) all() map[Form]Pieces {
	if e.forms == nil {
		return map[Form]Pieces{Other: e.text}
	}
	return e.forms
}

// parameters returns the names of the parameters of all forms, sorted.
func parameters(e entry) []string {
	var names []string
	for _, pieces := range e.all() {
		for _, p := range pieces {
			if p.Parameter != "" {
				names = append(names, p.Parameter)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Each language is written in its own letters.
func TestLettersOfTheLanguages(t *testing.T) {
	t.Parallel()
	arabic := func(r rune) bool { return unicode.Is(unicode.Arabic, r) }
	for name, c := range both() {
		for key, e := range c.ar {
			for form, pieces := range e.all() {
				said := pieces.Fill(func(string) string { return "" })
				english := c.en[key].of("en", 2).Fill(func(string) string { return "" })
				foreign := strings.HasSuffix(key, ".language") // the other one, in its own words
				if strings.ContainsFunc(said, unicode.IsLetter) && strings.ContainsFunc(said, arabic) == foreign {
					t.Errorf("%s: %s is not in Arabic in its form %s: %s", name, key, form, said)
				}
				if strings.ContainsFunc(english, arabic) != foreign {
					t.Errorf("%s: %s is not in English: %s", name, key, english)
				}
			}
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	name := Text{AR: "الملز", EN: "Malaz"}
	for _, tt := range []struct {
		name string
		got  Text
		want Text
	}{
		{"plain", Visitors("page.service"), Text{AR: "الخدمة", EN: "Service"}},
		{"a Text is given in each language", Visitors("letter.where", "Branch", name), Text{AR: "الفرع: الملز", EN: "Branch: Malaz"}},
		{"the number decides the form", Visitors("day.places", "Count", 2), Text{AR: "مكانان", EN: "2 places"}},
		{"and is told in it", Visitors("day.places", "Count", 11), Text{AR: "11 مكانًا", EN: "11 places"}},
		{"staff's", Staff("channel.agent"), Text{AR: "مركز الاتصال", EN: "Call centre"}},
		{"a list", List([]Text{name, name}, And()), Text{AR: "الملز والملز", EN: "Malaz and Malaz"}},
		{"a date", Date(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)), Text{AR: "1 مارس 2026م", EN: "1 March 2026"}},
		{"a moment", Moment(time.Date(2026, 11, 25, 13, 20, 0, 0, time.UTC)),
			Text{AR: "الأربعاء 25 نوفمبر 2026م، الساعة 1:20 م", EN: "Wednesday 25 November 2026 at 1:20 pm"}},
		{"a short date", ShortDate(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)), Text{AR: "1 مارس", EN: "1 Mar"}},
		{"a Hijri date", HijriDate(1448, 9, 1), Text{AR: "1 رمضان 1448هـ", EN: "1 Ramadan 1448 AH"}},
		{"a day", Weekday(time.Friday), Text{AR: "الجمعة", EN: "Friday"}},
		{"filled", Text{EN: "Malaz"}.Filled(), Text{AR: "Malaz", EN: "Malaz"}},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, tt.got, tt.want)
		}
	}
	if got := Message("en", "letter.where", 0, func(string) string { return "Malaz" }); got != "Branch: Malaz" {
		t.Errorf("Message = %q", got)
	}
	for what, ask := range map[string]func(){
		"key":       func() { Visitors("page.nonsense") },
		"parameter": func() { Visitors("letter.where", "Office", "Malaz") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a %s that does not exist was found", what)
				}
			}()
			ask()
		}()
	}
}

// Plural forms are CLDR's (https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html).
func TestFormOf(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]map[Form][]int{
		"ar": {
			Zero: {0}, One: {1}, Two: {2}, Few: {3, 10, 103, 110, 1003},
			Many: {11, 26, 99, 111, 1011}, Other: {100, 101, 102, 200, 1000},
		},
		"en": {One: {1}, Other: {0, 2, 3, 11, 100, 101}},
	} {
		for form, numbers := range want {
			if !slices.Contains(Forms(lang), form) {
				t.Errorf("%s has no form %s", lang, form)
			}
			for _, n := range numbers {
				if got := FormOf(lang, n); got != form {
					t.Errorf("form of %d in %s = %s, want %s", n, lang, got, form)
				}
			}
		}
	}
}
