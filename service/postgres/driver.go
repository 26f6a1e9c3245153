package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"github.com/lib/pq"

	"ziyara/fault"
)

// A commit is never cancelled (docs/adr/0042). PostgreSQL answers a commit whose
// wait for the synchronous standby was cancelled with a warning and success, and
// lib/pq cancels whatever runs when a context ends. So this file stands between
// database/sql and lib/pq: it keeps contexts away from commits, turns the warning
// into fault.ErrUncertain, and keeps database/sql from repeating a statement that
// may have been committed.

// connector opens connections that behave so.
type connector struct {
	driver.Connector
	// generation is raised when a connection breaks or leads to a server that
	// does not write any more: the connections opened before it are closed
	// before they are used again.
	generation atomic.Int64
}

// newConnector returns a connector to a database. connect makes what connects; nil for
// the driver.
func newConnector(url string, connect func(string) (driver.Connector, error)) (*connector, error) {
	if connect == nil {
		connect = func(url string) (driver.Connector, error) { return pq.NewConnector(url) }
	}
	inner, err := connect(url)
	if err != nil {
		return nil, errors.New("database: DATABASE_URL is not a postgres:// URL that can be used") // the URL itself holds a password
	}
	return &connector{Connector: inner}, nil
}

// Connect implements driver.Connector.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	generation := c.generation.Load()
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	opened, ok := inner.(pqConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("postgres: %T is not the driver that is expected", inner), inner.Close())
	}
	conn := &conn{pqConn: opened, of: c, generation: generation}
	if wraps, ok := inner.(interface{ OnNotice(handler func(*pq.Error)) }); ok {
		wraps.OnNotice(conn.notice)
	} else {
		pq.SetNoticeHandler(inner, conn.notice)
	}
	return conn, nil
}

// pqConn is what a connection of lib/pq can do.
type pqConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// conn is a connection. Like every driver.Conn it is used by one goroutine at a time.
type conn struct {
	pqConn
	of         *connector
	generation int64
	// unconfirmed is whether a commit was answered although the synchronous
	// standby has not confirmed it.
	unconfirmed bool
}

// notice looks for the warning of a commit whose wait for the standby was
// cancelled. Its text depends on the language of the server; the function that
// reports it does not.
func (c *conn) notice(n *pq.Error) {
	if n.Routine == "SyncRepWaitForLSN" || strings.HasPrefix(n.Message, "canceling wait for synchronous replication") {
		c.unconfirmed = true
	}
}

// ResetSession implements driver.SessionResetter.
func (c *conn) ResetSession(ctx context.Context) error {
	if c.generation < c.of.generation.Load() {
		return driver.ErrBadConn
	}
	return c.pqConn.ResetSession(ctx)
}

// BeginTx implements driver.ConnBeginTx. lib/pq would watch ctx until the end of the
// transaction, and cancel its commit. The statements of the transaction have contexts
// of their own.
func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.pqConn.BeginTx(context.WithoutCancel(ctx), opts)
	if err != nil {
		return nil, err
	}
	return &transaction{tx, c}, nil
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	inner, err := c.pqConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	opened, ok := inner.(pqStmt)
	if !ok {
		return nil, errors.Join(fmt.Errorf("postgres: %T is not the driver that is expected", inner), inner.Close())
	}
	return &preparedStmt{opened, c}, nil
}

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.exec(ctx, func(ctx context.Context) (driver.Result, error) { return c.pqConn.ExecContext(ctx, query, args) })
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.query(ctx, func(ctx context.Context) (driver.Rows, error) { return c.pqConn.QueryContext(ctx, query, args) })
}

// pqStmt is what a prepared statement of lib/pq can do.
type pqStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// preparedStmt is a prepared statement.
type preparedStmt struct {
	pqStmt
	on *conn
}

// ExecContext implements driver.StmtExecContext.
func (s *preparedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.on.exec(ctx, func(ctx context.Context) (driver.Result, error) { return s.pqStmt.ExecContext(ctx, args) })
}

// QueryContext implements driver.StmtQueryContext.
func (s *preparedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.on.query(ctx, func(ctx context.Context) (driver.Rows, error) { return s.pqStmt.QueryContext(ctx, args) })
}

func (c *conn) exec(ctx context.Context, do func(context.Context) (driver.Result, error)) (driver.Result, error) {
	ctx, w, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	result, err := do(ctx)
	if err = c.outcome(w != nil, err); err != nil {
		return nil, err
	}
	return result, nil
}

func (c *conn) query(ctx context.Context, do func(context.Context) (driver.Rows, error)) (driver.Rows, error) {
	ctx, w, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	inner, err := do(ctx)
	if err = c.outcome(w != nil, err); err != nil {
		return nil, err
	}
	return &resultRows{inner, c, w != nil}, nil
}

// outcome returns what an error of the driver means after a statement, or nil for
// none. commits is whether the statement commits itself.
func (c *conn) outcome(commits bool, err error) error {
	if c.unconfirmed {
		c.unconfirmed = false
		return fmt.Errorf("%w: the standby has not confirmed the commit", fault.ErrUncertain)
	}
	answered, ok := errors.AsType[*pq.Error](err)
	switch {
	case err == nil || errors.Is(err, io.EOF): // the rows are read; a connection that ends is driver.ErrBadConn
		return err
	case ok && !answered.Fatal():
		if answered.Code == "25006" { // read_only_sql_transaction: this server is a standby now
			c.of.generation.Add(1)
		}
		return err
	case c.IsValid() || isContext(err):
		return err
	}
	c.of.generation.Add(1)
	if commits {
		// Not %w: database/sql repeats a statement after driver.ErrBadConn.
		return fmt.Errorf("%w: the connection broke: %v", fault.ErrUncertain, err) //nolint:errorlint // see above
	}
	return err
}

// resultRows are the rows of a statement. A statement that is not in a transaction is
// committed after its last row.
type resultRows struct {
	driver.Rows
	on      *conn
	commits bool
}

// Next implements driver.Rows.
func (r *resultRows) Next(dest []driver.Value) error {
	return r.on.outcome(r.commits, r.Rows.Next(dest))
}

// Close implements driver.Rows. It reads what is left.
func (r *resultRows) Close() error { return r.on.outcome(r.commits, r.Rows.Close()) }

// transaction is a transaction.
type transaction struct {
	driver.Tx
	on *conn
}

// Commit implements driver.Tx.
func (t *transaction) Commit() error {
	if !t.on.IsValid() { // nothing can be sent
		return t.Tx.Commit()
	}
	return t.on.outcome(true, t.Tx.Commit())
}

// write is a statement that commits itself. Its caller may leave before it is done.
type write struct{ state atomic.Int32 }

const (
	writeBegun = iota + 1
	writeLeft
)

type writeKey struct{}

// begin returns the context for a statement. If ctx has a write, that is one that
// can't be cancelled any more. It returns the error of ctx if the caller has left.
func begin(ctx context.Context) (context.Context, *write, error) {
	w, ok := ctx.Value(writeKey{}).(*write)
	if !ok {
		return ctx, nil, nil
	}
	if !w.state.CompareAndSwap(0, writeBegun) && w.state.Load() == writeLeft {
		return nil, nil, context.Cause(ctx)
	}
	return context.WithoutCancel(ctx), w, nil
}

// leave reports whether the statement will never begin.
func (w *write) leave() bool { return w.state.CompareAndSwap(0, writeLeft) }

// begun reports whether the statement has begun.
func (w *write) begun() bool { return w.state.Load() == writeBegun }
