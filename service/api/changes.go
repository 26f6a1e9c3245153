package api

import (
	"context"
	"errors"
	"time"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/scheduling"
	"ziyara/slots"
	"ziyara/texts"
)

// shownVisits is how many affected visits the answer to a new change lists.
const shownVisits = 200

// errEditOrDraft is returned for a request with no change, or more than one.
var errEditOrDraft = errors.New("api: the request must have exactly one change")

// Changes changes calendars, and decides about the visits that lose their
// places. postgres.Changes documents the methods and their errors.
type Changes interface {
	Draft(ctx context.Context, r slots.ChangeRequest, now time.Time) (id string, err error)
	Apply(ctx context.Context, r slots.ChangeRequest, now time.Time) (id string, err error)
	Drop(ctx context.Context, id string) error
	Find(ctx context.Context, id string, now time.Time) (slots.Change, error)
	List(ctx context.Context, q slots.ChangeQuery, now time.Time) ([]slots.Change, error)
	Affected(ctx context.Context, q slots.AffectedQuery, now time.Time) ([]slots.AffectedVisit, error)
	Answer(ctx context.Context, id string, r slots.Reference, c slots.Call, now time.Time) error
}

// CreateChange changes the calendar of a desk group, or drafts the change.
func (s *Server) CreateChange(ctx context.Context, r CreateChangeRequestObject) (CreateChangeResponseObject, error) {
	if _, err := s.deskGroup(ctx, r.ID); err != nil {
		return nil, err
	}
	request, err := s.changeRequest(ctx, r.Params.IfMatch, decisions{r.Body.Draft, r.Body.Decision, r.Body.Exceptions, r.Body.Reason})
	if err != nil {
		return nil, err
	}
	request.DeskGroup = r.ID
	if err = oneEdit(dryRun(r.Params.DryRun), r.Body.Draft != "", r.Body.Edit != nil); err != nil {
		return nil, err
	}
	if r.Body.Edit != nil {
		request.Edit = *r.Body.Edit
	}
	change, err := s.change(ctx, request, dryRun(r.Params.DryRun))
	if err != nil {
		return nil, repointed(err, "", "/edit")
	}
	return CreateChange201JSONResponse(change), nil
}

// CreateHolidayChange changes the list of holidays, or drafts the change.
func (s *Server) CreateHolidayChange(ctx context.Context, r CreateHolidayChangeRequestObject) (CreateHolidayChangeResponseObject, error) {
	if _, err := permit(ctx, "", ""); err != nil {
		return nil, err
	}
	request, err := s.changeRequest(ctx, r.Params.IfMatch, decisions{r.Body.Draft, r.Body.Decision, r.Body.Exceptions, r.Body.Reason})
	if err != nil {
		return nil, err
	}
	if err = oneEdit(dryRun(r.Params.DryRun), r.Body.Draft != "", r.Body.Announce != nil, r.Body.Holidays != nil); err != nil {
		return nil, err
	}
	list, err := s.Calendars.FindHolidays(ctx)
	switch {
	case err != nil:
		return nil, err
	case !request.From.Has(list.Version):
		return nil, fault.ErrEdited
	}
	request.List, request.From, request.Holidays = list.Slug, centre.Versions{list.Version}, list.HolidayList
	if r.Body.Holidays != nil {
		request.Holidays = *r.Body.Holidays
		if err = request.Holidays.CheckNames(); err != nil {
			return nil, repointed(err, "", "/holidays")
		}
	}
	if a := r.Body.Announce; a != nil {
		announced := scheduling.Announced{Year: a.Year, From: a.From, Until: a.Until}
		if request.Holidays, err = announcedIn(list.HolidayList, a.Holiday, announced); err != nil {
			return nil, repointed(err, "", "/announce")
		}
	}
	change, err := s.change(ctx, request, dryRun(r.Params.DryRun))
	if err != nil {
		return nil, repointed(err, "", "/holidays")
	}
	return CreateHolidayChange201JSONResponse(change), nil
}

// decisions has what both kinds of requests for a change have in common.
type decisions struct {
	draft      string
	decision   slots.Decision
	exceptions []ChangeException
	reason     *catalog.Text
}

// dryRun reports whether a request asks for a draft.
func dryRun(param string) bool { return param == "true" }

