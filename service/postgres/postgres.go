// Package postgres keeps the centre, the ledger, the appointments and the
// messages in PostgreSQL. Every query is a file under sql, in a folder by its
// noun, prepared when the program starts, so that a query which does not fit
// the schema stops it.
package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq" // the driver

	"ziyara/fault"
	"ziyara/slots"
)

//go:embed sql/*/*.sql
var files embed.FS

// Store is the database. It is safe for concurrent use.
type Store struct {
	config     Config
	db         *sqlx.DB
	statements map[string]*statement
	board      *board
	news       *news
	versions   versions
	zones      zones
	sweeps     line[dayKey, *sweep]
	holds      line[dayKey, *holding]
	bookings   line[slots.Person, *booking]
	receipts   line[string, *receiving]
	woken      chan struct{} // see Woken
	renewed    chan struct{} // see Renewed
	reporting  chan struct{} // holds a value for each report in progress
}

// Config says how to reach the database.
type Config struct {
	URL            string        // postgres://…
	MaxConnections int           // at least 1
	Timeout        time.Duration // after which the server ends a statement
	QueueLimit     int           // holds that may wait, and bookings; 4,096
	// Lazy prepares each statement when it is first used. It is for what ends
	// soon: tests, and commands that use a few.
	Lazy bool
}

const (
	// lineWorkers and lineBatch are how many transactions of one kind run at
	// once, and how many requests share one (docs/adr/0022).
	lineWorkers = 8
	lineBatch   = 64
	lineCrowd   = 256 // of those who want the same few days
	// batchTimeout bounds what is done for a batch.
	batchTimeout = 10 * time.Second
	queueLimit   = 4096
)

// Open connects to a migrated database and prepares every statement, unless c
// is lazy. The caller closes the Store.
func Open(ctx context.Context, c Config) (*Store, error) {
	db, err := connect(ctx, c)
	if err != nil {
		return nil, err
	}
	if c.QueueLimit == 0 {
		c.QueueLimit = queueLimit
	}
	s := &Store{config: c, db: db, statements: make(map[string]*statement), board: newBoard(time.Now), news: newNews(), woken: make(chan struct{}, 1), renewed: make(chan struct{}, 1),
		reporting: make(chan struct{}, reportsAtOnce)}
	s.sweeps = line[dayKey, *sweep]{workers: lineWorkers, most: c.QueueLimit, limit: c.QueueLimit, crowd: true, do: s.sweep}
	s.holds = line[dayKey, *holding]{workers: lineWorkers, most: lineCrowd, limit: c.QueueLimit, crowd: true, do: s.hold}
	s.bookings = line[slots.Person, *booking]{workers: lineWorkers, most: lineBatch, limit: c.QueueLimit, do: s.book}
	s.receipts = line[string, *receiving]{workers: receiptWorkers, most: receiptBatch, limit: c.QueueLimit, crowd: true, do: s.takeReceipts}
	names, err := fs.Glob(files, "sql/*/*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		stmt := &statement{text: string(text)}
		if !c.Lazy {
			if _, err = stmt.on(ctx, db); err != nil {
				return nil, errors.Join(fmt.Errorf("prepare %s: %w", name, err), db.Close())
			}
		}
		s.statements[statementName(name)] = stmt
	}
	return s, nil
}

// statementName returns what code calls the statement in a file: sql/holds/hold.sql
// is "holds/hold".
func statementName(file string) string {
	return strings.TrimSuffix(strings.TrimPrefix(file, "sql/"), ".sql")
}

func connect(ctx context.Context, c Config) (*sqlx.DB, error) {
	url, err := withSettings(c)
	if err != nil {
		return nil, err
	}
	db, err := sqlx.Open("postgres", url)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	db.SetMaxOpenConns(c.MaxConnections)
	db.SetMaxIdleConns(c.MaxConnections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err = db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("database: %w", err), db.Close())
	}
	return db, nil
}

