package api

import (
	"context"
	"time"

	"ziyara/access"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/hall"
	"ziyara/slots"
	"ziyara/texts"
)

// inHall returns the visit with the reference, as the store has it, if the
// caller may ask about its department or branch.
func (s *Server) inHall(ctx context.Context, reference string) (hall.Visit, access.Staff, error) {
	r, err := slots.ParseReference(reference)
	if err != nil {
		return hall.Visit{}, access.Staff{}, fault.ErrNotFound
	}
	v, err := s.reception(ctx).Find(ctx, string(r))
	if err != nil {
		return hall.Visit{}, access.Staff{}, err
	}
	staff, err := permit(ctx, departmentOf(ctx, v.Service), v.Branch)
	return v, staff, err
}

// departmentOf returns the department (slug) of a service, "" for none.
func departmentOf(ctx context.Context, service string) string {
	return departmentIn(centreOf(ctx), service)
}

func departmentIn(c *centre.Snapshot, service string) string {
	if v, ok := c.Service(service); ok {
		return v.Department
	}
	return ""
}

// atBranch returns the departments (slugs) of a branch that the caller may see,
// nil for all. It returns access.ErrForbidden if there are none.
func atBranch(ctx context.Context, branch string) ([]string, error) {
	grant, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	return grant.AtBranch(branch)
}

// groupAt finds a desk group of a branch, if the caller may ask about it. Staff
// without any access to the branch are refused before the group is looked up.
func groupAt(ctx context.Context, branch string, find func() (*centre.DeskGroup, error)) (*centre.DeskGroup, access.Staff, error) {
	if _, err := atBranch(ctx, branch); err != nil {
		return nil, access.Staff{}, err
	}
	g, err := find()
	if err != nil {
		return nil, access.Staff{}, err
	}
	staff, err := permit(ctx, g.Department, g.Branch)
	return g, staff, err
}

// CheckIn checks in the visitor of a reference.
func (s *Server) CheckIn(ctx context.Context, r CheckInRequestObject) (CheckInResponseObject, error) {
	v, err := s.checkIn(ctx, r.Reference, r.Body.Branch)
	if err != nil {
		return nil, err
	}
	return CheckIn200JSONResponse(v), nil
}

// CreateArrival checks in a visitor at reception, by reference or by identity
// number.
func (s *Server) CreateArrival(ctx context.Context, r CreateArrivalRequestObject) (CreateArrivalResponseObject, error) {
	reference := r.Body.Reference
	if (reference == "") == (r.Body.IDNumber == "") {
		return nil, invalid("#/reference", flaw{FieldErrorCodeNotTogether, texts.Staff("invalid.reference_or_id")})
	}
	if reference == "" {
		if _, err := atBranch(ctx, r.Body.Branch); err != nil {
			return nil, err
		}
		identity, err := slots.ParseIdentity(r.Body.IDNumber)
		if err != nil {
			return nil, invalid("#/id_number", flaw{FieldErrorCodeIdentity, slots.FaultID.Text()})
		}
		if reference, err = s.reception(ctx).Owns(ctx, identity.Number, r.Body.Branch, s.Now()); err != nil {
			return nil, err
		}
	}
	v, err := s.checkIn(ctx, reference, r.Body.Branch)
	if err != nil {
		return nil, err
	}
	return CreateArrival200JSONResponse(v), nil
}

// checkIn checks in the visitor of a reference at a branch of the caller. The
// error for a visit at another branch names that branch.
func (s *Server) checkIn(ctx context.Context, reference, branch string) (HallVisit, error) {
	r, err := slots.ParseReference(reference)
	if err != nil {
		if _, err = atBranch(ctx, branch); err != nil {
			return HallVisit{}, err
		}
		return HallVisit{}, fault.ErrNotFound
	}
	v, err := s.reception(ctx).Find(ctx, string(r))
	if err != nil {
		return HallVisit{}, err
	}
	staff, err := permit(ctx, departmentOf(ctx, v.Service), branch)
	if err != nil {
		return HallVisit{}, err
	}
	if v, err = s.reception(ctx).CheckIn(ctx, v.Reference, branch, staff.ID, s.Now()); err != nil {
		return HallVisit{}, err
	}
	return hallVisitFor(ctx, v), nil
}

// CallVisitor calls a visitor to a desk.
func (s *Server) CallVisitor(ctx context.Context, r CallVisitorRequestObject) (CallVisitorResponseObject, error) {
	if r.Body.Reference != "" {
		v, staff, err := s.inHall(ctx, r.Body.Reference)
		if err != nil {
			return nil, err
		}
		if v.Branch != r.Branch {
			return nil, &hall.ElsewhereError{Branch: v.Branch, Start: v.Start.In(centreOf(ctx).Zone(v.Branch)), WrongBranch: true}
		}
		if v, err = s.reception(ctx).Call(ctx, v.Reference, r.Body.Desk, staff.ID, s.Now()); err != nil {
			return nil, err
		}
		s.displays.poke(v.Branch)
		return CallVisitor200JSONResponse(hallVisitFor(ctx, v)), nil
	}
	_, staff, err := groupAt(ctx, r.Branch, func() (*centre.DeskGroup, error) {
		return s.reception(ctx).DeskGroup(ctx, r.Branch, r.Body.Desk)
	})
	if err != nil {
		return nil, err
	}
	v, err := s.reception(ctx).CallNext(ctx, r.Branch, r.Body.Desk, staff.ID, s.Now())
	if err != nil {
		return nil, err
	}
	s.displays.poke(v.Branch)
	return CallVisitor200JSONResponse(hallVisitFor(ctx, v)), nil
}

