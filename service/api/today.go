package api

import (
	"context"
	"errors"
	"time"

	"ziyara/centre"
	"ziyara/hall"
	"ziyara/slots"
)

// GetToday shows where a visitor stands on the day of the visit.
func (s *Server) GetToday(ctx context.Context, r GetTodayRequestObject) (GetTodayResponseObject, error) {
	a, err := s.owned(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	t, err := s.today(ctx, a)
	if err != nil {
		return nil, err
	}
	return GetToday200JSONResponse(t), nil
}

// TellLate records that a visitor comes later, or has left the hall for a moment.
func (s *Server) TellLate(ctx context.Context, r TellLateRequestObject) (TellLateResponseObject, error) {
	a, err := s.owned(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	if err = s.reception(ctx).Away(ctx, string(a.Reference), r.Body.Minutes, s.Now()); err != nil {
		return nil, inWordsOfVisitors(a, err)
	}
	t, err := s.today(ctx, a)
	if err != nil {
		return nil, err
	}
	return TellLate200JSONResponse(t), nil
}

// today returns where the visitor of a visit stands now.
func (s *Server) today(ctx context.Context, a slots.Appointment) (Today, error) {
	now := s.Now()
	standing, err := s.reception(ctx).Stands(ctx, string(a.Reference), now)
	if err != nil {
		return Today{}, inWordsOfVisitors(a, err)
	}
	return todayJSON(centreOf(ctx), standing, now), nil
}

// inWordsOfVisitors returns, for an error at reception, the error that other operations
// of visitors have for the same state of a visit: its problem is worded for visitors.
func inWordsOfVisitors(a slots.Appointment, err error) error {
	switch {
	case errors.Is(err, hall.ErrCancelled):
		return slots.ErrNotBooked
	case errors.Is(err, hall.ErrRequested):
		return &slots.RequestedError{AnswerBy: a.AnswerBy, Branch: a.Branch}
	}
	return err
}

// todayJSON returns where a visitor stands at now, in the centre c.
func todayJSON(c *centre.Snapshot, s hall.Standing, now time.Time) Today {
	v := hallVisit(c, s.Visit)
	zone := c.Zone(v.Branch)
	out := Today{
		Reference: v.Reference, Service: v.Service, Branch: v.Branch, Start: v.Start, End: v.End, Where: v.Where,
		Number: v.Number, ArrivedAt: v.ArrivedAt, CalledAt: v.CalledAt, Desk: v.Desk, StartedAt: v.StartedAt, CompletedAt: v.CompletedAt,
		AwayUntil: v.AwayUntil, CheckInFrom: s.CheckIn.In(zone), Desks: s.Desks, ComputedAt: now.In(zone),
	}
	if s.Delay > 0 {
		out.DelayMinutes = new(int(s.Delay / time.Minute))
	}
	if s.Ahead != nil {
		out.Before = &s.Ahead.Before
		out.Call = &LikelyCall{From: s.Ahead.Call.From.In(zone), To: s.Ahead.Call.To.In(zone)}
	}
	return out
}
