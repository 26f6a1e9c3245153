package api

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/limits"
	"ziyara/service/web"
)

// limit bounds what one network address, and each member of staff, may ask for.
func (s *Server) limit(c *fiber.Ctx) error {
	by := ""
	if staff := metaOf(c.UserContext()).staff; staff != nil {
		by = staff.ID
	}
	if err := s.take(c, by); err != nil {
		return err
	}
	return c.Next()
}

// take counts a request, of a member of staff unless their id is "". It returns a
// *limitedError for one too many.
func (s *Server) take(c *fiber.Ctx, staff string) error {
	caller := limits.Caller{Address: web.ClientIP(c), Staff: staff, User: metaOf(c.UserContext()).user}
	allowed, states := s.limiter.Take(classOf(c.Method(), c.Path()), caller, s.Now())
	for _, state := range states {
		// The answer to a request that is far from its limit can do without.
		if !allowed || !reads(c.Method()) || state.Remaining < state.Amount/4 {
			tellLimit(c, state.Name(), state.Amount, state.Period, state.Remaining, state.Reset)
		}
	}
	if allowed {
		return nil
	}
	refusal := &limitedError{}
	for _, state := range states {
		refusal.retryAfter = max(refusal.retryAfter, state.Reset)
	}
	c.Set(fiber.HeaderRetryAfter, fmt.Sprint(seconds(refusal.retryAfter)))
	return refusal
}

func reads(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// classOf returns the class of limits of a request; "" for one without.
func classOf(method, path string) limits.Class {
	page, rest, _ := strings.Cut(strings.Trim(path, "/"), "/")
	switch {
	case page == "staff" && (rest == "sign-in" || rest == "callback"):
		return limits.SignIn
	case page == "sign-in", path == "/v1/identity-proofs": // of visitors: as many as book
		return limits.Prove
	case path == "/healthz", path == "/readyz":
		return ""
	case page == "feeds":
		return limits.Feed
	case reads(method) && (page == "services" || strings.Contains(path, "/slots")):
		return limits.Search
	case reads(method):
		return limits.Read
	case page == "v1":
		return classOfOperation(rest)
	case page == "visits", strings.HasSuffix(rest, "/code"):
		return limits.Prove
	case page == "services" && (strings.Count(rest, "/") == 1 || strings.HasSuffix(rest, "/mobile")): // of a branch
		return limits.Hold
	case page == "book":
		return limits.Book
	}
	return limits.Change
}

// classOfOperation returns the class of an operation that changes something.
func classOfOperation(path string) limits.Class {
	switch first, _, _ := strings.Cut(path, "/"); {
	case path == "holds":
		return limits.Hold
	case path == "appointments":
		return limits.Book
	case first == "verifications":
		return limits.Prove
	}
	return limits.Change
}

// tellLimit adds how a limit stands to the header fields RateLimit-Policy and RateLimit
// (draft-ietf-httpapi-ratelimit-headers-10). window is 0 for what counts at once.
func tellLimit(c *fiber.Ctx, name string, quota int, window time.Duration, remaining int, reset time.Duration) {
	policy := fmt.Sprintf("%q;q=%d", name, quota)
	if window > 0 {
		policy += fmt.Sprintf(";w=%d", seconds(window))
	}
	c.Append("RateLimit-Policy", policy)
	c.Append("RateLimit", fmt.Sprintf("%q;r=%d;t=%d", name, remaining, seconds(reset)))
}

// limitedError is returned when a caller has used up what a limit allows.
type limitedError struct{ retryAfter time.Duration }

func (e *limitedError) Error() string { return "api: too many requests of one caller" }
