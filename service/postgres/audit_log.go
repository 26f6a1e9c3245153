package postgres

import (
	"context"
	"database/sql"
	"math"
	"time"

	"ziyara/audit"
)

// AuditLog keeps what staff have done.
type AuditLog struct{ *core }

// auditRow is an entry of the audit log.
type auditRow struct {
	ID         int64          `db:"id"`
	At         time.Time      `db:"at"`
	Actor      string         `db:"actor"`
	Action     string         `db:"action"`
	Subject    string         `db:"subject"`
	Department sql.NullString `db:"department"`
	Branch     sql.NullString `db:"branch"`
	Before     []byte         `db:"before"`
	After      []byte         `db:"after"`
	Reason     sql.NullString `db:"reason"`
	RequestID  sql.NullString `db:"request_id"`
}

// record adds an entry to the audit log, in the transaction that it is about. The
// database itself adds entries for what staff do to appointments.
func (q session) record(ctx context.Context, a audit.Entry) error {
	_, err := q.exec(ctx, "audit/record", a.Actor, a.Action, a.Subject, null(a.Department), null(a.Branch),
		document(a.Before), document(a.After), null(a.Reason), null(a.RequestID))
	return err
}

// Record adds an entry that is in no transaction of its own: about what was shown, or refused.
func (s *AuditLog) Record(ctx context.Context, a audit.Entry) error { return s.pool().record(ctx, a) }

// List returns a page of the audit log, the newest first.
func (s *AuditLog) List(ctx context.Context, q audit.Query) ([]audit.Entry, error) {
	before := q.Before
	if before == 0 {
		before = math.MaxInt64
	}
	var rows []auditRow
	err := s.pool().list(ctx, &rows, "audit/list", null(q.Subject), null(q.Actor), null(q.Action), slugs(q.Departments), before, q.Limit)
	if err != nil {
		return nil, err
	}
	entries := make([]audit.Entry, len(rows))
	for i, r := range rows {
		entries[i] = r.entry()
	}
	return entries, nil
}

func (r auditRow) entry() audit.Entry {
	return audit.Entry{
		ID: r.ID, At: r.At.UTC(), Actor: r.Actor, Action: r.Action, Subject: r.Subject,
		Department: r.Department.String, Branch: r.Branch.String, Before: r.Before, After: r.After,
		Reason: r.Reason.String, RequestID: r.RequestID.String,
	}
}
