package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ziyara/notify"
	"ziyara/notify/gateways"
	"ziyara/notify/httpsms"
	"ziyara/notify/sandbox"
	"ziyara/service/postgres"
	"ziyara/service/secret"
)

const (
	mailConcurrency = 8                // connections to the mail server at once
	mailTimeout     = 25 * time.Second // for one e-mail; the connection gives up earlier

	// planBatch is how many visits one statement plans.
	planBatch = 1000
	// bulkBatch and bulkRounds let one run deliver up to 200,000 reminders.
	bulkBatch  = 500
	bulkRounds = 400
)

// messaging plans and delivers messages.
type messaging struct {
	store     *postgres.Messages
	now       func() time.Time
	keepTexts time.Duration

	worker   *notify.Worker   // for messages that a visitor waits for
	bulk     *notify.Worker   // for reminders and surveys
	mails    *notify.Worker   // for e-mails; nil without e-mail
	phone    *sandbox.Phone   // nil unless messages go to the sandbox
	gateways *gateways.Set    // nil unless messages go to gateways
	mail     *postman         // nil without a mail server
	mailbox  *sandbox.Mailbox // nil unless e-mails go to the sandbox

	waiting, oldest  prometheus.Gauge
	handled, planned prometheus.Counter
}

// newMessaging sets up the senders of messages and the workers that use them. On
// an error it closes what it has opened.
func newMessaging(
	c Config, store *postgres.Messages, texts *notify.Texts, keys *secret.Keys, registry prometheus.Registerer,
) (_ *messaging, err error) {
	m := &messaging{store: store, now: c.Now, keepTexts: c.Keep.Texts}
	m.measure(registry)
	sender := c.Sender
	switch {
	case sender != nil:
	case c.SMS == "": // only with Dev
		m.phone = sandbox.New(c.Now)
		sender = m.phone
	case c.SMS == NoSMS:
		c.Log.Warn("no text messages are sent, not even codes: ZIYARA_SMS=" + NoSMS)
		sender = nowhere{}
	default:
		if m.gateways, err = gateways.Load(c.SMS, gateways.Options{Env: os.LookupEnv, Now: c.Now, Receipts: store.TakeReceipt}); err != nil {
			return nil, fmt.Errorf("service: ZIYARA_SMS: %w", err)
		}
		registry.MustRegister(gatewayMetrics{m.gateways})
		sender = m.gateways
	}
	if err = m.work(c, sender, texts, keys); err != nil {
		_ = m.close() // nothing was sent yet
		return nil, err
	}
	return m, nil
}

// work sets up the workers.
func (m *messaging) work(c Config, sender notify.Sender, texts *notify.Texts, keys *secret.Keys) error {
	post, err := m.post(c)
	if err != nil {
		return err
	}
	var copied []notify.Kind // kinds that are also sent by e-mail
	if post != nil {
		copied = notify.EmailKinds()
		if m.mails, err = notify.NewMailWorker(m.store.Mails(), post, texts,
			notify.WorkerConfig{Concurrency: mailConcurrency, SendTimeout: mailTimeout}); err != nil {
			return err
		}
	}
	if m.worker, err = notify.NewWorker(m.store.Prompt(keys.Code, copied...), sender, texts,
		notify.WorkerConfig{Mail: post != nil, Countries: c.Countries, Limits: c.Codes.Messages}); err != nil {
		return err
	}
	m.bulk, err = notify.NewWorker(m.store.Bulk(copied...), sender, texts,
		notify.WorkerConfig{Batch: bulkBatch, Rounds: bulkRounds, Mail: post != nil, Countries: c.Countries, Limits: c.Codes.Messages})
	return err
}

// nowhere sends no messages.
type nowhere struct{}

// Send implements notify.Sender.
func (nowhere) Send(context.Context, notify.Message) (string, error) {
	return "", fmt.Errorf("%w: no text messages are sent", notify.ErrPermanent)
}

