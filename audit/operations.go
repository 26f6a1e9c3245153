package audit

// Trace says what of an operation gets into the log when a member of staff asks for it and
// gets an answer. What is refused (403) is always an entry.
type Trace string

// The traces, which are the actions of their entries, except for the first two.
const (
	// Nothing: the operation shows nothing of a person, or is for visitors.
	Nothing Trace = "nothing"
	// Act: whatever changes the state adds the entry, in its own transaction.
	Act Trace = "act"
	// Read: an entry with the references of the visits that were shown.
	Read Trace = "read"
	// Search is Read, with the kinds of terms that were sought, never the terms.
	Search Trace = "search"
	// Export: an entry if the answer is a file for other programs.
	Export Trace = "export"
)

// Other actions of entries that are about the log's own subject, who comes in.
const (
	Refused       = "refused"         // an operation was not allowed
	SignedIn      = "signed-in"       // a session in a browser began
	SignedOut     = "signed-out"      // its member of staff, or the provider, ended it
	SessionEnded  = "session-ended"   // it was ended from another session
	ForUsers      = "for-users"       // a system changed something for users of its own
	SignInRefused = "sign-in-refused" // somebody without a role
)

// operations has the trace of each operation of the contract (openapi.yaml).
//
//nolint:gochecknoglobals // a table
var operations = map[string]Trace{
	// For everybody.
	"getHealth": Nothing, "getReady": Nothing, "getDisplay": Nothing,
	"listBranches": Nothing, "getBranch": Nothing, "listDepartments": Nothing, "listServices": Nothing, "getService": Nothing,
	"listCancellationReasons": Nothing, "searchGuide": Nothing,
	"listSlots": Nothing, "findFirstSlots": Nothing, "listDays": Nothing, "explainSlots": Nothing,

	// For visitors, who act for themselves.
	"createVerification": Nothing, "checkVerification": Nothing, "createIdentityProof": Nothing, "deleteHold": Nothing,
	"listMyVisits": Nothing, "getMyData": Nothing, "eraseMyData": Nothing,
	"cancelAppointment": Nothing, "moveAppointment": Nothing, "waitForEarlier": Nothing, "getToday": Nothing, "tellLate": Nothing,
	"acceptProposal": Nothing, "declineProposal": Nothing, "getSurvey": Nothing, "answerSurvey": Nothing,
	"joinWaitlist": Nothing, "getWaitlistEntry": Nothing, "leaveWaitlist": Nothing, "acceptOffer": Nothing, "declineOffer": Nothing,

	// Visits.
	"createHold":             Nothing, // it has no visitor yet
	"createAppointment":      Act,
	"listAppointments":       Search,
	"getAppointment":         Read,
	"getAppointmentCalendar": Read,
	"getAppointmentCodePNG":  Read,
	"getAppointmentCodeSVG":  Read,
	"correctAppointment":     Act,
	"cancelOnBehalf":         Act,
	"moveOnBehalf":           Act,
	"approveAppointment":     Act,
	"declineAppointment":     Act,
	"proposeStart":           Act,

	// The hall.
	"createArrival": Act,
	"checkIn":       Act,
	"callVisitor":   Read,
	"recallVisitor": Read,
	"missVisitor":   Read,
	"startVisit":    Act,
	"completeVisit": Act,
	"recordNoShow":  Act,
	"restoreVisit":  Act,
	"createWalkIn":  Act,
	"announceDelay": Act,
	"getHall":       Read,
	"listDesks":     Nothing,
	"putDesk":       Act,
	"deleteDesk":    Act,

	// Calendars and quotas.
	"listDeskGroups":    Nothing,
	"getDeskGroup":      Nothing,
	"getDeskGroupDay":   Nothing,
	"listWaitlist":      Nothing, // without anything personal
	"listDeskGroupDays": Nothing,
	"getOpenings":       Nothing,
	"editDeskGroup":     Act,
	"addClosure":        Act,
	"removeClosure":     Act,
	"setHours":          Act,
	"clearHours":        Act,
	"undoDeskGroup":     Act,
	"getHolidays":       Nothing,
	"setHolidays":       Act,
	"announceHoliday":   Act,
	"importHolidays":    Act,
	"undoHolidays":      Act,
	"getQuota":          Nothing,
	"setQuota":          Act,

	"listCentreParts": Nothing, "getCentrePart": Nothing, "listCentreVersions": Nothing, "getCentreVersion": Nothing,
	"putCentrePart": Read, // what is carried out is also an act

	// Changes of calendars with their visits.
	"createChange":        Read, // what is carried out is also an act
	"createHolidayChange": Read,
	"listChanges":         Nothing,
	"getChange":           Nothing,
	"dropChange":          Nothing, // a draft, which did nothing
	"listChangeVisits":    Read,
	"answerChange":        Read, // the visitor's answer is also an act

	// Messages.
	"listMessages":       Read,
	"resendMessage":      Act,
	"getMessageText":     Nothing,
	"saveMessageText":    Act,
	"previewMessageText": Read,
	"approveMessageText": Act,
	"getMessageBudget":   Nothing,
	"saveMessageBudget":  Act,

	// Feeds and webhooks.
	"readFeed":              Nothing, // whoever has its address reads it; the entry is about the feed
	"createFeed":            Act,
	"listFeeds":             Nothing,
	"deleteFeed":            Act,
	"createWebhook":         Act,
	"followAppointments":    Nothing, // references, and nothing of a person
	"listWebhooks":          Nothing,
	"getWebhook":            Nothing,
	"editWebhook":           Act,
	"deleteWebhook":         Act,
	"rotateWebhookSecret":   Act,
	"enableWebhook":         Act,
	"testWebhook":           Act,
	"listWebhookDeliveries": Nothing,
	"resendWebhookDelivery": Act,

	// Oneself, the log, and reports.
	"getMe":          Nothing,
	"listMySessions": Nothing,
	"endMySession":   Act,
	"listSessions":   Nothing,
	"endSession":     Act,
	"listActs":       Read,
	"listReports":    Nothing,
	"getReport":      Export,
}

// TraceOf returns the trace of an operation; false for one that is not in the table.
func TraceOf(operation string) (Trace, bool) {
	t, ok := operations[operation]
	return t, ok
}
