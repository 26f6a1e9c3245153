package demo

import (
	"slices"
	"testing"

	"ziyara/access"
	"ziyara/catalog"
)

// Every department has a coordinator and every branch a receptionist. There is
// a person for each role and one with two roles, and everyone works at a
// department or branch that exists.
func TestStaff(t *testing.T) {
	t.Parallel()
	centre, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	var departments, branches []string
	for _, d := range centre.Departments {
		departments = append(departments, d.Slug)
	}
	for _, b := range centre.Branches {
		branches = append(branches, b.Slug)
	}
	staff, ids := Staff(departments, branches), map[string]bool{}
	some := func(what string, is func(access.Staff) bool) {
		if !slices.ContainsFunc(staff, is) {
			t.Errorf("no %s", what)
		}
	}
	for _, d := range centre.Departments {
		some("coordinator of "+d.Slug, func(s access.Staff) bool {
			return slices.Equal(s.Roles, []access.Role{access.Coordinator}) && slices.Equal(s.Departments, []string{d.Slug})
		})
	}
	for _, b := range centre.Branches {
		some("receptionist of "+b.Slug, func(s access.Staff) bool {
			return slices.Equal(s.Roles, []access.Role{access.Receptionist}) && slices.Equal(s.Branches, []string{b.Slug})
		})
	}
	for _, r := range access.Roles() {
		some(string(r), func(s access.Staff) bool { return slices.Equal(s.Roles, []access.Role{r}) })
	}
	some("member of staff with two roles", func(s access.Staff) bool { return len(s.Roles) == 2 })
	for _, s := range staff {
		if s.ID == "" || s.Name == "" || ids[s.ID] {
			t.Errorf("%q has no id or name, or an id that is used twice", s.ID)
		}
		ids[s.ID] = true
		for _, slug := range s.Departments {
			if !slices.ContainsFunc(centre.Departments, func(d catalog.Department) bool { return d.Slug == slug }) {
				t.Errorf("%s coordinates the unknown department %s", s.ID, slug)
			}
		}
		for _, slug := range s.Branches {
			if !slices.ContainsFunc(centre.Branches, func(b catalog.Branch) bool { return b.Slug == slug }) {
				t.Errorf("%s works at the unknown branch %s", s.ID, slug)
			}
		}
	}
}

// A centre of any size has staff for all of it.
func TestStaffOfAnyCentre(t *testing.T) {
	t.Parallel()
	slugs := func(n int) []string {
		list := make([]string, n)
		for i := range list {
			list[i] = string(rune('a' + i))
		}
		return list
	}
	for _, size := range []struct{ departments, branches int }{{0, 0}, {1, 1}, {2, 9}, {20, 2}} {
		departments, branches := map[string]bool{}, map[string]bool{}
		roles := map[access.Role]bool{}
		for _, s := range Staff(slugs(size.departments), slugs(size.branches)) {
			for _, d := range s.Departments {
				departments[d] = true
			}
			for _, b := range s.Branches {
				branches[b] = true
			}
			for _, r := range s.Roles {
				roles[r] = true
			}
		}
		if len(departments) != size.departments || len(branches) != size.branches || !roles[access.Admin] {
			t.Errorf("%+v: staff of %d departments and %d branches, roles %v", size, len(departments), len(branches), roles)
		}
	}
}
