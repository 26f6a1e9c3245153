package access

import (
	"errors"
	"slices"
	"testing"
)

// callVisitor is for coordinators, receptionists and admins; listSlots is for
// all staff, and for visitors; getHall is not for agents.
func TestMay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, operation string
		staff           Staff
		want            error
	}{
		{"a role of the operation", "callVisitor", Staff{Roles: []Role{Receptionist}}, nil},
		{"one of two roles", "callVisitor", Staff{Roles: []Role{Agent, Coordinator}}, nil},
		{"another role", "callVisitor", Staff{Roles: []Role{Agent}}, ErrForbidden},
		{"no role", "callVisitor", Staff{ID: "x"}, ErrNoRole},
		{"no operation for staff", "createVerification", Staff{Roles: []Role{Admin}}, ErrForbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := May(c.staff, c.operation); !errors.Is(err, c.want) {
				t.Errorf("May(%v, %s): %v, want %v", c.staff.Roles, c.operation, err, c.want)
			}
		})
	}
}

func TestOperations(t *testing.T) {
	t.Parallel()
	agent := Operations(Staff{Roles: []Role{Agent}})
	if !slices.IsSorted(agent) || !slices.Contains(agent, "cancelOnBehalf") || slices.Contains(agent, "callVisitor") {
		t.Errorf("an agent may %v", agent)
	}
	if none := Operations(Staff{}); none == nil || len(none) != 0 {
		t.Errorf("without a role: %v, want an empty list", none)
	}
	if !ForStaff("callVisitor") || ForStaff("createVerification") || ForVisitors("callVisitor") || !ForVisitors("listSlots") {
		t.Error("the operations of staff and visitors are mixed up")
	}
}

// How far a grant goes: to what a coordinator runs, to where a receptionist is,
// to everything by another role of the operation, and by no role beside it.
func TestGrantReaches(t *testing.T) {
	t.Parallel()
	coordinator := Staff{Roles: []Role{Coordinator}, Departments: []string{"revenues"}}
	both := Staff{Roles: []Role{Coordinator, Receptionist}, Departments: []string{"revenues"}, Branches: []string{"riyadh"}}
	elsewhere := Staff{Roles: []Role{Receptionist}, Branches: []string{"jeddah"}}
	managing := Staff{Roles: []Role{Coordinator, Manager}, Departments: []string{"revenues"}}
	for _, c := range []struct {
		name, operation       string
		staff                 Staff
		departments, branches []string // of lists; both nil for everything
		department, branch    string   // that is asked about
		permit, touches       bool
		riyadh                error // of what a view of Riyadh shows
	}{
		{"a coordinator, own", "getHall", coordinator, []string{"revenues"}, []string{}, "revenues", "jeddah", true, true, nil},
		{"a coordinator, other", "getHall", coordinator, []string{"revenues"}, []string{}, "care", "jeddah", false, false, nil},
		{"a coordinator, any", "getHall", coordinator, []string{"revenues"}, []string{}, "", "", false, true, nil},
		{"a coordinator of none", "getHall", Staff{Roles: []Role{Coordinator}}, []string{}, []string{}, "", "", false, false, nil},
		{"both, by the branch", "getHall", both, []string{"revenues"}, []string{"riyadh"}, "care", "riyadh", true, true, nil},
		{"a receptionist elsewhere", "getHall", elsewhere, []string{}, []string{"jeddah"}, "care", "riyadh", false, false, ErrForbidden},
		{"a manager too", "getHall", managing, nil, nil, "care", "jeddah", true, true, nil},
		{"a manager too, where managers may not", "putDesk", managing, []string{"revenues"}, []string{}, "care", "jeddah", false, false, nil},
		{"a receptionist too, where they may not", "putDesk", both, []string{"revenues"}, []string{}, "care", "riyadh", false, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g, err := May(c.staff, c.operation)
			if err != nil {
				t.Fatal(err)
			}
			departments, branches := g.Within()
			same := slices.Equal(departments, c.departments) && slices.Equal(branches, c.branches)
			if !same || (departments == nil) != (c.departments == nil) {
				t.Errorf("Within() = %v, %v; want %v, %v", departments, branches, c.departments, c.branches)
			}
			if got := g.Permit(c.department, c.branch) == nil; got != c.permit {
				t.Errorf("Permit(%q, %q): %v, want %v", c.department, c.branch, got, c.permit)
			}
			if got := g.Touches(c.department, c.branch); got != c.touches {
				t.Errorf("Touches(%q, %q): %v, want %v", c.department, c.branch, got, c.touches)
			}
			if _, err = g.AtBranch("riyadh"); !errors.Is(err, c.riyadh) {
				t.Errorf("AtBranch: %v, want %v", err, c.riyadh)
			}
		})
	}
}

func TestBeyondOperations(t *testing.T) {
	t.Parallel()
	receptionist := Staff{Roles: []Role{Receptionist}, Branches: []string{"riyadh"}}
	coordinator := Staff{Roles: []Role{Coordinator}, Departments: []string{"revenues"}}
	for _, c := range []struct {
		name                     string
		staff                    Staff
		protected, desk, contact bool
	}{
		{"a receptionist", receptionist, false, true, true},
		{"a coordinator", coordinator, true, false, true},
		{"an agent", Staff{Roles: []Role{Agent}}, false, false, true},
		{"a manager", Staff{Roles: []Role{Manager}}, false, false, false},
		{"an admin", Staff{Roles: []Role{Admin}}, true, true, true},
		{"a receptionist of another branch", Staff{Roles: []Role{Receptionist}, Branches: []string{"jeddah"}}, false, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.staff.GivesProtected("revenues", "riyadh"); got != c.protected {
				t.Errorf("gives protected places: %v, want %v", got, c.protected)
			}
			if got := c.staff.AtDesk("revenues", "riyadh"); got != c.desk {
				t.Errorf("is at the desk: %v, want %v", got, c.desk)
			}
			if got := c.staff.SeesContact("revenues", "riyadh"); got != c.contact {
				t.Errorf("sees contacts: %v, want %v", got, c.contact)
			}
		})
	}
}
