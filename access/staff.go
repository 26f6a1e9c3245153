package access

import "slices"

// Role is what a member of staff does at the centre. What each of them may ask
// for is the table in operations.go.
type Role string

// The roles.
const (
	Coordinator  Role = "coordinator"  // runs the calendars and visits of departments
	Receptionist Role = "receptionist" // runs the hall of branches
	Agent        Role = "agent"        // answers calls and books for callers
	Manager      Role = "manager"      // sees how it goes, everywhere
	Admin        Role = "admin"        // may do everything
)

// Roles returns every role of people.
func Roles() []Role {
	return []Role{Coordinator, Receptionist, Agent, Manager, Admin}
}

// The roles of systems, which no person has.
const (
	Reader Role = "reader" // reads visits and reports, everywhere
	Portal Role = "portal" // asks for its users as visitors ask, and says for whom
)

// SystemRoles returns every role of systems.
func SystemRoles() []Role { return []Role{Reader, Portal} }

// IsSystem reports whether it is a system that asks, not a person.
func (s Staff) IsSystem() bool { return s.has(SystemRoles()...) }

// AsksForUsers reports whether what is asked counts for whom the system says.
func (s Staff) AsksForUsers() bool { return s.has(Portal) }

// Staff is a member of staff, as the identity provider vouches for them.
type Staff struct {
	ID          string   `json:"id"` // what audit entries call them; never ""
	Name        string   `json:"name"`
	Roles       []Role   `json:"roles"`
	Departments []string `json:"departments"` // slugs; what a coordinator runs
	Branches    []string `json:"branches"`    // slugs; where a receptionist is
}

// has reports whether the member of staff has one of the roles.
func (s Staff) has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(s.Roles, r) })
}

// reaches reports whether one of the roles, which the member of staff has,
// covers what belongs to a department and a branch (slugs; "" for what belongs
// to none). A coordinator covers their departments at every branch, a
// receptionist all departments at their branches, the other roles everything.
func (s Staff) reaches(roles []Role, department, branch string) bool {
	return slices.ContainsFunc(roles, func(r Role) bool {
		if !s.has(r) {
			return false
		}
		switch r {
		case Coordinator:
			return slices.Contains(s.Departments, department)
		case Receptionist:
			return slices.Contains(s.Branches, branch)
		case Agent, Manager, Admin, Reader, Portal:
		}
		return true
	})
}

// The methods below go beyond the operations: of the staff who may ask for an
// operation, some see or do more than others.

// GivesProtected reports whether the member of staff gives the protected places
// of a department at a branch.
func (s Staff) GivesProtected(department, branch string) bool {
	return s.reaches(decide, department, branch)
}

// AtDesk reports whether the member of staff has the department's visitors at
// the branch in front of them.
func (s Staff) AtDesk(department, branch string) bool {
	return s.reaches([]Role{Receptionist, Admin}, department, branch)
}

// SeesContact reports whether the member of staff sees how to reach the
// visitors of a department at a branch, and who represents them.
func (s Staff) SeesContact(department, branch string) bool {
	return s.reaches(serve, department, branch)
}
