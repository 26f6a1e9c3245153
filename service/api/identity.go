package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"ziyara/access"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/notify/verify"
	"ziyara/slots"
	"ziyara/texts"
)

// useIdentity is what the proof of an identity number is sealed for.
const useIdentity = "proof of an identity number"

// errIdentity is returned for an ID token that proves no identity number, and for a proof
// that is forged; errIdentityExpired for a proof that has expired.
var (
	errIdentity        = errors.New("api: the identity number is not proved")
	errIdentityExpired = errors.New("api: the proof of the identity number has expired")
)

// identityProof is what the token of a proof has, sealed: a token may stay in a log or a
// history, and must not name anybody.
type identityProof struct {
	Who  slots.Proved `json:"w"`
	Ends int64        `json:"e"` // seconds since 1970
}

// CreateIdentityProof exchanges an ID token for the proof of an identity number.
func (s *Server) CreateIdentityProof(
	ctx context.Context, r CreateIdentityProofRequestObject,
) (CreateIdentityProofResponseObject, error) {
	if s.ProveVisitor == nil {
		return nil, fault.ErrNotFound
	}
	who, err := s.ProveVisitor(ctx, r.Body.IDToken)
	switch {
	case errors.Is(err, access.ErrSignIn), errors.Is(err, slots.ErrIdentity):
		s.Log.InfoContext(ctx, "ID token refused", "error", err)
		return nil, errIdentity
	case err != nil:
		return nil, err
	}
	expires := s.Now().Add(verify.ProofLifetime).UTC().Truncate(time.Second)
	plain, err := json.Marshal(identityProof{who, expires.Unix()})
	if err != nil {
		return nil, err
	}
	sealed, err := s.Keys.Seal(plain, useIdentity)
	if err != nil {
		return nil, err
	}
	out := IdentityProof{
		Token: base64.RawURLEncoding.EncodeToString(sealed), ExpiresAt: expires, Visitor: ProvedVisitor{Name: who.Name, ID: who.Identity.Number},
	}
	if who.Mobile != "" {
		out.Mobile, out.Verification = notify.Mobile(who.Mobile).Masked(), s.Keys.Sign(useMobile, who.Mobile, expires)
	}
	return CreateIdentityProof200JSONResponse(out), nil
}

// identified returns who the token of a proof names. It returns errIdentity for an invalid
// token, and errIdentityExpired for an expired one.
func (s *Server) identified(token string, now time.Time) (slots.Proved, error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return slots.Proved{}, errIdentity
	}
	plain, err := s.Keys.OpenSealed(sealed, useIdentity)
	if err != nil {
		return slots.Proved{}, errIdentity
	}
	var proof identityProof
	switch err = json.Unmarshal(plain, &proof); {
	case err != nil:
		return slots.Proved{}, err
	case now.Unix() >= proof.Ends:
		return slots.Proved{}, errIdentityExpired
	}
	return proof.Who, nil
}

// whoBooks is identified for a request that may be a repeated one: then it returns the kept
// answer instead of errIdentityExpired. Without a token it returns nil.
func (s *Server) whoBooks(ctx context.Context, token string, once repeatable, now time.Time) (*slots.Proved, error) {
	if token == "" {
		return nil, nil //nolint:nilnil // the identity number is not proved
	}
	who, err := s.identified(token, now)
	if errors.Is(err, errIdentityExpired) {
		err = once.Repeated(ctx, s.Answers, err)
	}
	return &who, err
}

// becomes makes a booking count for who has proved their identity number: nil for nobody.
// It returns an *invalidError if the booking is for another number.
func (s *Server) becomes(b *slots.Booking, who *slots.Proved) error {
	switch {
	case who == nil:
		b.Person = slots.PersonOf(s.Keys.Person, b.Visitor.Identity, b.Mobile)
		return nil
	case who.Identity != b.Visitor.Identity:
		return &invalidError{Status: http.StatusUnprocessableEntity, Errors: []pointerError{
			{"#/visitor/id", flaw{FieldErrorCodeIdentityOther, texts.Visitors("invalid.not_proved")}},
		}}
	}
	b.Person = who.Person(s.Keys.Person)
	if who.Name != "" {
		b.Visitor.Name = who.Name
	}
	return nil
}

// ownerBy returns what a bearer token proves: a mobile, or an identity number. It returns
// the errors of mobileProved, or errIdentityExpired.
func (s *Server) ownerBy(token string, now time.Time) (slots.Owner, error) {
	who, err := s.identified(token, now)
	if errors.Is(err, errIdentity) {
		mobile, err := s.mobileProved(token, now)
		return slots.Owner{Mobiles: []string{mobile}}, err
	}
	if err != nil {
		return slots.Owner{}, err
	}
	owner := slots.Owner{Person: who.Person(s.Keys.Person)}
	if who.Mobile != "" {
		owner.Mobiles = []string{who.Mobile}
	}
	return owner, nil
}
