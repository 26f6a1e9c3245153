package servicetest

import (
	"context"
	"database/sql/driver"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/lib/pq"
)

// A connection costs the server more than most tests do: it forks a process,
// which learns the schema and plans every statement anew. So tests hand on their
// databases, put back as they were, together with the connections and what is
// prepared on them.

// HandedOn returns the URL of a database, migrated and with the demo centre, that
// only this test uses at the time. Earlier tests may have used it; it was put back
// as it was. A test that changes the schema, runs ANALYZE, or looks at what the
// server counts takes a Database.
func HandedOn(t testing.TB) string {
	t.Helper()
	databaseURL, ok := handing.take()
	if !ok {
		databaseURL = create(t, handedOn, copied)
		Exec(t, databaseURL, pristine)
	}
	t.Cleanup(func() {
		if t.Failed() || !handing.put(t, databaseURL) {
			handing.forget(databaseURL)
			drop(t, databaseURL)
		}
	})
	return databaseURL
}

// handedOn begins the names of databases that are handed on.
const handedOn = "handed_on"

// pristine makes pristine.restore(), which puts a database back as it was.
//
//go:embed pristine.sql
var pristine string

const (
	// mostIdle is how many connections wait for a test.
	mostIdle = 100
	// mostDeleted is how many rows are deleted from a database until it is dropped,
	// because nothing vacuums it.
	mostDeleted = 20_000
)

// waiting has what the next tests get.
type waiting struct {
	mu        sync.Mutex
	databases []string               // URLs, the last used last
	deleted   map[string]int         // rows of each database, by name
	deadlocks map[string]int         // since the database was taken, by name
	idle      map[string][]*keptConn // by URL with settings, the last used last
	count     int                    // of idle
}

//nolint:gochecknoglobals // one server serves all tests of the binary
var handing = waiting{deleted: make(map[string]int), deadlocks: make(map[string]int), idle: make(map[string][]*keptConn)}

// Deadlocks returns how many deadlocks the server broke in a database since the
// test took it, as seen by what Connect connects.
func Deadlocks(databaseURL string) int {
	handing.mu.Lock()
	defer handing.mu.Unlock()
	return handing.deadlocks[nameOf(databaseURL)]
}

// saw counts deadlocks among errors. It returns the error.
func (w *waiting) saw(databaseURL string, err error) error {
	if answered, ok := errors.AsType[*pq.Error](err); ok && answered.Code == "40P01" {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.deadlocks[nameOf(databaseURL)]++
	}
	return err
}

// take returns the database that was used last: its connections know most.
func (w *waiting) take() (databaseURL string, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	last := len(w.databases) - 1
	if last < 0 {
		return "", false
	}
	databaseURL = w.databases[last]
	w.databases = w.databases[:last]
	delete(w.deadlocks, nameOf(databaseURL))
	return databaseURL, true
}

// put puts a database back as it was and keeps it. It reports whether it could.
func (w *waiting) put(t testing.TB, databaseURL string) bool {
	t.Helper()
	var deleted int
	if err := looking.to(t, databaseURL).QueryRow("SELECT pristine.restore()").Scan(&deleted); err != nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	name := nameOf(databaseURL)
	if w.deleted[name] += deleted; w.deleted[name] > mostDeleted {
		return false
	}
	w.databases = append(w.databases, databaseURL)
	return true
}

// forget closes what is kept of a database.
func (w *waiting) forget(databaseURL string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	name := nameOf(databaseURL)
	delete(w.deleted, name)
	delete(w.deadlocks, name)
	for url, idle := range w.idle {
		if nameOf(url) != name {
			continue
		}
		for _, c := range idle {
			_ = c.session.Close() // the server may be gone
		}
		w.count -= len(idle)
		delete(w.idle, url)
	}
}

// Connect returns what connects to a database: with connections of earlier tests
// if the database is handed on and reached directly, otherwise as sql.Open does.
func Connect(databaseURL string) (driver.Connector, error) {
	direct, _, _ := strings.Cut(shared.database(handedOn), "?")
	if strings.HasPrefix(databaseURL, direct) || strings.HasPrefix(databaseURL, shared.servingURL(direct)) {
		return keeper{maker{databaseURL}}, nil
	}
	return maker{databaseURL}, nil
}

