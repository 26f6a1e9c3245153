package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/jmoiron/sqlx"

	"ziyara/slots"
)

// session is what runs statements: the pool, or one transaction.
type session struct {
	store *core
	tx    *sqlx.Tx // nil outside a transaction
	*effects
}

// effects are what a transaction does to things outside the database. They are
// gathered while it runs. nil for a session that changes nothing of the kind.
type effects struct {
	touched    []int    // desk groups whose ledger changes
	gave       bool     // whether places are given back
	renews     bool     // whether the centre changes
	unprepared []string // statements used before they were prepared
}

// statement is a query, prepared when it is first used, or earlier.
type statement struct {
	text     string
	mu       sync.Mutex
	prepared atomic.Pointer[sqlx.Stmt]
}

// on returns the prepared statement. It may take a connection of its own.
func (s *statement) on(ctx context.Context, db *sqlx.DB) (*sqlx.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stmt := s.prepared.Load(); stmt != nil {
		return stmt, nil
	}
	stmt, err := db.PreparexContext(ctx, s.text)
	if err == nil {
		s.prepared.Store(stmt)
	}
	return stmt, err
}

// touch notes that the transaction changes the ledger at places.
func (q session) touch(places []slots.Place) {
	for _, p := range places {
		q.touched = append(q.touched, p.DeskGroup)
	}
}

func (s *core) pool() session { return session{store: s} }

func (q session) statement(ctx context.Context, name string) (*sqlx.Stmt, error) {
	stmt := q.store.statements[name]
	if stmt == nil {
		return nil, fmt.Errorf("postgres: no statement %s", name)
	}
	if q.tx == nil {
		return stmt.on(ctx, q.store.db)
	}
	if prepared := stmt.prepared.Load(); prepared != nil {
		return q.tx.StmtxContext(ctx, prepared), nil
	}
	// A transaction holds a connection and must not wait for another one.
	if q.effects != nil {
		q.unprepared = append(q.unprepared, name)
	}
	return q.tx.PreparexContext(ctx, stmt.text)
}

// get reads exactly one row into dest. It returns sql.ErrNoRows without one.
func (q session) get(ctx context.Context, dest any, name string, args ...any) error {
	stmt, err := q.statement(ctx, name)
	if err == nil {
		err = stmt.GetContext(ctx, dest, args...)
	}
	return translate(name, err)
}

// list reads all rows into dest, a pointer to a slice.
func (q session) list(ctx context.Context, dest any, name string, args ...any) error {
	stmt, err := q.statement(ctx, name)
	if err == nil {
		err = stmt.SelectContext(ctx, dest, args...)
	}
	return translate(name, err)
}

// exec runs a statement and returns how many rows it changed.
func (q session) exec(ctx context.Context, name string, args ...any) (int, error) {
	stmt, err := q.statement(ctx, name)
	if err != nil {
		return 0, translate(name, err)
	}
	result, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, translate(name, err)
	}
	n, err := result.RowsAffected()
	return int(n), translate(name, err)
}

// How often a transaction is tried when the server ends it in favour of another
// one. A booking that loses the person's place number has lost it to another
// visit of that person, and services allow 20 visits.
const (
	maxAttempts = 5
	maxNumbers  = 25
)

// transact runs do in a transaction, and again when the server chose it as the
// victim of a deadlock.
func (s *core) transact(ctx context.Context, do func(session) error) error {
	return retry(func() error {
		tx, err := s.db.BeginTxx(ctx, nil)
		if err != nil {
			return translate("begin", err)
		}
		var e effects
		if err = do(session{s, tx, &e}); err != nil {
			_ = tx.Rollback() // the connection is gone, or the server rolls back by itself
			return err
		}
		err = translate("commit", tx.Commit())
		for _, name := range e.unprepared {
			_, _ = s.statements[name].on(ctx, s.db) // on an error, the next use prepares it
		}
		s.changed(e.touched...) // also when the outcome of the commit is unknown
		if e.gave && err == nil {
			s.wake()
		}
		if e.renews {
			s.renew()
		}
		return err
	})
}

// retry runs do until it succeeds, fails for a reason other than a conflict, or
// has met too many conflicts.
func retry(do func() error) error {
	for conflicts, numbers := 0, 0; ; {
		err := do()
		switch {
		case !errors.Is(err, errConflict):
			return err
		case errors.Is(err, slots.ErrPersonLimit):
			numbers++
		default:
			conflicts++
		}
		if conflicts == maxAttempts || numbers == maxNumbers {
			return err
		}
	}
}
