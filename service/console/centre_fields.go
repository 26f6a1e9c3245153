package console

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"ziyara/setup"
)

// widget is how a field of a part of the centre is typed in.
type widget int

const (
	isText      widget = iota // in Arabic and English
	isWords                   // one line
	isSlug                    // the name of the thing itself
	isChoice                  // one of a few words
	isPart                    // another part, by its slug
	isParts                   // several of them
	isDuration                // a number and a unit
	isDurations               // several, as a file writes them
	isTime                    // HH:MM
	isDate                    // YYYY-MM-DD
	isMonthDay                // MM-DD
	isNumber                  // a whole number
	isYes                     // yes or no
	isGroup                   // fields of their own
	isRows                    // any number of them
	isTexts                   // any number of texts in Arabic and English
)

// field is a field of a part of the centre, as its page shows it. Its texts are
// console.part_NAME, and console.hint_NAME if it has a hint.
type field struct {
	name    string
	is      widget
	fields  []field    // of a group, or of each row
	of      setup.Kind // whose slugs a part is
	choices []string
	needed  bool
	hint    bool
	most    int // of a number
}

// section is a part of the page of a part of the centre.
type section struct {
	key    string // of its title, console.section_KEY
	open   bool   // shown without being asked for
	fields []field
}

func (f field) require() field { f.needed = true; return f }
func (f field) hinted() field  { f.hint = true; return f }

func text(name string) field     { return field{name: name, is: isText} }
func duration(name string) field { return field{name: name, is: isDuration} }
func wall(name string) field     { return field{name: name, is: isTime} }
func date(name string) field     { return field{name: name, is: isDate} }
func slug() field                { return field{name: "slug", is: isSlug, needed: true, hint: true} }

// inner is the slug of a row.
func inner() field { return field{name: "slug", is: isSlug, needed: true} }

func yes(name string) field { return field{name: name, is: isYes} }

func whole(name string, most int) field { return field{name: name, is: isNumber, most: most} }
func part(name string, of setup.Kind) field {
	return field{name: name, is: isPart, of: of}
}
func choice(name string, choices ...string) field {
	return field{name: name, is: isChoice, choices: choices}
}
func group(name string, fields ...field) field { return field{name: name, is: isGroup, fields: fields} }
func rows(name string, fields ...field) field  { return field{name: name, is: isRows, fields: fields} }

// outOfUse is when a part is out of use.
func outOfUse() section {
	return section{key: "standing", fields: []field{
		rows("pauses", date("from").require(), date("until").require(), text("reason").require()).hinted(),
		group("retired", date("from"), text("reason")).hinted(),
	}}
}

// sections are those of the page of a kind, in their order.
func sections(k setup.Kind) []section {
	main := section{key: "main", open: true, fields: []field{slug(), text("name").require()}}
	add := func(fields ...field) { main.fields = append(main.fields, fields...) }
	retired := section{key: "standing", fields: []field{group("retired", date("from"), text("reason")).hinted()}}
	switch k {
	case setup.KindBranch:
		add(text("short_name").hinted(), text("city").require(), text("address").require().hinted(),
			field{name: "zone", is: isWords, needed: true, hint: true},
			group("quiet", wall("from"), wall("to")).hinted())
		return []section{main, outOfUse()}
	case setup.KindDepartment:
		return []section{main, outOfUse()}
	case setup.KindService:
		return serviceSections(main)
	case setup.KindHolidayList:
		main.fields = []field{slug(), text("bridge").hinted()}
		return []section{main, {key: "holidays", open: true, fields: []field{rows("holidays",
			field{name: "slug", is: isWords, needed: true}, text("name").require(),
			group("hijri", monthDay("from"), monthDay("until")).hinted(),
			group("yearly", monthDay("from"), monthDay("until")).hinted(),
			rows("dates", date("from").require(), date("until").require()),
			whole("since", 9999).hinted(),
			rows("announced", whole("year", 9999).require(), date("from").require(), date("until").require()).hinted(),
			yes("shift"), yes("weekend"),
		)}}}
	case setup.KindDeskGroup:
		add(part("branch", setup.KindBranch).require().hinted(), part("department", setup.KindDepartment).require(),
			field{name: "services", is: isParts, of: setup.KindService, needed: true, hint: true},
			part("holiday_list", setup.KindHolidayList).hinted())
		return []section{main, {key: "desks", fields: []field{
			rows("desks", field{name: "name", is: isWords, needed: true}, yes("accessible")).hinted(),
		}}, outOfUse()}
	case setup.KindEntity:
		add(field{name: "link", is: isWords, needed: true}, field{name: "topics", is: isTexts, hint: true})
	case setup.KindReason:
	}
	return []section{main, retired}
}

