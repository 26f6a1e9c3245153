package api

import (
	"context"
	"encoding/base64"
	"slices"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
	"ziyara/texts"
)

// ListBranches lists the branches.
func (s *Server) ListBranches(ctx context.Context, r ListBranchesRequestObject) (ListBranchesResponseObject, error) {
	list := BranchList{Branches: []Branch{}}
	today := centreOf(ctx).Today(s.Now())
	for _, b := range centreOf(ctx).Branches {
		if !b.Retired.On(today) {
			list.Branches = append(list.Branches, branchJSON(b, today))
		}
	}
	return taggedJSON(list, r.Params.IfNoneMatch)
}

// GetBranch shows one branch.
func (s *Server) GetBranch(ctx context.Context, r GetBranchRequestObject) (GetBranchResponseObject, error) {
	b, ok := centreOf(ctx).Branch(r.Branch)
	if !ok {
		return nil, centre.ErrUnknownBranch
	}
	return taggedJSON(branchJSON(*b, centreOf(ctx).Today(s.Now())), r.Params.IfNoneMatch)
}

func branchJSON(b catalog.Branch, today scheduling.Date) Branch {
	return Branch{
		Slug: b.Slug, Name: b.Name, City: b.City, Address: b.Address, Zone: b.Zone,
		Pauses: pausesJSON(catalog.Ahead(b.Away(), today, today+daysOfYear)),
	}
}

func pausesJSON(list []catalog.Pause) []Pause {
	out := make([]Pause, len(list))
	for i, p := range list {
		out[i] = pauseJSON(p)
	}
	return out
}

func pauseJSON(p catalog.Pause) Pause {
	out := Pause{From: p.From.String()}
	if !p.ForGood() {
		out.Until = p.Until.String()
	}
	if p.Reason != (catalog.Text{}) {
		out.Reason = &p.Reason
	}
	return out
}

// pauseOf returns what pauseJSON has made an answer of.
func pauseOf(p Pause) (of catalog.Pause) {
	of.From, _ = scheduling.ParseDate(p.From)
	of.Until, _ = scheduling.ParseDate(p.Until)
	if p.Reason != nil {
		of.Reason = *p.Reason
	}
	return of
}

// ListDepartments lists the departments.
func (s *Server) ListDepartments(ctx context.Context, r ListDepartmentsRequestObject) (ListDepartmentsResponseObject, error) {
	list := DepartmentList{Departments: []Named{}}
	today := centreOf(ctx).Today(s.Now())
	for _, d := range centreOf(ctx).Departments {
		if d.Retired.On(today) {
			continue
		}
		list.Departments = append(list.Departments, Named{Slug: d.Slug, Name: d.Name})
	}
	return taggedJSON(list, r.Params.IfNoneMatch)
}

// ListCancellationReasons lists the reasons for cancelling.
func (s *Server) ListCancellationReasons(
	ctx context.Context, request ListCancellationReasonsRequestObject,
) (ListCancellationReasonsResponseObject, error) {
	list := CancellationReasonList{Reasons: []Named{}}
	today := centreOf(ctx).Today(s.Now())
	for _, r := range centreOf(ctx).CancellationReasons {
		if r.Retired.On(today) {
			continue
		}
		list.Reasons = append(list.Reasons, Named{Slug: r.Slug, Name: r.Name})
	}
	return taggedJSON(list, request.Params.IfNoneMatch)
}

// ListServices lists services: all, those of a branch, or those that match words.
func (s *Server) ListServices(ctx context.Context, r ListServicesRequestObject) (ListServicesResponseObject, error) {
	snapshot := centreOf(ctx)
	if _, ok := snapshot.Branch(r.Params.Branch); !ok && r.Params.Branch != "" {
		return nil, centre.ErrUnknownBranch
	}
	now := s.Now()
	found := snapshot.SearchServices(r.Params.Q, snapshot.Today(now))
	if r.Params.Branch != "" {
		found = slices.DeleteFunc(slices.Clone(found), func(v *catalog.Service) bool {
			return !slices.Contains(snapshot.BranchesOf(v.Slug, now), r.Params.Branch)
		})
	}
	if r.Params.Cursor != "" {
		after, err := base64.RawURLEncoding.DecodeString(r.Params.Cursor)
		at := slices.IndexFunc(found, func(v *catalog.Service) bool { return v.Slug == string(after) })
		if err != nil || at < 0 {
			return nil, invalid("?cursor", flaw{FieldErrorCodeCursor, texts.Visitors("invalid.cursor")})
		}
		found = found[at+1:]
	}
	list := ServiceList{Services: []Service{}}
	found, list.NextCursor = paged(found, limitOf(r.Params.Limit), func(v *catalog.Service) string {
		return base64.RawURLEncoding.EncodeToString([]byte(v.Slug))
	})
	for _, v := range found {
		list.Services = append(list.Services, serviceJSON(snapshot, v, now))
	}
	return taggedJSON(list, r.Params.IfNoneMatch)
}