// RecallVisitor calls a visitor again.
func (s *Server) RecallVisitor(ctx context.Context, r RecallVisitorRequestObject) (RecallVisitorResponseObject, error) {
	v, err := s.applied(ctx, r.Reference, s.reception(ctx).Recall)
	if err != nil {
		return nil, err
	}
	return RecallVisitor200JSONResponse(v), nil
}

// MissVisitor records that the visitor did not come to the desk.
func (s *Server) MissVisitor(ctx context.Context, r MissVisitorRequestObject) (MissVisitorResponseObject, error) {
	v, err := s.applied(ctx, r.Reference, s.reception(ctx).Missed)
	if err != nil {
		return nil, err
	}
	return MissVisitor200JSONResponse(v), nil
}

// StartVisit records that the visit starts.
func (s *Server) StartVisit(ctx context.Context, r StartVisitRequestObject) (StartVisitResponseObject, error) {
	v, err := s.applied(ctx, r.Reference, func(ctx context.Context, reference, actor string, now time.Time) (hall.Visit, error) {
		return s.reception(ctx).Begin(ctx, reference, r.Body.Desk, actor, now)
	})
	if err != nil {
		return nil, err
	}
	return StartVisit200JSONResponse(v), nil
}

// CompleteVisit records that the visit is over.
func (s *Server) CompleteVisit(ctx context.Context, r CompleteVisitRequestObject) (CompleteVisitResponseObject, error) {
	v, err := s.applied(ctx, r.Reference, s.reception(ctx).Complete)
	if err != nil {
		return nil, err
	}
	return CompleteVisit200JSONResponse(v), nil
}

// RecordNoShow records that the visitor did not come.
func (s *Server) RecordNoShow(ctx context.Context, r RecordNoShowRequestObject) (RecordNoShowResponseObject, error) {
	v, err := s.applied(ctx, r.Reference, s.reception(ctx).Absent)
	if err != nil {
		return nil, err
	}
	return RecordNoShow200JSONResponse(v), nil
}

// RestoreVisit takes a no-show back.
func (s *Server) RestoreVisit(ctx context.Context, r RestoreVisitRequestObject) (RestoreVisitResponseObject, error) {
	v, err := s.applied(ctx, r.Reference, func(ctx context.Context, reference, actor string, now time.Time) (hall.Visit, error) {
		return s.reception(ctx).Restore(ctx, reference, actor, r.Body.Reason, now)
	})
	if err != nil {
		return nil, err
	}
	return RestoreVisit200JSONResponse(v), nil
}

// applied changes a visit in the hall, if the caller may, and has the displays
// look for new calls.
func (s *Server) applied(ctx context.Context, reference string,
	do func(ctx context.Context, reference, actor string, now time.Time) (hall.Visit, error),
) (HallVisit, error) {
	v, staff, err := s.inHall(ctx, reference)
	if err != nil {
		return HallVisit{}, err
	}
	if v, err = do(ctx, v.Reference, staff.ID, s.Now()); err != nil {
		return HallVisit{}, err
	}
	s.displays.poke(v.Branch)
	return hallVisitFor(ctx, v), nil
}

// hallVisit returns a visit as reception sees it, in the centre c.
// hallVisitFor returns a visit in the hall as staff see it.
func hallVisitFor(ctx context.Context, v hall.Visit) HallVisit {
	out := hallVisit(centreOf(ctx), v)
	saw(ctx, out.Reference, departmentOf(ctx, v.Service), v.Branch)
	return out
}

func hallVisit(c *centre.Snapshot, v hall.Visit) HallVisit {
	zone := c.Zone(v.Branch)
	at := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return optional(t.In(zone))
	}
	out := HallVisit{
		Reference: slots.Reference(v.Reference).String(), Branch: v.Branch, Service: v.Service,
		Start: v.Start.In(zone), End: v.End.In(zone), Party: v.Party, Where: string(v.Where()),
		Visitor: v.Name, Channel: string(v.Channel), Needs: v.Needs,
	}
	if g, ok := c.Group(v.GroupID); ok {
		out.DeskGroup = g.Slug
	}
	out.AwayUntil = at(v.AwayUntil)
	a := v.Arrival
	if a == nil {
		return out
	}
	out.Number, out.ArrivedAt, out.TurnAt = &a.Number, at(a.At), at(a.Turn)
	out.Late, out.WalkIn, out.Accessible = &a.Late, &a.WalkIn, &a.Accessible
	if a.Calls > 0 {
		out.Calls, out.CalledAt, out.Desk = &a.Calls, at(a.Called), a.Desk
	}
	out.StartedAt, out.CompletedAt, out.LeftAt = at(a.Started), at(a.Completed), at(a.Left)
	return out
}
