package setup

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind is a kind of thing that a centre has, in the singular.
type Kind string

// The kinds, in the order in which they need one another.
const (
	KindBranch      Kind = "branch"
	KindDepartment  Kind = "department"
	KindService     Kind = "service"
	KindHolidayList Kind = "holiday list"
	KindDeskGroup   Kind = "desk group"
	KindEntity      Kind = "entity"
	KindReason      Kind = "cancellation reason"
)

// Change is what a file changes of one thing.
type Change struct {
	Kind Kind
	Slug string
	New  bool // it is added
	// Order says that the things of the kind get another order; there is no slug.
	Order bool
	// Fields are those that become different, in the order of the file.
	Fields []Field
}

// Field is a field that becomes different, as JSON; nil for one that is not there.
type Field struct {
	Name          string
	Before, After json.RawMessage
}

// Has reports whether a field becomes different.
func (c Change) Has(field string) bool {
	return slices.ContainsFunc(c.Fields, func(f Field) bool { return f.Name == field })
}

// Before and After return the fields that become different, as one JSON object; nil for
// something new.
func (c Change) Before() json.RawMessage {
	if c.New {
		return nil
	}
	return c.object(func(f Field) json.RawMessage { return f.Before })
}

// After returns the fields that become different, as one JSON object.
func (c Change) After() json.RawMessage {
	return c.object(func(f Field) json.RawMessage { return f.After })
}

func (c Change) object(part func(Field) json.RawMessage) json.RawMessage {
	fields := make(map[string]json.RawMessage, len(c.Fields))
	for _, f := range c.Fields {
		if value := part(f); value != nil {
			fields[f.Name] = value
		}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return nil // the parts are JSON already
	}
	return text
}

// longest is how much of a value Lines shows.
const longest = 60

// Lines describes the change: one line for the thing, one for each field.
func (c Change) Lines() []string {
	if c.New {
		return []string{fmt.Sprintf("+ %s %s", c.Kind, c.Slug)}
	}
	if c.Order {
		return []string{"~ order of " + strings.ReplaceAll(c.Kind.List(), "_", " ")}
	}
	lines := []string{fmt.Sprintf("~ %s %s", c.Kind, c.Slug)}
	for _, f := range c.Fields {
		lines = append(lines, leaves(f.Name, f.Before, f.After)...)
	}
	return lines
}

// leaves describes how two values differ: part by part where they have the same parts.
func leaves(path string, before, after json.RawMessage) []string {
	var old, made map[string]json.RawMessage
	if json.Unmarshal(before, &old) == nil && json.Unmarshal(after, &made) == nil && old != nil && made != nil {
		var lines []string
		names := slices.Sorted(maps.Keys(old))
		for _, name := range slices.Sorted(maps.Keys(made)) {
			if _, both := old[name]; !both {
				names = append(names, name)
			}
		}
		for _, name := range names {
			lines = append(lines, leaves(path+"."+name, old[name], made[name])...)
		}
		return lines
	}
	var oldList, madeList []json.RawMessage
	if json.Unmarshal(before, &oldList) == nil && json.Unmarshal(after, &madeList) == nil && len(oldList) == len(madeList) && oldList != nil {
		var lines []string
		for i := range oldList {
			lines = append(lines, leaves(fmt.Sprintf("%s[%d]", path, i), oldList[i], madeList[i])...)
		}
		return lines
	}
	if bytes.Equal(before, after) {
		return nil
	}
	return []string{fmt.Sprintf("    %s: %s -> %s", path, short(before), short(after))}
}

func short(value json.RawMessage) string {
	if value == nil {
		return "(none)"
	}
	text := []rune(strings.Trim(string(value), `"`))
	if len(text) > longest {
		return string(text[:longest-1]) + "…"
	}
	return string(text)
}

// Differences returns what changes when one centre becomes the other. What only the
// first has stays.
func Differences(have, want Centre) ([]Change, error) {
	var changes []Change
	h, w := fileOf(have), fileOf(want)
	err := errors.Join(
		compare(&changes, KindBranch, h.Branches, w.Branches, func(b branch) string { return b.Slug }),
		compare(&changes, KindDepartment, h.Departments, w.Departments, func(d department) string { return d.Slug }),
		compare(&changes, KindService, h.Services, w.Services, func(s service) string { return s.Slug }),
		compare(&changes, KindHolidayList, h.HolidayLists, w.HolidayLists, func(l holidayList) string { return l.Slug }),
		compare(&changes, KindDeskGroup, h.DeskGroups, w.DeskGroups, func(g deskGroup) string { return g.Slug }),
		compare(&changes, KindEntity, h.Entities, w.Entities, func(e entity) string { return e.Slug }),
		compare(&changes, KindReason, h.Reasons, w.Reasons, func(r reason) string { return r.Slug }),
	)
	return changes, err
}

// compare appends the changes of one list.
func compare[T any](changes *[]Change, kind Kind, have, want []T, slug func(T) string) error {
	before := make(map[string]T, len(have))
	for _, item := range have {
		before[slug(item)] = item
	}
	for _, item := range want {
		c := Change{Kind: kind, Slug: slug(item)}
		was, known := before[c.Slug]
		c.New = !known
		var err error
		if c.Fields, err = fieldsOf(was, item, c.New); err != nil {
			return fmt.Errorf("setup: compare %s %s: %w", kind, c.Slug, err)
		}
		if c.New || len(c.Fields) > 0 {
			*changes = append(*changes, c)
		}
	}
	if kind != KindDeskGroup && kind != KindHolidayList { // nobody sees their order
		return compareOrder(changes, kind, all(have, slug), all(want, slug))
	}
	return nil
}

// compareOrder appends a change if what both lists have comes in another order.
func compareOrder(changes *[]Change, kind Kind, have, want []string) error {
	in := func(list []string) func(string) bool {
		return func(s string) bool { return !slices.Contains(list, s) }
	}
	before, after := slices.DeleteFunc(slices.Clone(have), in(want)), slices.DeleteFunc(slices.Clone(want), in(have))
	if slices.Equal(before, after) {
		return nil
	}
	old, err := json.Marshal(before)
	if err != nil {
		return err
	}
	made, err := json.Marshal(after)
	if err != nil {
		return err
	}
	*changes = append(*changes, Change{Kind: kind, Order: true, Fields: []Field{{"order", old, made}}})
	return nil
}

// fieldsOf returns the fields in which two things differ.
func fieldsOf[T any](before, after T, isNew bool) ([]Field, error) {
	old, names, err := object(before)
	if err != nil {
		return nil, err
	}
	if isNew {
		old, names = nil, nil
	}
	made, more, err := object(after)
	if err != nil {
		return nil, err
	}
	for _, name := range more {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var fields []Field
	for _, name := range names {
		if !bytes.Equal(old[name], made[name]) {
			fields = append(fields, Field{name, old[name], made[name]})
		}
	}
	return fields, nil
}

// object returns the fields of a thing as JSON, and their names in order.
func object(of any) (map[string]json.RawMessage, []string, error) {
	text, err := json.Marshal(of)
	if err != nil {
		return nil, nil, err
	}
	fields := map[string]json.RawMessage{}
	var names []string
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil {
		return nil, nil, err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, nil, err
		}
		names = append(names, fmt.Sprint(name))
		fields[names[len(names)-1]] = value
	}
	return fields, names, nil
}
