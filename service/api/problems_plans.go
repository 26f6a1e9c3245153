package api

import (
	"errors"
	"net/http"
	"strings"

	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/setup"
	"ziyara/slots"
	"ziyara/texts"
)

// planProblems returns the kinds of errors in a change of a calendar.
func planProblems() []mapping {
	return []mapping{
		{errNoVersion, kindVersionNeeded},
		{slots.ErrNothingToUndo, staffKind("nothing-to-undo", http.StatusConflict)},
		{slots.ErrUnknownChange, staffKind("unknown-change", http.StatusNotFound)},
		{slots.ErrDraftOver, staffKind("draft-expired", http.StatusGone)},
		{slots.ErrNotAffected, staffKind("not-affected", http.StatusUnprocessableEntity)},
		{slots.ErrChangeSettled, staffKind("change-settled", http.StatusConflict)},
		{slots.ErrNotCarriedOut, staffKind("not-told-yet", http.StatusConflict)},
		{setup.ErrRefused, staffKind("centre-refused", http.StatusConflict)},
		{errEditOrDraft, staffKind("one-change", http.StatusUnprocessableEntity)},
		{centre.ErrForeignService, kindPlan},
		{centre.ErrForeignChannel, kindPlan},
	}
}

// Kinds of problem for types of errors.
//
//nolint:gochecknoglobals // constants in all but name
var (
	kindEdited        = staffKind("edit-conflict", http.StatusPreconditionFailed)
	kindVersionNeeded = staffKind("version-needed", http.StatusPreconditionRequired)
	kindAffected      = staffKind("visits-affected", http.StatusConflict)
	kindPlan          = staffKind("plan-invalid", http.StatusUnprocessableEntity)
)

// repointed moves the faults of a plan from one JSON pointer to another: to
// where the request has the part of the plan. Another error stays as it is.
func repointed(err error, from, to string) error {
	faults := scheduling.Faults(err)
	if len(faults) == 0 {
		return err
	}
	moved := make([]error, len(faults))
	for i, f := range faults {
		moved[i] = &scheduling.PlanError{Pointer: to + strings.TrimPrefix(f.Pointer, from), Name: f.Name, Err: f.Err}
	}
	return errors.Join(moved...)
}

// planFaults describes the faults of a plan, with pointers below base, at most
// maxPointers of them; nil for any other error.
func planFaults(base string, err error) []pointerError {
	var list pointerList
	for _, fault := range scheduling.Faults(err) {
		list.add(base+fault.Pointer, faultOfPlan(fault.Err))
	}
	return list
}

// faultOfPlan says how to correct a fault of a plan.
func faultOfPlan(err error) flaw {
	for _, f := range faultsOfPlans() {
		if errors.Is(err, f.err) {
			return f.flaw
		}
	}
	return flaw{FieldErrorCodeFormat, texts.Visitors("fault.value")}
}

// planFault says what a fault is.
type planFault struct {
	err error
	flaw
}

// faultsOfPlans returns the texts for faults of plans, edits and lists of
// holidays.
func faultsOfPlans() []planFault {
	return []planFault{
		{scheduling.ErrOverlap, flaw{FieldErrorCodeOverlap, texts.Staff("plan_fault.overlap")}},
		{scheduling.ErrPast, flaw{FieldErrorCodePast, texts.Staff("plan_fault.past")}},
		{scheduling.ErrEntry, flaw{FieldErrorCodeNotKnown, texts.Staff("plan_fault.entry")}},
		{scheduling.ErrBoth, flaw{FieldErrorCodeNotTogether, texts.Staff("plan_fault.both")}},
		{scheduling.ErrZone, flaw{FieldErrorCodeZone, texts.Staff("plan_fault.zone")}},
		{scheduling.ErrOpening, flaw{FieldErrorCodeOpening, texts.Staff("plan_fault.opening")}},
		{scheduling.ErrBreak, flaw{FieldErrorCodeBreak, texts.Staff("plan_fault.break")}},
		{scheduling.ErrPlaces, flaw{FieldErrorCodePlaces, texts.Staff("plan_fault.places")}},
		{scheduling.ErrReserve, flaw{FieldErrorCodeReserve, texts.Staff("plan_fault.reserve")}},
		{scheduling.ErrServices, flaw{FieldErrorCodeRepeated, texts.Staff("plan_fault.services")}},
		{centre.ErrForeignService, flaw{FieldErrorCodeForeignService, texts.Staff("plan_fault.foreign_service")}},
		{centre.ErrForeignChannel, flaw{FieldErrorCodeForeignChannel, texts.Staff("plan_fault.foreign_channel")}},
		{scheduling.ErrRange, flaw{FieldErrorCodeOrder, texts.Staff("plan_fault.range")}},
		{scheduling.ErrTwice, flaw{FieldErrorCodeRepeated, texts.Staff("plan_fault.twice")}},
		{scheduling.ErrMany, flaw{FieldErrorCodeTooMany, texts.Staff("plan_fault.too_many")}},
		{scheduling.ErrEmpty, flaw{FieldErrorCodeTooFew, texts.Staff("plan_fault.empty")}},
		{scheduling.ErrSlug, flaw{FieldErrorCodeSlug, texts.Staff("plan_fault.slug")}},
		{scheduling.ErrName, flaw{FieldErrorCodeName, texts.Staff("plan_fault.name")}},
		{scheduling.ErrMonthDay, flaw{FieldErrorCodeMonthDay, texts.Staff("plan_fault.month_day")}},
		{scheduling.ErrWhen, flaw{FieldErrorCodeWhen, texts.Staff("plan_fault.when")}},
		{scheduling.ErrYear, flaw{FieldErrorCodeYear, texts.Staff("plan_fault.year")}},
		{scheduling.ErrManyDates, flaw{FieldErrorCodeManyDates, texts.Staff("plan_fault.many_dates")}},
		{scheduling.ErrSubDaily, flaw{FieldErrorCodeSubDaily, texts.Staff("plan_fault.sub_daily")}},
		{scheduling.ErrTimes, flaw{FieldErrorCodeTimes, texts.Staff("plan_fault.times")}},
		{scheduling.ErrCount, flaw{FieldErrorCodeCount, texts.Staff("plan_fault.count")}},
		{scheduling.ErrInterval, flaw{FieldErrorCodeInterval, texts.Staff("plan_fault.interval")}},
		{scheduling.ErrUntil, flaw{FieldErrorCodeUntil, texts.Staff("plan_fault.until")}},
		{scheduling.ErrNoDates, flaw{FieldErrorCodeNoDates, texts.Staff("plan_fault.no_dates")}},
		{scheduling.ErrRRule, flaw{FieldErrorCodeRrule, texts.Staff("plan_fault.rrule")}},
	}
}
