package api

import (
	"context"
	"log/slog"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/limiter"
	"golang.org/x/text/language"

	"ziyara/access"
)

// meta is what a handler knows of its request beside the parameters.
type meta struct {
	id      string // request id
	lang    string // "ar" or "en"
	address string // network address of the client
	bearer  string // bearer token; "" for none
	events  bool   // the client wants server-sent events
	accept  string // media types that the client prefers

	staff *access.Grant // who of the staff asks; nil for a visitor
}

type metaKey struct{}

func metaOf(ctx context.Context) meta {
	m, _ := ctx.Value(metaKey{}).(meta)
	return m
}

const (
	headerRequestID = "X-Request-Id"
	headerRealIP    = "X-Real-IP" // of a trusted proxy
)

// identify gives the request an id, or keeps a plausible one that it brought,
// and settles the language.
func (s *Server) identify(c *fiber.Ctx) error {
	m := meta{id: c.Get(headerRequestID), lang: languageOf(c.Get(fiber.HeaderAcceptLanguage)), address: clientAddress(c), accept: c.Get(fiber.HeaderAccept)}
	if !plausibleID(m.id) {
		m.id = s.NewID()
	}
	if scheme, token, ok := strings.Cut(c.Get(fiber.HeaderAuthorization), " "); ok && strings.EqualFold(scheme, "Bearer") {
		m.bearer = strings.TrimSpace(token)
	}
	m.events = strings.Contains(c.Get(fiber.HeaderAccept), "text/event-stream")
	c.Set(headerRequestID, m.id)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptLanguage)
	c.SetUserContext(context.WithValue(c.UserContext(), metaKey{}, m))
	return c.Next()
}

// clientAddress returns what tells one client of the network from another: an
// IPv4 address, or the /64 of an IPv6 one, which a single host has to itself
// (RFC 6177). Without an address from the trusted proxy it is the proxy's.
func clientAddress(c *fiber.Ctx) string {
	address, err := netip.ParseAddr(c.Get(headerRealIP))
	if err != nil || !c.IsProxyTrusted() {
		address, _ = netip.AddrFromSlice(c.Context().RemoteIP())
	}
	address = address.Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	return netip.PrefixFrom(address, 64).Masked().String()
}

func plausibleID(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	for _, r := range id {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_' {
			return false
		}
	}
	return true
}

// languages are those of the centre, the default first.
var languages = language.NewMatcher([]language.Tag{language.Arabic, language.English})

// languageOf returns the language of the centre that suits an
// Accept-Language header best (RFC 9110, section 12.5.4); Arabic if none does.
func languageOf(header string) string {
	if header == "" || len(header) > 200 {
		return "ar"
	}
	tag, _ := language.MatchStrings(languages, header)
	if base, _ := tag.Base(); base.String() == "en" {
		return "en"
	}
	return "ar"
}

// deadline bounds every handler. A client that goes away cancels nothing:
// what it asked for is finished or not by its own time.
func (s *Server) deadline(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), requestTimeout)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// observe counts the request and logs it, by its route: the path may hold a
// reference. What only was read is logged for debugging alone.
func (s *Server) observe(c *fiber.Ctx) error {
	began := time.Now()
	err := c.Next()
	if err != nil {
		if err = c.App().ErrorHandler(c, err); err != nil {
			return err
		}
	}
	took := time.Since(began)
	status, route := c.Response().StatusCode(), s.routeOf(c)
	s.requests.WithLabelValues(c.Method(), route, strconv.Itoa(status)).Inc()
	s.durations.WithLabelValues(c.Method(), route).Observe(took.Seconds())
	level := slog.LevelInfo
	if status < fiber.StatusBadRequest && c.Method() == fiber.MethodGet {
		level = slog.LevelDebug
	}
	s.Log.Log(c.UserContext(), level, "request",
		"method", c.Method(), "route", route, "status", status,
		"duration_ms", float64(took.Microseconds())/1000, "request_id", metaOf(c.UserContext()).id)
	return nil
}

// routeOf returns the route of a request, also of one that was refused before
// it got there; "/" for an address that does not exist.
func (s *Server) routeOf(c *fiber.Ctx) string {
	route := c.Route().Path
	if route == "/" {
		if meant, _ := s.contract.match(string(c.Context().URI().PathOriginal())); meant != nil {
			return meant.label
		}
	}
	return route
}

// limit bounds how many changes one address asks for in a minute.
func (s *Server) limit() fiber.Handler {
	return limiting(s.RateLimit, func(c *fiber.Ctx) bool { return c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead })
}

// limiting lets each address, and each member of staff wherever they are, ask
// for so much in a minute, beside what passes. A call centre has one address.
func limiting(most int, passes func(*fiber.Ctx) bool) fiber.Handler {
	inner := limiter.New(limiter.Config{
		Max:        most,
		Expiration: time.Minute,
		KeyGenerator: func(c *fiber.Ctx) string {
			if staff := metaOf(c.UserContext()).staff; staff != nil {
				return "staff " + staff.ID
			}
			return clientAddress(c)
		},
		Next: passes,
		LimitReached: func(c *fiber.Ctx) error {
			wait, err := strconv.Atoi(c.GetRespHeader(fiber.HeaderRetryAfter))
			if err != nil {
				wait = int(time.Minute / time.Second)
			}
			return &limitedError{limit: most, retryAfter: time.Duration(wait) * time.Second}
		},
	})
	return func(c *fiber.Ctx) error {
		err := inner(c)
		// The contract uses the names without X.
		for _, name := range []string{"Limit", "Remaining", "Reset"} {
			if value := c.GetRespHeader("X-RateLimit-" + name); value != "" {
				c.Set("RateLimit-"+name, value)
				c.Response().Header.Del("X-RateLimit-" + name)
			}
		}
		return err
	}
}

// limitedError says that an address asks for too much.
type limitedError struct {
	limit      int // a minute
	retryAfter time.Duration
}

func (e *limitedError) Error() string { return "api: too many requests from one address" }

// rateLimited says in headers how much of a limit is left.
func rateLimited(c *fiber.Ctx, limit, remaining, resetSeconds int) {
	c.Set("RateLimit-Limit", strconv.Itoa(limit))
	c.Set("RateLimit-Remaining", strconv.Itoa(remaining))
	c.Set("RateLimit-Reset", strconv.Itoa(resetSeconds))
}
