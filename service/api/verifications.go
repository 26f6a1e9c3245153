package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"ziyara/notify"
	"ziyara/notify/verify"
	"ziyara/texts"
)

// CreateVerification sends a code to a mobile number.
func (s *Server) CreateVerification(ctx context.Context, r CreateVerificationRequestObject) (CreateVerificationResponseObject, error) {
	now := s.Now()
	mobile, err := s.Countries.Parse(r.Body.Mobile)
	if err != nil {
		return nil, invalid("#/mobile", s.wrongMobile(err))
	}
	m := metaOf(ctx)
	once, err := answerOnce(s, r.Params.IdempotencyKey, "verifications"+askedBy(ctx), r.Body, verificationAnswer)
	if err != nil {
		return nil, err
	}
	v, err := s.Verifier.Start(ctx, mobile, m.lang, s.requester(m), once, now)
	if err != nil {
		return s.again(r.Params.IdempotencyKey, err)
	}
	return verificationAnswer(v)
}

// requester returns from where a code is asked for.
func (s *Server) requester(m meta) verify.Requester {
	return verify.Requester{Address: s.Keys.Fingerprint(m.address), Network: s.Keys.Fingerprint(m.network)}
}

func verificationAnswer(v verify.Verification) (stored, error) {
	body, err := json.Marshal(Verification{
		ID: v.ID, Mobile: v.Mobile.Masked(), ExpiresAt: v.Expires.UTC(),
		ResendAfterSeconds: int(verify.DefaultPolicy().Pause / time.Second),
	})
	return stored{Status: http.StatusAccepted, Body: body}, err
}

// CheckVerification exchanges a code for the proof of a mobile number.
func (s *Server) CheckVerification(ctx context.Context, r CheckVerificationRequestObject) (CheckVerificationResponseObject, error) {
	now := s.Now()
	v, err := s.Verifier.Check(ctx, r.ID, r.Body.Code, now)
	if err != nil {
		return nil, err
	}
	expires := v.Verified.Add(verify.ProofLifetime).UTC()
	return CheckVerification200JSONResponse{
		Token: s.Keys.Sign(useMobile, string(v.Mobile), expires), ExpiresAt: expires,
	}, nil
}

// wrongMobile says to a visitor what is wrong with a mobile.
func (s *Server) wrongMobile(err error) flaw {
	if errors.Is(err, notify.ErrCountry) {
		return flaw{FieldErrorCodeMobileCountry, texts.Visitors("invalid.mobile_country",
			"Prefixes", texts.Isolated(s.Countries.Prefixes()), "Phone", s.Site.Ministry.Dial())}
	}
	return flaw{FieldErrorCodeMobile, notify.MobileText(err)}
}

// wrongMobileOf says to staff what is wrong with the mobile of a visitor.
func (s *Server) wrongMobileOf(err error) flaw {
	if errors.Is(err, notify.ErrCountry) {
		return flaw{FieldErrorCodeMobileCountry, texts.Staff("invalid.mobile_abroad", "Prefixes", texts.Isolated(s.Countries.Prefixes()))}
	}
	return flaw{FieldErrorCodeMobile, notify.MobileText(err)}
}
