package api

import "ziyara/catalog"

// permission says who of the staff may ask for an operation.
type permission struct {
	roles []catalog.Role
	// visitors says that the operation is a visitor's, too, who comes with a
	// token of their own or with none.
	visitors bool
}

// permissions returns who may do what, by operation of the contract. What is
// not in it is not for staff. Whether the roles reach the department and the
// branch that are asked for is Staff.Reaches.
func permissions() map[string]permission {
	var (
		everybody = catalog.Roles()
		decides   = []catalog.Role{catalog.RoleCoordinator, catalog.RoleAdmin}
	)
	reads := []catalog.Role{catalog.RoleCoordinator, catalog.RoleReceptionist, catalog.RoleManager, catalog.RoleAdmin}
	return map[string]permission{
		"getMe":              {roles: everybody},
		"approveAppointment": {roles: decides},
		"declineAppointment": {roles: decides},
		"proposeStart":       {roles: decides},
		"listActs":           {roles: []catalog.Role{catalog.RoleCoordinator, catalog.RoleManager, catalog.RoleAdmin}},
		"listReports":        {roles: reads},
		"getReport":          {roles: reads},
	}
}
