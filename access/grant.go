package access

import "slices"

// Grant is a member of staff who may ask for an operation. How far that goes
// depends on their roles.
type Grant struct {
	Staff
	roles []Role // that may ask for the operation
}

// May returns the grant of a member of staff for an operation. It returns
// ErrNoRole or ErrForbidden; an operation that is not for staff is forbidden.
func May(s Staff, operation string) (Grant, error) {
	roles := operations[operation].roles
	switch {
	case len(s.Roles) == 0:
		return Grant{}, ErrNoRole
	case !s.has(roles...):
		return Grant{}, ErrForbidden
	}
	return Grant{Staff: s, roles: roles}, nil
}

// Permit returns ErrForbidden unless the grant reaches what belongs to the
// department and the branch (slugs; "" for none).
func (g Grant) Permit(department, branch string) error {
	if !g.reaches(g.roles, department, branch) {
		return ErrForbidden
	}
	return nil
}

// Within returns the departments and branches (slugs) to which a list is
// bounded: what belongs to one of either is in it. Both are nil when it shows
// everything.
func (g Grant) Within() (departments, branches []string) {
	if g.has(g.unbounded()...) {
		return nil, nil
	}
	departments, branches = []string{}, []string{}
	if g.holds(Coordinator) {
		departments = append(departments, g.Departments...)
	}
	if g.holds(Receptionist) {
		branches = append(branches, g.Branches...)
	}
	return departments, branches
}

// unbounded returns the roles of the grant that cover everything.
func (g Grant) unbounded() []Role {
	return slices.DeleteFunc(slices.Clone(g.roles), func(r Role) bool { return r == Coordinator || r == Receptionist })
}

// holds reports whether the grant comes from a role.
func (g Grant) holds(r Role) bool { return slices.Contains(g.roles, r) && g.has(r) }

// Touches reports whether the grant reaches some of what belongs to the
// department and the branch (slugs; "" for any).
func (g Grant) Touches(department, branch string) bool {
	departments, branches := g.Within()
	some := func(own []string, asked string) bool {
		return asked == "" && len(own) > 0 || slices.Contains(own, asked)
	}
	return departments == nil && branches == nil || some(departments, department) || some(branches, branch)
}

// AtBranch returns the departments (slugs) to which the view of a branch is
// bounded, nil for none. It returns ErrForbidden for a grant that shows nothing
// of the branch.
func (g Grant) AtBranch(branch string) (departments []string, err error) {
	departments, branches := g.Within()
	switch {
	case departments == nil && branches == nil, slices.Contains(branches, branch):
		return nil, nil
	case g.holds(Coordinator):
		return departments, nil
	}
	return nil, ErrForbidden
}
