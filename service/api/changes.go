package api

import (
	"context"
	"errors"
	"time"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/scheduling"
	"ziyara/slots"
	"ziyara/texts"
)

// shownVisits is how many of its visits come with a change.
const shownVisits = 200

// errEditOrDraft is returned for a request that says no change, or two.
var errEditOrDraft = errors.New("api: one change has to be said")

// Changes changes calendars with what becomes of the visits that lose their
// places. What each method does and returns is said at postgres.Changes.
type Changes interface {
	Draft(ctx context.Context, r slots.ChangeRequest, now time.Time) (id string, err error)
	Apply(ctx context.Context, r slots.ChangeRequest, now time.Time) (id string, err error)
	Drop(ctx context.Context, id string) error
	Find(ctx context.Context, id string, now time.Time) (slots.Change, error)
	List(ctx context.Context, q slots.ChangeQuery, now time.Time) ([]slots.Change, error)
	Affected(ctx context.Context, q slots.AffectedQuery, now time.Time) ([]slots.AffectedVisit, error)
	Answer(ctx context.Context, id string, r slots.Reference, c slots.Call, now time.Time) error
}

// CreateChange changes the calendar of a desk group, or drafts that.
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
		return nil, under("/edit", err)
	}
	return CreateChange201JSONResponse(change), nil
}

// CreateHolidayChange changes the list of holidays, or drafts that.
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
	case request.From != 0 && request.From != list.Version:
		return nil, fault.ErrEdited
	}
	request.List, request.From, request.Holidays = list.Slug, list.Version, list.HolidayList
	if r.Body.Holidays != nil {
		request.Holidays = *r.Body.Holidays
		if err = request.Holidays.CheckNames(); err != nil {
			return nil, under("/holidays", err)
		}
	}
	if a := r.Body.Announce; a != nil {
		if a.Until < a.From {
			return nil, under("/announce", &scheduling.PlanError{Pointer: "/until", Err: scheduling.ErrRange})
		}
		request.Holidays, err = list.Announced(a.Holiday, scheduling.Announced{Year: a.Year, From: a.From, Until: a.Until})
		if errors.Is(err, scheduling.ErrEntry) {
			return nil, fault.ErrNotFound
		}
		if err != nil {
			return nil, under("/announce", err)
		}
	}
	change, err := s.change(ctx, request, dryRun(r.Params.DryRun))
	if err != nil {
		return nil, under("/holidays", err)
	}
	return CreateHolidayChange201JSONResponse(change), nil
}

// decisions are what requests for changes have in common.
type decisions struct {
	draft      string
	decision   slots.Decision
	exceptions []ChangeException
	reason     *catalog.Text
}

// dryRun reports whether a request asks for a draft.
func dryRun(param string) bool { return param == "true" }

// oneEdit returns an error unless a draft, or else one edit, is asked for. A draft
// can't be drafted again.
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

