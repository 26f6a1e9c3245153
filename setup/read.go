package setup

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/scheduling"
)

// Read reads a file and checks all of it. The error is a FileError: everything that is
// wrong, with its line; what depends on a part that can't be read is not checked.
func Read(data []byte) (Centre, error) {
	d := parse(data)
	if len(d.faults) > 0 {
		return Centre{}, sorted(d.faults)
	}
	wrong, err := d.shape()
	if err != nil {
		return Centre{}, err
	}
	// Nothing more can be said of a file whose lists are none, or too long.
	if slices.ContainsFunc(wrong, func(p string) bool { return strings.Count(p, "/") < 2 && p != "" }) {
		return Centre{}, sorted(d.faults)
	}
	r := &reader{document: d, wrong: wrong}
	c := r.centre()
	if err = sorted(d.faults); err != nil {
		return Centre{}, err
	}
	return c, nil
}

// reader reads the parts of a document that have the right shape, and checks them.
type reader struct {
	*document
	wrong []string // JSON pointers of what has not
	// only has the JSON pointers of the things that have not been checked before; nil for
	// all.
	only map[string]bool
}

// fresh reports whether the thing with the pointer has not been checked before.
func (r *reader) fresh(pointer string) bool { return r.only == nil || r.only[pointer] }

// list is a list of a document. An entry that can't be read has its slug only, so that
// others can name it, and is in bad.
type list[T any] struct {
	entries []T
	slugs   []string
	bad     map[int]bool
}

// entries reads a list of a file.
func entries[T any](r *reader, name string) list[T] {
	l := list[T]{bad: map[int]bool{}}
	fields, _ := r.value.(map[string]any)
	raw, _ := fields[name].([]any)
	for i, item := range raw {
		pointer := fmt.Sprintf("/%s/%d", name, i)
		var entry T
		inside := func(p string) bool { return p == pointer || strings.HasPrefix(p, pointer+"/") }
		if slices.ContainsFunc(r.wrong, inside) {
			l.bad[i] = true
		} else if err := decode(item, &entry); err != nil {
			l.bad[i] = true
			r.fault(r.at(pointer), err.Error())
		}
		l.entries, l.slugs = append(l.entries, entry), append(l.slugs, slugOf(item))
	}
	return l
}

func slugOf(item any) string {
	fields, _ := item.(map[string]any)
	slug, _ := fields["slug"].(string)
	return slug
}

// decode makes a value of a part of a document.
func decode(item, value any) error {
	text, err := json.Marshal(item)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, value)
}

// values returns the entries as the domain has them; those that can't be read become
// what of makes of their slugs.
func values[T, V any](l list[T], value func(T) V, of func(slug string) V) []V {
	made := make([]V, len(l.entries))
	for i, e := range l.entries {
		if l.bad[i] {
			made[i] = of(l.slugs[i])
		} else {
			made[i] = value(e)
		}
	}
	return made
}

// centre reads and checks all lists.
func (r *reader) centre() Centre {
	branches, departments := entries[branch](r, "branches"), entries[department](r, "departments")
	services, lists := entries[service](r, "services"), entries[holidayList](r, "holiday_lists")
	groups := entries[deskGroup](r, "desk_groups")
	entities, reasons := entries[entity](r, "entities"), entries[reason](r, "cancellation_reasons")
	c := Centre{
		Branches: values(branches, branch.value, func(slug string) catalog.Branch { return catalog.Branch{Slug: slug, Zone: "UTC"} }),
		Departments: values(departments, department.value, func(slug string) catalog.Department {
			return catalog.Department{Slug: slug}
		}),
		Services:     values(services, service.value, func(slug string) catalog.Service { return catalog.Service{Slug: slug} }),
		HolidayLists: values(lists, holidayList.value, func(slug string) HolidayList { return HolidayList{Slug: slug} }),
		Entities:     values(entities, entity.value, func(slug string) catalog.Entity { return catalog.Entity{Slug: slug} }),
		Reasons: values(reasons, reason.value, func(slug string) catalog.CancellationReason {
			return catalog.CancellationReason{Slug: slug}
		}),
	}
	zones := map[string]string{}
	for _, b := range c.Branches {
		zones[b.Slug] = b.Zone
	}
	c.DeskGroups = values(groups, func(g deskGroup) DeskGroup { return g.value(zones[g.Branch]) },
		func(slug string) DeskGroup { return DeskGroup{Slug: slug} })
	known := r.catalogue(c, map[catalog.Kind]map[int]bool{
		catalog.KindBranch: branches.bad, catalog.KindDepartment: departments.bad, catalog.KindService: services.bad,
		catalog.KindEntity: entities.bad, catalog.KindReason: reasons.bad,
	})
	r.deskGroups(c, r.holidays(c.HolidayLists, lists.bad), groups.bad)
	r.places(c, known, services, groups.bad)
	return c
}

// listOf returns the list of a file that has the kind.
func listOf(k catalog.Kind) string {
	switch k {
	case catalog.KindBranch:
		return "branches"
	case catalog.KindDepartment:
		return "departments"
	case catalog.KindService:
		return "services"
	case catalog.KindEntity:
		return "entities"
	case catalog.KindReason:
		return "cancellation_reasons"
	}
	return ""
}