// oneEdit returns errEditOrDraft unless the request names either a draft or
// exactly one edit. A draft can't be drafted again.
func oneEdit(drafting, draft bool, edits ...bool) error {
	n := 0
	if draft {
		n++
	}
	for _, edit := range edits {
		if edit {
			n++
		}
	}
	if n != 1 || drafting && draft {
		return errEditOrDraft
	}
	return nil
}

// changeRequest reads who asks for a change, the version that they change, and
// what they decide about the visits.
func (s *Server) changeRequest(ctx context.Context, ifMatch string, d decisions) (slots.ChangeRequest, error) {
	from, err := versions(ifMatch)
	if err != nil {
		return slots.ChangeRequest{}, err
	}
	r := slots.ChangeRequest{
		Draft: d.draft, From: from, Decision: d.decision, Exceptions: make(map[slots.Reference]slots.Decision),
		Author: s.entry(ctx, "", "", "", ""), // the store fills in the rest
	}
	if r.Draft == "" && r.Decision == "" {
		r.Decision = slots.Rebook
	}
	switch {
	case d.reason != nil:
		r.Reason = *d.reason
	case d.draft == "":
		return slots.ChangeRequest{}, invalid("#/reason", flaw{FieldErrorCodeRequired, texts.Staff("invalid.change_reason")})
	}
	for _, e := range d.exceptions {
		reference, err := slots.ParseReference(e.Reference)
		if err != nil {
			return slots.ChangeRequest{}, slots.ErrNotAffected
		}
		r.Exceptions[reference] = e.Decision
	}
	return r, nil
}

// change applies or drafts a change, and returns its state with the first
// shownVisits of its visits.
func (s *Server) change(ctx context.Context, r slots.ChangeRequest, drafting bool) (Change, error) {
	do := s.Changes.Apply
	if drafting {
		do = s.Changes.Draft
	}
	id, err := do(ctx, r, s.Now())
	if err != nil {
		return Change{}, err
	}
	if !drafting {
		s.refresh(ctx)
	}
	c, err := s.Changes.Find(ctx, id, s.Now())
	if err != nil {
		return Change{}, err
	}
	out := s.changeJSON(c)
	out.Visits, out.NextCursor, err = s.affected(ctx, slots.AffectedQuery{Change: c.ID, Limit: shownVisits})
	return out, err
}

// concerns returns a change, if the caller may ask about every department that
// it concerns.
func (s *Server) concerns(ctx context.Context, id string) (slots.Change, access.Staff, error) {
	c, err := s.Changes.Find(ctx, id, s.Now())
	if err != nil {
		return slots.Change{}, access.Staff{}, err
	}
	departments := c.Departments
	if len(departments) == 0 { // it changes no calendar
		departments = []string{""}
	}
	var staff access.Staff
	for _, d := range departments {
		if staff, err = permit(ctx, d, ""); err != nil {
			return slots.Change{}, access.Staff{}, err
		}
	}
	return c, staff, nil
}

