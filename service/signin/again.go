package signin

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"ziyara/access"
	"ziyara/audit"
)

// askAgain is how long roles are believed before the provider is asked for them again.
const askAgain = 5 * time.Minute

// errOver is returned when the provider says that a session is over, or not for us any more.
const errOver = refusal("the provider has ended the session")

// askAgain asks the provider who the member of staff of a session is now. One request at a
// time asks; the others, and all while the provider can't be reached, go on with what is
// known. It returns access.ErrSignIn for a session that is over.
func (s *SignIn) askAgain(ctx context.Context, h held) (held, error) {
	now := s.Now()
	mine, err := s.Sessions.Ask(ctx, h.ID, now, now.Add(-askAgain))
	if err != nil || !mine {
		return h, err
	}
	who, err := s.asked(ctx, h)
	if err == nil && who.Member.ID == h.Member.ID && !reflect.DeepEqual(who.Member, h.Member) {
		s.Seen(ctx, who.Member)
	}
	if err == nil && (who.Member.ID != h.Member.ID || len(who.Member.Roles) == 0 || who.Member.IsSystem()) {
		err = errOver
	}
	switch {
	case errors.Is(err, access.ErrSignIn):
		entry := audit.Entry{Action: audit.SignedOut, Reason: byProvider}
		if _, err = s.Sessions.End(ctx, access.SessionEnd{ID: h.ID}, now, entry); err != nil {
			return held{}, err
		}
		return held{}, access.ErrSignIn
	case err != nil:
		s.Log.WarnContext(ctx, "roles are not asked for again: the identity provider can't be reached", "error", err)
		return h, nil
	}
	h.told = who.told
	sealed, err := s.seal(h.ID, h.told)
	if err == nil {
		err = s.Sessions.Renew(ctx, h.ID, sealed)
	}
	return h, err
}

// asked asks the provider: for new tokens, or for user information with the one that there
// is. It returns errOver, or another error if the provider can't be reached.
func (s *SignIn) asked(ctx context.Context, h held) (identified, error) {
	k, err := s.provider.get(ctx)
	if err != nil {
		return identified{}, err
	}
	ctx = oidc.ClientContext(ctx, s.provider.client)
	if h.Refresh == "" {
		tokens := &oauth2.Token{AccessToken: h.Access}
		claims, err := userInfo(ctx, k, tokens, map[string]any{"sub": h.Subject})
		if err != nil {
			return identified{}, err
		}
		return s.identify(claims, tokens, true)
	}
	tokens, err := s.client(k).TokenSource(ctx, &oauth2.Token{RefreshToken: h.Refresh}).Token()
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.ErrorCode == "invalid_grant" {
		return identified{}, errOver
	}
	if err != nil {
		return identified{}, fmt.Errorf("%w: not refreshed: %w", access.ErrUnavailable, cause(err))
	}
	claims := map[string]any{"sub": h.Subject}
	if raw, _ := tokens.Extra("id_token").(string); raw != "" {
		if claims, err = s.verify(ctx, raw, s.ClientID); err != nil {
			return identified{}, err
		}
		if subject, _ := claims["sub"].(string); subject != h.Subject { // OpenID Connect Core 1.0, section 12.2
			return identified{}, errOver
		}
	}
	return s.complete(ctx, k, tokens, claims)
}

// identified is a member of staff as the provider told of them.
type identified struct {
	told

	subject, sid string
}

// complete returns the member of staff whom the claims of an ID token identify; those of the
// user information if the ID token has no roles.
func (s *SignIn) complete(ctx context.Context, k *known, tokens *oauth2.Token, claims map[string]any) (identified, error) {
	if s.Claims.has(claims) || !k.userInfo {
		return s.identify(claims, tokens, false)
	}
	sid := claims["sid"]
	claims, err := userInfo(ctx, k, tokens, claims)
	if err != nil {
		return identified{}, err
	}
	claims["sid"] = sid
	return s.identify(claims, tokens, true)
}

// identify returns the member of staff whom claims identify, with what to ask again with.
// informed says that they are of the user information.
func (s *SignIn) identify(claims map[string]any, tokens *oauth2.Token, informed bool) (who identified, err error) {
	var ok bool
	if who.Member, ok = s.Claims.staff(claims); !ok {
		return who, refusal("claims")
	}
	if who.Refresh = tokens.RefreshToken; who.Refresh == "" && informed {
		who.Access = tokens.AccessToken
	}
	who.subject, _ = claims["sub"].(string)
	who.sid, _ = claims["sid"].(string)
	return who, nil
}
