package catalog

import "slices"

// Role is what a member of staff does at the centre.
type Role string

// The roles. What each of them may do is one table, in service/api.
const (
	RoleCoordinator  Role = "coordinator"  // runs the calendars and visits of departments
	RoleReceptionist Role = "receptionist" // runs the hall of branches
	RoleAgent        Role = "agent"        // answers calls and books for callers
	RoleManager      Role = "manager"      // sees how it goes, everywhere
	RoleAdmin        Role = "admin"        // may do everything
)

// Roles returns every role.
func Roles() []Role {
	return []Role{RoleCoordinator, RoleReceptionist, RoleAgent, RoleManager, RoleAdmin}
}

// Staff is a member of staff, as the identity provider vouches for them.
type Staff struct {
	ID          string   `json:"id"` // what audit entries call them; never ""
	Name        string   `json:"name"`
	Roles       []Role   `json:"roles"`
	Departments []string `json:"departments"` // slugs; what a coordinator runs
	Branches    []string `json:"branches"`    // slugs; where a receptionist is
}

// Has reports whether the member of staff has one of the roles.
func (s Staff) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(s.Roles, r) })
}

// Reaches reports whether one of the roles, which the member of staff has,
// covers what belongs to a department and a branch (slugs; "" for what belongs
// to none). A coordinator covers their departments at every branch, a
// receptionist all departments at their branches, everybody else everything.
func (s Staff) Reaches(roles []Role, department, branch string) bool {
	return slices.ContainsFunc(roles, func(r Role) bool {
		if !s.Has(r) {
			return false
		}
		switch r {
		case RoleCoordinator:
			return slices.Contains(s.Departments, department)
		case RoleReceptionist:
			return slices.Contains(s.Branches, branch)
		case RoleAgent, RoleManager, RoleAdmin:
		}
		return true
	})
}
