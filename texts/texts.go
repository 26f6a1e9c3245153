// Package texts is all that the service says to people, in Arabic and English.
// There are two catalogues: what visitors read, and what only staff read. Each
// is a pair of files in the format of go-i18n, so that its tools and
// translators' can work on them. A text may have named parameters, written
// {{.Name}}, and plural forms by the rules of CLDR. Dates and their names have
// their one home here, too.
package texts

import (
	"embed"
	"fmt"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// Text is a text for people, in both languages of the service.
type Text struct {
	AR string `json:"ar"`
	EN string `json:"en"`
}

// In returns the text in the language lang ("ar" or "en"); anything else is
// Arabic.
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.AR
}

// Complete reports whether the text exists in both languages.
func (t Text) Complete() bool { return t.AR != "" && t.EN != "" }

// Filled returns the text with a missing language taken from the other.
func (t Text) Filled() Text {
	if t.AR == "" {
		t.AR = t.EN
	}
	if t.EN == "" {
		t.EN = t.AR
	}
	return t
}

// Visitors returns a text of the visitors' catalogue. The parameters are names
// and values by turns. A value that is a Text is given in each language; the
// first int decides the plural form. It panics for a key or a parameter that
// is missing: a test proves that the code asks for none.
func Visitors(key string, parameters ...any) Text { return visitors().text(key, parameters) }

// VisitorsIn is like Visitors, in one language.
func VisitorsIn(lang, key string, parameters ...any) string {
	return visitors().in(lang, key, parameters)
}

// Staff is like Visitors, for the catalogue of staff.
func Staff(key string, parameters ...any) Text { return staff().text(key, parameters) }

// Message returns a text of the visitors' catalogue in one language, in the
// plural form for n. Its parameters are what value returns for their names.
func Message(lang, key string, n int, value func(name string) string) string {
	return visitors().entry(lang, key).of(lang, n).Fill(value)
}

//go:embed visitors.*.toml staff.*.toml
var files embed.FS

//nolint:gochecknoglobals // constants in all but name, read once
var (
	visitors = sync.OnceValue(func() catalogue { return mustLoad("visitors") })
	staff    = sync.OnceValue(func() catalogue { return mustLoad("staff") })
)

// catalogue has the entries of both languages by their keys.
type catalogue struct{ ar, en map[string]entry }

// entry is one text.
type entry struct {
	text  Pieces          // in its form Other
	forms map[Form]Pieces // all forms of its language; nil where a number makes no difference
}

// of returns the text for a number.
func (e entry) of(lang string, n int) Pieces {
	if e.forms == nil {
		return e.text
	}
	return e.forms[FormOf(lang, n)]
}

// mustLoad reads a catalogue that is built into the program, and proved by a
// test.
func mustLoad(name string) catalogue {
	arabic, err := load(name + ".ar.toml")
	if err != nil {
		panic(err)
	}
	english, err := load(name + ".en.toml")
	if err != nil {
		panic(err)
	}
	return catalogue{arabic, english}
}

// load reads the file of a catalogue in one language.
func load(path string) (map[string]entry, error) {
	content, err := files.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("texts: %w", err)
	}
	file, err := i18n.ParseMessageFileBytes(content, path, map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		return nil, fmt.Errorf("texts: %s: %w", path, err)
	}
	entries := make(map[string]entry, len(file.Messages))
	for _, m := range file.Messages {
		forms := map[Form]Pieces{}
		for form, text := range map[Form]string{Zero: m.Zero, One: m.One, Two: m.Two, Few: m.Few, Many: m.Many, Other: m.Other} {
			if text == "" {
				continue
			}
			pieces, broken := Split(text)
			if broken != nil {
				return nil, fmt.Errorf("texts: %s: %s: %q is no parameter", path, m.ID, broken[0].Text)
			}
			forms[form] = pieces
		}
		e := entry{text: forms[Other]}
		if len(forms) > 1 {
			e.forms = forms
		}
		entries[m.ID] = e
	}
	return entries, nil
}

func (c catalogue) text(key string, parameters []any) Text {
	return Text{AR: c.in("ar", key, parameters), EN: c.in("en", key, parameters)}
}

func (c catalogue) in(lang, key string, parameters []any) string {
	return c.entry(lang, key).of(lang, number(parameters)).Fill(func(name string) string {
		for i := 0; i+1 < len(parameters); i += 2 {
			if parameters[i] == name {
				return value(lang, parameters[i+1])
			}
		}
		panic(fmt.Sprintf("texts: %s lacks its parameter %s", key, name))
	})
}

func (c catalogue) entry(lang, key string) entry {
	entries := c.ar
	if lang == "en" {
		entries = c.en
	}
	e, ok := entries[key]
	if !ok {
		panic(fmt.Sprintf("texts: no text %q", key))
	}
	return e
}

// number returns the first int of the parameters, which decides the plural
// form; 0 for none.
func number(parameters []any) int {
	for _, p := range parameters {
		if n, ok := p.(int); ok {
			return n
		}
	}
	return 0
}

// value writes a parameter in a language.
func value(lang string, v any) string {
	switch v := v.(type) {
	case string:
		return v
	case Text:
		return v.In(lang)
	}
	return fmt.Sprint(v)
}
