package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"ziyara/access"
	"ziyara/audit"
)

// Sessions keeps the sessions of staff in browsers.
type Sessions struct{ *core }

// sessionRow is a session.
type sessionRow struct {
	ID      string    `db:"id"`
	Staff   string    `db:"staff"`
	Subject string    `db:"subject"`
	Browser string    `db:"browser"`
	Sealed  []byte    `db:"sealed"`
	BeganAt time.Time `db:"began_at"`
	SeenAt  time.Time `db:"seen_at"`
	AskedAt time.Time `db:"asked_at"`
	EndsAt  time.Time `db:"ends_at"`
}

func (r sessionRow) session() access.Session {
	return access.Session{
		ID: r.ID, Staff: r.Staff, Subject: r.Subject, Browser: r.Browser, Sealed: r.Sealed,
		Began: r.BeganAt.UTC(), Seen: r.SeenAt.UTC(), Asked: r.AskedAt.UTC(), Ends: r.EndsAt.UTC(),
	}
}

// Begin adds a session, whose secret has the SHA-256 token, and logs the entry.
func (s *Sessions) Begin(ctx context.Context, a access.Session, token [32]byte, entry audit.Entry) error {
	return s.transact(ctx, func(q session) error {
		_, err := q.exec(ctx, "sessions/begin", a.ID, token[:], a.Staff, a.Subject, null(a.Provider), a.Browser, a.Sealed, a.Began, a.Ends)
		if err != nil {
			return err
		}
		return q.record(ctx, entry)
	})
}

// Find returns the session whose secret has the SHA-256 token. It returns access.ErrSignIn if
// there is none, or it was ended.
func (s *Sessions) Find(ctx context.Context, token [32]byte) (access.Session, error) {
	var row sessionRow
	err := s.pool().get(ctx, &row, "sessions/find", token[:])
	if errors.Is(err, sql.ErrNoRows) {
		return access.Session{}, access.ErrSignIn
	}
	return row.session(), err
}

// Used notes when a session was used.
func (s *Sessions) Used(ctx context.Context, id string, now time.Time) error {
	_, err := s.pool().exec(ctx, "sessions/used", id, now)
	return err
}

// Ask reports whether the caller is the one who asks the provider for the roles of a session
// at now: nobody has since the time before.
func (s *Sessions) Ask(ctx context.Context, id string, now, before time.Time) (bool, error) {
	n, err := s.pool().exec(ctx, "sessions/ask", id, now, before)
	return n > 0, err
}

// Renew keeps what the provider said of a session.
func (s *Sessions) Renew(ctx context.Context, id string, sealed []byte) error {
	_, err := s.pool().exec(ctx, "sessions/renew", id, sealed)
	return err
}

// End ends sessions at now, logs an entry for each, and returns how many. Without an actor
// an entry is about what the member of staff did.
func (s *Sessions) End(ctx context.Context, which access.SessionEnd, now time.Time, entry audit.Entry) (n int, err error) {
	if which.ID != "" && !isID(which.ID) {
		return 0, nil
	}
	err = s.pool().get(ctx, &n, "sessions/end", now, null(which.ID), null(which.Staff), null(which.Subject), null(which.Provider),
		before(which.Until), null(entry.Actor), entry.Action, null(entry.Reason), null(entry.RequestID))
	return n, err
}

// List returns the sessions that go on at now and were used since a time, the newest first, at
// most limit: of a member of staff (Staff.ID), or of all for "".
func (s *Sessions) List(ctx context.Context, staff string, now, since time.Time, limit int) ([]access.Session, error) {
	var rows []sessionRow
	if err := s.pool().list(ctx, &rows, "sessions/list", now, since, null(staff), limit); err != nil {
		return nil, err
	}
	list := make([]access.Session, len(rows))
	for i, r := range rows {
		list[i] = r.session()
	}
	return list, nil
}

// Purge removes sessions that were over at a time, at most limit, and returns how many.
func (s *Sessions) Purge(ctx context.Context, over time.Time, limit int) (int, error) {
	return s.pool().exec(ctx, "sessions/purge", over, limit)
}
