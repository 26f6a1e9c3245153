package api

import (
	"errors"
	"net/http"

	"ziyara/hall"
	"ziyara/slots"
)

// hallProblems returns the kinds of errors at reception.
func hallProblems() []mapping {
	return []mapping{
		{hall.ErrNoVisit, staffKind("no-visit-today", http.StatusNotFound)},
		{hall.ErrRequested, staffKind("visit-not-approved", http.StatusConflict)},
		{hall.ErrCancelled, staffKind("visit-cancelled", http.StatusConflict)},
		{hall.ErrOver, staffKind("visit-over", http.StatusConflict)},
		{hall.ErrAbsent, staffKind("visit-missed", http.StatusConflict)},
		{hall.ErrNotArrived, staffKind("not-arrived", http.StatusConflict)},
		{hall.ErrGone, staffKind("visitor-left", http.StatusConflict)},
		{hall.ErrNotCalled, staffKind("not-called", http.StatusConflict)},
		{hall.ErrNotStarted, staffKind("not-started", http.StatusConflict)},
		{hall.ErrStarted, staffKind("at-a-desk", http.StatusConflict)},
		{hall.ErrHere, staffKind("visitor-here", http.StatusConflict)},
		{hall.ErrNotNoShow, staffKind("not-a-no-show", http.StatusConflict)},
		{hall.ErrReason, staffKind("restore-reason", http.StatusUnprocessableEntity)},
		{hall.ErrNobody, staffKind("nobody-waits", http.StatusConflict)},
		{hall.ErrUnknownGroup, staffKind("no-desk-group-here", http.StatusNotFound)},
		{hall.ErrFull, staffKind("no-more-numbers", http.StatusConflict)},
		{hall.ErrAway, visitorKind("late-minutes", http.StatusUnprocessableEntity)},
		{hall.ErrNotAwait, visitorKind("not-awaited", http.StatusConflict)},
		{hall.ErrDelay, staffKind("delay-invalid", http.StatusUnprocessableEntity)},
	}
}

// hallKind returns the kind of an error that has details, and whether err is one.
func hallKind(err error) (kind, bool) {
	var elsewhere *hall.ElsewhereError
	var early *hall.TooEarlyError
	var desk *hall.DeskError
	var day *hall.NotTodayError
	switch {
	case errors.As(err, &day):
		return visitorKind("not-today", http.StatusConflict), true
	case errors.As(err, &elsewhere) && elsewhere.WrongBranch:
		return staffKind("wrong-branch", http.StatusConflict), true
	case errors.As(err, &elsewhere):
		return staffKind("wrong-day", http.StatusConflict), true
	case errors.As(err, &early) && early.NoShow:
		return staffKind("no-show-too-early", http.StatusConflict), true
	case errors.As(err, &early):
		return staffKind("check-in-too-early", http.StatusConflict), true
	case errors.As(err, &desk):
		return deskKind(desk.Fault), true
	}
	return kind{}, false
}

func deskKind(f hall.DeskFault) kind {
	switch f {
	case hall.DeskOfOthers:
		return staffKind("desk-of-others", http.StatusConflict)
	case hall.DeskBusy:
		return staffKind("desk-busy", http.StatusConflict)
	case hall.DeskInaccessible:
		return staffKind("desk-not-accessible", http.StatusConflict)
	case hall.DeskUnknown:
	}
	return staffKind("unknown-desk", http.StatusUnprocessableEntity)
}

// moreHallKinds lists the kinds that hallKind returns.
func moreHallKinds() []kind {
	var list []kind
	for _, err := range []error{
		&hall.NotTodayError{}, &hall.ElsewhereError{WrongBranch: true}, &hall.ElsewhereError{}, &hall.TooEarlyError{NoShow: true},
		&hall.TooEarlyError{},
		&hall.DeskError{Fault: hall.DeskUnknown}, &hall.DeskError{Fault: hall.DeskOfOthers},
		&hall.DeskError{Fault: hall.DeskBusy}, &hall.DeskError{Fault: hall.DeskInaccessible},
	} {
		if k, ok := hallKind(err); ok {
			list = append(list, k)
		}
	}
	return list
}

// explainHall adds the details of an error at reception, and reports whether err
// is one.
func explainHall(p *Problem, err error) bool {
	var elsewhere *hall.ElsewhereError
	var early *hall.TooEarlyError
	var desk *hall.DeskError
	var day *hall.NotTodayError
	switch {
	case errors.As(err, &day):
		p.Start = &day.Start
	case errors.As(err, &elsewhere):
		p.Branch, p.Start = elsewhere.Branch, &elsewhere.Start
	case errors.As(err, &early):
		p.PossibleFrom, p.RetryAfter = &early.From, seconds(early.RetryAfter)
	case errors.As(err, &desk):
		p.Desks = desk.Desks
		if desk.Busy != "" {
			p.Reference = slots.Reference(desk.Busy).String()
		}
	default:
		return false
	}
	return true
}
