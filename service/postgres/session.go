package postgres

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/jmoiron/sqlx"

	"ziyara/fault"
	"ziyara/once"
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
	wrote      bool     // whether it is known to have written anything
}

// statement is a query, prepared when it is first used, or earlier.
type statement struct {
	text     string
	writes   bool
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
	return q.read(ctx, dest, name, func(ctx context.Context, stmt *sqlx.Stmt, dest any) error {
		return stmt.GetContext(ctx, dest, args...)
	})
}

// list reads all rows into dest, a pointer to a slice.
func (q session) list(ctx context.Context, dest any, name string, args ...any) error {
	return q.read(ctx, dest, name, func(ctx context.Context, stmt *sqlx.Stmt, dest any) error {
		return stmt.SelectContext(ctx, dest, args...)
	})
}

// read runs a statement that fills dest, which is not touched unless the statement is
// done before ctx ends.
func (q session) read(ctx context.Context, dest any, name string, run func(context.Context, *sqlx.Stmt, any) error) error {
	once.Asked(ctx)
	if !q.commits(name) {
		stmt, err := q.statement(ctx, name)
		if err == nil {
			err = run(ctx, stmt, dest)
		}
		if err == nil {
			q.noteRows(ctx, name, rows(dest))
		}
		return translate(name, err)
	}
	result := reflect.New(reflect.TypeOf(dest).Elem())
	err := q.store.await(ctx, name, func(ctx context.Context) error {
		stmt, err := q.statement(ctx, name)
		if err == nil {
			err = run(ctx, stmt, result.Interface())
		}
		return err
	})
	if err == nil {
		reflect.ValueOf(dest).Elem().Set(result.Elem())
		q.noteRows(ctx, name, rows(dest))
	}
	return err
}

// rows returns how many rows dest has, if it is a pointer to a slice.
func rows(dest any) int {
	if slice := reflect.ValueOf(dest).Elem(); slice.Kind() == reflect.Slice {
		return slice.Len()
	}
	return 0 // a row says nothing: it may be a count
}

// noteRows notes that a statement has written n rows.
func (q session) noteRows(ctx context.Context, name string, n int) {
	switch {
	case n == 0 || !q.store.statements[name].writes:
	case q.tx == nil:
		once.Committed(ctx)
	case q.effects != nil:
		q.effects.wrote = true
	}
}

// exec runs a statement and returns how many rows it changed.
func (q session) exec(ctx context.Context, name string, args ...any) (int, error) {
	once.Asked(ctx)
	run := func(ctx context.Context) (int64, error) {
		stmt, err := q.statement(ctx, name)
		if err != nil {
			return 0, err
		}
		result, err := stmt.ExecContext(ctx, args...)
		if err != nil {
			return 0, err
		}
		return result.RowsAffected()
	}
	if !q.commits(name) {
		n, err := run(ctx)
		if err == nil {
			q.noteRows(ctx, name, int(n))
		}
		return int(n), translate(name, err)
	}
	changed := make(chan int64, 1)
	err := q.store.await(ctx, name, func(ctx context.Context) error {
		n, err := run(ctx)
		changed <- n
		return err
	})
	if err != nil {
		return 0, err
	}
	n := int(<-changed)
	q.noteRows(ctx, name, n)
	return n, nil
}

// noteOutcome notes the outcome of a change that a batcher has made for the request of
// ctx.
func noteOutcome(ctx context.Context, err error) {
	once.Asked(ctx)
	if err == nil {
		once.Committed(ctx)
	}
}

// commits reports whether a statement commits what it writes.
func (q session) commits(name string) bool {
	stmt := q.store.statements[name]
	return q.tx == nil && stmt != nil && stmt.writes
}

// How often a transaction is tried when the server ends it in favour of another
// one. A booking that loses the person's place number has lost it to another
// visit of that person, and services allow 20 visits.
const (
	maxAttempts = 5
	maxNumbers  = 25
)

