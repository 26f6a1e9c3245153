package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/centre"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/scheduling"
	"ziyara/slots"
	"ziyara/texts"
)

// useWaitlist is the use of the token of an entry.
const useWaitlist = "waitlist"

// JoinWaitlist puts a visitor on the waitlist.
func (s *Server) JoinWaitlist(ctx context.Context, r JoinWaitlistRequestObject) (JoinWaitlistResponseObject, error) {
	now := s.Now()
	key := r.Params.IdempotencyKey
	render := func(e slots.Entry) (stored, error) { return s.joinAnswer(centreOf(ctx), e) }
	once, err := answerOnce(s, key, "waitlist"+askedBy(ctx), r.Body, render)
	if err != nil {
		return nil, err
	}
	mobile, err := s.proved(ctx, r.Body.Verification, once, now)
	if err != nil {
		return s.again(key, err)
	}
	who, err := s.whoBooks(ctx, r.Body.Identity, once, now)
	if err != nil {
		return s.again(key, err)
	}
	request, err := s.joinRequest(r.Body, mobile, who)
	if err != nil {
		return nil, err
	}
	request.Booking.Lang = metaOf(ctx).lang
	if r.Body.Lang != "" {
		request.Booking.Lang = r.Body.Lang
	}
	e, err := s.Waitlist.Join(ctx, bookerOf(ctx), request, once, now)
	if err != nil {
		return s.again(key, err)
	}
	return render(e)
}

// wishOf reads the dates and times of a wish; a date that is absent is 0, and times
// that are absent are the whole day. It reports all faults at once.
func wishOf(from, to, earliest, latest string) (slots.Wish, error) {
	wish := slots.Wish{Latest: scheduling.Clock(24, 0)}
	var bad []pointerError
	for _, d := range []struct {
		pointer, text string
		dest          *scheduling.Date
	}{{"#/from", from, &wish.From}, {"#/to", to, &wish.To}} {
		if d.text == "" {
			continue
		}
		var err error
		if *d.dest, err = date(d.pointer, d.text); err != nil {
			bad = append(bad, pointerError{d.pointer, hijriDates()})
		}
	}
	for _, c := range []struct {
		pointer, text string
		dest          *scheduling.WallTime
	}{{"#/earliest", earliest, &wish.Earliest}, {"#/latest", latest, &wish.Latest}} {
		if c.text == "" {
			continue
		}
		at, err := scheduling.ParseWallTime(c.text)
		if err != nil || at > scheduling.Clock(24, 0) {
			bad = append(bad, pointerError{c.pointer, flaw{FieldErrorCodeFormat, texts.Visitors("invalid.time")}})
			continue
		}
		*c.dest = at
	}
	if bad == nil && wish.Latest < wish.Earliest {
		bad = append(bad, pointerError{"#/latest", flaw{FieldErrorCodeOrder, texts.Visitors("invalid.latest")}})
	}
	if bad != nil {
		return slots.Wish{}, &invalidError{Status: http.StatusUnprocessableEntity, Errors: bad}
	}
	return wish, nil
}

// joinRequest reads the input of a visitor with a mobile. It reports all faults of the dates and
// times at once, or else all faults of the visitor.
func (s *Server) joinRequest(body *WaitlistRequest, mobile string, who *slots.Proved) (slots.JoinRequest, error) {
	wish, err := wishOf(body.From, body.To, body.Earliest, body.Latest)
	if err != nil {
		return slots.JoinRequest{}, err
	}
	wish.Party = max(1, body.Party)
	booking, err := s.booking(&AppointmentRequest{
		Visitor: body.Visitor, Representative: body.Representative, Needs: body.Needs,
		DocumentsAcknowledged: body.DocumentsAcknowledged,
	}, mobile, who)
	return slots.JoinRequest{Service: body.Service, Branch: body.Branch, Wish: wish, Booking: booking}, err
}