// Close ends all connections. Those that the server has ended already are no
// reason to complain: what was acknowledged is committed.
func (s *Store) Close() error {
	if err := translated("close", s.db.Close()); !errors.Is(err, fault.ErrUnavailable) {
		return err
	}
	return nil
}

// Ping returns an error that wraps fault.ErrUnavailable when the database does
// not answer.
func (s *Store) Ping(ctx context.Context) error { return translated("ping", s.db.PingContext(ctx)) }

// Stats returns the state of the connection pool.
func (s *Store) Stats() sql.DBStats { return s.db.Stats() }

// Waiting returns how many holds and bookings wait for their turn.
func (s *Store) Waiting() (holds, bookings int) { return s.holds.length(), s.bookings.length() }

// session is what runs statements: the pool, or one transaction.
type session struct {
	store   *Store
	tx      *sqlx.Tx  // nil outside a transaction
	touched *[]int    // desk groups whose ledger the transaction changes
	gave    *bool     // whether it gives places back
	renews  *bool     // whether it changes the centre
	unknown *[]string // statements that were not prepared yet; nil where that costs little
}

// statement is a query, prepared at the latest when it is first used.
type statement struct {
	text     string
	mu       sync.Mutex
	prepared atomic.Pointer[sqlx.Stmt]
}

// on returns the prepared statement. It may need a connection of its own.
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
		*q.touched = append(*q.touched, p.DeskGroup)
	}
}

func (s *Store) pool() session { return session{store: s} }

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
	// Who holds a connection does not wait for another one.
	if q.unknown != nil {
		*q.unknown = append(*q.unknown, name)
	}
	return q.tx.PreparexContext(ctx, stmt.text)
}

// get reads exactly one row into dest; none is sql.ErrNoRows.
func (q session) get(ctx context.Context, dest any, name string, args ...any) error {
	stmt, err := q.statement(ctx, name)
	if err == nil {
		err = stmt.GetContext(ctx, dest, args...)
	}
	return translated(name, err)
}

// list reads all rows into dest, a pointer to a slice.
func (q session) list(ctx context.Context, dest any, name string, args ...any) error {
	stmt, err := q.statement(ctx, name)
	if err == nil {
		err = stmt.SelectContext(ctx, dest, args...)
	}
	return translated(name, err)
}

// exec runs a statement and returns how many rows it changed.
func (q session) exec(ctx context.Context, name string, args ...any) (int, error) {
	stmt, err := q.statement(ctx, name)
	if err != nil {
		return 0, translated(name, err)
	}
	result, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, translated(name, err)
	}
	n, err := result.RowsAffected()
	return int(n), translated(name, err)
}

// How often a transaction is tried that the server ended for the sake of
// another one. Whoever loses a person's place number has lost it to a visit of
// that person, and services allow 20 of those.
const (
	maxAttempts = 5
	maxNumbers  = 25
)

// transact runs do in a transaction, again when the server chose it as the
// victim of a deadlock.
func (s *Store) transact(ctx context.Context, do func(session) error) error {
	return retry(func() error {
		tx, err := s.db.BeginTxx(ctx, nil)
		if err != nil {
			return translated("begin", err)
		}
		var touched []int
		gave, renews := false, false
		var unknown []string
		if err = do(session{s, tx, &touched, &gave, &renews, &unknown}); err != nil {
			_ = tx.Rollback() // the connection is gone or the server rolls back by itself
			return err
		}
		err = translated("commit", tx.Commit())
		for _, name := range unknown {
			_, _ = s.statements[name].on(ctx, s.db) // or the next time
		}
		s.changed(touched...) // also when nobody knows how the commit ended
		if gave && err == nil {
			s.wake()
		}
		if renews {
			s.renew()
		}
		return err
	})
}

// retry runs do until it fails for another reason than a conflict that the
// server asks to try again.
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
