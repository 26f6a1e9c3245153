package api

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"ziyara/access"
	"ziyara/centre"
	"ziyara/hall"
	"ziyara/loopback"
	"ziyara/once"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/texts"
)

// meta has what a handler knows about its request besides the parameters.
type meta struct {
	id      string // request id
	lang    string // "ar" or "en"
	address string // network address of the client
	network string // the wider network of it
	user    string // the user of a system that asks for them; "" for others
	bearer  string // bearer token; "" for none
	events  bool   // the client wants server-sent events
	accept  string // the header Accept

	staff *access.Grant // the member of staff who asks; nil for a visitor
	trace *trace        // what is shown to them; nil for a visitor

	booker func() *slots.Booker // see bookerOf
}

type metaKey struct{}

func metaOf(ctx context.Context) meta {
	m, _ := ctx.Value(metaKey{}).(meta)
	return m
}

const (
	headerRequestID = "X-Request-Id"
)

// identify gives the request an id, unless it has a plausible one, and chooses
// the language.
func (s *Server) identify(c *fiber.Ctx) error {
	s.proxies.Identify(c)
	if len(s.proxies) == 0 && !s.Local && len(c.Context().Request.Header.Peek(fiber.HeaderXForwardedFor)) > 0 {
		s.forwarded.Do(func() {
			s.Log.Warn("a proxy that is not trusted forwards requests: its visitors share one address and its limits, "+
				"unless ZIYARA_TRUSTED_PROXIES names it", "peer", c.Context().RemoteIP().String())
		})
	}
	m := meta{
		id: c.Get(headerRequestID), lang: texts.Preferred(c.Get(fiber.HeaderAcceptLanguage)),
		address: web.ClientAddress(c), network: web.ClientNetwork(c), accept: c.Get(fiber.HeaderAccept),
	}
	if !plausibleID(m.id) {
		m.id = s.NewID()
	}
	if scheme, token, ok := strings.Cut(c.Get(fiber.HeaderAuthorization), " "); ok && strings.EqualFold(scheme, "Bearer") {
		m.bearer = strings.TrimSpace(token)
	}
	m.booker = sync.OnceValue(func() *slots.Booker { return s.Bookers.On(s.Centre()) })
	m.events = strings.Contains(m.accept, "text/event-stream")
	c.Set(headerRequestID, m.id)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptLanguage)
	c.SetUserContext(context.WithValue(c.UserContext(), metaKey{}, m))
	return c.Next()
}

// bookerOf returns the Booker of a request. The first call reads the centre, once
// for the whole request.
func bookerOf(ctx context.Context) *slots.Booker { return metaOf(ctx).booker() }

// centreOf returns the snapshot of the centre that the answer to a request is of.
// It is the same all the time, unless the Booker finds that it is out of date.
func centreOf(ctx context.Context) *centre.Snapshot { return bookerOf(ctx).Centre() }

// reception returns the Reception of a request.
func (s *Server) reception(ctx context.Context) *hall.Reception {
	return s.Receptions.On(centreOf(ctx))
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

// deadline limits the time of every handler. A client that goes away does not
// cancel its request.
func (s *Server) deadline(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), cmp.Or(s.Patience, requestTimeout))
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// settle lets an answer that acknowledges a change wait until what it tells of is
// durable, although this request has committed nothing.
func (s *Server) settle(c *fiber.Ctx) error {
	if c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead {
		return c.Next()
	}
	c.SetUserContext(once.Track(c.UserContext()))
	if err := c.Next(); err != nil || c.Response().StatusCode() >= fiber.StatusBadRequest {
		return err
	}
	err := once.Settle(c.UserContext(), s.Settle)
	if err != nil {
		c.Response().Header.Del(fiber.HeaderLocation)
	}
	return err
}

// uncompressed refuses requests with a compressed body. A thousand bytes can be
// gigabytes, and no client needs it: a body has at most bodyLimit bytes.
func uncompressed(c *fiber.Ctx) error {
	for _, encoding := range headerValues(c, fiber.HeaderContentEncoding) {
		if !strings.EqualFold(strings.TrimSpace(encoding), "identity") {
			return compressed()
		}
	}
	return c.Next()
}

// formValue returns a field of the query or, for a POST, of a form that is
// application/x-www-form-urlencoded. Other forms are not read: the framework would
// decompress them, and keep their files.
func formValue(ctx *fasthttp.RequestCtx, name string) []byte {
	if value := ctx.QueryArgs().Peek(name); len(value) > 0 || !ctx.IsPost() {
		return value
	}
	return ctx.PostArgs().Peek(name) // none for another media type
}

// errNotLocal is returned for a request that does not come from this machine.
var errNotLocal = errors.New("api: not a request of this machine")

// local refuses requests that don't come from this machine, if others are not to be
// answered. A name that anybody's page can point to this machine (DNS rebinding) is not
// a loopback name, and a proxy says that it is one.
func (s *Server) local(c *fiber.Ctx) error {
	if !s.Local {
		return c.Next()
	}
	if !loopback.Is(string(c.Context().Host())) {
		return errNotLocal
	}
	for _, name := range []string{
		fiber.HeaderForwarded, fiber.HeaderVia, web.RealIP, fiber.HeaderXForwardedFor, fiber.HeaderXForwardedHost,
		fiber.HeaderXForwardedProto, "X-Forwarded-Port", "X-Forwarded-Server", "CF-Connecting-IP", "True-Client-IP",
	} {
		if len(c.Context().Request.Header.Peek(name)) > 0 {
			return errNotLocal
		}
	}
	return c.Next()
}

// observe counts and logs the request by its route, because the path may have a
// reference. Reads that succeed are logged at debug level.
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

// routeOf returns the route of a request, even if it was refused before routing;
// "/" for an unknown path.
func (s *Server) routeOf(c *fiber.Ctx) string {
	route := c.Route().Path
	if route == "/" {
		if meant, _ := s.contract.match(string(c.Context().URI().PathOriginal())); meant != nil {
			return meant.label
		}
	}
	return route
}
