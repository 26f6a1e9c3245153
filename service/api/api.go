// Package api serves the contract of openapi.yaml: JSON over HTTP, with one
// file of handlers for each resource. It turns requests into calls of the
// domain and the domain's errors into problems.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/swaggest/swgui/v5emb"
	"github.com/valyala/fasthttp"

	"ziyara/access"
	"ziyara/audit"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/hall"
	"ziyara/notify/httpsms"
	"ziyara/notify/sandbox"
	"ziyara/notify/verify"
	"ziyara/notify/webhook"
	"ziyara/once"
	"ziyara/reports"
	"ziyara/service/secret"
	"ziyara/slots"
	"ziyara/survey"
)

const (
	bodyLimit      = 64 << 10
	headerLimit    = 8 << 10          // of all headers: tokens of identity providers are long
	requestTimeout = 10 * time.Second // of a handler; the database gives up earlier
	readTimeout    = 15 * time.Second // of a whole request, against slow senders
	idleTimeout    = 60 * time.Second
)

// Config is what the API is made of.
type Config struct {
	Spec     []byte // openapi.yaml
	Booker   *slots.Booker
	Waitlist *slots.Waitlist
	// Reception runs the halls.
	Reception *hall.Reception
	Centre    func() *centre.Snapshot // the current snapshot
	Verifier  *verify.Verifier
	Answers   once.Answers // to requests that name a key
	Keys      *secret.Keys
	Ready     func(context.Context) error // nil when requests can be served
	Now       func() time.Time
	NewID     func() string // a new UUID
	Random    func([]byte)  // fills with random bytes
	Log       *slog.Logger
	Metrics   *prometheus.Registry

	// SignIn returns whom a bearer token vouches for, access.ErrSignIn for
	// nobody, and access.ErrUnavailable when that can't be told; nil when staff
	// can't sign in.
	SignIn func(ctx context.Context, bearer string) (access.Staff, error)
	// Visits reads a page of the visits that staff look at.
	Visits func(ctx context.Context, q slots.VisitQuery) ([]slots.Appointment, error)
	// Session returns whose session a browser has, access.ErrSignIn for none,
	// and access.ErrForeign for a change that another site asks for; nil for
	// no sessions.
	Session func(c *fiber.Ctx) (access.Staff, error)
	// AuditLog reads a page of the audit log, the newest first.
	AuditLog func(ctx context.Context, q audit.Query) ([]audit.Entry, error)
	// Reports makes reports.
	Reports *reports.Reporter
	// Demand counts what visitors ask for; nil counts nothing.
	Demand *reports.Counter

	Calendars Calendars
	Changes   Changes
	// Refresh has Centre return what it is now.
	Refresh func(ctx context.Context) error

	// Receive takes what an SMS gateway says of messages that it took, and
	// returns what it is to be answered; nil where none does. It returns
	// gateways.ErrUnknown, httpsms.ErrForged or httpsms.ErrReceipt.
	Receive   func(ctx context.Context, gateway string, c httpsms.Callback) (answer string, err error)
	Feeds     Feeds
	Webhooks  Webhooks
	Network   webhook.Network // that webhooks may reach
	PublicURL string          // before the addresses of feeds; "" where there is none

	// Messages is what staff see and decide of messages.
	Messages Correspondence
	// SurveyOf returns which visit the token of a survey is about, or
	// secret.ErrToken or secret.ErrTokenExpired; nil without links.
	SurveyOf func(token string, now time.Time) (slots.Reference, error)
	// FindSurvey returns what was said of a visit, nil for nothing, and
	// SaveSurvey keeps it. It returns survey.ErrNotVisited.
	FindSurvey func(context.Context, slots.Reference) (*survey.Answer, error)
	SaveSurvey func(ctx context.Context, r slots.Reference, a survey.Answer, now time.Time) error

	// Phone shows messages under /dev/phone; nil for a real gateway.
	Phone *sandbox.Phone
	// Mailbox shows e-mails under /dev/mail; nil for a real mail server, or none.
	Mailbox *sandbox.Mailbox
	// RateLimit is how many requests that change something one address may
	// send a minute; 0 for any number.
	RateLimit int
	// Mount adds pages beside the contract; limit bounds how often one address
	// may change something. nil for none.
	Mount func(app fiber.Router, limit fiber.Handler)
	// TrustedProxies are the networks whose X-Real-IP names the client.
	TrustedProxies []string
}

// Server is the API as an HTTP server.
type Server struct {
	Config
	app      *fiber.App
	contract *validator
	ready    ready

	displays  *displays
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	held      prometheus.Counter
	booked    prometheus.Counter
}

