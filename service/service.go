package service

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"ziyara"
	"ziyara/centre"
	"ziyara/hall"
	"ziyara/notify"
	"ziyara/notify/gateways"
	"ziyara/notify/httpsms"
	"ziyara/notify/sandbox"
	"ziyara/notify/verify"
	"ziyara/notify/webhook"
	"ziyara/reports"
	"ziyara/service/api"
	"ziyara/service/portal"
	"ziyara/service/postgres"
	"ziyara/service/secret"
	"ziyara/service/signin"
	"ziyara/service/signin/devissuer"
	"ziyara/slots"
)

const (
	statementTimeout = 5 * time.Second
	stopTimeout      = 20 * time.Second
)

// Service is one running replica.
type Service struct {
	config    Config
	store     *postgres.Store
	changes   *postgres.Changes
	booker    *slots.Booker
	waitlist  *slots.Waitlist
	worker    *notify.Worker // of what somebody waits for
	bulk      *notify.Worker // of reminders and surveys
	mails     *notify.Worker // of what goes by e-mail; nil where nothing does
	texts     *notify.Texts
	links     *portal.Links     // nil without a public address
	phone     *sandbox.Phone    // nil unless messages stay in the house
	gateways  *gateways.Set     // nil unless they leave it by a gateway file
	mail      *postman          // nil without a mail server
	mailbox   *sandbox.Mailbox  // nil unless e-mails stay in the house
	staff     *signin.SignIn    // nil when the staff can't sign in
	issuer    *devissuer.Issuer // nil but for the demo
	api       *api.Server
	listener  net.Listener
	centre    atomic.Pointer[centre.Snapshot]
	reading   sync.Mutex // while the centre is read anew
	gauges    gauges
	reception *hall.Reception
	network   webhook.Network
	posting   *webhook.Client
	hooks     *webhook.Worker
	demand    *reports.Counter
}

