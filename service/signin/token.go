package signin

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"ziyara/access"
)

const (
	maxToken = 8 << 10 // bytes
	// skew is how far the provider's clock may be from ours.
	skew = time.Minute
)

// algorithms returns the accepted signature algorithms: those whose key only the
// provider has. "none", and HMAC with the public key, are not accepted.
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
}

// refusal is access.ErrSignIn with the reason why a token is refused, for the log.
type refusal string

// Error returns the reason.
func (r refusal) Error() string { return "signin: token refused: " + string(r) }

// Is reports whether target is access.ErrSignIn.
func (r refusal) Is(target error) bool { return target == access.ErrSignIn }

// Bearer returns the member of staff that a bearer token (RFC 9068, or an ID
// token) identifies. It returns access.ErrSignIn unless the token is from the
// provider, for this service and valid now, and access.ErrUnavailable if that
// can't be checked.
func (s *SignIn) Bearer(ctx context.Context, token string) (access.Staff, error) {
	if strings.Count(token, ".") != 2 {
		return access.Staff{}, access.ErrSignIn // such as a visitor's token
	}
	claims, err := s.verify(ctx, token, s.Audience)
	if err == nil {
		staff, ok := s.Claims.staff(claims)
		if ok {
			return staff, nil
		}
		err = refusal("claims")
	}
	if reason, ok := errors.AsType[refusal](err); ok {
		s.Log.InfoContext(ctx, "bearer refused", "reason", string(reason))
	}
	return access.Staff{}, err
}

// verify returns the claims of a token that the provider signed for an
// audience, within its time. It returns a refusal or access.ErrUnavailable.
func (p *party) verify(ctx context.Context, token, audience string) (map[string]any, error) {
	if len(token) > maxToken {
		return nil, refusal("length")
	}
	signed, err := jose.ParseSignedCompact(token, algorithms())
	if err != nil {
		return nil, refusal("form or algorithm")
	}
	header := signed.Signatures[0].Header
	keys, err := p.provider.keysFor(ctx, header.KeyID)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, refusal("unknown key")
	}
	set := keySet{keys: keys, algorithm: header.Algorithm}
	verifier := oidc.NewVerifier(p.issuer, &set, &oidc.Config{
		ClientID: audience, SupportedSigningAlgs: names(algorithms()), SkipExpiryCheck: true, // here, with some skew
	})
	verified, err := verifier.Verify(ctx, token)
	switch {
	case err != nil && !set.verified:
		return nil, refusal("signature")
	case err != nil:
		return nil, refusal("issuer, audience or claims")
	}
	var claims map[string]any
	if err = verified.Claims(&claims); err != nil {
		return nil, refusal("claims")
	}
	now := p.now()
	starts, _ := claims["nbf"].(float64)
	switch {
	case verified.Expiry.IsZero() || !now.Before(verified.Expiry.Add(skew)):
		return nil, refusal("expired")
	case time.Unix(int64(starts), 0).After(now.Add(skew)), verified.IssuedAt.After(now.Add(skew)):
		return nil, refusal("not valid yet")
	}
	return claims, nil
}

// keySet checks the signature of one token with given keys. Unlike the key set of
// the library, it never fetches keys.
type keySet struct {
	keys      []jose.JSONWebKey
	algorithm string
	verified  bool
}

// VerifySignature returns the signed payload.
func (s *keySet) VerifySignature(_ context.Context, token string) ([]byte, error) {
	signed, err := jose.ParseSignedCompact(token, algorithms())
	if err != nil {
		return nil, err
	}
	for i, key := range s.keys {
		if key.Algorithm != "" && key.Algorithm != s.algorithm {
			continue
		}
		if payload, err := signed.Verify(&s.keys[i]); err == nil {
			s.verified = true
			return payload, nil
		}
	}
	return nil, refusal("signature")
}

func names(list []jose.SignatureAlgorithm) []string {
	var out []string
	for _, a := range list {
		out = append(out, string(a))
	}
	return out
}
