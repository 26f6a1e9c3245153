package api

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/scheduling/ical"
	"ziyara/slots"
	"ziyara/texts"
)

// Calendars keeps the plans of desk groups and the holidays that they share.
// What each method does and returns is said at postgres.Calendars.
type Calendars interface {
	FindPlan(ctx context.Context, slug string) (centre.DeskPlan, error)
	EditPlan(ctx context.Context, slug string, from centre.Versions, by audit.Entry,
		decide func(centre.DeskPlan) (scheduling.Revision, error)) (centre.DeskPlan, error)
	UndoPlan(ctx context.Context, slug string, from centre.Versions, by audit.Entry) (centre.DeskPlan, error)
	DayCounts(ctx context.Context, g *centre.DeskGroup, days []scheduling.Day) ([]slots.DayCounts, error)

	FindHolidays(ctx context.Context) (centre.HolidayList, error)
	EditHolidays(ctx context.Context, from centre.Versions, by audit.Entry,
		decide func(scheduling.HolidayList) (scheduling.HolidayList, error)) (centre.HolidayList, error)
	UndoHolidays(ctx context.Context, from centre.Versions, by audit.Entry) (centre.HolidayList, error)

	SetQuota(ctx context.Context, service string, by audit.Entry,
		decide func(catalog.HoldBack) (catalog.HoldBack, error)) (catalog.HoldBack, error)
}

// ListDeskGroups lists the desk groups that the caller may see.
func (s *Server) ListDeskGroups(ctx context.Context, r ListDeskGroupsRequestObject) (ListDeskGroupsResponseObject, error) {
	departments, branches, err := within(ctx)
	if err != nil {
		return nil, err
	}
	everywhere := departments == nil && branches == nil
	limit := limitOf(r.Params.Limit)
	out := ListDeskGroups200JSONResponse{DeskGroups: []DeskGroupSummary{}}
	for _, g := range centreOf(ctx).DeskGroups() {
		switch {
		case g.Slug <= r.Params.Cursor,
			r.Params.Department != "" && g.Department != r.Params.Department,
			r.Params.Branch != "" && g.Branch != r.Params.Branch,
			!everywhere && !slices.Contains(departments, g.Department) && !slices.Contains(branches, g.Branch):
			continue
		case len(out.DeskGroups) == limit:
			out.NextCursor = out.DeskGroups[limit-1].Slug
			return out, nil
		}
		out.DeskGroups = append(out.DeskGroups, DeskGroupSummary{
			Slug: g.Slug, Branch: g.Branch, Department: g.Department, Name: g.Name, Services: g.Services,
		})
	}
	return out, nil
}

// deskGroup returns a desk group of the centre for a member of staff who may
// ask about its department and branch.
func (s *Server) deskGroup(ctx context.Context, slug string) (*centre.DeskGroup, error) {
	g, err := centreOf(ctx).DeskGroup(slug)
	if err != nil {
		return nil, err
	}
	_, err = permit(ctx, g.Department, g.Branch)
	return g, err
}

