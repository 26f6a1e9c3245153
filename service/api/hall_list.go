package api

import (
	"context"
	"errors"
	"time"

	"ziyara/centre"
	"ziyara/fault"
	"ziyara/hall"
	"ziyara/slots"
)

// GetHall shows the hall of a day.
func (s *Server) GetHall(ctx context.Context, r GetHallRequestObject) (GetHallResponseObject, error) {
	departments, err := atBranch(ctx, r.Branch)
	if err != nil {
		return nil, err
	}
	if _, ok := centreOf(ctx).Branch(r.Branch); !ok {
		return nil, centre.ErrUnknownBranch
	}
	now := s.Now()
	today, zone, err := s.reception(ctx).Today(r.Branch, now)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	q := hall.DayQuery{
		Branch: r.Branch, Departments: departments, Group: r.Params.DeskGroup, Where: hall.Where(r.Params.Where), Limit: limit + 1,
	}
	if q.Day, err = dateOr("?date", r.Params.Date, today); err != nil {
		return nil, err
	}
	if q.After, q.ID, err = openCursor(r.Params.Cursor); err != nil {
		return nil, err
	}
	visits, counts, err := s.reception(ctx).Day(ctx, q)
	if err != nil {
		return nil, err
	}
	out := GetHall200JSONResponse{
		Branch: r.Branch, Date: q.Day.String(), Hijri: hijri(q.Day), Counts: hallCounts(counts),
		Queues: []HallQueue{}, Visits: []HallVisit{},
	}
	visits, out.NextCursor = paged(visits, limit, func(v hall.Visit) string { return cursorAfter(v.Start, v.ID) })
	for _, v := range visits {
		out.Visits = append(out.Visits, hallVisitFor(ctx, v))
	}
	if q.Day == today {
		queues, err := s.reception(ctx).Queues(ctx, r.Branch, departments, now)
		if err != nil {
			return nil, err
		}
		out.Queues = hallQueues(queues, q.Group, zone, now)
	}
	return out, nil
}

func hallCounts(c map[hall.Where]int) HallCounts {
	return HallCounts{
		Expected: c[hall.AtExpected], Waiting: c[hall.AtWaiting], Called: c[hall.AtCalled], Serving: c[hall.AtServing],
		Completed: c[hall.AtCompleted], Left: c[hall.AtLeft], NoShow: c[hall.AtNoShow],
	}
}

func hallQueues(queues []hall.Queue, group string, zone *time.Location, now time.Time) []HallQueue {
	out := []HallQueue{}
	for _, queue := range queues {
		if group != "" && queue.Group.Slug != group {
			continue
		}
		q := HallQueue{DeskGroup: queue.Group.Slug, Desks: queue.Desks, Waiting: []HallWait{}}
		for _, w := range queue.Waits {
			q.Waiting = append(q.Waiting, HallWait{
				Reference: slots.Reference(w.Visit.Reference).String(), Number: w.Visit.Arrival.Number, Position: w.Position,
				ExpectedAt: w.Begins.In(zone), Why: w.Visit.Why(zone, now),
			})
		}
		out = append(out, q)
	}
	return out
}

// AnnounceDelay tells visitors that they will be called later.
func (s *Server) AnnounceDelay(ctx context.Context, r AnnounceDelayRequestObject) (AnnounceDelayResponseObject, error) {
	g, staff, err := groupAt(ctx, r.Branch, func() (*centre.DeskGroup, error) {
		return s.reception(ctx).GroupOf(r.Branch, r.Body.DeskGroup)
	})
	if err != nil {
		return nil, err
	}
	d := hall.Delay{Minutes: r.Body.Minutes, At: s.Now(), Actor: staff.ID, RequestID: metaOf(ctx).id}
	if r.Body.Until != nil {
		d.Until = r.Body.Until.UTC()
	}
	d, told, err := s.reception(ctx).Announce(ctx, g, d)
	if err != nil {
		return nil, err
	}
	return AnnounceDelay201JSONResponse{DeskGroup: g.Slug, Minutes: d.Minutes, Until: d.Until.In(g.Calendar.Zone()), Told: told}, nil
}

// ListDesks shows the desks of a branch.
func (s *Server) ListDesks(ctx context.Context, r ListDesksRequestObject) (ListDesksResponseObject, error) {
	departments, err := atBranch(ctx, r.Branch)
	if err != nil {
		return nil, err
	}
	desks, err := s.reception(ctx).Desks(ctx, r.Branch, departments)
	if err != nil {
		return nil, err
	}
	out := ListDesks200JSONResponse{Desks: []Desk{}}
	for _, d := range desks {
		if g, ok := centreOf(ctx).Group(d.GroupID); ok {
			out.Desks = append(out.Desks, Desk{Name: d.Name, DeskGroup: g.Slug, Accessible: d.Accessible})
		}
	}
	return out, nil
}

// PutDesk adds or changes a desk.
func (s *Server) PutDesk(ctx context.Context, r PutDeskRequestObject) (PutDeskResponseObject, error) {
	g, staff, err := groupAt(ctx, r.Branch, func() (*centre.DeskGroup, error) {
		return s.reception(ctx).GroupOf(r.Branch, r.Body.DeskGroup)
	})
	if err != nil {
		return nil, err
	}
	d := hall.Desk{Name: r.Desk, GroupID: g.ID, Accessible: r.Body.Accessible}
	if d.Name == "" {
		return nil, invalid("/desk", wrongForm())
	}
	c := hall.DeskChange{Group: g, Desk: d, Actor: staff.ID, RequestID: metaOf(ctx).id, At: s.Now()}
	if err = s.reception(ctx).PutDesk(ctx, c); err != nil {
		return nil, err
	}
	return PutDesk200JSONResponse{Name: d.Name, DeskGroup: g.Slug, Accessible: d.Accessible}, nil
}

// DeleteDesk removes a desk.
func (s *Server) DeleteDesk(ctx context.Context, r DeleteDeskRequestObject) (DeleteDeskResponseObject, error) {
	g, staff, err := groupAt(ctx, r.Branch, func() (*centre.DeskGroup, error) {
		return s.reception(ctx).DeskGroup(ctx, r.Branch, r.Desk)
	})
	if _, unknown := errors.AsType[*hall.DeskError](err); unknown {
		return DeleteDesk204Response{}, nil
	}
	if err != nil {
		return nil, err
	}
	c := hall.DeskChange{Group: g, Desk: hall.Desk{Name: r.Desk, GroupID: g.ID}, Actor: staff.ID, RequestID: metaOf(ctx).id, At: s.Now()}
	if err = s.reception(ctx).RemoveDesk(ctx, c); err != nil && !errors.Is(err, fault.ErrNotFound) {
		return nil, err
	}
	return DeleteDesk204Response{}, nil
}
