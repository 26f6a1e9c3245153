package api

import (
	"context"
	"errors"
	"time"

	"ziyara/centre"
	"ziyara/slots"
)

// errNoProof is returned for a request without the proof of a mobile or identity number.
var errNoProof = errors.New("api: the proof of a mobile number is needed")

// ListMyVisits lists what belongs to a proved mobile or identity number.
func (s *Server) ListMyVisits(ctx context.Context, _ ListMyVisitsRequestObject) (ListMyVisitsResponseObject, error) {
	now := s.Now()
	owner, err := s.owner(ctx, now)
	if err != nil {
		return nil, err
	}
	mine, err := s.Waitlist.Mine(ctx, bookerOf(ctx), owner, now)
	if err != nil {
		return nil, err
	}
	c := centreOf(ctx)
	out := MyVisits{
		Coming: s.withKeys(c, mine.Coming, now), Past: s.withKeys(c, mine.Past, now), Waiting: make([]WaitlistEntry, len(mine.Waiting)),
	}
	for i, e := range mine.Waiting {
		out.Waiting[i] = entryJSON(c, e, now)
		out.Waiting[i].Token = s.entryToken(e)
	}
	return ListMyVisits200JSONResponse(out), nil
}

// owner returns what the caller has proved.
func (s *Server) owner(ctx context.Context, now time.Time) (slots.Owner, error) {
	token := metaOf(ctx).bearer
	if token == "" {
		return slots.Owner{}, errNoProof
	}
	return s.ownerBy(token, now)
}

// withKeys renders visits with their manage tokens.
func (s *Server) withKeys(c *centre.Snapshot, visits []slots.Appointment, now time.Time) []Appointment {
	list := make([]Appointment, len(visits))
	for i, a := range visits {
		list[i] = appointmentJSON(c, a, now)
		list[i].ManageToken = s.manageToken(a)
	}
	return list
}