// GetChange shows a change and its state.
func (s *Server) GetChange(ctx context.Context, r GetChangeRequestObject) (GetChangeResponseObject, error) {
	c, _, err := s.concerns(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return GetChange200JSONResponse(s.changeJSON(c)), nil
}

// DropChange drops a draft and frees the places that it holds.
func (s *Server) DropChange(ctx context.Context, r DropChangeRequestObject) (DropChangeResponseObject, error) {
	if _, _, err := s.concerns(ctx, r.ID); err != nil {
		return nil, err
	}
	if err := s.Changes.Drop(ctx, r.ID); err != nil {
		return nil, err
	}
	return DropChange204Response{}, nil
}

// ListChanges lists changes.
func (s *Server) ListChanges(ctx context.Context, r ListChangesRequestObject) (ListChangesResponseObject, error) {
	departments, _, err := within(ctx)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	q := slots.ChangeQuery{Departments: departments, DeskGroup: r.Params.DeskGroup, Limit: limit + 1}
	if q.Created, q.ID, err = openCursor(r.Params.Cursor); err != nil {
		return nil, err
	}
	list, err := s.Changes.List(ctx, q, s.Now())
	if err != nil {
		return nil, err
	}
	out := ListChanges200JSONResponse{Changes: []Change{}}
	list, out.NextCursor = paged(list, limit, func(c slots.Change) string { return cursorAfter(c.Created, c.ID) })
	for _, c := range list {
		out.Changes = append(out.Changes, s.changeJSON(c))
	}
	return out, nil
}

// ListChangeVisits lists the visits that a change affects.
func (s *Server) ListChangeVisits(ctx context.Context, r ListChangeVisitsRequestObject) (ListChangeVisitsResponseObject, error) {
	c, _, err := s.concerns(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	q := slots.AffectedQuery{Change: c.ID, Outcome: slots.Outcome(r.Params.Outcome), Limit: limitOf(r.Params.Limit)}
	if q.Start, q.ID, err = openCursor(r.Params.Cursor); err != nil {
		return nil, err
	}
	visits, next, err := s.affected(ctx, q)
	return ListChangeVisits200JSONResponse{Visits: visits, NextCursor: next}, err
}

// AnswerChange records the outcome of a call to a visitor.
func (s *Server) AnswerChange(ctx context.Context, r AnswerChangeRequestObject) (AnswerChangeResponseObject, error) {
	c, staff, err := s.concerns(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	reference, err := slots.ParseReference(r.Reference)
	if err != nil {
		return nil, slots.ErrNotAffected
	}
	now := s.Now()
	if err = s.Changes.Answer(ctx, c.ID, reference, slots.Call{Outcome: r.Body.Outcome, Actor: staff.ID, Note: r.Body.Note}, now); err != nil {
		return nil, err
	}
	visits, _, err := s.affected(ctx, slots.AffectedQuery{Change: c.ID, Reference: reference, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(visits) == 0 {
		return nil, slots.ErrNotAffected
	}
	return AnswerChange200JSONResponse(visits[0]), nil
}

// affected returns a page of the visits that a change affects, and the cursor of
// the next page, "" for none.
func (s *Server) affected(ctx context.Context, q slots.AffectedQuery) ([]AffectedVisit, string, error) {
	limit := q.Limit
	q.Limit++
	list, err := s.Changes.Affected(ctx, q, s.Now())
	if err != nil {
		return nil, "", err
	}
	list, next := paged(list, limit, func(v slots.AffectedVisit) string { return cursorAfter(v.Start, v.ID) })
	visits := make([]AffectedVisit, len(list))
	for i, v := range list {
		visits[i] = affectedJSON(centreOf(ctx), v)
		saw(ctx, visits[i].Reference, departmentOf(ctx, visits[i].Service), visits[i].Branch)
	}
	return visits, next, nil
}

func (s *Server) changeJSON(c slots.Change) Change {
	return Change{
		ID: c.ID, State: string(c.Stands(s.Now())), DeskGroups: c.DeskGroups, Departments: c.Departments, HolidayList: c.HolidayList,
		Edit: c.Edit, Decision: c.Decision, Reason: c.Reason, Actor: c.Actor, CreatedAt: c.Created,
		ExpiresAt: optional(c.Expires), AppliedAt: optional(c.Applied), FinishedAt: optional(c.Finished),
		Affected: c.Affected(), ToCall: c.Visits[slots.OutcomeWaiting] + c.Visits[slots.OutcomeUnanswered], Outcomes: c.Visits,
	}
}

func affectedJSON(c *centre.Snapshot, v slots.AffectedVisit) AffectedVisit {
	zone := c.Zone(v.Branch)
	out := AffectedVisit{
		Reference:  v.Reference.String(),
		Status:     string(v.Status),
		Service:    v.Service,
		Branch:     v.Branch,
		Visitor:    v.Visitor,
		Mobile:     string(notify.Mobile(v.Mobile)),
		Lang:       v.Lang,
		Party:      v.Party,
		Start:      v.Start.In(zone),
		StartNow:   v.Now.In(zone),
		Decision:   v.Decision,
		Outcome:    string(v.Outcome),
		AnsweredAt: optional(v.Answered),
		AnsweredBy: v.AnsweredBy,
		Calls:      v.Calls,
		CalledAt:   optional(v.Called),
		Note:       v.Note,
		Message:    v.Message,
	}
	if !v.Proposed.IsZero() {
		out.Proposal = &AffectedProposal{Start: v.Proposed.In(zone)}
		if !v.Until.IsZero() {
			until := v.Until.In(zone)
			out.Proposal.HeldUntil = &until
		}
	}
	return out
}
