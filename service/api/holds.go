package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/service/secret"
	"ziyara/slots"
)

// The uses of tokens.
const (
	useHold   = "hold"
	useManage = "manage"
	useMobile = "mobile"
)

// errWrongToken is returned for a token that does not belong to its hold.
var errWrongToken = errors.New("api: the token does not belong to the hold")

// errNoHoldToken is returned for a hold that is released without its token.
var errNoHoldToken = errors.New("api: the token of the hold is needed")

// CreateHold holds a place for a few minutes.
func (s *Server) CreateHold(ctx context.Context, r CreateHoldRequestObject) (CreateHoldResponseObject, error) {
	now := s.Now()
	channel, err := s.channelToHold(ctx, r.Body)
	if err != nil {
		return nil, err
	}
	render := func(a slots.Appointment) (stored, error) { return s.holdAnswer(centreOf(ctx), a) }
	once, err := answerOnce(s, r.Params.IdempotencyKey, "holds"+askedBy(ctx), sameHold(*r.Body, channel), render)
	if err != nil {
		return nil, err
	}
	var mobile string
	if r.Body.Verification != "" {
		if mobile, err = s.proved(ctx, r.Body.Verification, once, now); err != nil {
			return s.again(r.Params.IdempotencyKey, err)
		}
	}
	request := slots.HoldRequest{
		Service: r.Body.Service, Branch: r.Body.Branch, Start: r.Body.Start,
		Party: max(1, r.Body.Party), Channel: channel, Needs: r.Body.Needs, Mobile: mobile,
	}
	if metaOf(ctx).staff == nil { // all agents of a call centre share one address
		request.Address = s.Keys.Fingerprint(metaOf(ctx).address)
	}
	a, err := bookerOf(ctx).Hold(ctx, request, once, now)
	s.Counts.Held(centreOf(ctx), r.Body.Service, r.Body.Branch, channel, err, now)
	if err != nil {
		return s.again(r.Params.IdempotencyKey, err)
	}
	return render(a)
}

// sameHold returns the request in one form for all that ask for the same: an
// instant can be written with many offsets, and fields have defaults.
func sameHold(body HoldRequest, channel catalog.Channel) HoldRequest {
	body.Start = body.Start.UTC()
	body.Party = max(1, body.Party)
	body.Channel = channel
	return body
}

// mobileProved returns the mobile number that a verification token proves. It
// returns errProof for an invalid token, and errProofExpired for an expired one.
func (s *Server) mobileProved(token string, now time.Time) (string, error) {
	mobile, err := s.Keys.Open(useMobile, token, now)
	switch {
	case errors.Is(err, secret.ErrTokenExpired):
		return "", errProofExpired
	case err != nil:
		return "", errProof
	}
	return mobile, nil
}

// proved is mobileProved for a request that may be a repeated one: then it
// returns the kept answer instead of errProofExpired.
func (s *Server) proved(ctx context.Context, token string, once repeatable, now time.Time) (string, error) {
	mobile, err := s.mobileProved(token, now)
	if errors.Is(err, errProofExpired) {
		err = once.Repeated(ctx, s.Answers, err)
	}
	return mobile, err
}

func (s *Server) holdAnswer(c *centre.Snapshot, a slots.Appointment) (stored, error) {
	zone := c.Zone(a.Branch)
	body, err := json.Marshal(Hold{
		ID: a.ID, Token: s.Keys.Token(useHold, a.ID), Service: a.Service, Branch: a.Branch,
		Start: a.Start.In(zone), End: a.End.In(zone), Party: a.Party, Needs: a.Needs, ExpiresAt: a.Expires.In(zone),
	})
	return stored{Status: http.StatusCreated, Body: body}, err
}

// DeleteHold releases a hold.
func (s *Server) DeleteHold(ctx context.Context, r DeleteHoldRequestObject) (DeleteHoldResponseObject, error) {
	if r.Params.HoldToken == "" {
		return nil, errNoHoldToken
	}
	if err := s.ownsHold(r.ID, r.Params.HoldToken); err != nil {
		return nil, err
	}
	if err := bookerOf(ctx).Release(ctx, r.ID); err != nil {
		return nil, err
	}
	return DeleteHold204Response{}, nil
}

// ownsHold returns errWrongToken unless the token belongs to the hold. Whether there is
// such a hold is not looked up, so nobody learns it from the answer or its time.
func (s *Server) ownsHold(id, token string) error {
	if s.Keys.Match(useHold, id, token) {
		return nil
	}
	return errWrongToken
}