// changeRequest reads who asks for a change, what they decide, and of which
// version.
func (s *Server) changeRequest(ctx context.Context, ifMatch string, d decisions) (slots.ChangeRequest, error) {
	from, err := version(ifMatch)
	if err != nil {
		return slots.ChangeRequest{}, err
	}
	r := slots.ChangeRequest{
		Draft: d.draft, From: from, Decision: d.decision, Exceptions: make(map[slots.Reference]slots.Decision),
		By: s.entry(ctx, "", "", "", ""), // the rest is filled in
	}
	if r.Draft == "" && r.Decision == "" {
		r.Decision = slots.Rebook
	}
	switch {
	case d.reason != nil:
		r.Reason = *d.reason
	case d.draft == "":
		return slots.ChangeRequest{}, invalid("#/reason", texts.Staff("invalid.change_reason"))
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

// change does a change, or drafts it, and shows how it stands, with the first of
// its visits.
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

// concerns returns a change for a member of staff who may ask about every
// department that it concerns.
func (s *Server) concerns(ctx context.Context, id string) (slots.Change, access.Staff, error) {
	c, err := s.Changes.Find(ctx, id, s.Now())
	if err != nil {
		return slots.Change{}, access.Staff{}, err
	}
	departments := c.Departments
	if len(departments) == 0 { // it changes nobody's calendar
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

// GetChange shows how a change stands.
func (s *Server) GetChange(ctx context.Context, r GetChangeRequestObject) (GetChangeResponseObject, error) {
	c, _, err := s.concerns(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return GetChange200JSONResponse(s.changeJSON(c)), nil
}

// DropChange gives back what a draft holds.
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
	q := slots.ChangeQuery{Departments: departments, DeskGroup: r.Params.DeskGroup}
	if q.Created, q.ID, err = openCursor(r.Params.Cursor); err != nil {
		return nil, err
	}
	limit := r.Params.Limit
	if limit == 0 {
		limit = defaultLimit
	}
	q.Limit = limit + 1 // one more tells whether there is another page
	list, err := s.Changes.List(ctx, q, s.Now())
	if err != nil {
		return nil, err
	}
	out := ListChanges200JSONResponse{Changes: []Change{}}
	if len(list) > limit {
		list = list[:limit]
		out.NextCursor = cursorAfter(list[limit-1].Created, list[limit-1].ID)
	}
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
	q := slots.AffectedQuery{Change: c.ID, Outcome: slots.Outcome(r.Params.Outcome), Limit: r.Params.Limit}
	if q.Start, q.ID, err = openCursor(r.Params.Cursor); err != nil {
		return nil, err
	}
	if q.Limit == 0 {
		q.Limit = defaultLimit
	}
	visits, next, err := s.affected(ctx, q)
	return ListChangeVisits200JSONResponse{Visits: visits, NextCursor: next}, err
}

// AnswerChange notes what came of a call.
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

// affected returns a page of the visits that a change affects, and where the
// next begins, "" for none.
func (s *Server) affected(ctx context.Context, q slots.AffectedQuery) ([]AffectedVisit, string, error) {
	limit, next := q.Limit, ""
	q.Limit++
	list, err := s.Changes.Affected(ctx, q, s.Now())
	if err != nil {
		return nil, "", err
	}
	if len(list) > limit {
		list = list[:limit]
		next = cursorAfter(list[limit-1].Start, list[limit-1].ID)
	}
	visits := make([]AffectedVisit, len(list))
	for i, v := range list {
		visits[i] = s.affectedJSON(v)
	}
	return visits, next, nil
}

func (s *Server) changeJSON(c slots.Change) Change {
	return Change{
		ID: c.ID, State: string(c.Stands(s.Now())), DeskGroups: c.DeskGroups, Departments: c.Departments, HolidayList: c.HolidayList,
		Edit: c.Edit, Decision: c.Decision, Reason: c.Reason, Actor: c.Actor, CreatedAt: c.Created,
		ExpiresAt: instant(c.Expires), AppliedAt: instant(c.Applied), FinishedAt: instant(c.Finished),
		Affected: c.Affected(), ToCall: c.Visits[slots.OutcomeWaiting] + c.Visits[slots.OutcomeUnanswered], Outcomes: c.Visits,
	}
}

func (s *Server) affectedJSON(v slots.AffectedVisit) AffectedVisit {
	zone := s.Centre().Zone(v.Branch)
	out := AffectedVisit{
		Reference: v.Reference.String(), Status: string(v.Status), Service: v.Service, Branch: v.Branch,
		Visitor: v.Visitor, Mobile: string(notify.Mobile(v.Mobile)), Lang: v.Lang, Party: v.Party,
		Start: v.Start.In(zone), StartNow: v.Now.In(zone), Decision: v.Decision, Outcome: string(v.Outcome),
		AnsweredAt: instant(v.Answered), AnsweredBy: v.By, Calls: v.Calls, CalledAt: instant(v.Called), Note: v.Note, Message: v.Message,
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

// under puts the faults of an edit under the part of the request that it is.
func under(part string, err error) error {
	faults := scheduling.Faults(err)
	if len(faults) == 0 {
		return err
	}
	moved := make([]error, len(faults))
	for i, f := range faults {
		moved[i] = &scheduling.PlanError{Pointer: part + f.Pointer, Name: f.Name, Err: f.Err}
	}
	return errors.Join(moved...)
}

// instant returns a time, nil for the zero time.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