// WaitForEarlier puts a visitor on the waitlist for an earlier start of their visit.
func (s *Server) WaitForEarlier(ctx context.Context, r WaitForEarlierRequestObject) (WaitForEarlierResponseObject, error) {
	of, err := s.owned(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	key := r.Params.IdempotencyKey
	render := func(e slots.Entry) (stored, error) { return s.joinAnswer(centreOf(ctx), e) }
	once, err := answerOnce(s, key, "earlier/"+string(of.Reference), r.Body, render)
	if err != nil {
		return nil, err
	}
	wish, err := wishOf(r.Body.From, r.Body.To, r.Body.Earliest, r.Body.Latest)
	if err != nil {
		return nil, err
	}
	e, err := s.Waitlist.JoinEarlier(ctx, bookerOf(ctx), slots.EarlierRequest{
		Visit: of.Reference, From: wish.From, To: wish.To, Earliest: wish.Earliest, Latest: wish.Latest,
	}, once, s.Now())
	if err != nil {
		return s.again(key, err)
	}
	return render(e)
}

func (s *Server) joinAnswer(c *centre.Snapshot, e slots.Entry) (stored, error) {
	body, err := json.Marshal(WaitlistTicket{
		ID: e.ID, Token: s.entryToken(e), Expires: e.Ends.In(c.Zone(e.Branch)),
	})
	return stored{Status: http.StatusCreated, Location: "/v1/waitlist/" + e.ID, Body: body}, err
}

// entryToken returns the token that opens an entry. With the links to a visit, those to
// its entry for an earlier start end: it can move the visit.
func (s *Server) entryToken(e slots.Entry) string {
	return s.Keys.TokenOf(useWaitlist, e.ID, e.LinkGeneration())
}

// waits returns the entry whose bearer token the request has. It returns
// errNoEntryToken, or fault.ErrNotFound for a wrong token, as for an unknown
// entry.
func (s *Server) waits(ctx context.Context, id string) (slots.Entry, error) {
	token := metaOf(ctx).bearer
	if token == "" {
		return slots.Entry{}, errNoEntryToken
	}
	generation, ok := s.Keys.Generation(useWaitlist, id, token)
	if !ok {
		return slots.Entry{}, fault.ErrNotFound
	}
	e, err := s.Waitlist.Find(ctx, id, s.Now())
	if err == nil && e.LinkGeneration() != generation {
		err = fault.ErrNotFound
	}
	return e, err
}

// errNoEntryToken is returned for a request about an entry without its token.
var errNoEntryToken = errors.New("api: the token of the waitlist entry is needed")

// GetWaitlistEntry shows an entry.
func (s *Server) GetWaitlistEntry(ctx context.Context, r GetWaitlistEntryRequestObject) (GetWaitlistEntryResponseObject, error) {
	e, err := s.waits(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return GetWaitlistEntry200JSONResponse(entryJSON(centreOf(ctx), e, s.Now())), nil
}

// LeaveWaitlist takes a visitor off the waitlist.
func (s *Server) LeaveWaitlist(ctx context.Context, r LeaveWaitlistRequestObject) (LeaveWaitlistResponseObject, error) {
	if _, err := s.waits(ctx, r.ID); err != nil {
		return nil, err
	}
	if err := s.Waitlist.Leave(ctx, r.ID, s.Now()); err != nil {
		return nil, err
	}
	return LeaveWaitlist204Response{}, nil
}

// AcceptOffer books the offered place.
func (s *Server) AcceptOffer(ctx context.Context, r AcceptOfferRequestObject) (AcceptOfferResponseObject, error) {
	if _, err := s.waits(ctx, r.ID); err != nil {
		return nil, err
	}
	key, render := r.Params.IdempotencyKey, s.bookedAnswer(ctx)
	once, err := answerOnce(s, key, "waitlist/accept", r.ID, render)
	if err != nil {
		return nil, err
	}
	a, err := s.Waitlist.Accept(ctx, bookerOf(ctx), r.ID, s.newReference(), once, s.Now())
	if err != nil {
		return s.again(key, err)
	}
	if a.Version == 1 { // and not moved
		s.Counts.Booked()
	}
	return render(a)
}

// DeclineOffer declines the offered place.
func (s *Server) DeclineOffer(ctx context.Context, r DeclineOfferRequestObject) (DeclineOfferResponseObject, error) {
	if _, err := s.waits(ctx, r.ID); err != nil {
		return nil, err
	}
	e, err := s.Waitlist.Decline(ctx, r.ID, s.Now())
	if err != nil {
		return nil, err
	}
	return DeclineOffer200JSONResponse(entryJSON(centreOf(ctx), e, s.Now())), nil
}

func entryJSON(c *centre.Snapshot, e slots.Entry, now time.Time) WaitlistEntry {
	zone := c.Zone(e.Branch)
	out := WaitlistEntry{
		ID: e.ID, State: WaitlistState(e.State), Service: e.Service, Branch: e.Branch,
		From: e.Wish.From.String(), To: e.Wish.To.String(),
		Earliest: e.Wish.Earliest.String(), Latest: e.Wish.Latest.String(), Party: e.Wish.Party,
		Mobile: notify.Mobile(e.Booking.Mobile).Masked(), CreatedAt: e.Created.In(zone), Expires: e.Ends.In(zone),
	}
	if e.Replaces != nil {
		out.Replaces = e.Replaces.Reference.String()
	}
	if offer := e.Offered(now); offer != nil {
		out.State = WaitlistStateOffered
		out.Offer = &WaitlistOffer{Start: offer.Start.In(zone), End: offer.End.In(zone), ExpiresAt: offer.Expires.In(zone)}
	}
	return out
}

// VisitJoinWaitlistResponse writes the answer.
func (r stored) VisitJoinWaitlistResponse(c *fiber.Ctx) error { return r.write(c) }

// VisitWaitForEarlierResponse writes the answer.
func (r stored) VisitWaitForEarlierResponse(c *fiber.Ctx) error { return r.write(c) }

// VisitAcceptOfferResponse writes the answer.
func (r stored) VisitAcceptOfferResponse(c *fiber.Ctx) error { return r.write(c) }
