package postgres

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"github.com/lib/pq"

	"ziyara/audit"
	"ziyara/fault"
	"ziyara/notify/webhook"
	"ziyara/once"
	"ziyara/slots"
)

// Webhooks keeps webhooks, and the deliveries to them. It implements
// webhook.Ledger.
type Webhooks struct{ *core }

var _ webhook.Ledger = (*Webhooks)(nil)

// webhookRow is a webhook without its secrets.
type webhookRow struct {
	ID           string         `db:"id"`
	Name         string         `db:"name"`
	URL          string         `db:"url"`
	Events       pq.StringArray `db:"events"`
	State        string         `db:"state"`
	CreatedAt    time.Time      `db:"created_at"`
	CreatedBy    string         `db:"created_by"`
	FormerUntil  sql.NullTime   `db:"former_until"`
	FailingSince sql.NullTime   `db:"failing_since"`
	EndedAt      sql.NullTime   `db:"ended_at"`
	EndedWhy     sql.NullString `db:"ended_why"`
	Department   sql.NullString `db:"department"`
}

func (r webhookRow) webhook() webhook.Webhook {
	return webhook.Webhook{
		ID: r.ID, Name: r.Name, URL: r.URL, Department: r.Department.String, Events: r.Events, State: webhook.State(r.State),
		Created: r.CreatedAt.UTC(), CreatedBy: r.CreatedBy, FormerUntil: utc(r.FormerUntil), FailingSince: utc(r.FailingSince),
		Ended: utc(r.EndedAt), Why: webhook.Why(r.EndedWhy.String),
	}
}

// AddWebhook adds a webhook with its sealed secret. It returns webhook.ErrMany when
// there are as many as allowed, or once.ErrAnswered when the key of once is known.
func (s *Webhooks) AddWebhook(ctx context.Context, w webhook.Webhook, sealed []byte, entry audit.Entry,
	once *once.Request[webhook.Webhook],
) error {
	return s.transact(ctx, func(q session) error {
		if err := keepAnswer(ctx, q, once, w, w.Created); err != nil {
			return err
		}
		n, err := q.exec(ctx, "webhooks/add", w.ID, w.Name, w.URL, null(w.Department), pq.Array(append([]string{}, w.Events...)),
			sealed, w.Created, w.CreatedBy, webhook.Limit)
		switch {
		case err != nil:
			return err
		case n == 0:
			return webhook.ErrMany
		}
		return q.record(ctx, entry)
	})
}

// Webhooks returns a page of the webhooks, the newest first.
func (s *Webhooks) Webhooks(ctx context.Context, q webhook.Query) ([]webhook.Webhook, error) {
	id := lowestID
	if !q.Before.IsZero() {
		id = q.BeforeID
	}
	var rows []webhookRow
	if err := s.pool().list(ctx, &rows, "webhooks/list", slugs(q.Departments), null(q.Department), before(q.Before), id, q.Limit); err != nil {
		return nil, err
	}
	list := make([]webhook.Webhook, len(rows))
	for i, r := range rows {
		list[i] = r.webhook()
	}
	return list, nil
}

// Webhook returns the webhook with the id, even a removed one, or fault.ErrNotFound.
func (s *Webhooks) Webhook(ctx context.Context, id string) (webhook.Webhook, error) {
	var row webhookRow
	if !isID(id) {
		return webhook.Webhook{}, fault.ErrNotFound
	}
	err := s.pool().get(ctx, &row, "webhooks/find", id)
	if errors.Is(err, sql.ErrNoRows) {
		return webhook.Webhook{}, fault.ErrNotFound
	}
	return row.webhook(), err
}

// EditWebhook gives a webhook the name, address and events of another state of it. It returns
// fault.ErrEdited unless they still are as in before.
func (s *Webhooks) EditWebhook(ctx context.Context, before, after webhook.Webhook, entry audit.Entry) error {
	events := func(w webhook.Webhook) any { return pq.Array(append([]string{}, w.Events...)) }
	n, err := s.changeWebhook(ctx, entry, "webhooks/edit", before.ID,
		after.Name, after.URL, events(after), before.Name, before.URL, events(before))
	if err == nil && n == 0 {
		return fault.ErrEdited
	}
	return err
}

// RemoveWebhook removes a webhook for good. Removing it again changes nothing.
func (s *Webhooks) RemoveWebhook(ctx context.Context, id string, entry audit.Entry) error {
	_, err := s.changeWebhook(ctx, entry, "webhooks/remove", id, entry.At)
	return err
}

// EnableWebhook enables a disabled webhook. Enabling an active one changes nothing.
func (s *Webhooks) EnableWebhook(ctx context.Context, id string, entry audit.Entry) error {
	_, err := s.changeWebhook(ctx, entry, "webhooks/enable", id)
	return err
}

