// Package api serves the contract of openapi.yaml: JSON over HTTP, with one
// file of handlers for each resource. It turns requests into calls of the
// domain and the domain's errors into problems.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"ziyara/access"
	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/feeds/open"
	"ziyara/hall"
	"ziyara/limits"
	"ziyara/notify"
	"ziyara/notify/httpsms"
	"ziyara/notify/sandbox"
	"ziyara/notify/verify"
	"ziyara/notify/webhook"
	"ziyara/once"
	"ziyara/privacy"
	"ziyara/reports"
	"ziyara/service/secret"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/survey"
)

const (
	bodyLimit      = 64 << 10
	headerLimit    = 8 << 10          // of all headers: tokens of identity providers are long
	requestTimeout = 10 * time.Second // of a handler by default; the database gives up earlier
	readTimeout    = 15 * time.Second // of a whole request, against slow senders
	idleTimeout    = 60 * time.Second
)

// Config has what the API needs.
type Config struct {
	Spec     []byte // openapi.yaml
	Bookers  *slots.Bookers
	Waitlist *slots.Waitlist
	// Receptions run the halls.
	Receptions *hall.Receptions
	// Centre returns the current snapshot. A handler uses that of its request
	// (centreOf), so that no answer mixes two.
	Centre   func() *centre.Snapshot
	Verifier *verify.Verifier
	Answers  once.Answers // to requests that name a key
	Keys     *secret.Keys
	Ready    func(context.Context) error // nil when requests can be served
	Notice   func() string               // what operators should do although they can; "" for nothing
	Settle   func(context.Context) error // see once.Settle
	Now      func() time.Time
	NewID    func() string // a new UUID
	Random   func([]byte)  // fills with random bytes
	Log      *slog.Logger
	Metrics  *prometheus.Registry

	// SignIn returns the member of staff that a bearer token identifies. It
	// returns access.ErrSignIn for any other token, and access.ErrUnavailable if
	// the token can't be checked now; nil when staff can't sign in.
	SignIn func(ctx context.Context, bearer string) (access.Staff, error)
	// ProveVisitor returns who a visitor is, by the ID token that an identity provider
	// gave to a program. It returns access.ErrSignIn, access.ErrUnavailable or
	// slots.ErrIdentity; nil when visitors can't sign in.
	ProveVisitor func(ctx context.Context, idToken string) (slots.Proved, error)
	// Visits reads a page of visits for staff.
	Visits func(ctx context.Context, q slots.VisitQuery) ([]slots.Appointment, error)
	// Follow returns a page of the events of all visits after a position, and the position
	// after them. It returns slots.ErrPosition.
	Follow func(ctx context.Context, after slots.Position, limit int) ([]slots.VisitEvent, slots.Position, error)
	// Session returns the member of staff whose session the browser has. It
	// returns access.ErrSignIn without a session, and access.ErrForeign for a
	// change requested by another site; nil when there are no sessions.
	Session func(c *fiber.Ctx) (access.Staff, error)
	// Line reads a page of who waits, as postgres.Waitlist documents it.
	Line func(ctx context.Context, q slots.LineQuery, now time.Time) ([]slots.InLine, error)
	// AuditLog reads a page of the audit log, the newest first.
	AuditLog func(ctx context.Context, q audit.Query) ([]audit.Entry, error)
	// Record adds an entry to the audit log.
	Record func(ctx context.Context, e audit.Entry) error
	// Sessions lists the sessions of a member of staff that go on, or of all for "", and
	// EndSessions ends some and logs the entry for each.
	Sessions    func(ctx context.Context, staff string) ([]access.Session, error)
	EndSessions func(ctx context.Context, which access.SessionEnd, now time.Time, e audit.Entry) (int, error)
	// Reports makes reports.
	Reports *reports.Reporter
	// Counts counts what is asked for.
	Counts Counts

	Calendars Calendars
	Setup     Setup
	Changes   Changes
	// Refresh reads the centre again, so that Centre returns the newest snapshot.
	Refresh func(ctx context.Context) error

	// Receive takes a delivery receipt from an SMS gateway and returns the
	// answer to it; nil when no gateway sends receipts. It returns
	// gateways.ErrUnknown, httpsms.ErrForged or httpsms.ErrReceipt.
	Receive func(ctx context.Context, gateway string, c httpsms.Callback) (answer string, err error)
	Feeds   Feeds
	// Published returns what is free, of services that are published, and OpenLicence is
	// under which licence: an https address.
	Published   func() *open.Places
	OpenLicence string
	// Seen is told what a member of staff may do who looks at feeds.
	Seen      func(context.Context, access.Staff)
	Webhooks  Webhooks
	Network   webhook.Network // the addresses that webhooks may reach
	PublicURL string          // base of the addresses of feeds; "" for none
	EntryHost string          // the end of the UID of a visit in its visitor's calendar

	// Messages lets staff look at messages and their texts.
	Messages Correspondence
	// SurveyOf returns the visit that a survey's token is about. It returns
	// secret.ErrToken or secret.ErrTokenExpired; nil without links.
	SurveyOf func(token string, now time.Time) (of slots.Reference, generation uint8, err error)
	// FindSurvey returns the answers about a visit, nil for none. SaveSurvey
	// saves them; it returns survey.ErrNotVisited.
	FindSurvey func(context.Context, slots.Reference) (*survey.Answer, error)
	SaveSurvey func(ctx context.Context, r slots.Reference, a survey.Answer, now time.Time) error

	// FindPerson returns a copy of what is kept of a person. ErasePerson erases it, or
	// returns a *privacy.OngoingError.
	FindPerson  func(context.Context, privacy.Who) (privacy.Data, error)
	ErasePerson func(ctx context.Context, who privacy.Who, now time.Time) (privacy.Erasure, error)

	// Local answers only requests of this machine: to a loopback name, through no
	// proxy.
	Local bool
	Site  web.Site // what pages say about the centre
	HTTPS bool     // browsers come by https

	// Phone has the messages shown at /dev/phone; nil with a real gateway.
	Phone *sandbox.Phone
	// Forward moves the clock, for trying out; nil otherwise.
	Forward func(time.Duration)
	// Mailbox has the e-mails shown at /dev/mail; nil with a mail server or none.
	Mailbox *sandbox.Mailbox
	// Guests are the demo staff whom the page of the trial offers to sign in.
	Guests []Guest
	// Visitors are the made-up visitors whom it offers to sign in.
	Visitors []Guest
	// Patience is how long a handler may take; 0 for 10 seconds.
	Patience time.Duration
	// Limits bound what one caller may request; none for no limits.
	Limits limits.Table
	// Mount adds pages that are not part of the contract; limit applies Limits to
	// them. nil for no pages.
	Mount func(app fiber.Router, limit fiber.Handler)
	// Countries are those whose mobiles are sent text messages.
	Countries notify.Countries
	// TrustedProxies are the networks whose X-Forwarded-For names the client.
	TrustedProxies []string
}

