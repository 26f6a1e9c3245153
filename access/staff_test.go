package access

import "testing"

func TestStaffReaches(t *testing.T) {
	t.Parallel()
	everybody := Roles()
	coordinator := Staff{ID: "c", Roles: []Role{Coordinator}, Departments: []string{"revenues"}}
	both := Staff{ID: "b", Roles: []Role{Coordinator, Receptionist}, Departments: []string{"claims"}, Branches: []string{"riyadh"}}
	receptionist := Staff{ID: "r", Roles: []Role{Receptionist}, Branches: []string{"riyadh"}}
	for _, test := range []struct {
		name               string
		staff              Staff
		roles              []Role
		department, branch string
		want               bool
	}{
		{"a coordinator in an own department", coordinator, everybody, "revenues", "jeddah", true},
		{"a coordinator in another department", coordinator, everybody, "claims", "jeddah", false},
		{"a coordinator where no department is meant", coordinator, everybody, "", "jeddah", false},
		{"a receptionist at the own branch", receptionist, everybody, "claims", "riyadh", true},
		{"a receptionist at another branch", receptionist, everybody, "claims", "jeddah", false},
		{"a role that the operation is not for", receptionist, []Role{Coordinator, Admin}, "claims", "riyadh", false},
		{"an agent anywhere", Staff{Roles: []Role{Agent}}, everybody, "claims", "jeddah", true},
		{"two roles reach what one of them does", both, everybody, "claims", "jeddah", true},
		{"nobody", Staff{}, everybody, "claims", "jeddah", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.staff.reaches(test.roles, test.department, test.branch); got != test.want {
				t.Errorf("reaches(%v, %q, %q) = %v, want %v", test.roles, test.department, test.branch, got, test.want)
			}
		})
	}
}
