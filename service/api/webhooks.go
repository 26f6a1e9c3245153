package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"ziyara/audit"
	"ziyara/fault"
	"ziyara/notify/webhook"
	"ziyara/once"
)

// Webhooks keeps webhooks and their deliveries. Each method that changes
// something logs the entry.
type Webhooks interface {
	// AddWebhook adds a webhook with its sealed secret. It returns
	// webhook.ErrMany or once.ErrAnswered.
	AddWebhook(ctx context.Context, w webhook.Webhook, sealed []byte, entry audit.Entry,
		once *once.Request[webhook.Webhook]) error
	// Webhooks returns a page of the webhooks, newest first.
	Webhooks(ctx context.Context, q webhook.Query) ([]webhook.Webhook, error)
	// Webhook returns a webhook, even if it was removed, or
	// fault.ErrNotFound.
	Webhook(ctx context.Context, id string) (webhook.Webhook, error)
	// EditWebhook changes name, address and events. It returns fault.ErrEdited unless they still
	// are as before.
	EditWebhook(ctx context.Context, before, after webhook.Webhook, entry audit.Entry) error
	RemoveWebhook(ctx context.Context, id string, entry audit.Entry) error
	EnableWebhook(ctx context.Context, id string, entry audit.Entry) error
	// RotateWebhook gives a webhook another sealed secret. Until an instant, the
	// former secret signs as well.
	RotateWebhook(ctx context.Context, id string, sealed []byte, until time.Time, entry audit.Entry) error
	// TestWebhook queues a test delivery. It returns webhook.ErrDisabled.
	TestWebhook(ctx context.Context, id string, entry audit.Entry) (webhook.Delivery, error)
	// Deliveries returns a page of the deliveries, newest first.
	Deliveries(ctx context.Context, q webhook.DeliveryQuery) ([]webhook.Delivery, error)
	// Delivery returns the delivery of a message, or fault.ErrNotFound.
	Delivery(ctx context.Context, id, message string) (webhook.Delivery, error)
	// ResendDelivery sends a delivery again. It returns webhook.ErrPending.
	ResendDelivery(ctx context.Context, id string, delivery int64, entry audit.Entry) error
}

// CreateWebhook adds a webhook.
func (s *Server) CreateWebhook(ctx context.Context, r CreateWebhookRequestObject) (CreateWebhookResponseObject, error) {
	w, err := s.newWebhook(ctx, *r.Body)
	if err != nil {
		return nil, err
	}
	written, sealed, err := s.newSecret(w.ID)
	if err != nil {
		return nil, err
	}
	out := webhookJSON(w)
	out.Secret = written
	answer, err := created(out)
	if err != nil {
		return nil, err
	}
	render := func(webhook.Webhook) (stored, error) { return answer, nil }
	once, err := answerOnce(s, r.Params.IdempotencyKey, "webhooks"+askedBy(ctx), r.Body, render)
	if err != nil {
		return nil, err
	}
	entry := s.webhookEntry(ctx, "webhook.added", w)
	if entry.After, err = json.Marshal(logged(w)); err != nil {
		return nil, err
	}
	if err = s.Webhooks.AddWebhook(ctx, w, sealed, entry, once); err != nil {
		return s.again(r.Params.IdempotencyKey, once.Repeated(ctx, s.Answers, err))
	}
	return answer, nil
}

// newWebhook reads the request for a webhook, if the caller may make it.
func (s *Server) newWebhook(ctx context.Context, body WebhookRequest) (webhook.Webhook, error) {
	w := webhook.Webhook{
		ID: s.NewID(), Name: body.Name, URL: body.URL, Department: body.Department, Events: body.Events,
		State: webhook.Active, Created: s.Now(),
	}
	staff, err := permit(ctx, w.Department, "")
	if err != nil {
		return w, err
	}
	w.CreatedBy = staff.ID
	if _, known := centreOf(ctx).Department(w.Department); !known && w.Department != "" {
		return w, errUnknownScope
	}
	if w.Name == "" {
		return w, invalid("#/name", required())
	}
	return w, s.Network.CheckURL(w.URL)
}

// newSecret returns a new secret of a webhook: as text for its owner, and sealed.
func (s *Server) newSecret(id string) (written string, sealed []byte, err error) {
	secret := make([]byte, webhook.SecretSize)
	s.Random(secret)
	sealed, err = s.Keys.Seal(secret, webhook.Bind(id))
	return webhook.FormatSecret(secret), sealed, err
}

