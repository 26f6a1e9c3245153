package api

import (
	"context"

	"ziyara/privacy"
	"ziyara/texts"
)

// GetMyData returns a copy of what is kept of a proved mobile or identity number.
func (s *Server) GetMyData(ctx context.Context, _ GetMyDataRequestObject) (GetMyDataResponseObject, error) {
	owner, err := s.owner(ctx, s.Now())
	if err != nil {
		return nil, err
	}
	data, err := s.FindPerson(ctx, privacy.Own(string(owner.Person), owner.Mobiles))
	if err != nil {
		return nil, err
	}
	return GetMyData200JSONResponse(data.Masked()), nil
}

// EraseMyData erases what is kept of a proved mobile or identity number.
func (s *Server) EraseMyData(ctx context.Context, _ EraseMyDataRequestObject) (EraseMyDataResponseObject, error) {
	now := s.Now()
	owner, err := s.owner(ctx, now)
	if err != nil {
		return nil, err
	}
	erased, err := s.ErasePerson(ctx, privacy.Own(string(owner.Person), owner.Mobiles), now)
	if err != nil {
		return nil, err
	}
	out := Erasure{Erased: erased}
	for _, kept := range privacy.AllKept() {
		out.Kept = append(out.Kept, KeptData{What: string(kept), Why: texts.Visitors("privacy.left_" + string(kept))})
	}
	return EraseMyData200JSONResponse(out), nil
}
