package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/lib/pq"

	"ziyara/fault"
	"ziyara/once"
)

// answers are the answers to requests that name a key, one array per column.
type answers struct {
	keys                  pq.StringArray
	fingerprints, answers pq.ByteaArray
	created               pq.StringArray
}

func (a *answers) add(key string, fingerprint [32]byte, answer []byte, created time.Time) {
	a.keys = append(a.keys, key)
	a.fingerprints = append(a.fingerprints, fingerprint[:])
	a.answers = append(a.answers, answer)
	a.created = append(a.created, created.Format(time.RFC3339Nano))
}

// addAnswer adds the answer to a request that has made v at an instant, if it names
// a key.
func addAnswer[T any](a *answers, r *once.Request[T], v T, at time.Time) error {
	if r == nil {
		return nil
	}
	answer, err := r.Answer(v)
	if err == nil {
		a.add(r.Key, r.Fingerprint, answer, at)
	}
	return err
}

// keepAnswer keeps the answer to a request that has made v at an instant, if it
// names a key.
func keepAnswer[T any](ctx context.Context, q session, r *once.Request[T], v T, at time.Time) error {
	var a answers
	if err := addAnswer(&a, r, v, at); err != nil {
		return err
	}
	return q.keep(ctx, a)
}

// keep keeps answers in the transaction that makes them true.
func (q session) keep(ctx context.Context, a answers) error {
	if len(a.keys) == 0 {
		return nil
	}
	_, err := q.exec(ctx, "answers/keep", a.keys, a.fingerprints, a.answers, a.created)
	return err
}

// Answered implements once.Answers.
func (s *core) Answered(ctx context.Context, key string, fingerprint [32]byte) ([]byte, error) {
	var row struct {
		Fingerprint []byte `db:"fingerprint"`
		Answer      []byte `db:"answer"`
	}
	err := s.pool().get(ctx, &row, "answers/find", key)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, fault.ErrNotFound
	case err != nil:
		return nil, err
	case string(row.Fingerprint) != string(fingerprint[:]):
		return nil, once.ErrKeyReused
	}
	return row.Answer, nil
}

// Settle returns when all that was read before is durable. Rows are visible before the
// synchronous standby has them if an administrator cancels the wait of their commit, or
// if the server restarts during it. So Settle commits after them. See once.Settle.
func (s *core) Settle(ctx context.Context) error {
	_, err := s.pool().exec(ctx, "answers/settle")
	return err
}