// post sets up the sender of e-mails; nil for none. With a sandbox phone and without a
// mail server, e-mails go to a mailbox in the sandbox.
func (m *messaging) post(c Config) (notify.Postman, error) {
	switch {
	case c.Postman != nil:
		return c.Postman, nil
	case c.SMTP != "":
		var err error
		if m.mail, err = newMail(c); err != nil {
			return nil, fmt.Errorf("service: ZIYARA_SMTP_URL: %w", err)
		}
		return m.mail, nil
	case m.phone != nil:
		m.mailbox = sandbox.NewMailbox(c.Now)
		return m.mailbox, nil
	}
	return nil, nil //nolint:nilnil // no mail server, no e-mail
}

func (m *messaging) measure(registry prometheus.Registerer) {
	m.waiting = prometheus.NewGauge(prometheus.GaugeOpts{Name: "ziyara_messages_waiting", Help: "Messages not finished."})
	m.oldest = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "ziyara_messages_oldest_due_seconds", Help: "How long the oldest due message has been due.",
	})
	m.handled = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "ziyara_messages_handled_total", Help: "Messages claimed and finished or put back.",
	})
	m.planned = prometheus.NewCounter(prometheus.CounterOpts{Name: "ziyara_reminders_planned_total", Help: "Reminders that became due."})
	registry.MustRegister(m.waiting, m.oldest, m.handled, m.planned)
}

func (m *messaging) jobs() []job {
	list := []job{
		{name: "plan reminders", spec: "@every 10s", limit: longJobLimit, run: m.planReminders},
		{name: "match receipts", spec: "@every 10s", run: m.matchReceipts},
		{name: "deliver messages", spec: "@every 1s", limit: longJobLimit, run: m.deliver},
		{name: "deliver reminders", spec: "@every 1s", limit: longJobLimit, run: m.deliverBulk},
		{name: "purge messages", spec: "@every 10m", run: m.purge},
	}
	if m.mails != nil {
		list = append(list, job{name: "deliver e-mails", spec: "@every 1s", limit: longJobLimit, run: m.deliverMails})
	}
	return list
}

func (m *messaging) planReminders(ctx context.Context) error {
	n, err := m.store.PlanReminders(ctx, m.now(), planBatch)
	m.planned.Add(float64(n))
	return err
}

// matchReceipts gives receipts to messages that were recorded after them.
func (m *messaging) matchReceipts(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return m.store.MatchReceipts(ctx, m.now(), batch) })
}

func (m *messaging) deliver(ctx context.Context) error {
	n, err := m.worker.Deliver(ctx, m.now)
	m.handled.Add(float64(n))
	if err != nil {
		return err
	}
	waiting, oldest, err := m.store.Depth(ctx, m.now())
	if err != nil {
		return err
	}
	m.waiting.Set(float64(waiting))
	m.oldest.Set(oldest.Seconds())
	return nil
}

// deliverBulk delivers reminders and surveys, independently of deliver.
func (m *messaging) deliverBulk(ctx context.Context) error {
	n, err := m.bulk.Deliver(ctx, m.now)
	m.handled.Add(float64(n))
	return err
}

// deliverMails delivers e-mails, independently of both.
func (m *messaging) deliverMails(ctx context.Context) error {
	n, err := m.mails.Deliver(ctx, m.now)
	m.handled.Add(float64(n))
	return err
}

func (m *messaging) purge(ctx context.Context) error {
	now := m.now()
	return m.store.Purge(ctx, now.Add(-m.keepTexts), now, batch)
}

// receive returns the function that takes receipts over HTTP; nil without a gateway
// file.
func (m *messaging) receive() func(context.Context, string, httpsms.Callback) (string, error) {
	if m.gateways == nil {
		return nil
	}
	return m.gateways.Receive
}

func (m *messaging) close() (err error) {
	if m.gateways != nil {
		err = m.gateways.Close()
	}
	if m.mail != nil {
		err = errors.Join(err, m.mail.sender.Close())
	}
	return err
}

// senders returns from whom text messages come; nil unless gateways send them.
func (m *messaging) senders() []string {
	if m.gateways == nil {
		return nil
	}
	return m.gateways.Senders()
}