func monthDay(name string) field { return field{name: name, is: isMonthDay} }

func serviceSections(main section) []section {
	main.fields = append(main.fields,
		part("department", setup.KindDepartment).require(), text("about"), duration("duration").require().hinted(),
		field{name: "online", is: isWords, hint: true})
	return []section{
		main,
		{key: "bring", open: true, fields: []field{rows("requirements", text("name").require(), inner())}},
		{key: "booking", fields: []field{
			duration("notice").hinted(), whole("notice_working_days", 260).hinted(),
			duration("horizon").hinted(), whole("horizon_working_days", 260).hinted(), wall("opens_at").hinted(),
			duration("cancel_cutoff").hinted(), duration("move_cutoff").hinted(),
			whole("party_limit", 50).hinted(), yes("place_per_visitor"), whole("active_limit", 20).hinted(),
			yes("published"),
			group("rebooking", whole("limit", 100), duration("window"), duration("pause")).hinted(),
			group("approval", duration("answer"), choice("default", "approve", "decline")).hinted(),
		}},
		{key: "time", fields: []field{
			duration("before"), duration("after"), duration("step").hinted(), duration("gap_step").hinted(),
			duration("reoffer_delay").hinted(),
			rows("needs", text("name").require(), duration("extra"), inner()).hinted(),
		}},
		{key: "places", fields: []field{
			group("hold_back", whole("public", 1000), whole("agent", 1000), whole("walk_in", 1000), whole("protected", 1000)).hinted(),
			wall("walk_in_release").hinted(),
		}},
		{key: "words", fields: []field{{name: "topics", is: isTexts, hint: true}}},
		{key: "reception", fields: []field{
			{name: "reminders", is: isDurations, hint: true},
			group("hall", duration("early"), duration("late"), choice("late_turn", "behind", "arrival", "kept"), duration("no_show")).hinted(),
		}},
		outOfUse(),
	}
}

// fieldsOf are all fields of the page of a kind.
func fieldsOf(k setup.Kind) []field {
	var all []field
	for _, s := range sections(k) {
		all = append(all, s.fields...)
	}
	return all
}

// typedPart is a part of the centre as its form has it: texts by JSON pointers such as
// /needs/0/name/ar, and the unit of a duration at its pointer with unitMark.
type typedPart map[string]string

// unitMark follows the pointer of a duration in the name of its unit.
const unitMark = "#unit"

// unitsOfTime are the units of a duration, the largest first.
func unitsOfTime() []struct {
	name    string
	minutes int
} {
	return []struct {
		name    string
		minutes int
	}{{"d", 24 * 60}, {"h", 60}, {"m", 1}}
}

// typedOf returns a part as its form has it.
func typedOf(fields []field, object map[string]any) typedPart {
	out := typedPart{}
	out.fill("", fields, object)
	return out
}

func (t typedPart) fill(at string, fields []field, object map[string]any) {
	for _, f := range fields {
		value, ok := object[f.name]
		if !ok {
			continue
		}
		t.put(at+"/"+f.name, f, value)
	}
}