// ListWebhooks lists the webhooks that the caller may see.
func (s *Server) ListWebhooks(ctx context.Context, r ListWebhooksRequestObject) (ListWebhooksResponseObject, error) {
	limit := limitOf(r.Params.Limit)
	q := webhook.Query{Department: r.Params.Department, Limit: limit + 1}
	var err error
	if q.Departments, _, err = within(ctx); err != nil {
		return nil, err
	}
	if q.Before, q.BeforeID, err = openCursor(r.Params.Cursor); err != nil {
		return nil, err
	}
	list, err := s.Webhooks.Webhooks(ctx, q)
	if err != nil {
		return nil, err
	}
	out := ListWebhooks200JSONResponse{Webhooks: []Webhook{}}
	list, out.NextCursor = paged(list, limit, func(w webhook.Webhook) string { return cursorAfter(w.Created, w.ID) })
	for _, w := range list {
		out.Webhooks = append(out.Webhooks, webhookJSON(w))
	}
	return out, nil
}

// webhook returns a webhook, if the caller may ask about it. For one that was
// removed it returns the webhook with fault.ErrNotFound.
func (s *Server) webhook(ctx context.Context, id string) (webhook.Webhook, error) {
	w, err := s.Webhooks.Webhook(ctx, id)
	if err != nil {
		return w, err
	}
	if _, err = permit(ctx, w.Department, ""); err != nil {
		return w, err
	}
	if w.State == webhook.Removed {
		return w, fault.ErrNotFound
	}
	return w, nil
}

