package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"ziyara/notify"
	"ziyara/slots"
)

// recordRow is a message with the visit that it is about.
type recordRow struct {
	ID          int64          `db:"id"`
	Way         string         `db:"way"`
	Kind        string         `db:"kind"`
	LeadMinutes int            `db:"lead_minutes"`
	Lang        string         `db:"lang"`
	State       string         `db:"state"`
	Reason      sql.NullString `db:"reason"`
	Text        sql.NullString `db:"text"`
	Segments    sql.NullInt32  `db:"segments"`
	Attempts    int            `db:"attempts"`
	Unsure      int            `db:"unsure"`
	CreatedAt   time.Time      `db:"created_at"`
	FinishedAt  sql.NullTime   `db:"finished_at"`
	ExpiresAt   time.Time      `db:"expires_at"`
	GatewayID   sql.NullString `db:"gateway_id"`
	ReceiptAt   sql.NullTime   `db:"receipt_at"`
	ReceiptCode sql.NullString `db:"receipt_code"`
	Reference   string         `db:"reference"`
	Service     string         `db:"service"`
	Branch      string         `db:"branch"`
}

func (r recordRow) record() notify.Record {
	return notify.Record{
		ID: r.ID, Way: notify.Way(r.Way), Kind: notify.Kind(r.Kind), Lead: time.Duration(r.LeadMinutes) * time.Minute,
		Reference: slots.Reference(r.Reference).String(), Service: r.Service, Branch: r.Branch, Lang: r.Lang,
		State: r.State, Reason: r.Reason.String, Text: r.Text.String,
		Segments: int(r.Segments.Int32), Attempts: r.Attempts, Unsure: r.Unsure,
		Created: r.CreatedAt.UTC(), Finished: r.FinishedAt.Time.UTC(), Expires: r.ExpiresAt.UTC(),
		GatewayID: r.GatewayID.String, Receipt: r.ReceiptAt.Time.UTC(), Code: r.ReceiptCode.String,
	}
}

// MessagesAbout returns what the visit with a reference was told, the newest
// first, at most notify.MaxRecords. A reference that nobody has returns none.
func (s *Store) MessagesAbout(ctx context.Context, r slots.Reference) ([]notify.Record, error) {
	return s.records(ctx, "messages_about", string(r), notify.MaxRecords)
}

// FailedMessages returns a page of the messages about visits that did not
// reach anybody: their gateway refused them, they could not be sent in time,
// or a receipt said so.
func (s *Store) FailedMessages(ctx context.Context, f notify.FailedQuery) ([]notify.Record, error) {
	if f.Limit < 1 || f.Limit > notify.MaxRecords {
		f.Limit = notify.MaxRecords
	}
	before := any("infinity")
	if !f.Finished.IsZero() {
		before = f.Finished
	}
	return s.records(ctx, "failed_messages", null(f.Department), before, f.ID, f.Limit)
}

func (s *Store) records(ctx context.Context, name string, args ...any) ([]notify.Record, error) {
	var rows []recordRow
	if err := s.pool().list(ctx, &rows, name, args...); err != nil {
		return nil, err
	}
	records := make([]notify.Record, 0, len(rows))
	for _, r := range rows {
		records = append(records, r.record())
	}
	return records, nil
}

// ErrNotResent is returned for a message that is not sent once more: there is
// none, it has not failed, or it would come too late.
var ErrNotResent = errors.New("postgres: the message can't be sent again")

// Resend queues a message once more that did not reach anybody. Whether it is
// still true is checked before it goes out, as always.
func (s *Store) Resend(ctx context.Context, id int64, now time.Time) error {
	n, err := s.pool().exec(ctx, "resend_message", id, now)
	if err == nil && n == 0 {
		err = ErrNotResent
	}
	return err
}
