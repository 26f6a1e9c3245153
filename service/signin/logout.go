package signin

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/audit"
)

// logoutEvent is the event of a logout token (OpenID Connect Back-Channel Logout 1.0,
// section 2.4).
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// logoutLife is how old a logout token may be.
const logoutLife = 10 * time.Minute

// logout ends sessions because the provider says so (OpenID Connect Back-Channel Logout 1.0).
// The token is the proof: no browser is involved.
func (s *SignIn) logout(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	which, err := s.loggedOut(c.UserContext(), string(c.Context().PostArgs().Peek("logout_token")))
	switch {
	case errors.Is(err, access.ErrUnavailable):
		return err
	case err != nil:
		s.Log.InfoContext(c.UserContext(), "logout token refused", "reason", err.Error())
		return c.Status(http.StatusBadRequest).JSON(map[string]string{"error": "invalid_request"})
	}
	entry := audit.Entry{Action: audit.SignedOut, Reason: byProvider, RequestID: c.GetRespHeader(fiber.HeaderXRequestID)}
	if _, err = s.Sessions.End(c.UserContext(), which, s.Now(), entry); err != nil {
		return err
	}
	return c.SendStatus(http.StatusOK)
}

// byProvider is the reason in the log when the provider has ended a session.
const byProvider = "by the identity provider"

// loggedOut returns the sessions that a logout token ends, as section 2.6 checks it. A token
// that is sent again ends no session that began since.
func (s *SignIn) loggedOut(ctx context.Context, token string) (access.SessionEnd, error) {
	claims, err := s.verify(ctx, token, s.ClientID)
	if err != nil {
		return access.SessionEnd{}, err
	}
	events, _ := claims["events"].(map[string]any)
	_, event := events[logoutEvent].(map[string]any)
	_, nonce := claims["nonce"]
	id, _ := claims["jti"].(string)
	issued, _ := claims["iat"].(float64)
	which := access.SessionEnd{Until: time.Unix(int64(issued), 0)}
	which.Subject, _ = claims["sub"].(string)
	which.Provider, _ = claims["sid"].(string)
	switch {
	case !event:
		return which, refusal("no logout event")
	case nonce: // it is an ID token
		return which, refusal("nonce in a logout token")
	case id == "":
		return which, refusal("no id of the logout token")
	case which.Subject == "" && which.Provider == "":
		return which, refusal("logout of nobody")
	case s.Now().Sub(which.Until) > logoutLife+skew:
		return which, refusal("old logout token")
	}
	which.Until = which.Until.Add(time.Second - 1) // iat has whole seconds
	return which, nil
}