// GetDeskGroup shows a desk group with its plan.
func (s *Server) GetDeskGroup(ctx context.Context, r GetDeskGroupRequestObject) (GetDeskGroupResponseObject, error) {
	if _, err := s.deskGroup(ctx, r.ID); err != nil {
		return nil, err
	}
	d, err := s.Calendars.FindPlan(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return GetDeskGroup200JSONResponse{
		Body: deskGroupJSON(centreOf(ctx), d), Headers: GetDeskGroup200ResponseHeaders{ETag: versionTag(d.Version)},
	}, nil
}

// EditDeskGroup changes a plan.
func (s *Server) EditDeskGroup(ctx context.Context, r EditDeskGroupRequestObject) (EditDeskGroupResponseObject, error) {
	d, err := s.edit(ctx, r.ID, r.Params.IfMatch, "calendar.changed", *r.Body)
	if err != nil {
		return nil, err
	}
	return EditDeskGroup200JSONResponse{
		Body: deskGroupJSON(centreOf(ctx), d), Headers: EditDeskGroup200ResponseHeaders{ETag: versionTag(d.Version)},
	}, nil
}

// AddClosure closes a desk group for a period.
func (s *Server) AddClosure(ctx context.Context, r AddClosureRequestObject) (AddClosureResponseObject, error) {
	d, err := s.edit(ctx, r.ID, r.Params.IfMatch, "closure.added", scheduling.Edit{Close: []scheduling.Closure{*r.Body}})
	if err != nil {
		return nil, repointed(err, "/close/0", "")
	}
	return AddClosure200JSONResponse{
		Body: deskGroupJSON(centreOf(ctx), d), Headers: AddClosure200ResponseHeaders{ETag: versionTag(d.Version)},
	}, nil
}

// RemoveClosure removes a closure of a desk group.
func (s *Server) RemoveClosure(ctx context.Context, r RemoveClosureRequestObject) (RemoveClosureResponseObject, error) {
	if list, _ := parseEntityTags(r.Params.IfMatch); list.any { // an index means a closure of the named versions only
		return nil, errNoVersion
	}
	d, err := s.edit(ctx, r.ID, r.Params.IfMatch, "closure.removed", scheduling.Edit{Reopen: []int{r.Index}})
	if errors.Is(err, scheduling.ErrEntry) {
		return nil, fault.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return RemoveClosure200JSONResponse{
		Body: deskGroupJSON(centreOf(ctx), d), Headers: RemoveClosure200ResponseHeaders{ETag: versionTag(d.Version)},
	}, nil
}

// SetHours sets the opening hours of one date.
func (s *Server) SetHours(ctx context.Context, r SetHoursRequestObject) (SetHoursResponseObject, error) {
	day, err := date("/date", r.Date)
	if err != nil {
		return nil, fault.ErrNotFound
	}
	d, err := s.edit(ctx, r.ID, r.Params.IfMatch, "hours.set", scheduling.Edit{SetHours: []scheduling.DayHours{{
		Date: day, Reason: r.Body.Reason, Openings: r.Body.Openings, Extra: r.Body.Extra,
	}}})
	if err != nil {
		return nil, repointed(err, "/set_hours/0", "")
	}
	return SetHours200JSONResponse{
		Body: deskGroupJSON(centreOf(ctx), d), Headers: SetHours200ResponseHeaders{ETag: versionTag(d.Version)},
	}, nil
}

// ClearHours gives one date its regular hours again.
func (s *Server) ClearHours(ctx context.Context, r ClearHoursRequestObject) (ClearHoursResponseObject, error) {
	day, err := date("/date", r.Date)
	if err != nil {
		return nil, fault.ErrNotFound
	}
	d, err := s.edit(ctx, r.ID, r.Params.IfMatch, "hours.cleared", scheduling.Edit{ClearHours: []scheduling.Date{day}})
	if errors.Is(err, scheduling.ErrEntry) {
		return nil, fault.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return ClearHours200JSONResponse{
		Body: deskGroupJSON(centreOf(ctx), d), Headers: ClearHours200ResponseHeaders{ETag: versionTag(d.Version)},
	}, nil
}

// UndoDeskGroup undoes the last change of a plan.
func (s *Server) UndoDeskGroup(ctx context.Context, r UndoDeskGroupRequestObject) (UndoDeskGroupResponseObject, error) {
	if _, err := s.deskGroup(ctx, r.ID); err != nil {
		return nil, err
	}
	from, err := versions(r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	d, err := s.Calendars.UndoPlan(ctx, r.ID, from, s.entry(ctx, "calendar.undone", "", "", ""))
	if err != nil {
		return nil, err
	}
	s.refresh(ctx)
	return UndoDeskGroup200JSONResponse{
		Body: deskGroupJSON(centreOf(ctx), d), Headers: UndoDeskGroup200ResponseHeaders{ETag: versionTag(d.Version)},
	}, nil
}

// edit changes the plan of a desk group, if the caller may. This replica uses
// the new plan before it answers.
func (s *Server) edit(ctx context.Context, slug, ifMatch, action string, e scheduling.Edit) (centre.DeskPlan, error) {
	if _, err := s.deskGroup(ctx, slug); err != nil {
		return centre.DeskPlan{}, err
	}
	from, err := versions(ifMatch)
	if err != nil {
		return centre.DeskPlan{}, err
	}
	entry := s.entry(ctx, action, "", "", "") // the store knows the rest
	entry.Reason = e.Reason
	d, err := s.Calendars.EditPlan(ctx, slug, from, entry, func(d centre.DeskPlan) (scheduling.Revision, error) {
		return d.Revise(ctx, e, entry.At)
	})
	if err != nil {
		return centre.DeskPlan{}, err
	}
	s.refresh(ctx)
	return d, nil
}

// refresh reads the centre again, so that this replica uses a change before it
// answers. If that fails, it uses the change a little later, as other replicas
// do.
func (s *Server) refresh(ctx context.Context) {
	if err := s.Refresh(ctx); err != nil {
		s.Log.WarnContext(ctx, "the centre was changed but could not be read again", "error", err, "request_id", metaOf(ctx).id)
	}
}

func deskGroupJSON(c *centre.Snapshot, d centre.DeskPlan) DeskGroup {
	zone := d.Calendar.Zone()
	out := DeskGroup{
		Slug: d.Slug, Branch: d.Branch, Department: d.Department, Name: d.Name, Services: d.Services,
		Zone: zone.String(), Version: d.Version, Warnings: []PlanWarning{},
		Plan: Plan{
			Rules: d.Plan.Rules, Seasons: d.Plan.Seasons, Holidays: d.Plan.Holidays, StaysOpen: d.Plan.StaysOpen,
			Hours: d.Plan.Hours, Closures: slices.Clone(d.Plan.Closures),
		},
	}
	for i := range out.Plan.Closures {
		closure := &out.Plan.Closures[i]
		if closure.Start = closure.Start.In(zone); !closure.End.IsZero() {
			closure.End = closure.End.In(zone)
		}
	}
	for _, w := range d.Warnings(c.Service) {
		out.Warnings = append(out.Warnings, PlanWarning{
			Kind: string(w.Kind), Pointers: w.Pointers, Date: w.Date.String(), Text: w.Text,
		})
	}
	return out
}

// GetDeskGroupDay shows one day of a desk group.
func (s *Server) GetDeskGroupDay(ctx context.Context, r GetDeskGroupDayRequestObject) (GetDeskGroupDayResponseObject, error) {
	g, err := s.deskGroup(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	d, err := date("?date", r.Params.Date)
	if err != nil {
		return nil, err
	}
	days, err := s.days(ctx, g, d, d)
	if err != nil {
		return nil, err
	}
	out := GetDeskGroupDay200JSONResponse(days[0])
	if r.Params.At != "" {
		at, err := time.Parse(time.RFC3339, r.Params.At)
		if err != nil {
			return nil, invalid("?at", flaw{FieldErrorCodeFormat, texts.Visitors("invalid.instant")})
		}
		m := g.Calendar.ExplainAt(at)
		out.Moment = &DeskGroupMoment{
			At: m.At.In(g.Calendar.Zone()), Date: m.Date.String(), Places: m.Places,
			Summary: m.Summary, Layers: layersJSON(m.Layers),
		}
	}
	return out, nil
}

// mostDays is how many dates ListDeskGroupDays covers at most: the weeks that a month
// touches.
const mostDays = 42

// ListDeskGroupDays shows consecutive days of a desk group.
func (s *Server) ListDeskGroupDays(ctx context.Context, r ListDeskGroupDaysRequestObject) (ListDeskGroupDaysResponseObject, error) {
	g, err := s.deskGroup(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	from, err := date("?from", r.Params.From)
	if err != nil {
		return nil, err
	}
	to, err := dateOr("?to", r.Params.To, from+6)
	switch {
	case err != nil:
		return nil, err
	case to < from, to-from >= mostDays:
		return nil, invalid("?to", flaw{FieldErrorCodeOutOfRange, texts.Staff("invalid.range", "Days", mostDays)})
	}
	days, err := s.days(ctx, g, from, to)
	if err != nil {
		return nil, err
	}
	return ListDeskGroupDays200JSONResponse{
		Body:    DeskGroupDays{Version: g.Version, Zone: g.Calendar.Zone().String(), Days: days},
		Headers: ListDeskGroupDays200ResponseHeaders{ETag: versionTag(g.Version)},
	}, nil
}

// days shows the dates [from, to] of a desk group.
func (s *Server) days(ctx context.Context, g *centre.DeskGroup, from, to scheduling.Date) ([]DeskGroupDay, error) {
	list := make([]scheduling.Day, 0, to-from+1)
	for d := from; d <= to; d++ {
		list = append(list, g.Calendar.Day(d))
	}
	counts, err := s.Calendars.DayCounts(ctx, g, list)
	if err != nil {
		return nil, err
	}
	out := make([]DeskGroupDay, len(list))
	for i, day := range list {
		why, state := g.Calendar.Explain(day.Date), counts[i]
		out[i] = DeskGroupDay{
			Date: day.Date.String(), Hijri: hijri(day.Date), Open: why.Open, Summary: why.Summary,
			Layers: layersJSON(why.Layers), Stretches: stretches(g.Calendar, day, state.Occupied),
			Visits: state.Visits, Requests: state.Requests, Holds: state.Holds, Unsupported: state.Unsupported,
		}
	}
	return out, nil
}

func layersJSON(layers []scheduling.Layer) []DeskGroupLayer {
	out := make([]DeskGroupLayer, len(layers))
	for i, l := range layers {
		out[i] = DeskGroupLayer{
			Kind: string(l.Kind), Name: l.Name, Effect: l.Effect, Decided: l.Decided, Openings: l.Openings,
		}
	}
	return out
}

// stretches joins neighbouring ticks of a day that have the same number of
// places open and taken, and leaves out ticks with neither.
func stretches(c *scheduling.Calendar, day scheduling.Day, o slots.Occupied) []DeskGroupStretch {
	if o.Open != nil {
		day.First, day.Open = o.First, o.Open
	}
	list := []DeskGroupStretch{}
	for i, open := range day.Open {
		used := 0
		if i < len(o.Used) {
			used = int(o.Used[i])
		}
		if open == 0 && used == 0 {
			continue
		}
		start, end := day.At(day.First+i).In(c.Zone()), day.At(day.First+i+1).In(c.Zone())
		if n := len(list); n > 0 && list[n-1].Open == int(open) && list[n-1].Used == used && list[n-1].End.Equal(start) {
			list[n-1].End = end
			continue
		}
		list = append(list, DeskGroupStretch{Start: start, End: end, Open: int(open), Used: used})
	}
	return list
}

// defaultOpenings is how many days GetOpenings covers when the request names no
// end.
const defaultOpenings = 62

// GetOpenings returns the opening hours of a desk group as a calendar file.
func (s *Server) GetOpenings(ctx context.Context, r GetOpeningsRequestObject) (GetOpeningsResponseObject, error) {
	g, err := s.deskGroup(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	from, err := dateOr("?from", r.Params.From, g.Calendar.DateOf(now))
	if err != nil {
		return nil, err
	}
	until, err := dateOr("?to", r.Params.To, from+defaultOpenings-1)
	if err != nil {
		return nil, err
	}
	lang := metaOf(ctx).lang
	var file bytes.Buffer
	err = ical.WriteOpenings(&file, ical.Head{Stamp: now, Name: g.Name.In(lang)}, g.Calendar, from, until, ical.Openings{
		UID: "desk-group-" + g.Slug + "@ziyara", Summary: g.Name.In(lang), Language: lang,
	})
	if errors.Is(err, ical.ErrWindow) {
		return nil, invalid("?to", flaw{FieldErrorCodeOutOfRange, texts.Staff("invalid.days")})
	}
	if err != nil {
		return nil, err
	}
	return GetOpenings200TextCalendarResponse{Body: &file, ContentLength: int64(file.Len())}, nil
}
