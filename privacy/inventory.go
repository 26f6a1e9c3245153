package privacy

import (
	"strconv"
	"time"
)

// Kind is a kind of data by how long it is kept.
type Kind string

// The kinds of data.
const (
	OfVisit    Kind = "visits"   // Periods.Visits; the log keeps the reference
	OfWaitlist Kind = "waitlist" // Periods.Waitlist
	OfTexts    Kind = "texts"    // Periods.Texts
	OfChecks   Kind = "checks"   // KeepChecks
	OfAnswers  Kind = "answers"  // KeepAnswers
	OfNumbers  Kind = "numbers"  // a day after the last message
	OfPauses   Kind = "pauses"   // until the pause no longer matters
	OfSessions Kind = "sessions" // until they have ended
	OfFigures  Kind = "figures"  // stays, with what reports count
	OfStaff    Kind = "staff"    // not deleted by the program
)

// Form is how a column is kept in the database, once rows are sealed.
type Form string

// The forms of columns.
const (
	Sealed    Form = "sealed"
	Hashed    Form = "keyed hash"
	Elsewhere Form = "empty: sealed in `visitor_name`"
	Clear     Form = "in clear"
)

// Column is a column with data of a person.
type Column struct {
	Table, Column string
	Kind          Kind
	What          string // it is, in a few words
	Form          Form
	Because       string // it is in clear; "" for other forms
}

// forms are those of columns by their names, and why some are in clear: they tell of nobody by themselves, or
// have to answer for what staff did.
//
//nolint:gochecknoglobals // a table
var forms = map[string]struct {
	form    Form
	because string
}{
	"visitor_name": {Sealed, ""}, "text": {Sealed, ""}, "comment": {Sealed, ""}, "note": {Sealed, ""},
	"answer": {Sealed, ""}, "sealed": {Sealed, ""},
	"person": {Hashed, ""}, "mobile": {Hashed, ""}, "identity": {Hashed, ""}, "email": {Hashed, ""}, "representative_identity": {Hashed, ""},
	"old_reference": {Hashed, ""}, "fingerprint": {Hashed, ""},
	"visitor_key": {Hashed, ""}, "address": {Hashed, ""}, "network": {Hashed, ""},
	"representative_name": {Elsewhere, ""}, "representative_identity_kind": {Elsewhere, ""}, "wakala": {Elsewhere, ""},
	"wakala_expires": {Clear, "a date; no visit may be after it"}, "needs": {Clear, "of nobody without the rest"},
	"identity_kind": {Clear, "one of four; reports count it"}, "reason": {Clear, "the log, which nobody changes, has it"},
	"browser": {Clear, "of staff, until the session ends"}, "subject": {Clear, "of staff, until the session ends"},
}

// Inventory returns every column with data of a person, also of staff and as a pseudonym.
// The documentation lists them.
func Inventory() []Column {
	var list []Column
	add := func(table string, k Kind, pairs ...string) {
		for i := 0; i+1 < len(pairs); i += 2 {
			f, ok := forms[pairs[i]]
			if !ok { // ids of staff
				f.form, f.because = Clear, "the log answers for what staff did"
			}
			list = append(list, Column{table, pairs[i], k, pairs[i+1], f.form, f.because})
		}
	}
	person := []string{
		"person", "pseudonym of identity number and mobile", "mobile", "mobile number", "visitor_name", "name, and all that is sealed with it",
		"identity", "identity number", "email", "e-mail address",
		"representative_name", "name of the representative", "representative_identity_kind", "kind of their identity number",
		"representative_identity", "their identity number", "wakala", "number of the power of attorney",
		"wakala_expires", "date on which it ends", "needs", "help that is needed",
	}
	add("appointments", OfVisit, person...)
	add("appointments", OfFigures, "identity_kind", "who issued the identity number")
	add("waitlist_entries", OfWaitlist, "identity_kind", "who issued the identity number")
	add("appointments", OfVisit, "visitor_key", "name, as it is searched for", "address", "hash of the network address")
	add("appointment_events", OfVisit, "reason", "reason that staff gave")
	add("survey_answers", OfVisit, "comment", "comment of the visitor")
	add("change_visits", OfVisit, "note", "note about a call")
	add("confirmed_emails", OfVisit, "person", "pseudonym", "address", "hash of the e-mail address")
	add("imported_visits", OfVisit, "old_reference", "reference in another system", "fingerprint", "service, branch, start, identity number")
	add("waitlist_entries", OfWaitlist, person...)
	add("messages", OfTexts, "text", "text of the message")
	add("verifications", OfChecks, "mobile", "mobile number", "sealed", "mobile number",
		"address", "hash of the network address", "network", "hash of the network")
	add("idempotency_keys", OfAnswers, "answer", "answer, sealed")
	add("message_numbers", OfNumbers, "mobile", "mobile number")
	add("rebookings", OfPauses, "person", "pseudonym")
	for _, c := range [][2]string{
		{"appointment_events", "actor"}, {"audit_log", "actor"}, {"centre_versions", "actor"},
		{"change_visits", "answered_by"}, {"changes", "actor"}, {"desk_group_plans", "actor"}, {"hall_calls", "actor"}, {"hall_delays", "actor"},
		{"department_texts", "saved_by"}, {"department_texts", "approved_by"}, {"feeds", "created_by"}, {"webhooks", "created_by"},
	} {
		add(c[0], OfStaff, c[1], "id of a member of staff")
	}
	add("staff_sessions", OfSessions, "staff", "id of a member of staff", "subject", "their id at the identity provider",
		"browser", "what their browser says that it is", "sealed", "their name and roles, sealed")
	add("audit_log", OfStaff, "reason", "reason that staff gave")
	add("centre_versions", OfStaff, "reason", "reason that staff gave")
	return list
}

// Of says in words how long a kind of data is kept.
func (p Periods) Of(k Kind) string {
	days := func(d time.Duration) string { return strconv.Itoa(int((d+day-1)/day)) + " days" }
	switch k {
	case OfVisit:
		return days(p.Visits) + " after the day of the visit"
	case OfWaitlist:
		return days(p.Waitlist) + " after the entry ended"
	case OfTexts:
		return days(p.Texts) + " after it was sent"
	case OfChecks:
		return days(KeepChecks)
	case OfAnswers:
		return "1 day"
	case OfNumbers:
		return "1 day after the last message"
	case OfPauses:
		return "until the pause no longer matters"
	case OfSessions:
		return "until the session has ended"
	case OfFigures:
		return "stays: without the number it tells of nobody"
	case OfStaff:
	}
	return "not deleted by the program"
}