// GetWebhook shows a webhook.
func (s *Server) GetWebhook(ctx context.Context, r GetWebhookRequestObject) (GetWebhookResponseObject, error) {
	w, err := s.webhook(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return GetWebhook200JSONResponse{Body: webhookJSON(w), Headers: GetWebhook200ResponseHeaders{ETag: webhookTag(w)}}, nil
}

// webhookTag returns the entity tag of what can be edited of a webhook.
func webhookTag(w webhook.Webhook) string {
	return tagOf([]byte(strings.Join(append([]string{w.Name, w.URL}, w.Events...), "\n"))) // which none of them has
}

// EditWebhook changes the name, the address or the events of a webhook.
func (s *Server) EditWebhook(ctx context.Context, r EditWebhookRequestObject) (EditWebhookResponseObject, error) {
	before, err := s.webhook(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	if err = matches(r.Params.IfMatch, webhookTag(before)); err != nil {
		return nil, err
	}
	after := before
	if r.Body.Name != "" {
		after.Name = r.Body.Name
	}
	if r.Body.URL != "" {
		after.URL = r.Body.URL
	}
	if r.Body.Events != nil {
		after.Events = r.Body.Events
	}
	if err = s.Network.CheckURL(after.URL); err != nil {
		return nil, err
	}
	if webhookTag(after) != webhookTag(before) {
		entry := s.webhookEntry(ctx, "webhook.changed", before)
		if entry.Before, err = json.Marshal(logged(before)); err != nil {
			return nil, err
		}
		if entry.After, err = json.Marshal(logged(after)); err != nil {
			return nil, err
		}
		if err = s.Webhooks.EditWebhook(ctx, before, after, entry); err != nil {
			return nil, err
		}
	}
	return EditWebhook200JSONResponse{Body: webhookJSON(after), Headers: EditWebhook200ResponseHeaders{ETag: webhookTag(after)}}, nil
}

// DeleteWebhook removes a webhook.
func (s *Server) DeleteWebhook(ctx context.Context, r DeleteWebhookRequestObject) (DeleteWebhookResponseObject, error) {
	w, err := s.webhook(ctx, r.ID)
	if w.State == webhook.Removed && errors.Is(err, fault.ErrNotFound) {
		return DeleteWebhook204Response{}, nil
	}
	if err != nil {
		return nil, err
	}
	entry := s.webhookEntry(ctx, "webhook.removed", w)
	if entry.Before, err = json.Marshal(logged(w)); err != nil {
		return nil, err
	}
	if err = s.Webhooks.RemoveWebhook(ctx, w.ID, entry); err != nil {
		return nil, err
	}
	return DeleteWebhook204Response{}, nil
}

// RotateWebhookSecret gives a webhook another secret.
func (s *Server) RotateWebhookSecret(ctx context.Context, r RotateWebhookSecretRequestObject) (RotateWebhookSecretResponseObject, error) {
	w, err := s.webhook(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	written, sealed, err := s.newSecret(w.ID)
	if err != nil {
		return nil, err
	}
	w.FormerUntil = s.Now().Add(webhook.Overlap)
	if err = s.Webhooks.RotateWebhook(ctx, w.ID, sealed, w.FormerUntil, s.webhookEntry(ctx, "webhook.secret_changed", w)); err != nil {
		return nil, err
	}
	out := webhookJSON(w)
	out.Secret = written
	return RotateWebhookSecret200JSONResponse(out), nil
}

// EnableWebhook enables a webhook that was disabled.
func (s *Server) EnableWebhook(ctx context.Context, r EnableWebhookRequestObject) (EnableWebhookResponseObject, error) {
	w, err := s.webhook(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	if err = s.Webhooks.EnableWebhook(ctx, w.ID, s.webhookEntry(ctx, "webhook.enabled", w)); err != nil {
		return nil, err
	}
	if w, err = s.Webhooks.Webhook(ctx, w.ID); err != nil {
		return nil, err
	}
	return EnableWebhook200JSONResponse(webhookJSON(w)), nil
}

// TestWebhook sends a test delivery.
func (s *Server) TestWebhook(ctx context.Context, r TestWebhookRequestObject) (TestWebhookResponseObject, error) {
	w, err := s.webhook(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	d, err := s.Webhooks.TestWebhook(ctx, w.ID, s.webhookEntry(ctx, "webhook.tested", w))
	if err != nil {
		return nil, err
	}
	return TestWebhook202JSONResponse(deliveryJSON(d)), nil
}

// ListWebhookDeliveries lists the deliveries to a webhook, sent and pending.
func (s *Server) ListWebhookDeliveries(
	ctx context.Context, r ListWebhookDeliveriesRequestObject,
) (ListWebhookDeliveriesResponseObject, error) {
	w, err := s.webhook(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	q := webhook.DeliveryQuery{Webhook: w.ID, State: webhook.DeliveryState(r.Params.State), Limit: limit + 1}
	if q.Before, err = openNumber(r.Params.Cursor); err != nil {
		return nil, err
	}
	list, err := s.Webhooks.Deliveries(ctx, q)
	if err != nil {
		return nil, err
	}
	out := ListWebhookDeliveries200JSONResponse{Deliveries: []WebhookDelivery{}}
	list, out.NextCursor = paged(list, limit, func(d webhook.Delivery) string { return numberCursor(d.ID) })
	for _, d := range list {
		out.Deliveries = append(out.Deliveries, deliveryJSON(d))
	}
	return out, nil
}

// ResendWebhookDelivery sends a finished delivery again.
func (s *Server) ResendWebhookDelivery(
	ctx context.Context, r ResendWebhookDeliveryRequestObject,
) (ResendWebhookDeliveryResponseObject, error) {
	w, err := s.webhook(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	message, ok := strings.CutPrefix(r.Delivery, webhook.MessageID(""))
	if !ok {
		return nil, fault.ErrNotFound
	}
	d, err := s.Webhooks.Delivery(ctx, w.ID, message)
	if err != nil {
		return nil, err
	}
	entry := s.webhookEntry(ctx, "webhook.resent", w)
	entry.Reason = r.Delivery
	if err = s.Webhooks.ResendDelivery(ctx, w.ID, d.ID, entry); err != nil {
		return nil, err
	}
	if d, err = s.Webhooks.Delivery(ctx, w.ID, message); err != nil {
		return nil, err
	}
	return ResendWebhookDelivery202JSONResponse(deliveryJSON(d)), nil
}

func (s *Server) webhookEntry(ctx context.Context, action string, w webhook.Webhook) audit.Entry {
	return s.entry(ctx, action, "webhook "+w.ID, w.Department, "")
}

// logged returns a webhook for the audit log: without the query of its address,
// which may have a key.
func logged(w webhook.Webhook) Webhook {
	out := webhookJSON(w)
	if u, err := url.Parse(w.URL); err == nil {
		u.RawQuery = ""
		out.URL = u.String()
	}
	return out
}

func webhookJSON(w webhook.Webhook) Webhook {
	return Webhook{
		ID: w.ID, Name: w.Name, URL: w.URL, Department: w.Department, Events: append([]string{}, w.Events...),
		State: string(w.State), DisabledWhy: string(w.Why), DisabledAt: optional(w.Ended), FailingSince: optional(w.FailingSince),
		FormerSecretUntil: optional(w.FormerUntil), CreatedAt: w.Created, CreatedBy: w.CreatedBy,
	}
}

func deliveryJSON(d webhook.Delivery) WebhookDelivery {
	return WebhookDelivery{
		ID: webhook.MessageID(d.Message), Type: d.Type, Reference: d.Reference, State: string(d.State), CreatedAt: d.Created,
		NextAttemptAt: optional(d.Next), FinishedAt: optional(d.Finished), Attempts: d.Attempts, Status: d.Status, Detail: string(d.Detail),
	}
}
