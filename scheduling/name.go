package scheduling

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// ErrName reports a holiday without a name in one of the languages. What people
// can't see is no name.
var ErrName = errors.New("scheduling: the holiday has no name in Arabic or in English")

// CheckNames returns an error unless each holiday of the list, and the bridge if
// there is one, has a name in both languages. It joins a *PlanError for each
// fault. Lists that were stored before names were checked compile all the same.
func (l HolidayList) CheckNames() error {
	var f faults
	for i := range l.Holidays {
		f.checkName(l.Holidays[i].Name, fmt.Sprintf("/holidays/%d/name", i))
	}
	if l.Bridge != (Text{}) {
		f.checkName(l.Bridge, "/bridge")
	}
	return errors.Join(f...)
}

func (f *faults) checkName(name Text, pointer string) {
	if !seenName(name).Complete() {
		f.add(ErrName, name, "%s", pointer)
	}
}

// seenName returns the name without the languages in which there is nothing to
// see.
func seenName(name Text) Text {
	if nameKey(name.AR) == "" {
		name.AR = ""
	}
	if nameKey(name.EN) == "" {
		name.EN = ""
	}
	return name
}

// nameKey returns what names have in common that look the same: in lower case,
// without invisible characters, the words one space apart. It is empty if there
// is nothing to see.
func nameKey(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '\u2800': // a Braille cell without dots
			return ' '
		case unicode.In(r, unicode.C, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
			return -1
		}
		return unicode.ToLower(r)
	}, name)
	if !strings.ContainsFunc(name, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) }) {
		return ""
	}
	return strings.Join(strings.Fields(name), " ")
}

// nameIndex finds entries by a name in either language.
type nameIndex map[nameIn]int

type nameIn struct{ lang, key string }

func keysOf(name Text) [2]nameIn {
	return [...]nameIn{{"ar", nameKey(name.AR)}, {"en", nameKey(name.EN)}}
}

// add adds an entry, unless an earlier one has the name.
func (n nameIndex) add(name Text, entry int) {
	for _, k := range keysOf(name) {
		if _, known := n[k]; !known && k.key != "" {
			n[k] = entry
		}
	}
}

// find returns the first entry with the name.
func (n nameIndex) find(name Text) (entry int, ok bool) {
	for _, k := range keysOf(name) {
		if i, known := n[k]; known && (!ok || i < entry) {
			entry, ok = i, true
		}
	}
	return entry, ok
}