// New returns the API. It fails when the contract can't be read.
func New(c Config) (*Server, error) {
	contract, err := newValidator(c.Spec)
	if err != nil {
		return nil, err
	}
	s := &Server{Config: c, contract: contract}
	s.displays = newDisplays(s.lastCall)
	s.count()
	s.app = fiber.New(fiber.Config{
		AppName:                 "ziyara",
		DisableStartupMessage:   true,
		Immutable:               true, // values outlive their request
		BodyLimit:               bodyLimit,
		ReadBufferSize:          headerLimit,
		ReadTimeout:             readTimeout,
		IdleTimeout:             idleTimeout,
		ErrorHandler:            s.fail,
		EnableTrustedProxyCheck: true,
		TrustedProxies:          c.TrustedProxies,
	})
	s.knowMethods(contract)
	s.app.Use(s.identify, s.observe, survive, s.deadline)
	s.pages()
	limit := func(c *fiber.Ctx) error { return c.Next() }
	if c.RateLimit > 0 {
		limit = s.limit()
	}
	if c.Mount != nil {
		c.Mount(s.app, limit)
	}
	s.app.Get(feedPath+":token.ics", s.limitReaders(), s.readFeed)
	s.app.Use(s.admit)
	s.app.Use(limit) // knows who of the staff asks
	s.app.Use(contract.middleware)
	RegisterHandlers(s.app, NewStrictHandler(s, nil))
	return s, nil
}

// knowMethods answers a method that no standard knows like any other that is
// not allowed; the framework would write a text of its own.
func (s *Server) knowMethods(contract *validator) {
	server := s.app.Server()
	inner := server.Handler
	server.Handler = func(ctx *fasthttp.RequestCtx) {
		if slices.Contains(fiber.DefaultMethods, string(ctx.Method())) {
			inner(ctx)
			return
		}
		c := s.app.AcquireCtx(ctx)
		defer s.app.ReleaseCtx(c)
		_, err := contract.check(rawRequest{method: string(ctx.Method()), path: string(ctx.Request.URI().PathOriginal())})
		if err = s.fail(c, err); err != nil {
			c.Status(fiber.StatusInternalServerError)
		}
	}
}

// pages adds what is for people and operators and not part of the contract.
func (s *Server) pages() {
	s.app.Get("/", func(c *fiber.Ctx) error { return c.Redirect("/docs") })
	s.app.Get("/openapi.yaml", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "application/yaml")
		return c.Send(s.Spec)
	})
	s.app.Use("/docs", adaptor.HTTPHandler(v5emb.New("Ziyara", "/openapi.yaml", "/docs")))
	s.app.Get("/problems", s.problemsPage)
	s.app.Get("/metrics", adaptor.HTTPHandler(promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{})))
	if s.Receive != nil {
		s.app.Post("/receipts/:gateway", s.receipts)
		s.app.Get("/receipts/:gateway", s.receipts)
	}
	if s.Phone != nil {
		s.app.Get("/dev/phone", s.phonePage)
		s.app.Get("/dev/phone.json", s.phoneJSON)
	}
	if s.Mailbox != nil {
		s.app.Get("/dev/mail", s.mailPage)
		s.app.Get("/dev/mail.json", s.mailJSON)
	}
}

// Serve answers requests on the listener until Shutdown.
func (s *Server) Serve(l net.Listener) error { return s.app.Listener(l) }

// Shutdown stops accepting requests and waits for those in progress until ctx
// is done.
func (s *Server) Shutdown(ctx context.Context) error {
	s.displays.close() // which never end by themselves
	return s.app.ShutdownWithContext(ctx)
}

// GetHealth says that the process answers.
func (s *Server) GetHealth(context.Context, GetHealthRequestObject) (GetHealthResponseObject, error) {
	return GetHealth200JSONResponse{Status: "ok"}, nil
}

// GetReady says whether requests can be served.
func (s *Server) GetReady(ctx context.Context, _ GetReadyRequestObject) (GetReadyResponseObject, error) {
	if err := s.Ready(ctx); err != nil {
		return nil, errors.Join(fault.ErrUnavailable, err)
	}
	return GetReady200JSONResponse{Status: "ok"}, nil
}

var _ StrictServerInterface = (*Server)(nil)

// stored is an answer that is kept and given again: the same bytes each time.
type stored struct {
	Status   int    `json:"status"`
	Location string `json:"location,omitempty"`
	Body     []byte `json:"body"`
}

func (r stored) write(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	if r.Location != "" {
		c.Set(fiber.HeaderLocation, r.Location)
	}
	return c.Status(r.Status).Send(r.Body)
}

// VisitCreateHoldResponse writes the answer.
func (r stored) VisitCreateHoldResponse(c *fiber.Ctx) error { return r.write(c) }

// VisitCreateAppointmentResponse writes the answer.
func (r stored) VisitCreateAppointmentResponse(c *fiber.Ctx) error { return r.write(c) }

// VisitCreateWebhookResponse writes the answer.
func (r stored) VisitCreateWebhookResponse(c *fiber.Ctx) error { return r.write(c) }

// VisitCreateFeedResponse writes the answer.
func (r stored) VisitCreateFeedResponse(c *fiber.Ctx) error { return r.write(c) }

// VisitCreateVerificationResponse writes the answer.
func (r stored) VisitCreateVerificationResponse(c *fiber.Ctx) error { return r.write(c) }
