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
		everybody  = catalog.Roles()
		subscribes = []catalog.Role{catalog.RoleCoordinator, catalog.RoleReceptionist, catalog.RoleAdmin}
		decides    = []catalog.Role{catalog.RoleCoordinator, catalog.RoleAdmin}
	)
	corresponds := []catalog.Role{catalog.RoleCoordinator, catalog.RoleReceptionist, catalog.RoleAgent, catalog.RoleAdmin}
	return map[string]permission{
		"listMessages":       {roles: corresponds},
		"resendMessage":      {roles: corresponds},
		"getMessageText":     {roles: decides},
		"saveMessageText":    {roles: decides},
		"previewMessageText": {roles: decides},
		"getMessageBudget":   {roles: []catalog.Role{catalog.RoleCoordinator, catalog.RoleManager, catalog.RoleAdmin}},
		"saveMessageBudget":  {roles: []catalog.Role{catalog.RoleAdmin}},

		"getMe":              {roles: everybody},
		"approveAppointment": {roles: decides},
		"declineAppointment": {roles: decides},
		"proposeStart":       {roles: decides},
		"createFeed":         {roles: subscribes},
		"listFeeds":          {roles: subscribes},
		"deleteFeed":         {roles: subscribes},
		"listActs":           {roles: []catalog.Role{catalog.RoleCoordinator, catalog.RoleManager, catalog.RoleAdmin}},
	}
}
