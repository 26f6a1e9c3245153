package service

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"ziyara"
	"ziyara/centre"
	"ziyara/hall"
	"ziyara/notify"
	"ziyara/notify/verify"
	"ziyara/service/api"
	"ziyara/service/console"
	"ziyara/service/portal"
	"ziyara/service/postgres"
	"ziyara/service/secret"
	"ziyara/slots"
)

const (
	statementTimeout = 5 * time.Second
	stopTimeout      = 20 * time.Second
)

// Service is one running replica.
type Service struct {
	config   Config
	store    *postgres.Store
	centre   *snapshot
	bookers  *slots.Bookers
	waitlist *slots.Waitlist
	jobs     *runner
	api      *api.Server
	console  *console.Console // nil without
	listener net.Listener

	operations operations

	messaging *messaging
	hooks     *hooks
	reporting *reporting
}

// New builds a replica over a migrated database and binds its address, so
// that a port in use is an error at once. The caller runs it.
func New(ctx context.Context, config Config) (_ *Service, err error) {
	c, err := config.defaults()
	if err != nil {
		return nil, err
	}
	keys, err := c.keys()
	if err != nil {
		return nil, err
	}
	if len(c.TrustedProxies) == 0 && !c.Dev {
		c.Log.WarnContext(ctx, "no proxy is trusted, so the address that connects counts as the client's. "+
			"Behind a proxy set ZIYARA_TRUSTED_PROXIES, or all visitors share one address and its limits")
	}
	s := &Service{config: c}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.store, err = postgres.Open(ctx, postgres.Config{
		URL: c.DatabaseURL, MaxConnections: c.MaxConnections, QueueLimit: c.QueueLimit, Timeout: c.Patience, Lazy: c.LazyStatements,
		Connect: c.Connect,
	}); err != nil {
		return nil, err
	}
	if err = s.serving(ctx); err != nil {
		return nil, err
	}
	if err = s.store.OpenVault(ctx, keys); err != nil {
		return nil, fmt.Errorf("service: %w", err)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	measureStore(registry, s.store)
	links, err := newLinks(c.PublicURL, keys)
	if err != nil {
		return nil, err
	}
	texts := notify.NewTexts(notify.WithLinks(links.link), notify.WithConfirmation(links.confirm), notify.From(c.Ministry),
		notify.WithHosts(c.hosts))
	s.centre = &snapshot{store: s.store.Centre(), words: s.store.Texts(), texts: texts, log: c.Log}
	if err = s.centre.reload(ctx); err != nil {
		return nil, err
	}
	if notice := s.centre.notice(); notice != "" {
		c.Log.WarnContext(ctx, "nothing can be booked", "notice", notice)
	}
	changes := changes{s.store.Changes(s.centre.Load, newID), s.centre.reload, c.Now}
	if s.bookers, err = slots.NewBookers(s.store.Appointments(), c.Hold, newID,
		slots.WithVisitsPerMobile(c.VisitsPerMobile), slots.WithUnprovedShare(c.UnprovedShare),
		slots.WithHoldLimits(slots.HoldLimits{PerAddress: c.HoldsPerAddress, PerMobile: c.HoldsPerMobile}),
		slots.WithRefresh(s.centre.renewed)); err != nil {
		return nil, err
	}
	if s.waitlist, err = slots.NewWaitlist(s.store.Waitlist(), slots.DefaultWaitPolicy()); err != nil {
		return nil, err
	}
	halls, err := newHalls(s.store.Hall(), s.centre.Load, c.Now)
	if err != nil {
		return nil, err
	}
	verifier, err := verify.New(s.store.Verifications(), c.Codes, keys.IsCode, newID)
	if err != nil {
		return nil, err
	}
	if s.messaging, err = newMessaging(c, s.store.Messages(), texts, keys, registry); err != nil {
		return nil, err
	}
	if s.hooks, err = newHooks(c, s.store.Webhooks(), keys, registry); err != nil {
		return nil, err
	}
	published := newPublishing(c, s.store.Published(), s.Booker)
	counts := newCounting(registry)
	s.reporting = &reporting{store: s.store.Reports(), centre: s.centre.Load, now: c.Now, demand: &counts.demand}
	reporter, err := s.reporting.reporter()
	if err != nil {
		return nil, err
	}
	// The order matters: what one job finds due, a later one sends in the same round.
	s.jobs = newRunner(registry, c.Log, slices.Concat(
		newBookings(c, s.store.Appointments(), s.Booker, registry).jobs(),
		newSealing(s.store.AuditLog(), c.Log, registry).jobs(),
		newRekeying(s.store, registry).jobs(),
		sessionJobs(c, s.store.Sessions()),
		(&persons{visits: s.store.Appointments(), waitlist: s.store.Waitlist(), hidden: keys.Person}).jobs(),
		changes.jobs(),
		newWaiting(c, s.store.Waitlist(), s.waitlist, s.Booker, registry).jobs(),
		halls.jobs(),
		s.messaging.jobs(),
		newBudgets(c, s.store.Budgets(), registry).jobs(),
		s.hooks.jobs(),
		s.centre.jobs(),
		s.reporting.jobs(),
		published.jobs(),
		(&forgetting{store: s.store.Privacy(), keep: c.Keep, now: c.Now}).jobs(),
	))
	if s.listener, err = net.Listen("tcp", c.Listen); err != nil {
		return nil, fmt.Errorf("service: %w", err)
	}
	if s.operations, err = newOperations(c.Operations, registry, s.store.Ping, s.centre.notice); err != nil {
		return nil, err
	}
	owners := feedOwners{s.store.Feeds(), c.Now, c.Log}
	staff, err := newSignIn(c, s.listener.Addr().String(), s.centre.Load, keys, s.store.AuditLog().Record, s.store.Sessions(), owners.seen)
	if err != nil {
		return nil, err
	}
	visitors, err := newVisitorSignIn(c, s.listener.Addr().String(), keys)
	if err != nil {
		return nil, err
	}
	pages, err := s.pages(links, halls.Receptions, keys, verifier, counts, visitors)
	if err != nil {
		return nil, err
	}
	if s.console, err = s.newConsole(staff, halls.Receptions, changes.Changes); err != nil {
		return nil, err
	}
	s.api, err = api.New(api.Config{
		Spec: ziyara.OpenAPI, Bookers: s.bookers, Waitlist: s.waitlist, Receptions: halls.Receptions, Centre: s.centre.Load,
		Verifier: verifier, Answers: s.store, Keys: keys,
		Ready: s.store.Ping, Notice: s.centre.notice, Settle: s.store.Settle, Now: c.Now, NewID: newID, Random: random, Log: c.Log,
		Metrics: registry,
		Phone:   s.messaging.phone, Mailbox: s.messaging.mailbox, Guests: staff.guests(), Visitors: visitors.guests(), Local: c.Dev,
		Forward:  c.forward(),
		Patience: 2 * c.Patience,
		Limits:   c.Limits, Countries: c.Countries, TrustedProxies: c.TrustedProxies,
		Messages: correspondence{editor{s.store.Texts(), texts, s.centre.Load, c.Now}, s.store.Records(), s.store.Budgets()},
		SurveyOf: links.surveyOf(), FindSurvey: s.store.Surveys().Find, SaveSurvey: s.store.Surveys().Save,
		FindPerson: s.store.Privacy().Find, ErasePerson: s.store.Privacy().Erase,
		Receive: s.messaging.receive(), SignIn: staff.bearer(), Session: staff.session(), ProveVisitor: visitors.prove(),
		Line:     s.store.Waitlist().Line,
		AuditLog: s.store.AuditLog().List, Record: s.store.AuditLog().Record,
		Sessions: staff.sessions(c, s.store.Sessions()), EndSessions: s.store.Sessions().End, Visits: s.store.Appointments().Visits,
		Follow: s.store.Appointments().Follow,
		Mount: func(app fiber.Router, limit fiber.Handler) {
			if pages != nil {
				pages.Mount(app, limit)
			}
			staff.mount(app, limit)
			if s.console != nil {
				s.console.Mount(app)
			}
			visitors.mount(app, limit)
		},
		Calendars: s.store.Calendars(), Setup: s.store.Centre(), Changes: changes.Changes, Refresh: s.centre.reload,
		Published: published.places.Load, OpenLicence: c.OpenLicence,
		Feeds: s.store.Feeds(), Seen: owners.seen, PublicURL: c.PublicURL, Site: c.site(), HTTPS: c.https(), EntryHost: s.messaging.entryHost(),
		Webhooks: s.store.Webhooks(), Network: s.hooks.network,
		Reports: reporter, Counts: counts,
	})
	return s, err
}

// serving looks at the role of the database as which this replica serves.
func (s *Service) serving(ctx context.Context) error {
	found, err := s.store.AuditLog().Serving(ctx)
	switch {
	case err != nil:
		return err
	case s.config.ServingRole != "" && (found.Role != s.config.ServingRole || found.CanRewrite):
		return fmt.Errorf("%w: it serves as %s, want %s", ErrServingRole, found.Role, s.config.ServingRole)
	case found.CanRewrite:
		s.config.Log.WarnContext(ctx, "the role that serves can change the log of what staff do: "+
			"serve as another role than the owner (docs/OPERATIONS.md, Roles of the database)", "role", found.Role)
	}
	return nil
}

// pages returns the pages behind links; nil without links.
func (s *Service) pages(
	links links, receptions *hall.Receptions, keys *secret.Keys, verifier *verify.Verifier, counts *counting, visitors visitorSignIn,
) (*portal.Portal, error) {
	if links.Links == nil {
		return nil, nil //nolint:nilnil // no links, no pages
	}
	return portal.New(portal.Config{
		Links: links.Links, Bookers: s.bookers, Settle: s.store.Settle, Centre: s.centre.Load, Now: s.config.Now, Log: s.config.Log,
		Confirm: s.store.Appointments().Confirm, Confirmed: s.store.Appointments().Confirmed,
		ConfirmEmail: s.store.Appointments().ConfirmEmail, Site: s.config.site(),
		FindSurvey: s.store.Surveys().Find, SaveSurvey: s.store.Surveys().Save,
		FindPerson: s.store.Privacy().Find, ErasePerson: s.store.Privacy().Erase,
		Receptions: receptions, Waitlist: s.waitlist, WaitlistEntryID: s.store.Waitlist().WaitlistEntryID, NewReference: newReference,
		Verifier: verifier, SignIn: visitors.pages(), Countries: s.config.Countries, Keys: keys, Random: random, Counts: counts,
		EntryHost: s.messaging.entryHost(), Hold: s.config.Hold, Keep: s.config.Keep, Senders: s.messaging.senders(),
	})
}

// URL returns the address at which the service answers.
func (s *Service) URL() string { return "http://" + s.listener.Addr().String() }

// Routes returns the routes of the listener for everybody.
func (s *Service) Routes() []fiber.Route { return s.api.Routes() }

// OperationsURL returns the address of the listener for operators; "" for none.
func (s *Service) OperationsURL() string {
	if s.operations.listener == nil {
		return ""
	}
	return "http://" + s.operations.listener.Addr().String()
}

// Booker returns a Booker on the current snapshot, for jobs and for load without
// HTTP. It is for one request, as any Booker.
func (s *Service) Booker() *slots.Booker { return s.bookers.On(s.centre.Load()) }

// Waitlist returns the waitlist, for load without HTTP.
func (s *Service) Waitlist() *slots.Waitlist { return s.waitlist }

// Centre returns the current snapshot of the centre.
func (s *Service) Centre() *centre.Snapshot { return s.centre.Load() }

// Run serves requests and runs the periodic jobs until ctx is done. Then it
// stops accepting, lets what is in progress finish, and closes the database.
// It may be called once.
func (s *Service) Run(ctx context.Context) error {
	stopJobs := s.jobs.start(ctx, s.config.Jobs)
	following, unfollow := context.WithCancel(context.WithoutCancel(ctx))
	followed := make(chan error, 1)
	if s.config.Alone {
		followed <- nil
	} else {
		go func() { followed <- s.store.Follow(following) }()
	}
	served := make(chan error, 1)
	go func() { served <- s.api.Serve(s.listener) }()
	operated := make(chan error, 1)
	go func() { operated <- s.operations.serve() }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-served:
		served <- nil
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if s.console != nil {
		s.console.Close() // its streams never end by themselves
	}
	err = errors.Join(err, s.api.Shutdown(stopping), s.unlisten())
	if serveErr := <-served; !errors.Is(serveErr, net.ErrClosed) { // closed before Serve began
		err = errors.Join(err, serveErr)
	}
	err = errors.Join(err, s.operations.shutdown(stopping), <-operated)
	stopJobs(stopping)
	s.hooks.worker.Wait(stopping)
	unfollow()
	err = errors.Join(err, <-followed)
	if lost := s.reporting.countDemand(stopping); lost != nil {
		s.config.Log.WarnContext(stopping, "what was asked for last is not counted", "error", lost)
	}
	return errors.Join(err, s.close())
}

// close releases what New has opened.
func (s *Service) close() error {
	err := errors.Join(s.unlisten(), s.operations.close())
	if s.messaging != nil {
		err = errors.Join(err, s.messaging.close())
	}
	if s.hooks != nil {
		s.hooks.client.Close()
	}
	if s.store != nil {
		err = errors.Join(err, s.store.Close())
	}
	return err
}

// unlisten closes the listener, if it is open.
func (s *Service) unlisten() error {
	if s.listener == nil {
		return nil
	}
	if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// newID returns a new UUID, which sorts by time (RFC 9562, version 7).
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// newReference returns a new reference.
func newReference() slots.Reference {
	var b [5]byte
	random(b[:])
	return slots.NewReference(b)
}

// random fills b with random bytes of the system, which does not fail.
func random(b []byte) { _, _ = rand.Read(b) }

// Health returns nil if the service at address (host:port) is alive.
func Health(ctx context.Context, address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // nothing is read from it
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("health: status %d", response.StatusCode)
	}
	return nil
}