// transact runs do in a transaction, and again when the server chose it as the
// victim of a deadlock. When ctx ends before the commit, nothing is changed. When it
// ends later, the commit goes on without the caller, who gets fault.ErrUncertain.
func (s *core) transact(ctx context.Context, do func(session) error) error {
	return retry(func() error {
		leave, err := s.writers.enter(ctx)
		if err != nil {
			return translate("begin", err)
		}
		tx, err := s.db.BeginTxx(ctx, nil)
		if err != nil {
			leave()
			return translate("begin", err)
		}
		var e effects
		if err = do(session{s, tx, &e}); err == nil {
			err = translate("commit", ctx.Err())
		}
		if err != nil {
			_ = tx.Rollback() // the connection is gone, or the server rolls back by itself
			leave()
			return err
		}
		done := make(chan error, 1)
		go func() {
			err := s.commit(tx, &e)
			leave()
			done <- err
		}()
		select {
		case err = <-done:
		case <-ctx.Done():
			err = uncertain(ctx.Err())
		}
		if err == nil && e.wrote {
			once.Committed(ctx)
		}
		return s.outcome("commit", err)
	})
}

// commit commits a transaction, however long it takes, and does what has to follow.
func (s *core) commit(tx *sqlx.Tx, e *effects) error {
	err := tx.Commit()
	for _, name := range e.unprepared {
		ctx, cancel := context.WithTimeout(context.Background(), s.config.Timeout)
		_, _ = s.statements[name].on(ctx, s.db) // on an error, the next use prepares it
		cancel()
	}
	s.changed(e.touched...) // also when the outcome of the commit is unknown
	if e.gave && err == nil {
		s.wake()
	}
	if e.renews {
		s.renew()
	}
	return err
}

// await runs a statement that commits what it writes. When ctx ends before the
// statement has begun, it never begins. When it ends later, the statement goes on
// without the caller, who gets fault.ErrUncertain.
func (s *core) await(ctx context.Context, action string, run func(context.Context) error) error {
	leave, err := s.writers.enter(ctx)
	if err != nil {
		return translate(action, err)
	}
	w := &write{}
	done := make(chan error, 1)
	go func() {
		err := run(context.WithValue(ctx, writeKey{}, w))
		if w.begun() && isContext(err) { // the rows could not be read in time
			err = uncertain(err)
		}
		leave()
		done <- err
	}()
	select {
	case err = <-done:
	case <-ctx.Done():
		if err = ctx.Err(); !w.leave() {
			err = uncertain(err)
		}
	}
	return s.outcome(action, err)
}

// outcome translates the outcome of a change, and counts those that are not known.
func (s *core) outcome(action string, err error) error {
	if errors.Is(err, fault.ErrUncertain) {
		s.uncertain.Add(1)
	}
	return translate(action, err)
}

func uncertain(err error) error {
	return fmt.Errorf("%w: not answered in time: %w", fault.ErrUncertain, err)
}

func isContext(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// writers bounds how many connections wait for commits, so that some are left for
// those who only read when the synchronous standby does not answer.
type writers chan struct{}

// newWriters leaves a quarter of the connections to readers.
func newWriters(connections int) writers { return make(writers, max(1, connections-(connections+3)/4)) }

// enter returns the function that ends the stay, or the error of ctx.
func (w writers) enter(ctx context.Context) (leave func(), err error) {
	select {
	case w <- struct{}{}:
		return func() { <-w }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// retry runs do until it succeeds, fails for a reason other than a conflict, or
// has met too many conflicts.
func retry(do func() error) error {
	for conflicts, numbers := 0, 0; ; {
		err := do()
		switch {
		case !errors.Is(err, errConflict):
			return err
		case errors.Is(err, slots.ErrPersonLimit), errors.Is(err, slots.ErrMobileLimit):
			numbers++
		default:
			conflicts++
		}
		if conflicts == maxAttempts || numbers == maxNumbers {
			return err
		}
	}
}
