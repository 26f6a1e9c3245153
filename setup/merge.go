package setup

import (
	"errors"
	"fmt"
	"slices"

	"ziyara/catalog"
	"ziyara/centre"
)

// Merge returns a centre after a file was applied: what the file names is as it says,
// in its order, all else stays where it is. Desks that it does not name stay too. What is
// new follows what the file has before it, or comes last in its list.
func Merge(have, want Centre) Centre {
	merged := Centre{
		Branches:     merge(have.Branches, want.Branches, branchSlug),
		Departments:  merge(have.Departments, want.Departments, departmentSlug),
		Services:     merge(have.Services, want.Services, serviceSlug),
		Entities:     merge(have.Entities, want.Entities, entitySlug),
		Reasons:      merge(have.Reasons, want.Reasons, reasonSlug),
		HolidayLists: merge(have.HolidayLists, want.HolidayLists, listSlug),
		DeskGroups:   merge(have.DeskGroups, want.DeskGroups, groupSlug),
	}
	for _, g := range have.DeskGroups {
		i := slices.IndexFunc(merged.DeskGroups, func(m DeskGroup) bool { return m.Slug == g.Slug })
		merged.DeskGroups[i].Desks = mergeDesks(g.Desks, merged.DeskGroups[i].Desks)
	}
	return merged
}

func branchSlug(b catalog.Branch) string             { return b.Slug }
func departmentSlug(d catalog.Department) string     { return d.Slug }
func serviceSlug(s catalog.Service) string           { return s.Slug }
func entitySlug(e catalog.Entity) string             { return e.Slug }
func reasonSlug(r catalog.CancellationReason) string { return r.Slug }
func listSlug(l HolidayList) string                  { return l.Slug }
func groupSlug(g DeskGroup) string                   { return g.Slug }

func merge[T any](have, want []T, slug func(T) string) []T {
	known, named := make(map[string]bool, len(have)), make(map[string]bool, len(want))
	for _, item := range have {
		known[slug(item)] = true
	}
	var old []T                   // of the file, those that the centre has
	after := make(map[string][]T) // the new ones that follow one of these
	var first []T                 // and those before the first of them
	for _, item := range want {
		s := slug(item)
		named[s] = true
		switch {
		case known[s]:
			old = append(old, item)
		case len(old) == 0:
			first = append(first, item)
		default:
			last := slug(old[len(old)-1])
			after[last] = append(after[last], item)
		}
	}
	merged := have[:0:0]
	next := 0
	for _, item := range have {
		if named[slug(item)] { // the places of those that are named take them in the order of the file
			item = old[next]
			if next == 0 {
				merged = append(merged, first...)
			}
			next++
		}
		merged = append(merged, item)
		merged = append(merged, after[slug(item)]...)
	}
	if len(old) == 0 {
		merged = append(merged, first...)
	}
	return merged
}

// mergeDesks returns the desks that there are, as the file has them, and the others of the
// file. Their order means nothing.
func mergeDesks(have, want []Desk) []Desk {
	merged := slices.Clone(have)
	for _, d := range want {
		if i := slices.IndexFunc(merged, func(m Desk) bool { return m.Name == d.Name }); i >= 0 {
			merged[i] = d
		} else {
			merged = append(merged, d)
		}
	}
	return merged
}

// Missing returns the part of a file that the centre does not have.
func Missing(have, want Centre) Centre {
	return Centre{
		Branches:     missing(have.Branches, want.Branches, branchSlug),
		Departments:  missing(have.Departments, want.Departments, departmentSlug),
		Services:     missing(have.Services, want.Services, serviceSlug),
		Entities:     missing(have.Entities, want.Entities, entitySlug),
		Reasons:      missing(have.Reasons, want.Reasons, reasonSlug),
		HolidayLists: missing(have.HolidayLists, want.HolidayLists, listSlug),
		DeskGroups:   missing(have.DeskGroups, want.DeskGroups, groupSlug),
	}
}

func missing[T any](have, want []T, slug func(T) string) []T {
	known := make(map[string]bool, len(have))
	for _, item := range have {
		known[slug(item)] = true
	}
	return slices.DeleteFunc(slices.Clone(want), func(item T) bool { return known[slug(item)] })
}

// ErrRefused is wrapped by changes that can't be made to a centre that is in use.
var ErrRefused = errors.New("setup: the centre can't change like this")

// Allowed returns why a centre that is in use can't become another; nil if it can. The
// error joins one for each reason, which wraps ErrRefused.
func Allowed(merged Centre, changes []Change) error {
	var refused []error
	refuse := func(text string, args ...any) {
		refused = append(refused, fmt.Errorf("%w: %s", ErrRefused, fmt.Sprintf(text, args...)))
	}
	for _, c := range changes {
		switch {
		case c.New:
		case c.Kind == KindBranch && c.Has("zone"):
			refuse("the zone of branch %s can't change, because its visits have times in it: add another branch", c.Slug)
		case c.Kind == KindDeskGroup && c.Has("branch"):
			refuse("desk group %s can't move to another branch, because its visits were booked there: add another desk group", c.Slug)
		}
	}
	for _, t := range takenTwice(merged.DeskGroups) {
		refuse("desk %q of desk group %s is a desk of %s, which keeps it: take it away there first",
			t.name, merged.DeskGroups[t.group].Slug, t.other)
	}
	known, err := catalog.NewCentre(merged.Branches, merged.Departments, merged.Services, merged.Entities, merged.Reasons...)
	if err != nil {
		refuse("with what it has already: %v", err)
		return errors.Join(refused...)
	}
	groups := make([]*centre.DeskGroup, len(merged.DeskGroups))
	for i, g := range merged.DeskGroups {
		groups[i] = &centre.DeskGroup{ID: i, Slug: g.Slug, Branch: g.Branch, Department: g.Department, Services: g.Services, Standing: g.Standing}
	}
	_, err = centre.New(known, groups, 0)
	for _, f := range unjoined[*centre.GroupError](err) {
		refuse("with the desk groups that it has already, desk group %s: %s", f.Slug, plain(f.Err))
	}
	return errors.Join(refused...)
}

// taken is a desk that a desk group names although another of its branch has it.
type taken struct {
	group, desk int // in the list, and in its desks
	name, other string
}

// takenTwice returns the desks that two desk groups of a branch name, or one names twice.
func takenTwice(groups []DeskGroup) []taken {
	var found []taken
	owners := map[[2]string]string{}
	for i, g := range groups {
		for n, desk := range g.Desks {
			key := [2]string{g.Branch, desk.Name}
			if other, has := owners[key]; has {
				found = append(found, taken{i, n, desk.Name, other})
			}
			owners[key] = g.Slug
		}
	}
	return found
}
