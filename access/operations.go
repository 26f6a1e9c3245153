package access

import "slices"

// permission says who may ask for an operation.
type permission struct {
	roles []Role
	// visitors says that visitors may ask for the operation too, with a token of
	// their own or without one.
	visitors bool
}

// Roles that come together often, named by what they do.
var (
	everyone      = Roles()
	see           = append(Roles(), Reader)
	anybody       = append(Roles(), SystemRoles()...)
	serve         = []Role{Agent, Receptionist, Coordinator, Admin} // speak with visitors
	receive       = []Role{Receptionist, Coordinator, Admin}
	decide        = []Role{Coordinator, Admin}
	oversee       = []Role{Coordinator, Manager, Admin}
	report        = []Role{Coordinator, Receptionist, Manager, Admin}
	figures       = append(slices.Clone(report), Reader)
	follow        = []Role{Manager, Admin, Reader}
	followChanges = []Role{Coordinator, Agent, Manager, Admin}
	answerChanges = []Role{Coordinator, Agent, Admin}
	administer    = []Role{Admin}
)

// operations says who may ask for what, by operation of the contract
// (openapi.yaml). What is not in it is not for staff. How far a role reaches is
// Grant.Permit.
var operations = map[string]permission{
	// Oneself, and the log.
	"getMe":          {roles: anybody},
	"listMySessions": {roles: everyone},
	"endMySession":   {roles: everyone},
	"listSessions":   {roles: administer},
	"endSession":     {roles: administer},
	"listActs":       {roles: oversee},

	// Visits.
	"listSlots":              {roles: see, visitors: true},
	"findFirstSlots":         {roles: see, visitors: true},
	"listDays":               {roles: see, visitors: true},
	"createHold":             {roles: serve, visitors: true},
	"createAppointment":      {roles: serve, visitors: true},
	"listAppointments":       {roles: see},
	"getAppointment":         {roles: see, visitors: true},
	"getAppointmentCalendar": {roles: see, visitors: true},
	"getAppointmentCodePNG":  {roles: see, visitors: true},
	"getAppointmentCodeSVG":  {roles: see, visitors: true},
	"correctAppointment":     {roles: serve, visitors: true},
	"cancelOnBehalf":         {roles: serve},
	"moveOnBehalf":           {roles: serve},
	"approveAppointment":     {roles: decide},
	"declineAppointment":     {roles: decide},
	"proposeStart":           {roles: decide},
	"listWaitlist":           {roles: report},

	// The hall.
	"createArrival": {roles: receive},
	"checkIn":       {roles: receive},
	"callVisitor":   {roles: receive},
	"recallVisitor": {roles: receive},
	"missVisitor":   {roles: receive},
	"startVisit":    {roles: receive},
	"completeVisit": {roles: receive},
	"recordNoShow":  {roles: receive},
	"restoreVisit":  {roles: receive},
	"createWalkIn":  {roles: receive},
	"announceDelay": {roles: receive},
	"getHall":       {roles: report},
	"listDesks":     {roles: report},
	"putDesk":       {roles: decide},
	"deleteDesk":    {roles: decide},

	// Calendars and quotas.
	"listDeskGroups":    {roles: everyone},
	"getDeskGroup":      {roles: everyone},
	"getDeskGroupDay":   {roles: everyone},
	"listDeskGroupDays": {roles: everyone},
	"getOpenings":       {roles: everyone},
	"editDeskGroup":     {roles: decide},
	"addClosure":        {roles: decide},
	"removeClosure":     {roles: decide},
	"setHours":          {roles: decide},
	"clearHours":        {roles: decide},
	"undoDeskGroup":     {roles: decide},
	"getHolidays":       {roles: everyone},
	"setHolidays":       {roles: administer},
	"announceHoliday":   {roles: administer},
	"importHolidays":    {roles: administer},
	"undoHolidays":      {roles: administer},
	"getQuota":          {roles: oversee},
	"setQuota":          {roles: decide},

	// What the centre offers.
	"listCentreParts":    {roles: oversee},
	"getCentrePart":      {roles: oversee},
	"putCentrePart":      {roles: decide},
	"listCentreVersions": {roles: oversee},
	"getCentreVersion":   {roles: oversee},

	// Changes of calendars with their visits.
	"createChange":        {roles: decide},
	"createHolidayChange": {roles: administer},
	"listChanges":         {roles: followChanges},
	"getChange":           {roles: followChanges},
	"dropChange":          {roles: decide},
	"listChangeVisits":    {roles: answerChanges},
	"answerChange":        {roles: answerChanges},

	// Messages.
	"listMessages":       {roles: serve},
	"resendMessage":      {roles: serve},
	"getMessageText":     {roles: decide},
	"saveMessageText":    {roles: decide},
	"previewMessageText": {roles: decide},
	"approveMessageText": {roles: decide},
	"getMessageBudget":   {roles: oversee},
	"saveMessageBudget":  {roles: administer},

	// Feeds, webhooks, and all events of visits.
	"followAppointments":    {roles: follow},
	"createFeed":            {roles: receive},
	"listFeeds":             {roles: receive},
	"deleteFeed":            {roles: receive},
	"createWebhook":         {roles: decide},
	"listWebhooks":          {roles: decide},
	"getWebhook":            {roles: decide},
	"editWebhook":           {roles: decide},
	"deleteWebhook":         {roles: decide},
	"rotateWebhookSecret":   {roles: decide},
	"enableWebhook":         {roles: decide},
	"testWebhook":           {roles: decide},
	"listWebhookDeliveries": {roles: decide},
	"resendWebhookDelivery": {roles: decide},

	// Reports.
	"listReports": {roles: figures},
	"getReport":   {roles: figures},
}

// ForStaff reports whether staff ask for an operation of the contract.
func ForStaff(operation string) bool {
	_, ok := operations[operation]
	return ok
}

// ForVisitors reports whether an operation that staff ask for is a visitor's,
// too.
func ForVisitors(operation string) bool { return operations[operation].visitors }

// Operations returns, sorted, what a member of staff may ask for somewhere.
func Operations(s Staff) []string {
	list := []string{}
	for operation, p := range operations {
		if s.has(p.roles...) {
			list = append(list, operation)
		}
	}
	slices.Sort(list)
	return list
}
