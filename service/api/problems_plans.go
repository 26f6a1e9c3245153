package api

import (
	"errors"
	"net/http"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
	"ziyara/texts"
)

// planProblems are what can be wrong with a change of a calendar.
func planProblems() []mapping {
	return []mapping{
		{centre.ErrUnknownDeskGroup, staffKind("unknown-desk-group", http.StatusNotFound)},
		{errNoVersion, kindVersionNeeded},
		{slots.ErrNothingToUndo, staffKind("nothing-to-undo", http.StatusConflict)},
		{slots.ErrUnknownChange, staffKind("unknown-change", http.StatusNotFound)},
		{slots.ErrDraftOver, staffKind("draft-expired", http.StatusGone)},
		{slots.ErrNotAffected, staffKind("not-affected", http.StatusUnprocessableEntity)},
		{slots.ErrChangeSettled, staffKind("change-settled", http.StatusConflict)},
		{slots.ErrNotCarriedOut, staffKind("not-told-yet", http.StatusConflict)},
		{errEditOrDraft, staffKind("one-change", http.StatusUnprocessableEntity)},
		{centre.ErrForeignService, kindPlan},
		{centre.ErrForeignChannel, kindPlan},
	}
}

// Kinds that stand for a type of error.
//
//nolint:gochecknoglobals // constants in all but name
var (
	kindEdited        = staffKind("edit-conflict", http.StatusPreconditionFailed)
	kindVersionNeeded = staffKind("version-needed", http.StatusPreconditionRequired)
	kindAffected      = staffKind("visits-affected", http.StatusConflict)
	kindPlan          = staffKind("plan-invalid", http.StatusUnprocessableEntity)
)

// errNoVersion is returned for a change that does not say of which version.
var errNoVersion = errors.New("api: which version is changed has to be said")

// planFaults says what is wrong with a change of a calendar, below base, at
// most maxPointers things; none for another error.
func planFaults(base string, err error) []pointerError {
	var list pointerList
	for _, fault := range scheduling.Faults(err) {
		list.add(base+fault.Pointer, faultOfPlan(fault.Err))
	}
	return list
}

// faultOfPlan says what to do about a fault of a plan.
func faultOfPlan(err error) catalog.Text {
	for _, f := range faultsOfPlans() {
		if errors.Is(err, f.err) {
			return f.text
		}
	}
	return texts.Visitors("fault.value")
}

// planFault is what to do about a fault.
type planFault struct {
	err  error
	text catalog.Text
}

// faultsOfPlans are the faults of plans, edits and lists of holidays in words.
func faultsOfPlans() []planFault {
	return []planFault{
		{scheduling.ErrOverlap, texts.Staff("plan_fault.overlap")},
		{scheduling.ErrPast, texts.Staff("plan_fault.past")},
		{scheduling.ErrEntry, texts.Staff("plan_fault.entry")},
		{scheduling.ErrBoth, texts.Staff("plan_fault.both")},
		{scheduling.ErrZone, texts.Staff("plan_fault.zone")},
		{scheduling.ErrOpening, texts.Staff("plan_fault.opening")},
		{scheduling.ErrBreak, texts.Staff("plan_fault.break")},
		{scheduling.ErrPlaces, texts.Staff("plan_fault.places")},
		{scheduling.ErrReserve, texts.Staff("plan_fault.reserve")},
		{scheduling.ErrServices, texts.Staff("plan_fault.services")},
		{centre.ErrForeignService, texts.Staff("plan_fault.foreign_service")},
		{centre.ErrForeignChannel, texts.Staff("plan_fault.foreign_channel")},
		{scheduling.ErrRange, texts.Staff("plan_fault.range")},
		{scheduling.ErrTwice, texts.Staff("plan_fault.twice")},
		{scheduling.ErrMany, texts.Staff("plan_fault.too_many")},
		{scheduling.ErrEmpty, texts.Staff("plan_fault.empty")},
		{scheduling.ErrSlug, texts.Staff("plan_fault.slug")},
		{scheduling.ErrName, texts.Staff("plan_fault.name")},
		{scheduling.ErrMonthDay, texts.Staff("plan_fault.month_day")},
		{scheduling.ErrWhen, texts.Staff("plan_fault.when")},
		{scheduling.ErrYear, texts.Staff("plan_fault.year")},
		{scheduling.ErrManyDates, texts.Staff("plan_fault.many_dates")},
		{scheduling.ErrSubDaily, texts.Staff("plan_fault.sub_daily")},
		{scheduling.ErrTimes, texts.Staff("plan_fault.times")},
		{scheduling.ErrCount, texts.Staff("plan_fault.count")},
		{scheduling.ErrInterval, texts.Staff("plan_fault.interval")},
		{scheduling.ErrUntil, texts.Staff("plan_fault.until")},
		{scheduling.ErrNoDates, texts.Staff("plan_fault.no_dates")},
		{scheduling.ErrRRule, texts.Staff("plan_fault.rrule")},
	}
}
