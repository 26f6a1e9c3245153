package setup

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ziyara/catalog"
)

// Kinds returns the kinds, in the order in which they need one another.
func Kinds() []Kind {
	return []Kind{KindBranch, KindDepartment, KindService, KindHolidayList, KindDeskGroup, KindEntity, KindReason}
}

// List returns the name of the list of a file that has things of the kind; "" for an
// unknown kind.
func (k Kind) List() string {
	switch k {
	case KindBranch:
		return "branches"
	case KindDepartment:
		return "departments"
	case KindService:
		return "services"
	case KindHolidayList:
		return "holiday_lists"
	case KindDeskGroup:
		return "desk_groups"
	case KindEntity:
		return "entities"
	case KindReason:
		return "cancellation_reasons"
	}
	return ""
}

// Part is one thing of a centre, as a file has it.
type Part struct {
	Slug string
	JSON json.RawMessage
}

// Parts returns the things of a kind, in their order.
func (c Centre) Parts(k Kind) ([]Part, error) {
	f := fileOf(c)
	switch k {
	case KindBranch:
		return parts(f.Branches, func(b branch) string { return b.Slug })
	case KindDepartment:
		return parts(f.Departments, func(d department) string { return d.Slug })
	case KindService:
		return parts(f.Services, func(s service) string { return s.Slug })
	case KindHolidayList:
		return parts(f.HolidayLists, func(l holidayList) string { return l.Slug })
	case KindDeskGroup:
		return parts(f.DeskGroups, func(g deskGroup) string { return g.Slug })
	case KindEntity:
		return parts(f.Entities, func(e entity) string { return e.Slug })
	case KindReason:
		return parts(f.Reasons, func(r reason) string { return r.Slug })
	}
	return nil, nil
}

func parts[T any](list []T, slug func(T) string) ([]Part, error) {
	made := make([]Part, len(list))
	for i, item := range list {
		text, err := json.Marshal(item)
		if err != nil {
			return nil, fmt.Errorf("setup: write %s: %w", slug(item), err)
		}
		made[i] = Part{slug(item), text}
	}
	return made, nil
}

// Part returns one thing of the centre; nil if there is none.
func (c Centre) Part(k Kind, slug string) (*Part, error) {
	list, err := c.only(k, slug).Parts(k)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// only returns the centre with no more than one thing.
func (c Centre) only(k Kind, slug string) (one Centre) {
	switch k {
	case KindBranch:
		one.Branches = find(c.Branches, slug, branchSlug)
	case KindDepartment:
		one.Departments = find(c.Departments, slug, departmentSlug)
	case KindService:
		one.Services = find(c.Services, slug, serviceSlug)
	case KindHolidayList:
		one.HolidayLists = find(c.HolidayLists, slug, listSlug)
	case KindDeskGroup:
		one.DeskGroups = find(c.DeskGroups, slug, groupSlug)
	case KindEntity:
		one.Entities = find(c.Entities, slug, entitySlug)
	case KindReason:
		one.Reasons = find(c.Reasons, slug, reasonSlug)
	}
	return one
}

func find[T any](list []T, slug string, of func(T) string) []T {
	if i := slices.IndexFunc(list, func(item T) bool { return of(item) == slug }); i >= 0 {
		return list[i : i+1]
	}
	return nil
}

// Put reads one thing, which the centre has or gets, and returns a centre with no more
// than that. It is checked as a file is that has all of the centre: the error is a
// FileError, with pointers into the thing.
func Put(have Centre, k Kind, slug string, part json.RawMessage) (Centre, error) {
	d, err := readJSON(part)
	if err != nil {
		return Centre{}, FileError{{Line: 1, Column: 1, Text: err.Error()}}
	}
	root := "/" + k.List() + "/0"
	alone := &document{value: map[string]any{"format": json.Number("1"), k.List(): []any{d}}}
	if _, err = alone.shape(); err != nil {
		return Centre{}, err
	}
	if len(alone.faults) == 0 && slugOf(d) != slug {
		alone.fault(alone.at(root+"/slug"), "the slug is not that of the address, "+slug+": a slug stays the same")
	}
	if len(alone.faults) > 0 {
		return Centre{}, sorted(relative(alone.faults, root))
	}
	whole, at, err := with(have, k, slug, d)
	if err != nil {
		return Centre{}, err
	}
	root = fmt.Sprintf("/%s/%d", k.List(), at)
	r := &reader{document: whole, only: map[string]bool{root: true}}
	c := r.centre()
	if err = sorted(relative(whole.faults, root)); err != nil {
		return Centre{}, err
	}
	return c.only(k, slug), nil
}

func readJSON(text json.RawMessage) (any, error) {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	var value any
	return value, d.Decode(&value)
}

// with returns the centre as a document in which one thing is another, and its index in
// its list.
func with(have Centre, k Kind, slug string, part any) (*document, int, error) {
	whole, err := asDocument(have)
	if err != nil {
		return nil, 0, err
	}
	fields, _ := whole.value.(map[string]any)
	list, _ := fields[k.List()].([]any)
	at := slices.IndexFunc(list, func(item any) bool { return slugOf(item) == slug })
	if at < 0 {
		at, list = len(list), append(list, nil)
	}
	list[at] = part
	fields[k.List()] = list
	return whole, at, nil
}

// asDocument returns the centre as the document of a file, without positions.
func asDocument(have Centre) (*document, error) {
	text, err := json.Marshal(fileOf(have))
	if err != nil {
		return nil, fmt.Errorf("setup: write: %w", err)
	}
	value, err := readJSON(text)
	if err != nil {
		return nil, fmt.Errorf("setup: read what was written: %w", err)
	}
	return &document{value: value, positions: map[string]position{}}, nil
}

// relative returns the faults with pointers into the thing at root. Others are about all
// of the thing: that it does not go with the rest of the centre.
func relative(faults []*LineError, root string) []*LineError {
	for _, f := range faults {
		inside, ok := strings.CutPrefix(f.Pointer, root)
		if !ok || inside != "" && inside[0] != '/' {
			inside = ""
		}
		f.Pointer = inside
	}
	return faults
}

// DraftService returns a service as it is being described. It may be wrong or incomplete:
// what can't be read has its default.
func DraftService(part json.RawMessage) catalog.Service {
	var s service
	if json.Unmarshal(part, &s) != nil {
		s = service{}
	}
	return s.value()
}