// Counts counts searches in vain, holds and bookings.
type Counts interface {
	FoundNothing(c *centre.Snapshot, service, branch string, channel catalog.Channel, now time.Time)
	Held(c *centre.Snapshot, service, branch string, channel catalog.Channel, err error, now time.Time)
	Booked()
}

// Server is the API as an HTTP server.
type Server struct {
	Config
	app      *fiber.App
	contract *validator
	proxies  web.Proxies
	// forwarded is done once a proxy that is not trusted has forwarded a request.
	forwarded sync.Once
	limiter   *limits.Limiter
	told      told
	ready     web.Ready[search, readyAnswer]
	opened    web.Ready[openDocument, tagged]

	door      *door
	displays  *displays
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
}

// New returns the API. It fails when the contract can't be read.
func New(c Config) (*Server, error) {
	contract, err := newValidator(c.Spec)
	if err != nil {
		return nil, err
	}
	proxies, err := web.NewProxies(c.TrustedProxies)
	if err != nil {
		return nil, err
	}
	s := &Server{Config: c, contract: contract, proxies: proxies, limiter: limits.NewLimiter(c.Limits)}
	s.displays = newDisplays(s.lastCall)
	s.count()
	if s.door, err = s.newDoor(); err != nil {
		return nil, err
	}
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
		// Otherwise the server parses forms in parts before a handler asks for a field.
		DisablePreParseMultipartForm: true,
	})
	server := s.app.Server()
	server.FormValueFunc = formValue
	// What clients send wrongly is their business, and may be a token.
	server.SecureErrorLogMessage = true
	server.Logger = slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug)
	s.receive(contract)
	s.app.Use(s.identify, s.observe, s.local, uncompressed, survive, s.deadline, joinConditions, s.settle)
	s.pages()
	if c.Mount != nil {
		c.Mount(s.app, s.limit)
	}
	s.app.Get(feedPath+":token.ics", s.limit, s.readFeed)
	s.openData()
	s.app.Use(s.forUsers, s.admit)
	s.app.Use(s.limit) // after admit, to limit staff by who they are
	s.app.Use(contract.middleware)
	RegisterHandlers(s.app, NewStrictHandler(s, nil))
	return s, nil
}

// pages adds the pages for people and operators, outside the contract.
func (s *Server) pages() {
	web.Mount(s.app, s.Site)
	if !s.Site.Portal {
		s.app.Get("/", func(c *fiber.Ctx) error { return c.Redirect(docsPath) })
	}
	s.docs()
	s.app.Get("/problems", s.showProblems)
	if s.Receive != nil {
		s.app.Post("/receipts/:gateway", s.receipts)
		s.app.Get("/receipts/:gateway", s.receipts)
	}
	if s.Phone != nil {
		s.app.Get(web.TrialPath, s.showTrial)
		s.app.Get(web.PhonePath, s.showPhone)
		s.app.Get("/dev/phone.json", s.phoneJSON)
	}
	if s.Mailbox != nil {
		s.app.Get(web.MailPath, s.showMail)
		s.app.Get("/dev/mail.json", s.mailJSON)
	}
	s.dev()
}

// Routes returns the routes in the order in which they were added, those of pages and
// of files too.
func (s *Server) Routes() []fiber.Route { return s.app.GetRoutes() }

// Serve answers requests on the listener until Shutdown.
func (s *Server) Serve(l net.Listener) error {
	s.door.Listener = l
	return s.app.Listener(s.door)
}

// Shutdown stops accepting requests, and waits for those in progress at most
// until ctx is done.
func (s *Server) Shutdown(ctx context.Context) error {
	s.displays.close() // streams never end by themselves
	return s.app.ShutdownWithContext(ctx)
}

// GetHealth reports that the process is alive.
func (s *Server) GetHealth(context.Context, GetHealthRequestObject) (GetHealthResponseObject, error) {
	return GetHealth200JSONResponse{Status: "ok"}, nil
}

// GetReady reports whether requests can be served.
func (s *Server) GetReady(ctx context.Context, _ GetReadyRequestObject) (GetReadyResponseObject, error) {
	if err := s.Ready(ctx); err != nil {
		return nil, errors.Join(fault.ErrUnavailable, err)
	}
	return GetReady200JSONResponse{Status: "ok", Notice: s.Notice()}, nil
}

var _ StrictServerInterface = (*Server)(nil)

// stored is an answer that is kept, so that a repeated request gets the same
// bytes again.
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
