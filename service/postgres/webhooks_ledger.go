package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"github.com/lib/pq"

	"ziyara/audit"
	"ziyara/notify/webhook"
	"ziyara/slots"
)

// Due implements webhook.Ledger.
func (s *Webhooks) Due(ctx context.Context, now time.Time, busy []string, limit int) ([]webhook.Receiver, error) {
	var rows []struct {
		ID           string       `db:"id"`
		URL          string       `db:"url"`
		Secret       []byte       `db:"secret"`
		Former       []byte       `db:"former_secret"`
		Failures     int          `db:"failures"`
		FailingSince sql.NullTime `db:"failing_since"`
	}
	if err := s.pool().list(ctx, &rows, "webhooks/due", now, pq.Array(append([]string{}, busy...)), limit); err != nil {
		return nil, err
	}
	due := make([]webhook.Receiver, len(rows))
	for i, r := range rows {
		due[i] = webhook.Receiver{
			Webhook: r.ID, URL: r.URL, Secrets: [][]byte{r.Secret}, Failures: r.Failures, FailingSince: utc(r.FailingSince),
		}
		if r.Former != nil {
			due[i].Secrets = append(due[i].Secrets, r.Former)
		}
	}
	return due, nil
}

// claimedRow is a claimed delivery with its event.
type claimedRow struct {
	ID         int64          `db:"id"`
	Message    string         `db:"message"`
	Attempts   int            `db:"attempts"`
	CreatedAt  time.Time      `db:"created_at"`
	Type       string         `db:"type"`
	At         time.Time      `db:"at"`
	StartAt    sql.NullTime   `db:"start_at"`
	Version    sql.NullInt32  `db:"version"`
	Reference  sql.NullString `db:"reference"`
	Service    sql.NullString `db:"service"`
	Department sql.NullString `db:"department"`
	Branch     sql.NullString `db:"branch"`
	Zone       sql.NullString `db:"zone"`
}

func (r claimedRow) claimed(known *zones) (webhook.Claimed, error) {
	c := webhook.Claimed{
		ID: r.ID, Message: r.Message, Attempt: r.Attempts, Created: r.CreatedAt.UTC(),
		Event: webhook.Event{
			Type: r.Type, At: r.At.UTC(), Service: r.Service.String, Department: r.Department.String, Branch: r.Branch.String,
			Version: int(r.Version.Int32),
		},
	}
	if !r.Reference.Valid {
		return c, nil // a test
	}
	zone, err := known.load(r.Zone.String)
	if err != nil {
		return c, fmt.Errorf("delivery %d: %w", r.ID, err)
	}
	c.Event.Reference, c.Event.Start = slots.Reference(r.Reference.String).String(), r.StartAt.Time.In(zone)
	return c, nil
}

// Claim implements webhook.Ledger.
func (s *Webhooks) Claim(ctx context.Context, id string, now time.Time, limit int, lease time.Duration) ([]webhook.Claimed, error) {
	var rows []claimedRow
	if err := s.pool().list(ctx, &rows, "webhooks/claim_deliveries", id, now, limit, now.Add(lease)); err != nil {
		return nil, err
	}
	claimed := make([]webhook.Claimed, len(rows))
	for i, r := range rows {
		var err error
		if claimed[i], err = r.claimed(&s.zones); err != nil {
			return nil, err
		}
	}
	return claimed, nil
}

// Finish implements webhook.Ledger.
func (s *Webhooks) Finish(ctx context.Context, id string, now time.Time, outcomes []webhook.Outcome,
	v webhook.Verdict,
) (webhook.Why, error) {
	var ids, attempts pq.Int64Array
	var states pq.StringArray
	var next, statuses, details []sql.NullString
	for _, o := range outcomes {
		ids = append(ids, o.ID)
		attempts = append(attempts, int64(o.Attempt))
		states = append(states, string(o.State))
		at := ""
		if !o.Next.IsZero() && o.State == webhook.Waiting {
			at = o.Next.UTC().Format(time.RFC3339Nano)
		}
		next = append(next, null(at))
		status := ""
		if o.Result.Status > 0 {
			status = strconv.Itoa(o.Result.Status)
		}
		statuses = append(statuses, null(status))
		details = append(details, null(string(o.Result.Detail)))
	}
	var why webhook.Why
	err := s.transact(ctx, func(q session) error {
		why = ""
		_, err := q.exec(ctx, "webhooks/finish_deliveries", now, ids, attempts, states, pq.Array(next), pq.Array(statuses), pq.Array(details), id)
		if err != nil {
			return err
		}
		n, err := q.exec(ctx, "webhooks/judge", id, now, v.Delivered, v.Failures, nullTime(v.PausedUntil), null(string(v.Disable)))
		if err != nil || n == 0 || v.Disable == "" {
			return err
		}
		why = v.Disable
		return q.recordDisabled(ctx, id, why, now)
	})
	return why, err
}

// programActor is the actor of audit entries about what the program did by itself.
const programActor = "ziyara"

// recordDisabled records in the audit log that a webhook was disabled, where its
// coordinators see it.
func (q session) recordDisabled(ctx context.Context, id string, why webhook.Why, now time.Time) error {
	var row webhookRow
	if err := q.get(ctx, &row, "webhooks/find", id); err != nil {
		return err
	}
	return q.record(ctx, audit.Entry{
		At: now, Actor: programActor, Action: "webhook.disabled", Subject: "webhook " + id,
		Department: row.Department.String, Reason: string(why),
	})
}
