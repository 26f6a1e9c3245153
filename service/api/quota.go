package api

import (
	"context"
	"encoding/json"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/texts"
)

// GetQuota shows how many places each channel of a service leaves to others.
func (s *Server) GetQuota(ctx context.Context, r GetQuotaRequestObject) (GetQuotaResponseObject, error) {
	service, err := s.ownService(ctx, r.Service)
	if err != nil {
		return nil, err
	}
	return GetQuota200JSONResponse{
		Body: quotaJSON(service.HoldBack), Headers: GetQuota200ResponseHeaders{ETag: quotaTag(service.HoldBack)},
	}, nil
}

// SetQuota changes how many places each channel of a service leaves to others.
func (s *Server) SetQuota(ctx context.Context, r SetQuotaRequestObject) (SetQuotaResponseObject, error) {
	if _, err := s.ownService(ctx, r.Service); err != nil {
		return nil, err
	}
	wanted := catalog.HoldBack{}
	for channel, n := range map[catalog.Channel]int{
		catalog.Public: r.Body.HoldBack.Public, catalog.Agent: r.Body.HoldBack.Agent,
		catalog.WalkIn: r.Body.HoldBack.WalkIn, catalog.Protected: r.Body.HoldBack.Protected,
	} {
		if n > 0 {
			wanted[channel] = n
		}
	}
	if !wanted.Nested() {
		return nil, invalid("#/hold_back", flaw{FieldErrorCodeReserve, texts.Staff("invalid.hold_back")})
	}
	entry := s.entry(ctx, "quota.changed", "", "", "")
	after, err := s.Calendars.SetQuota(ctx, r.Service, entry, func(before catalog.HoldBack) (catalog.HoldBack, error) {
		return wanted, matches(r.Params.IfMatch, quotaTag(before))
	})
	if err != nil {
		return nil, err
	}
	s.refresh(ctx)
	return SetQuota200JSONResponse{Body: quotaJSON(after), Headers: SetQuota200ResponseHeaders{ETag: quotaTag(after)}}, nil
}

// ownService returns a service, if the caller may ask about its department.
func (s *Server) ownService(ctx context.Context, slug string) (*catalog.Service, error) {
	service, ok := centreOf(ctx).Service(slug)
	if !ok {
		return nil, centre.ErrUnknownService
	}
	_, err := permit(ctx, service.Department, "")
	return service, err
}

func quotaJSON(h catalog.HoldBack) Quota {
	var q Quota
	q.HoldBack.Public, q.HoldBack.Agent = h[catalog.Public], h[catalog.Agent]
	q.HoldBack.WalkIn, q.HoldBack.Protected = h[catalog.WalkIn], h[catalog.Protected]
	return q
}

// quotaTag returns the entity tag of a quota: a hash, as it has no version.
func quotaTag(h catalog.HoldBack) string {
	text, err := json.Marshal(quotaJSON(h))
	if err != nil {
		return "" // can't happen: it has only numbers
	}
	return tagOf(text)
}