func (t typedPart) put(at string, f field, value any) {
	list, _ := value.([]any)
	object, _ := value.(map[string]any)
	word, _ := value.(string)
	switch f.is {
	case isText:
		for _, lang := range []string{"ar", "en"} {
			t[at+"/"+lang], _ = object[lang].(string)
		}
	case isDuration:
		if minutes, ok := minutesIn(word); ok {
			for _, u := range unitsOfTime() {
				if minutes%u.minutes == 0 && (minutes >= 2*u.minutes || u.minutes < 24*60) && (minutes > 0 || u.minutes == 1) {
					t[at], t[at+unitMark] = strconv.Itoa(minutes/u.minutes), u.name
					break
				}
			}
		}
	case isDurations:
		var all []string
		for _, one := range list {
			word, _ = one.(string)
			all = append(all, word)
		}
		t[at] = strings.Join(all, " ")
	case isParts:
		for _, one := range list {
			word, _ = one.(string)
			t[at+"/"+word] = word
		}
	case isNumber:
		if n, ok := value.(float64); ok {
			t[at] = strconv.Itoa(int(n))
		}
	case isYes:
		if on, _ := value.(bool); on {
			t[at] = "true"
		}
	case isGroup:
		t.fill(at, f.fields, object)
	case isRows:
		for i, one := range list {
			row, _ := one.(map[string]any)
			t.fill(at+"/"+strconv.Itoa(i), f.fields, row)
		}
	case isTexts:
		for i, one := range list {
			t.put(at+"/"+strconv.Itoa(i), field{is: isText}, one)
		}
	case isWords, isSlug, isChoice, isPart, isTime, isDate, isMonthDay:
		t[at] = word
	}
}

// durationOf returns minutes as the API writes them: whole days from two on as days, the
// rest as hours and minutes.
func durationOf(minutes int) string {
	const hour, day = 60, 24 * 60
	switch {
	case minutes >= 2*day && minutes%day == 0:
		return strconv.Itoa(minutes/day) + "d"
	case minutes < hour:
		return strconv.Itoa(minutes) + "m"
	case minutes%hour == 0:
		return strconv.Itoa(minutes/hour) + "h"
	}
	return strconv.Itoa(minutes/hour) + "h" + strconv.Itoa(minutes%hour) + "m"
}

// minutesIn returns the minutes of a duration as a file writes it.
func minutesIn(word string) (minutes int, ok bool) {
	for _, u := range unitsOfTime() {
		before, after, found := strings.Cut(word, u.name)
		if !found {
			continue
		}
		n, err := strconv.Atoi(before)
		if err != nil || n < 0 {
			return 0, false
		}
		minutes, word, ok = minutes+n*u.minutes, after, true
	}
	return minutes, ok && word == ""
}

// part returns what was typed as the part that the API reads. What is not of the form, such
// as a plan, stays as base has it. Rows in which nothing was typed are left out.
func (t typedPart) part(fields []field, base map[string]any) map[string]any {
	out := t.object("", fields)
	for name, value := range base {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			out[name] = value
		}
		list, ok := value.([]any)
		if !ok {
			continue
		}
		chosen, _ := out[name].([]any)
		switch {
		case len(list) == 0 && out[name] == nil: // never, where no list means as usual: a form can't tell them apart
			out[name] = value
		case len(chosen) > 0 && slices.Equal(sorted(list), sorted(chosen)) && len(sorted(list)) == len(list): // ticked ones have no order
			out[name] = value
		}
	}
	return out
}

