package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/lib/pq"

	"ziyara/audit"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/slots"
)

// Records shows staff the messages about visits.
type Records struct{ *core }

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
	VisitID     string         `db:"visit"`
	Visitor     sql.NullString `db:"visitor_name"`
	Entry       pq.StringArray `db:"entry_visitor"` // of an offer: see contact
	Reference   sql.NullString `db:"reference"`     // an offer has none yet
	Mobile      sql.NullString `db:"mobile"`
	Email       sql.NullString `db:"email"`
	Department  string         `db:"department"`
	Service     string         `db:"service"`
	Branch      string         `db:"branch"`
}

func (r recordRow) record(v *vault) (notify.Record, error) {
	who, err := v.contact(r.VisitID, r.Visitor.String, r.Mobile.String, r.Email.String, r.Entry)
	if err != nil {
		return notify.Record{}, err
	}
	text, err := v.openText(messagesTable, strconv.FormatInt(r.ID, 10), r.Text.String)
	reference := ""
	if r.Reference.Valid {
		reference = slots.Reference(r.Reference.String).String()
	}
	return notify.Record{
		ID: r.ID, Medium: notify.Medium(r.Way), Kind: notify.Kind(r.Kind), Lead: time.Duration(r.LeadMinutes) * time.Minute,
		Reference: reference, Department: r.Department, Service: r.Service, Branch: r.Branch, Lang: r.Lang,
		Mobile: notify.Mobile(who.Mobile), Email: who.Email,
		State: r.State, Reason: r.Reason.String, Text: text,
		Segments: int(r.Segments.Int32), Attempts: r.Attempts, Unsure: r.Unsure,
		Created: r.CreatedAt.UTC(), Finished: r.FinishedAt.Time.UTC(), Expires: r.ExpiresAt.UTC(),
		GatewayID: r.GatewayID.String, Receipt: r.ReceiptAt.Time.UTC(), Code: r.ReceiptCode.String,
	}, err
}

// About returns the messages about the visit with a reference, the newest first,
// at most notify.MaxRecords. An unknown reference has none.
func (s *Records) About(ctx context.Context, r slots.Reference) ([]notify.Record, error) {
	return s.records(ctx, "messages/about", string(r), notify.MaxRecords)
}

// Failed returns a page of the messages about visits that reached nobody: their
// gateway refused them, they could not be sent in time, or a receipt said so.
func (s *Records) Failed(ctx context.Context, f notify.FailedQuery) ([]notify.Record, error) {
	if f.Limit < 1 || f.Limit > notify.MaxRecords {
		f.Limit = notify.MaxRecords
	}
	return s.records(ctx, "messages/failed", slugs(f.Departments), slugs(f.Branches), null(f.Department),
		before(f.Finished), f.ID, f.Limit)
}

func (s *Records) records(ctx context.Context, name string, args ...any) ([]notify.Record, error) {
	var rows []recordRow
	if err := s.pool().list(ctx, &rows, name, args...); err != nil {
		return nil, err
	}
	records := make([]notify.Record, 0, len(rows))
	for _, r := range rows {
		record, err := r.record(&s.vault)
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, nil
}

// Find returns one message about a visit, or fault.ErrNotFound.
func (s *Records) Find(ctx context.Context, id int64) (notify.Record, error) {
	return s.pool().message(ctx, id)
}

func (q session) message(ctx context.Context, id int64) (notify.Record, error) {
	var row recordRow
	err := q.get(ctx, &row, "messages/find", id)
	if errors.Is(err, sql.ErrNoRows) {
		return notify.Record{}, fault.ErrNotFound
	}
	if err != nil {
		return notify.Record{}, err
	}
	return row.record(&q.store.vault)
}

// Resend queues a message again that reached nobody, and returns it. As always, it
// is sent only if it is still true by then. entry gives the member of staff and
// the time. It returns fault.ErrNotFound or notify.ErrNotResent.
func (s *Records) Resend(ctx context.Context, id int64, entry audit.Entry) (notify.Record, error) {
	var record notify.Record
	err := s.transact(ctx, func(q session) error {
		n, err := q.exec(ctx, "messages/resend", id, entry.At)
		if err != nil {
			return err
		}
		if record, err = q.message(ctx, id); err != nil {
			return err
		}
		if n == 0 {
			return notify.ErrNotResent
		}
		entry.Action, entry.Subject = "message.resent", "message "+strconv.FormatInt(id, 10)
		if record.Reference != "" {
			entry.Subject = "appointment " + record.Reference
		}
		entry.Department, entry.Branch = record.Department, record.Branch
		if entry.After, err = json.Marshal(map[string]any{"message": id, "way": record.Medium, "kind": record.Kind}); err != nil {
			return err
		}
		return q.record(ctx, entry)
	})
	return record, err
}