// catalogue checks what the domain says of the catalogue, and returns it.
func (r *reader) catalogue(c Centre, bad map[catalog.Kind]map[int]bool) *catalog.Centre {
	known, err := catalog.NewCentre(c.Branches, c.Departments, c.Services, c.Entities, c.Reasons...)
	for _, f := range unjoined[*catalog.EntryError](err) {
		if f.Kind == catalog.KindBranch {
			known.Branches[f.Index].Zone = "UTC" // so that all else can be checked
		}
		if !bad[f.Kind][f.Index] {
			r.fault(r.at(fmt.Sprintf("/%s/%d", listOf(f.Kind), f.Index)), fmt.Sprintf("%s %s: %v", f.Kind, f.Slug, f.Err))
		}
	}
	return known
}

// unjoined returns the errors of a kind that were joined, also in several layers.
func unjoined[E error](err error) []E {
	if err == nil {
		return nil
	}
	if one, ok := err.(E); ok { //nolint:errorlint // one that is wrapped was wrapped on purpose
		return []E{one}
	}
	var all []E
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			all = append(all, unjoined[E](e)...)
		}
	}
	return all
}

// holidays compiles the lists of holidays; one with a fault is empty.
func (r *reader) holidays(lists []HolidayList, bad map[int]bool) map[string]*scheduling.Holidays {
	made := make(map[string]*scheduling.Holidays, len(lists))
	for i, l := range lists {
		pointer := fmt.Sprintf("/holiday_lists/%d", i)
		if _, twice := made[l.Slug]; twice {
			r.fault(r.at(pointer), fmt.Sprintf("holiday list %s: the slug is used twice", l.Slug))
		}
		made[l.Slug] = &scheduling.Holidays{}
		if bad[i] {
			continue
		}
		compiled, err := scheduling.CompileHolidays(l.HolidayList)
		if err != nil {
			r.planFaults(pointer, "holiday list "+l.Slug, err)
			continue
		}
		made[l.Slug] = compiled
	}
	return made
}

// plain returns what is wrong without the names of packages.
func plain(err error) string {
	text := strings.ReplaceAll(err.Error(), ": "+fault.ErrNotFound.Error(), "")
	for _, name := range []string{"scheduling: ", "centre: "} {
		text = strings.TrimPrefix(text, name)
	}
	return text
}

// planFaults reports the faults of a plan or a list of holidays.
func (r *reader) planFaults(pointer, what string, err error) {
	for _, f := range scheduling.Faults(err) {
		r.fault(r.at(pointer+f.Pointer), what+": "+plain(f.Err))
	}
}

// deskGroups checks the calendars and desks of desk groups.
func (r *reader) deskGroups(c Centre, holidays map[string]*scheduling.Holidays, bad map[int]bool) {
	var compiler scheduling.Compiler
	for i := range c.DeskGroups {
		g := &c.DeskGroups[i]
		pointer, what := fmt.Sprintf("/desk_groups/%d", i), "desk group "+g.Slug
		if bad[i] || !r.fresh(pointer) {
			continue
		}
		var lists []*scheduling.Holidays
		if g.HolidayList != "" {
			list, ok := holidays[g.HolidayList]
			if !ok {
				r.fault(r.at(pointer+"/holiday_list"), fmt.Sprintf("%s: unknown holiday list %q", what, g.HolidayList))
				list = &scheduling.Holidays{}
			}
			lists = append(lists, list)
		}
		if _, err := time.LoadLocation(g.Plan.Zone); err == nil && g.Plan.Zone != "" { // a fault of the branch otherwise
			if _, err := compiler.Compile(g.Plan, lists...); err != nil {
				r.planFaults(pointer+"/plan", what, err)
			}
		}
		if len(g.Plan.Rules) == 0 && len(g.Plan.Seasons) == 0 && len(g.Plan.Hours) == 0 {
			r.fault(r.at(pointer+"/plan"), what+": the plan has no rules, so it never opens")
		}
		if err := (&centre.DeskGroup{Services: g.Services}).Fits(g.Plan); err != nil {
			r.planFaults(pointer+"/plan", what, err)
		}
	}
	for _, t := range takenTwice(c.DeskGroups) {
		if !bad[t.group] {
			r.fault(r.at(fmt.Sprintf("/desk_groups/%d/desks/%d", t.group, t.desk)),
				fmt.Sprintf("desk group %s: desk %q is already a desk of %s at this branch", c.DeskGroups[t.group].Slug, t.name, t.other))
		}
	}
}

// places checks which desk group serves what where.
func (r *reader) places(c Centre, known *catalog.Centre, services list[service], bad map[int]bool) {
	groups := make([]*centre.DeskGroup, len(c.DeskGroups))
	unread := func(slug string) bool {
		i := slices.Index(services.slugs, slug)
		return i >= 0 && services.bad[i]
	}
	for i, g := range c.DeskGroups {
		groups[i] = &centre.DeskGroup{
			ID: i, Slug: g.Slug, Branch: g.Branch, Department: g.Department, Standing: g.Standing,
			Services: slices.DeleteFunc(slices.Clone(g.Services), unread),
		}
	}
	_, err := centre.New(known, groups, 0)
	for _, f := range unjoined[*centre.GroupError](err) {
		if !bad[f.Index] {
			r.fault(r.at(fmt.Sprintf("/desk_groups/%d", f.Index)), "desk group "+f.Slug+": "+plain(f.Err))
		}
	}
}

//go:embed new.yaml
var newYAML []byte

// New returns a commented file to start from, which Read accepts.
func New() []byte { return slices.Clone(newYAML) }