// GetService shows one service.
func (s *Server) GetService(ctx context.Context, r GetServiceRequestObject) (GetServiceResponseObject, error) {
	snapshot := centreOf(ctx)
	v, ok := snapshot.Service(r.Service)
	if !ok {
		return nil, centre.ErrUnknownService
	}
	return taggedJSON(serviceJSON(snapshot, v, s.Now()), r.Params.IfNoneMatch)
}

func serviceJSON(centre *centre.Snapshot, v *catalog.Service, now time.Time) Service {
	minutes := func(d time.Duration) int { return int(d / time.Minute) }
	out := Service{
		Slug: v.Slug, Name: v.Name, About: v.About,
		Department:      Named{Slug: v.Department},
		DurationMinutes: minutes(v.Duration), BufferBeforeMinutes: minutes(v.Before), BufferAfterMinutes: minutes(v.After),
		StepMinutes: minutes(v.Step), GapStepMinutes: minutes(v.GapStep), NoticeMinutes: minutes(v.Notice),
		HorizonDays: int(v.Horizon / (24 * time.Hour)), NoticeWorkingDays: v.NoticeWorkingDays, HorizonWorkingDays: v.HorizonWorkingDays,
		CancelCutoffMinutes: minutes(v.CancelCutoff), MoveCutoffMinutes: minutes(v.MoveCutoff),
		PartyLimit: v.PartyLimit, PlacePerVisitor: v.PlacePerVisitor, ActiveLimit: v.ActiveLimit,
		Requirements: requirementsJSON(v), Needs: needsJSON(v), Online: v.Online,
		Branches: centre.BranchesOf(v.Slug, now), Pauses: pausesJSON(centre.PausesOf(v, "", now)),
	}
	if v.Approval.Answer > 0 {
		out.Approval = &Approval{AnswerHours: int(v.Approval.Answer / time.Hour), Default: v.Approval.Default}
	}
	if v.OpensAt > 0 {
		out.OpensAt = scheduling.WallTime(v.OpensAt / time.Minute).String()
	}
	if limit := v.Rebooking; limit.Limit > 0 {
		out.Rebooking = &Rebooking{Limit: limit.Limit, WindowMinutes: minutes(limit.Window), PauseMinutes: minutes(limit.Pause)}
	}
	if out.Branches == nil {
		out.Branches = []string{}
	}
	if d, ok := centre.Department(v.Department); ok {
		out.Department.Name = d.Name
	}
	return out
}

func requirementsJSON(v *catalog.Service) []Named {
	list := []Named{}
	for _, r := range v.Requirements {
		list = append(list, Named{Slug: r.Slug, Name: r.Name})
	}
	return list
}

func needsJSON(v *catalog.Service) []ServiceNeed {
	var list []ServiceNeed
	for _, n := range v.DeclarableNeeds() {
		list = append(list, ServiceNeed{Slug: n.Slug, Name: n.Name, ExtraMinutes: n.ExtraMinutes})
	}
	return list
}

// SearchGuide finds what answers a visitor's need: their own visits, a service, its
// online alternative, or another entity.
func (s *Server) SearchGuide(ctx context.Context, r SearchGuideRequestObject) (SearchGuideResponseObject, error) {
	list := GuideMatchList{Matches: []GuideMatch{}}
	if slots.AsksForOwn(r.Params.Q) {
		list.Matches = append(list.Matches, GuideMatch{Kind: GuideMatchKindVisits})
	}
	for _, m := range centreOf(ctx).Guide(r.Params.Q, centreOf(ctx).Today(s.Now())) {
		if m.Entity != nil {
			list.Matches = append(list.Matches, GuideMatch{
				Kind:   GuideMatchKindEntity,
				Entity: &GuideEntity{Slug: m.Entity.Slug, Name: m.Entity.Name, Link: m.Entity.Link},
			})
			continue
		}
		service := Named{Slug: m.Service.Slug, Name: m.Service.Name}
		if m.Service.Online != "" { // saves the visitor a trip, so it comes first
			list.Matches = append(list.Matches, GuideMatch{Kind: GuideMatchKindOnline, Online: m.Service.Online, Service: &service})
		}
		list.Matches = append(list.Matches, GuideMatch{Kind: GuideMatchKindService, Service: &service})
	}
	return SearchGuide200JSONResponse(list), nil
}
