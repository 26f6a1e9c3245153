package service_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// A portal reads the names that it shows: of all branches and departments, and of one
// branch.
func TestBranchesAndDepartments(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	var all api.BranchList
	centre.Get("/v1/branches").JSON(t, &all)
	if len(all.Branches) != 3 || all.Branches[0].Slug != "riyadh" {
		t.Fatalf("branches: %+v, want the head office first", all.Branches)
	}
	for _, b := range all.Branches {
		var one api.Branch
		centre.Get("/v1/branches/"+b.Slug).JSON(t, &one)
		if diff := cmp.Diff(b, one); diff != "" {
			t.Errorf("the branch (-in the list +alone):\n%s", diff)
		}
	}
	centre.Refused(centre.Get("/v1/branches/medina"), http.StatusNotFound, "unknown-branch")
	var departments api.DepartmentList
	centre.Get("/v1/departments").JSON(t, &departments)
	if len(departments.Departments) != 6 || departments.Departments[0].Slug != "revenues" || departments.Departments[0].Name.AR == "" {
		t.Errorf("departments: %+v", departments.Departments)
	}
}