// New builds a replica over a migrated database and binds its address, so
// that a port in use is an error at once. The caller runs it.
func New(ctx context.Context, config Config) (_ *Service, err error) {
	c, err := config.defaults()
	if err != nil {
		return nil, err
	}
	keys, err := secret.New(c.Secret)
	if err != nil {
		return nil, err
	}
	s := &Service{config: c, demand: new(reports.Counter)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.store, err = postgres.Open(ctx, postgres.Config{
		URL: c.DatabaseURL, MaxConnections: c.MaxConnections, QueueLimit: c.QueueLimit, Timeout: statementTimeout,
	}); err != nil {
		return nil, err
	}
	s.changes = s.store.Changes(s.centre.Load, newID)
	if err = s.speak(keys); err != nil {
		return nil, err
	}
	if err = s.reload(ctx); err != nil {
		return nil, err
	}
	if s.booker, err = slots.NewBooker(s.store, s.centre.Load, c.Hold, newID,
		slots.WithHoldLimits(slots.HoldLimits{PerAddress: c.HoldsPerAddress, PerMobile: c.HoldsPerMobile}), slots.WithRefresh(s.reload)); err != nil {
		return nil, err
	}
	if s.waitlist, err = slots.NewWaitlist(s.store, s.booker, slots.DefaultWaitPolicy()); err != nil {
		return nil, err
	}
	if s.reception, err = s.newReception(); err != nil {
		return nil, err
	}
	verifier, err := verify.New(s.store, verify.DefaultPolicy(), keys.Code, newID)
	if err != nil {
		return nil, err
	}
	if err = s.sender(keys); err != nil {
		return nil, err
	}
	if err = s.hook(keys); err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s.gauges = newGauges(registry, s.store)
	if s.gateways != nil {
		registry.MustRegister(gatewayMetrics{s.gateways})
	}
	if s.listener, err = net.Listen("tcp", c.Listen); err != nil {
		return nil, fmt.Errorf("service: %w", err)
	}
	reporter, err := s.newReporter()
	if err != nil {
		return nil, err
	}
	if err = s.startSignIn(keys); err != nil {
		return nil, err
	}
	mount, err := s.mount()
	if err != nil {
		return nil, err
	}
	s.api, err = api.New(api.Config{
		Spec: ziyara.OpenAPI, Booker: s.booker, Waitlist: s.waitlist, Reception: s.reception, Centre: s.centre.Load, Verifier: verifier,
		Answers: s.store, Keys: keys,
		Ready: s.store.Ping, Now: c.Now, NewID: newID, Random: random, Log: c.Log, Metrics: registry,
		Phone: s.visiblePhone(), Mailbox: s.visibleMailbox(), RateLimit: c.RateLimit, TrustedProxies: c.TrustedProxies,
		Messages: correspondence{s}, SurveyOf: s.surveyOf(), FindSurvey: s.store.FindSurvey, SaveSurvey: s.store.SaveSurvey,
		Receive: s.receive(), Mount: mount, SignIn: s.bearer(), Session: s.session(), AuditLog: s.store.AuditLog, Visits: s.store.Visits,
		Calendars: s.store, Changes: s.changes, Refresh: s.reload,
		Feeds: s.store, PublicURL: c.PublicURL, Webhooks: s.store, Network: s.network,
		Reports: reporter, Demand: s.demand,
	})
	return s, err
}

// sender sets up the ways out for messages and the worker before them.
func (s *Service) sender(keys *secret.Keys) (err error) {
	way := s.config.Sender
	switch {
	case way != nil:
	case s.config.SMS == SandboxSMS:
		s.phone = sandbox.New(s.config.Now)
		way = s.phone
	default:
		if s.gateways, err = gateways.Load(s.config.SMS, gateways.Options{
			Env: os.LookupEnv, Now: s.config.Now, Receipts: s.store.TakeReceipt,
		}); err != nil {
			return fmt.Errorf("service: ZIYARA_SMS: %w", err)
		}
		way = s.gateways
	}
	post, err := s.post()
	if err != nil {
		return err
	}
	var copied []notify.Kind // what goes by e-mail, too
	if post != nil {
		copied = notify.EmailKinds()
		if s.mails, err = notify.NewMailWorker(s.store.Mails(), post, s.texts,
			notify.WorkerConfig{Concurrency: mailConcurrency, SendTimeout: mailTimeout}); err != nil {
			return err
		}
	}
	if s.worker, err = notify.NewWorker(s.store.Messages(keys.Code, copied...), way, s.texts,
		notify.WorkerConfig{Mail: post != nil}); err != nil {
		return err
	}
	s.bulk, err = notify.NewWorker(s.store.BulkMessages(copied...), way, s.texts,
		notify.WorkerConfig{Batch: bulkBatch, Rounds: bulkRounds, Mail: post != nil})
	return err
}

const (
	mailConcurrency = 8                // connections to the mail server at once
	mailTimeout     = 25 * time.Second // of one e-mail; the connection gives up earlier
)

// post sets up the way out for e-mails; nil for none. What tries the service
// out without one has a mailbox in the house.
func (s *Service) post() (notify.Postman, error) {
	switch {
	case s.config.Postman != nil:
		return s.config.Postman, nil
	case s.config.SMTP != "":
		var err error
		if s.mail, err = newMail(s.config); err != nil {
			return nil, fmt.Errorf("service: ZIYARA_SMTP_URL: %w", err)
		}
		return s.mail, nil
	case s.phone != nil && loopback(s.config.Listen):
		s.mailbox = sandbox.NewMailbox(s.config.Now)
		return s.mailbox, nil
	}
	return nil, nil //nolint:nilnil // no mail server, no e-mail
}

// visiblePhone returns the sandbox phone when only this machine can see it.
func (s *Service) visiblePhone() *sandbox.Phone {
	if !loopback(s.listener.Addr().String()) {
		return nil
	}
	return s.phone
}

// receive returns what takes receipts by HTTP; nil without a gateway file.
func (s *Service) receive() func(context.Context, string, httpsms.Callback) (string, error) {
	if s.gateways == nil {
		return nil
	}
	return s.gateways.Receive
}

// surveyOf returns what reads the tokens of surveys; nil without links.
func (s *Service) surveyOf() func(string, time.Time) (slots.Reference, error) {
	if s.links == nil {
		return nil
	}
	return s.links.Surveyed
}

// visibleMailbox returns the sandbox mailbox when only this machine can see it.
func (s *Service) visibleMailbox() *sandbox.Mailbox {
	if !loopback(s.listener.Addr().String()) {
		return nil
	}
	return s.mailbox
}

// URL returns the address at which the service answers.
func (s *Service) URL() string { return "http://" + s.listener.Addr().String() }

// Booker returns what books, for load that does not come over HTTP.
func (s *Service) Booker() *slots.Booker { return s.booker }

// Waitlist returns what lets people wait, for load that does not come over
// HTTP.
func (s *Service) Waitlist() *slots.Waitlist { return s.waitlist }

// Centre returns the current snapshot of the centre.
func (s *Service) Centre() *centre.Snapshot { return s.centre.Load() }

// Run serves requests and runs the periodic jobs until ctx is done. Then it
// stops accepting, lets what is in progress finish, and closes the database.
// It is called once.
func (s *Service) Run(ctx context.Context) error {
	stopJobs := s.startJobs(ctx)
	following, unfollow := context.WithCancel(context.WithoutCancel(ctx))
	followed := make(chan error, 1)
	go func() { followed <- s.store.Follow(following) }()
	offering, stopOffering := context.WithCancel(ctx)
	defer stopOffering()
	var offered sync.WaitGroup
	offered.Go(func() { s.offerAtOnce(offering) })
	offered.Go(func() { s.reloadAtOnce(offering) })
	served := make(chan error, 1)
	go func() { served <- s.api.Serve(s.listener) }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-served:
		served <- nil
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	err = errors.Join(err, s.api.Shutdown(stopping), s.unlisten())
	if serveErr := <-served; !errors.Is(serveErr, net.ErrClosed) { // closed before it began
		err = errors.Join(err, serveErr)
	}
	stopJobs(stopping)
	s.hooks.Wait(stopping)
	stopOffering()
	offered.Wait()
	unfollow()
	err = errors.Join(err, <-followed)
	if lost := s.countDemand(stopping); lost != nil {
		s.config.Log.WarnContext(stopping, "what was asked for last is not counted", "error", lost)
	}
	return errors.Join(err, s.close())
}

// close gives back what New has taken.
func (s *Service) close() error {
	err := s.unlisten()
	if s.gateways != nil {
		err = errors.Join(err, s.gateways.Close())
	}
	if s.mail != nil {
		err = errors.Join(err, s.mail.sender.Close())
	}
	if s.posting != nil {
		s.posting.Close()
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

// newID returns a new UUID that sorts by time (RFC 9562, version 7).
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// newReference returns a new reference.
func newReference() slots.Reference {
	var b [5]byte
	random(b[:])
	return slots.NewReference(b)
}

// random fills b from the system's generator, which does not fail.
func random(b []byte) { _, _ = rand.Read(b) }

// Health asks the service that listens at address whether it lives.
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