// sorted returns the words of a list in an order of their own.
func sorted(list []any) (words []string) {
	for _, one := range list {
		if word, ok := one.(string); ok {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return words
}

func (t typedPart) object(at string, fields []field) map[string]any {
	out := make(map[string]any, len(fields))
	for _, f := range fields {
		if value := t.value(at+"/"+f.name, f); value != nil {
			out[f.name] = value
		}
	}
	return out
}

// value returns what was typed for a field; nil for nothing. What can't be read is
// returned as it was typed, so that the API says what is wrong with it.
func (t typedPart) value(at string, f field) any {
	typed := t[at]
	switch f.is {
	case isText:
		ar, en := t[at+"/ar"], t[at+"/en"]
		if ar == "" && en == "" {
			return nil
		}
		return map[string]any{"ar": ar, "en": en}
	case isNumber:
		if n, err := strconv.Atoi(typed); err == nil {
			return n
		}
	case isDuration:
		for _, u := range unitsOfTime() {
			if n, err := strconv.Atoi(typed); err == nil && u.name == t[at+unitMark] && 0 <= n && n < maxNumber {
				return durationOf(n * u.minutes)
			}
		}
	case isDurations:
		if typed != "" {
			return strings.FieldsFunc(typed, func(r rune) bool { return r == ' ' || r == ',' || r == '،' })
		}
	case isYes:
		if typed == "true" {
			return true
		}
		return nil
	case isParts:
		var chosen []any
		for _, name := range t.below(at) {
			chosen = append(chosen, t[at+"/"+name])
		}
		if chosen != nil {
			return chosen
		}
	case isGroup:
		if object := t.object(at, f.fields); len(object) > 0 {
			return object
		}
		return nil
	case isRows, isTexts:
		var list []any
		for i := range t.rows(at) {
			here := at + "/" + strconv.Itoa(i)
			var row any
			if f.is == isTexts {
				row = t.value(here, field{is: isText})
			} else if object := t.object(here, f.fields); len(object) > 0 {
				row = object
			}
			if row != nil {
				list = append(list, row)
			}
		}
		if list != nil {
			return list
		}
		return nil
	case isWords, isSlug, isChoice, isPart, isTime, isDate, isMonthDay:
	}
	if typed == "" {
		return nil
	}
	return typed
}

// missing returns the pointers of what is needed and was not typed.
func (t typedPart) missing(at string, fields []field) (pointers []string) {
	for _, f := range fields {
		here := at + "/" + f.name
		switch {
		case f.is == isText && f.needed:
			for _, lang := range []string{"/ar", "/en"} {
				if t[here+lang] == "" {
					pointers = append(pointers, here+lang)
				}
			}
		case f.is == isRows:
			for i := range t.rows(here) {
				pointers = append(pointers, t.missing(here+"/"+strconv.Itoa(i), f.fields)...)
			}
		case f.needed && t.value(here, f) == nil:
			pointers = append(pointers, here)
		}
	}
	return pointers
}

// below returns the names right below a pointer, sorted.
func (t typedPart) below(at string) []string {
	var names []string
	for pointer := range t {
		if rest, ok := strings.CutPrefix(pointer, at+"/"); ok {
			name, _, _ := strings.Cut(rest, "/")
			name, _, _ = strings.Cut(name, "#")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// fieldAt returns the name of the innermost field that a pointer leads to; "" for none.
func fieldAt(fields []field, pointer string) (name string) {
	for step := range strings.SplitSeq(pointer, "/") {
		for _, f := range fields {
			if f.name == step {
				name, fields = step, f.fields
				break
			}
		}
	}
	return name
}

// maxNumber bounds numbers, so that a made-up one is no other number.
const maxNumber = 1_000_000

// maxRows bounds the rows of a list, so that a made-up number builds no page without an
// end.
const maxRows = 1000

// rows returns how many rows a list has, empty ones too.
func (t typedPart) rows(at string) (n int) {
	for _, name := range t.below(at) {
		if i, err := strconv.Atoi(name); err == nil && i >= n && i < maxRows {
			n = i + 1
		}
	}
	return n
}

// without removes a row of a list.
func (t typedPart) without(at string) {
	list, name := at[:strings.LastIndexByte(at, '/')], at[strings.LastIndexByte(at, '/')+1:]
	gone, err := strconv.Atoi(name)
	if err != nil {
		return
	}
	moved := make(typedPart, len(t))
	for pointer, value := range t {
		rest, ok := strings.CutPrefix(pointer, list+"/")
		index, tail, _ := strings.Cut(rest, "/")
		i, err := strconv.Atoi(index)
		switch {
		case !ok || err != nil || i < gone:
			moved[pointer] = value
		case i > gone:
			moved[strings.TrimSuffix(list+"/"+strconv.Itoa(i-1)+"/"+tail, "/")] = value
		}
	}
	clear(t)
	maps.Copy(t, moved)
}
