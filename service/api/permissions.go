package api

import (
	"slices"

	"ziyara/catalog"
)

// permission says who of the staff may ask for an operation.
type permission struct {
	roles []catalog.Role
	// visitors says that the operation is a visitor's, too, who comes with a
	// token of their own or with none.
	visitors bool
}

// serves returns the roles of those who speak with visitors.
func serves() []catalog.Role {
	return []catalog.Role{catalog.RoleAgent, catalog.RoleReceptionist, catalog.RoleCoordinator, catalog.RoleAdmin}
}

// permissions returns who may do what, by operation of the contract. What is
// not in it is not for staff. Whether the roles reach the department and the
// branch that are asked for is Staff.Reaches.
func permissions() map[string]permission {
	var (
		everybody  = catalog.Roles()
		subscribes = []catalog.Role{catalog.RoleCoordinator, catalog.RoleReceptionist, catalog.RoleAdmin}
		receives   = []catalog.Role{catalog.RoleReceptionist, catalog.RoleCoordinator, catalog.RoleAdmin}
		decides    = []catalog.Role{catalog.RoleCoordinator, catalog.RoleAdmin}
		books      = serves()
	)
	corresponds := []catalog.Role{catalog.RoleCoordinator, catalog.RoleReceptionist, catalog.RoleAgent, catalog.RoleAdmin}
	reads := []catalog.Role{catalog.RoleCoordinator, catalog.RoleReceptionist, catalog.RoleManager, catalog.RoleAdmin}
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
		"listSlots":          {roles: everybody, visitors: true},
		"findFirstSlots":     {roles: everybody, visitors: true},
		"listDays":           {roles: everybody, visitors: true},
		"createHold":         {roles: books, visitors: true},
		"createAppointment":  {roles: books, visitors: true},
		"listAppointments":   {roles: everybody},
		"getAppointment":     {roles: everybody, visitors: true},
		"cancelOnBehalf":     {roles: books},
		"moveOnBehalf":       {roles: books},
		"listDeskGroups":     {roles: everybody},
		"getDeskGroup":       {roles: everybody},
		"getDeskGroupDay":    {roles: everybody},
		"getOpenings":        {roles: everybody},
		"editDeskGroup":      {roles: decides},
		"addClosure":         {roles: decides},
		"removeClosure":      {roles: decides},
		"setHours":           {roles: decides},
		"clearHours":         {roles: decides},
		"undoDeskGroup":      {roles: decides},
		"getHolidays":        {roles: everybody},
		"setHolidays":        {roles: []catalog.Role{catalog.RoleAdmin}},
		"announceHoliday":    {roles: []catalog.Role{catalog.RoleAdmin}},
		"importHolidays":     {roles: []catalog.Role{catalog.RoleAdmin}},
		"undoHolidays":       {roles: []catalog.Role{catalog.RoleAdmin}},
		"getQuota":           {roles: []catalog.Role{catalog.RoleCoordinator, catalog.RoleManager, catalog.RoleAdmin}},
		"setQuota":           {roles: decides},
		"createFeed":         {roles: subscribes},
		"listFeeds":          {roles: subscribes},
		"deleteFeed":         {roles: subscribes},
		"listActs":           {roles: []catalog.Role{catalog.RoleCoordinator, catalog.RoleManager, catalog.RoleAdmin}},
		"listReports":        {roles: reads},
		"getReport":          {roles: reads},

		// The hall.
		"createArrival":         {roles: receives},
		"checkIn":               {roles: receives},
		"callVisitor":           {roles: receives},
		"recallVisitor":         {roles: receives},
		"missVisitor":           {roles: receives},
		"startVisit":            {roles: receives},
		"completeVisit":         {roles: receives},
		"recordNoShow":          {roles: receives},
		"restoreVisit":          {roles: receives},
		"createWalkIn":          {roles: receives},
		"announceDelay":         {roles: receives},
		"getHall":               {roles: append(slices.Clip(receives), catalog.RoleManager)},
		"listDesks":             {roles: append(slices.Clip(receives), catalog.RoleManager)},
		"putDesk":               {roles: decides},
		"deleteDesk":            {roles: decides},
		"createWebhook":         {roles: decides},
		"listWebhooks":          {roles: decides},
		"getWebhook":            {roles: decides},
		"deleteWebhook":         {roles: decides},
		"rotateWebhookSecret":   {roles: decides},
		"enableWebhook":         {roles: decides},
		"testWebhook":           {roles: decides},
		"listWebhookDeliveries": {roles: decides},
		"resendWebhookDelivery": {roles: decides},

		// Changes of calendars with their visits.
		"createChange":        {roles: decides},
		"createHolidayChange": {roles: []catalog.Role{catalog.RoleAdmin}},
		"listChanges":         {roles: []catalog.Role{catalog.RoleCoordinator, catalog.RoleAgent, catalog.RoleManager, catalog.RoleAdmin}},
		"getChange":           {roles: []catalog.Role{catalog.RoleCoordinator, catalog.RoleAgent, catalog.RoleManager, catalog.RoleAdmin}},
		"dropChange":          {roles: decides},
		"listChangeVisits":    {roles: []catalog.Role{catalog.RoleCoordinator, catalog.RoleAgent, catalog.RoleAdmin}},
		"answerChange":        {roles: []catalog.Role{catalog.RoleCoordinator, catalog.RoleAgent, catalog.RoleAdmin}},
	}
}
