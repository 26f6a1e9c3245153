package notify

import (
	"fmt"
	"slices"
)

// Variable is a variable of a text, written {{.Day}}.
type Variable string

// The variables.
const (
	VarCode      Variable = "Code"      // that proves a mobile
	VarReference Variable = "Reference" // of the visit, or the number of a case
	VarService   Variable = "Service"
	VarBranch    Variable = "Branch"
	VarWeekday   Variable = "Weekday"
	VarDay       Variable = "Day"     // of the visit, without the year
	VarTime      Variable = "Time"    // of the visit
	VarUntil     Variable = "Until"   // the time at which an offer ends
	VarMinutes   Variable = "Minutes" // how much later the visit begins; decides the plural form
)

// The variables that only the catalogue has.
const (
	varReason   Variable = "Reason"   // why the centre has called the visit off or taken its time
	varMinistry Variable = "Ministry" // name
	varPhone    Variable = "Phone"    // for help
	varDate     Variable = "Date"     // of the visit, with weekday and year
	varWhen     Variable = "When"     // the same with the time
	varHijri    Variable = "Hijri"    // the date in the Hijri calendar
	varAddress  Variable = "Address"  // of the branch
)

// Variables returns what a text of the kind may mention and what it must,
// both empty for an unknown kind. The link is no variable: it always is the
// last line, so that phones recognise it and no wording leaves it out.
func Variables(k Kind) (may, must []Variable) {
	visit := []Variable{VarReference, VarService, VarBranch, VarWeekday, VarDay, VarTime}
	switch k {
	case VerificationCode:
		return []Variable{VarCode}, []Variable{VarCode}
	case Requested, Booked, Approved, Proposed, Moved, Reminder:
		return visit, []Variable{VarReference, VarBranch, VarDay, VarTime}
	case Declined, Cancelled, Closed:
		return visit, []Variable{VarReference, VarDay, VarTime}
	case Offer: // nothing is booked yet, so there is no reference
		return append(visit[1:], VarUntil), []Variable{VarBranch, VarDay, VarTime, VarUntil}
	case Delayed:
		return append(visit, VarMinutes), []Variable{VarReference, VarMinutes}
	case Survey:
		return visit, nil
	case CaseUpdated:
		return []Variable{VarReference}, []Variable{VarReference}
	}
	return nil, nil
}

// counted reports whether texts of the kind have a number that decides their
// plural form.
func (k Kind) counted() bool {
	may, _ := Variables(k)
	return slices.Contains(may, VarMinutes)
}

// check returns an error that wraps ErrFacts and names the first fact missing
// of those that a text of the kind may mention.
func (f Facts) check() error {
	may, _ := Variables(f.Kind)
	if may == nil {
		return fmt.Errorf("%w: unknown kind %q", ErrFacts, f.Kind)
	}
	for _, v := range may {
		if fact := f.lacks(v); fact != "" {
			return fmt.Errorf("%w: %s without %s", ErrFacts, f.Kind, fact)
		}
	}
	return nil
}

// lacks returns the fact that is missing for a variable, "" for none.
func (f Facts) lacks(v Variable) string {
	fact, has := "", true
	switch v {
	case VarCode:
		fact, has = "code", f.Code != ""
	case VarReference:
		fact, has = "reference", f.Reference != ""
	case VarService:
		fact, has = "service", f.Service.In(f.Lang) != ""
	case VarBranch:
		fact, has = "branch", f.Branch.In(f.Lang) != ""
	case VarWeekday, VarDay, VarTime:
		fact, has = "start", !f.Start.IsZero()
		if has {
			fact, has = "zone", f.Zone != nil
		}
	case VarUntil:
		fact, has = "until", !f.Until.IsZero()
	case VarMinutes:
		fact, has = "minutes", f.Minutes > 0
	case varReason, varMinistry, varPhone, varDate, varWhen, varHijri, varAddress: // known, or left out
	}
	if has {
		return ""
	}
	return fact
}
