package demo

import (
	"slices"
	"testing"

	"ziyara/access"
	"ziyara/catalog"
)

// Every department has a coordinator and every branch a receptionist; there is
// somebody for each role, somebody with two, and nobody works where nothing is.
func TestStaff(t *testing.T) {
	t.Parallel()
	centre, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	staff, ids := Staff(), map[string]bool{}
	some := func(what string, is func(access.Staff) bool) {
		if !slices.ContainsFunc(staff, is) {
			t.Errorf("there is no %s", what)
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
			t.Errorf("%q is not a name of their own", s.ID)
		}
		ids[s.ID] = true
		for _, slug := range s.Departments {
			if !slices.ContainsFunc(centre.Departments, func(d catalog.Department) bool { return d.Slug == slug }) {
				t.Errorf("%s runs %s, which is no department", s.ID, slug)
			}
		}
		for _, slug := range s.Branches {
			if !slices.ContainsFunc(centre.Branches, func(b catalog.Branch) bool { return b.Slug == slug }) {
				t.Errorf("%s is at %s, which is no branch", s.ID, slug)
			}
		}
	}
}