// RotateWebhook gives a webhook another sealed secret. The former secret also signs
// until an instant. It returns fault.ErrNotFound for a removed webhook.
func (s *Webhooks) RotateWebhook(ctx context.Context, id string, sealed []byte, until time.Time, entry audit.Entry) error {
	n, err := s.changeWebhook(ctx, entry, "webhooks/rotate", id, sealed, until)
	if err == nil && n == 0 {
		return fault.ErrNotFound
	}
	return err
}

// changeWebhook changes a webhook, and records entry if anything changed.
func (s *Webhooks) changeWebhook(ctx context.Context, entry audit.Entry, name string, args ...any) (changed int, err error) {
	err = s.transact(ctx, func(q session) error {
		if changed, err = q.exec(ctx, name, args...); err != nil || changed == 0 {
			return err
		}
		return q.record(ctx, entry)
	})
	return changed, err
}

// deliveryRow is a delivery in the form for staff.
type deliveryRow struct {
	ID            int64          `db:"id"`
	Message       string         `db:"message"`
	Type          string         `db:"type"`
	State         string         `db:"state"`
	CreatedAt     time.Time      `db:"created_at"`
	NextAttemptAt time.Time      `db:"next_attempt_at"`
	FinishedAt    sql.NullTime   `db:"finished_at"`
	Attempts      int            `db:"attempts"`
	Status        sql.NullInt32  `db:"status"`
	Detail        sql.NullString `db:"detail"`
	Reference     sql.NullString `db:"reference"`
}

func (r deliveryRow) delivery() webhook.Delivery {
	d := webhook.Delivery{
		ID: r.ID, Message: r.Message, Type: r.Type, State: webhook.DeliveryState(r.State), Created: r.CreatedAt.UTC(),
		Finished: utc(r.FinishedAt), Attempts: r.Attempts, Status: int(r.Status.Int32), Detail: webhook.Detail(r.Detail.String),
	}
	if r.Reference.Valid {
		d.Reference = slots.Reference(r.Reference.String).String()
	}
	if !r.FinishedAt.Valid {
		d.Next = r.NextAttemptAt.UTC()
	}
	return d
}

// TestWebhook queues a test for a webhook. It returns webhook.ErrDisabled for
// one that is not active.
func (s *Webhooks) TestWebhook(ctx context.Context, id string, entry audit.Entry) (webhook.Delivery, error) {
	var row deliveryRow
	err := s.transact(ctx, func(q session) error {
		if err := q.get(ctx, &row, "webhooks/test", id, webhook.TestType, entry.At); err != nil {
			return err
		}
		return q.record(ctx, entry)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return webhook.Delivery{}, webhook.ErrDisabled
	}
	return row.delivery(), err
}

// Deliveries returns a page of the deliveries to a webhook, the newest first.
func (s *Webhooks) Deliveries(ctx context.Context, q webhook.DeliveryQuery) ([]webhook.Delivery, error) {
	before := q.Before
	if before == 0 {
		before = math.MaxInt64
	}
	var rows []deliveryRow
	if err := s.pool().list(ctx, &rows, "webhooks/list_deliveries", q.Webhook, null(string(q.State)), before, q.Limit); err != nil {
		return nil, err
	}
	list := make([]webhook.Delivery, len(rows))
	for i, r := range rows {
		list[i] = r.delivery()
	}
	return list, nil
}

// Delivery returns the delivery of a message to a webhook, or
// fault.ErrNotFound.
func (s *Webhooks) Delivery(ctx context.Context, id, message string) (webhook.Delivery, error) {
	var row deliveryRow
	if !isID(id) || !isID(message) {
		return webhook.Delivery{}, fault.ErrNotFound
	}
	err := s.pool().get(ctx, &row, "webhooks/find_delivery", id, message)
	if errors.Is(err, sql.ErrNoRows) {
		return webhook.Delivery{}, fault.ErrNotFound
	}
	return row.delivery(), err
}

// ResendDelivery sends a finished delivery again. It returns webhook.ErrPending for one
// that is not finished.
func (s *Webhooks) ResendDelivery(ctx context.Context, id string, delivery int64, entry audit.Entry) error {
	n, err := s.changeWebhook(ctx, entry, "webhooks/resend_delivery", id, delivery, entry.At)
	if err == nil && n == 0 {
		return webhook.ErrPending
	}
	return err
}

// Purge removes deliveries that were made before an instant, and removed webhooks with
// their deliveries, limit rows at a time.
func (s *Webhooks) Purge(ctx context.Context, before time.Time, limit int) error {
	for {
		var removed int
		if err := s.pool().get(ctx, &removed, "webhooks/purge", before, limit); err != nil || removed < limit {
			return err
		}
	}
}

// maxDepth is up to how many waiting deliveries are counted.
const maxDepth = 100_000

// Depth returns how many deliveries wait, at most 100,000, and how many
// webhooks are disabled.
func (s *Webhooks) Depth(ctx context.Context) (waiting, disabled int, err error) {
	var row struct {
		Waiting  int `db:"waiting"`
		Disabled int `db:"disabled"`
	}
	err = s.pool().get(ctx, &row, "webhooks/depth", maxDepth)
	return row.Waiting, row.Disabled, err
}
