package api

import (
	"context"
	"errors"

	"ziyara/slots"
)

// errNoProof is returned for a request without the proof of a mobile number.
var errNoProof = errors.New("api: the proof of a mobile number is needed")

// ListMyVisits lists what belongs to a proved mobile number.
func (s *Server) ListMyVisits(ctx context.Context, _ ListMyVisitsRequestObject) (ListMyVisitsResponseObject, error) {
	now, token := s.Now(), metaOf(ctx).bearer
	if token == "" {
		return nil, errNoProof
	}
	mobile, err := s.mobileProved(token, now)
	if err != nil {
		return nil, err
	}
	mine, err := s.Waitlist.Mine(ctx, mobile, now)
	if err != nil {
		return nil, err
	}
	out := MyVisits{Coming: s.withKeys(mine.Coming), Past: s.withKeys(mine.Past), Waiting: make([]WaitlistEntry, len(mine.Waiting))}
	for i, e := range mine.Waiting {
		out.Waiting[i] = s.entryJSON(e)
		out.Waiting[i].Token = s.Keys.Token(useWaitlist, e.ID)
	}
	return ListMyVisits200JSONResponse{Body: out, Headers: ListMyVisits200ResponseHeaders{CacheControl: "no-store"}}, nil
}

// withKeys renders visits with their manage tokens.
func (s *Server) withKeys(visits []slots.Appointment) []Appointment {
	list := make([]Appointment, len(visits))
	for i, a := range visits {
		list[i] = s.appointmentJSON(a)
		list[i].ManageToken = s.Keys.Token(useManage, string(a.Reference))
	}
	return list
}
