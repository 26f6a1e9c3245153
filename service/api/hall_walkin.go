package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/notify"
	"ziyara/once"
	"ziyara/scheduling"
	"ziyara/slots"
)

// CreateWalkIn takes in a visitor without a booking: it books a place today and
// checks the visitor in. After a crash, the same request does what is left.
func (s *Server) CreateWalkIn(ctx context.Context, r CreateWalkInRequestObject) (CreateWalkInResponseObject, error) {
	staff, err := permit(ctx, departmentOf(ctx, r.Body.Service), r.Body.Branch)
	if err != nil {
		return nil, err
	}
	booking, err := s.walkIn(r.Body, staff.ID)
	if err != nil {
		return nil, err
	}
	booking.Reference, booking.Lang = s.newReference(), metaOf(ctx).lang
	key := r.Params.IdempotencyKey
	once, err := answerOnce(s, key, "walk-ins"+askedBy(ctx), r.Body, func(a slots.Appointment) (stored, error) {
		body, err := json.Marshal(string(a.Reference))
		return stored{Status: http.StatusCreated, Body: body}, err
	})
	if err != nil {
		return nil, err
	}
	reference, err := s.bookWalkIn(ctx, r.Body, booking, once, key)
	if err != nil {
		return nil, err
	}
	v, err := s.reception(ctx).CheckIn(ctx, reference, r.Body.Branch, staff.ID, s.Now())
	if err != nil {
		return nil, err
	}
	zone := centreOf(ctx).Zone(v.Branch)
	return walkInAnswer{
		Reference: slots.Reference(v.Reference).String(), Number: v.Arrival.Number, Service: v.Service, Branch: v.Branch,
		Start: v.Start.In(zone), End: v.End.In(zone), ArrivedAt: v.Arrival.At.In(zone),
		ManageToken: s.Keys.TokenOf(useManage, v.Reference, 0),
	}, nil
}

// walkInAnswer is the answer to CreateWalkIn. Nothing in it changes later, so a
// repeated request gets the same answer.
type walkInAnswer WalkIn

// VisitCreateWalkInResponse writes the answer.
func (a walkInAnswer) VisitCreateWalkInResponse(c *fiber.Ctx) error {
	c.Set(fiber.HeaderLocation, "/v1/appointments/"+a.Reference)
	return c.Status(http.StatusCreated).JSON(WalkIn(a))
}

// walkIn reads the visitor's input as for any booking; the mobile number is
// optional and needs no proof.
func (s *Server) walkIn(body *WalkInRequest, actor string) (slots.Booking, error) {
	var mobile notify.Mobile
	var wrong error
	if body.Mobile != "" {
		mobile, wrong = s.Countries.Parse(body.Mobile)
	}
	booking, err := s.booking(&AppointmentRequest{
		Visitor: body.Visitor, Representative: body.Representative, Needs: body.Needs, DocumentsAcknowledged: true,
	}, string(mobile), nil)
	if err != nil {
		return slots.Booking{}, err
	}
	if wrong != nil {
		return slots.Booking{}, invalid("#/mobile", s.wrongMobileOf(wrong))
	}
	booking.Actor, booking.Reason = actor, "walk-in"
	return booking, nil
}

// bookWalkIn books the next place today and returns the reference; that of the
// first time for a repeated request.
func (s *Server) bookWalkIn(ctx context.Context, body *WalkInRequest, booking slots.Booking,
	once *once.Request[slots.Appointment], key string,
) (string, error) {
	now := s.Now()
	hold, err := s.holdToday(ctx, body, now)
	s.Counts.Held(centreOf(ctx), body.Service, body.Branch, catalog.WalkIn, err, now)
	if err != nil {
		return s.sameWalkIn(key, once.Repeated(ctx, s.Answers, err))
	}
	a, err := bookerOf(ctx).Book(ctx, hold, booking, once, now)
	if err != nil {
		if releaseErr := bookerOf(ctx).Release(ctx, hold); releaseErr != nil {
			s.Log.ErrorContext(ctx, "a walk-in hold was not released; it will expire", "error", releaseErr)
		}
		return s.sameWalkIn(key, err)
	}
	s.Counts.Booked()
	return string(a.Reference), nil
}

// sameWalkIn returns the reference that the same request booked the first time,
// or err if it is not a repeated one.
func (s *Server) sameWalkIn(key string, err error) (string, error) {
	answer, err := s.again(key, err)
	if err != nil {
		return "", err
	}
	var reference string
	err = json.Unmarshal(answer.Body, &reference)
	return reference, err
}

// holdToday holds the next place today that is free for walk-ins, and returns
// the id of the hold.
func (s *Server) holdToday(ctx context.Context, body *WalkInRequest, now time.Time) (string, error) {
	zone := centreOf(ctx).Zone(body.Branch)
	today := scheduling.DateOf(now, zone)
	party := max(1, body.Party)
	found, err := bookerOf(ctx).Search(ctx, slots.Query{
		Service: body.Service, Branch: body.Branch, From: today, To: today, Party: party, Channel: catalog.WalkIn, Needs: body.Needs,
	}, now)
	if err != nil {
		return "", err
	}
	// Without a free place, holding the next possible start yields an error with
	// alternatives.
	start := now.Add(catalog.Tick - 1).Truncate(catalog.Tick)
	if len(found.Days) > 0 {
		start = found.Days[0].Slots[0].Start
	}
	for try := 1; ; try++ {
		a, err := bookerOf(ctx).Hold(ctx, slots.HoldRequest{
			Service: body.Service, Branch: body.Branch, Start: start, Party: party, Channel: catalog.WalkIn, Needs: body.Needs,
		}, nil, now)
		taken, ok := errors.AsType[*slots.TakenError](err)
		if !ok || try == holdTries {
			return a.ID, err
		}
		// Another visitor was faster: try the next start of today.
		if start, ok = firstOn(taken.Alternatives, today, zone); !ok {
			return "", err
		}
	}
}

// holdTries is how many starts are tried for a walk-in.
const holdTries = 4

// firstOn returns the earliest of the starts on a date.
func firstOn(list []slots.Slot, date scheduling.Date, zone *time.Location) (first time.Time, ok bool) {
	for _, v := range list {
		if scheduling.DateOf(v.Start, zone) == date && (!ok || v.Start.Before(first)) {
			first, ok = v.Start, true
		}
	}
	return first, ok
}