// maker makes the driver's connections to a URL.
type maker struct{ url string }

// Connect implements driver.Connector.
func (m maker) Connect(context.Context) (driver.Conn, error) { return pq.Open(m.url) }

// Driver implements driver.Connector.
func (maker) Driver() driver.Driver { return pq.Driver{} }

// keeper makes connections that are kept when they are closed.
type keeper struct{ maker }

// Connect implements driver.Connector.
func (k keeper) Connect(ctx context.Context) (driver.Conn, error) {
	for c := handing.conn(k.url); c != nil; c = handing.conn(k.url) {
		if c.Ping(ctx) == nil {
			return c, nil
		}
		_ = c.session.Close() // the server ended it
	}
	made, err := k.maker.Connect(ctx)
	if err != nil {
		return nil, err
	}
	s, ok := made.(session)
	if !ok {
		return nil, fmt.Errorf("servicetest: a connection of %T can't be kept", made)
	}
	return &keptConn{session: s, url: k.url, prepared: make(map[string]driver.Stmt)}, nil
}

// conn returns the connection with this URL that was used last; nil if none waits.
func (w *waiting) conn(databaseURL string) *keptConn {
	w.mu.Lock()
	defer w.mu.Unlock()
	idle := w.idle[databaseURL]
	if len(idle) == 0 {
		return nil
	}
	last := len(idle) - 1
	w.idle[databaseURL] = idle[:last]
	w.count--
	return idle[last]
}

// keep keeps a connection for the next test, if there is room.
func (w *waiting) keep(c *keptConn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.count == mostIdle {
		return false
	}
	w.idle[c.url] = append(w.idle[c.url], c)
	w.count++
	return true
}

// session is what the driver's connections can do.
type session interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	driver.NamedValueChecker
}

// keptConn is a connection that waits for the next test when it is closed.
type keptConn struct {
	session
	url      string
	prepared map[string]driver.Stmt // by text
}

// OnNotice sets what gets the notices of the server.
func (c *keptConn) OnNotice(handler func(*pq.Error)) { pq.SetNoticeHandler(c.session, handler) }

// Close implements driver.Conn.
func (c *keptConn) Close() error {
	if c.IsValid() && handing.keep(c) {
		return nil
	}
	return c.session.Close()
}

// ExecContext implements driver.ExecerContext.
func (c *keptConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.session.ExecContext(ctx, text, args)
	return result, handing.saw(c.url, err)
}

// QueryContext implements driver.QueryerContext.
func (c *keptConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	return watched(c.url)(c.session.QueryContext(ctx, text, args))
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *keptConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	if stmt := c.prepared[text]; stmt != nil {
		return stmt, nil
	}
	made, err := c.session.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s, ok := made.(statement)
	if !ok {
		return nil, fmt.Errorf("servicetest: a statement of %T can't be kept", made)
	}
	c.prepared[text] = keptStmt{s, c.url}
	return c.prepared[text], nil
}

// statement is what the driver's prepared statements can do.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keptStmt is a prepared statement that stays prepared.
type keptStmt struct {
	statement
	url string
}

// Close implements driver.Stmt.
func (keptStmt) Close() error { return nil }

// ExecContext implements driver.StmtExecContext.
func (s keptStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	result, err := s.statement.ExecContext(ctx, args)
	return result, handing.saw(s.url, err)
}

// QueryContext implements driver.StmtQueryContext.
func (s keptStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return watched(s.url)(s.statement.QueryContext(ctx, args))
}

// watched returns what watches the answers to queries for deadlocks.
func watched(databaseURL string) func(driver.Rows, error) (driver.Rows, error) {
	return func(rows driver.Rows, err error) (driver.Rows, error) {
		if err != nil {
			return nil, handing.saw(databaseURL, err)
		}
		return watchedRows{rows, databaseURL}, nil
	}
}

// watchedRows are rows whose end may be a deadlock.
type watchedRows struct {
	driver.Rows
	url string
}

// Next implements driver.Rows.
func (r watchedRows) Next(dest []driver.Value) error { return handing.saw(r.url, r.Rows.Next(dest)) }
