// Package postgres keeps the centre, the ledger, the appointments and the
// messages in PostgreSQL. Every query is a file under sql, in a folder named by
// its noun. All queries are prepared when the program starts, so a query that
// does not fit the schema stops it.
//
// The store has a part for each noun: Appointments, Waitlist, Calendars and so
// on. The parts share one core, and so the connections, the order of locks and
// what is known of the ledger. They are one package because a transaction often
// crosses nouns.
package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"

	"ziyara/centre"
	"ziyara/fault"
)

//go:embed sql/*/*.sql
var files embed.FS

// Store is the database. It and its parts are safe for concurrent use.
type Store struct {
	*core
	appointments *Appointments
	messages     *Messages
	reports      *Reports
}

// core is what all parts of the store share.
type core struct {
	config        Config
	db            *sqlx.DB
	statements    map[string]*statement
	cache         *occupancyCache
	invalidations *invalidations
	writers       writers
	uncertain     atomic.Int64 // see Store.Uncertain
	zones         zones
	vault         vault
	freed         chan struct{} // see Waitlist.Woken
	renewed       chan struct{} // see Centre.Renewed
}

// Config says how to reach the database.
type Config struct {
	URL            string        // postgres://…
	MaxConnections int           // at least 1
	Timeout        time.Duration // after which the server ends a statement
	QueueLimit     int           // most holds that may wait, and most bookings; 0 is 4,096
	// Lazy prepares each statement when it is first used. It is for programs
	// that end soon: tests, and commands that use few statements.
	Lazy bool
	// Connect makes what connects to a URL; nil for the driver. It is for tests,
	// which keep connections for one another.
	Connect func(url string) (driver.Connector, error)
}

const (
	// batchWorkers is how many transactions of one kind run at once. mostHolds
	// and mostBookings are how many requests share one (docs/adr/0022).
	batchWorkers = 8
	mostHolds    = 256
	mostBookings = 64
	// batchLimits is how many times as long as one statement the work on a batch
	// may take.
	batchLimits = 2
	queueLimit  = 4096
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
	shared := &core{
		config: c, db: db, statements: make(map[string]*statement),
		cache: newOccupancyCache(time.Now), invalidations: newInvalidations(), writers: newWriters(c.MaxConnections),
		freed: make(chan struct{}, 1), renewed: make(chan struct{}, 1),
	}
	if err = shared.prepare(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Store{
		core: shared, appointments: newAppointments(shared), messages: newMessages(shared), reports: newReports(shared),
	}, nil
}

// prepare reads all statements, and prepares them unless the store is lazy.
func (s *core) prepare(ctx context.Context) error {
	names, err := fs.Glob(files, "sql/*/*.sql")
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		stmt := &statement{text: string(text), writes: writing.Match(text)}
		if !s.config.Lazy {
			if _, err = stmt.on(ctx, s.db); err != nil {
				return fmt.Errorf("prepare %s: %w", name, err)
			}
		}
		s.statements[statementName(name)] = stmt
	}
	return nil
}

// writing matches statements that write. A statement that it misses is still never
// acknowledged without its commit, but ends with the context of its caller.
var writing = regexp.MustCompile(`\b(INSERT|UPDATE|DELETE|MERGE|pg_logical_emit_message)\b`)

// statementName returns the name that code uses for the statement in a file:
// sql/holds/hold.sql is "holds/hold".
func statementName(file string) string {
	return strings.TrimSuffix(strings.TrimPrefix(file, "sql/"), ".sql")
}

func connect(ctx context.Context, c Config) (*sqlx.DB, error) {
	url, err := withSettings(c)
	if err != nil {
		return nil, err
	}
	connector, err := newConnector(url, c.Connect)
	if err != nil {
		return nil, err
	}
	db := sqlx.NewDb(sql.OpenDB(connector), "postgres")
	db.SetMaxOpenConns(c.MaxConnections)
	db.SetMaxIdleConns(c.MaxConnections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err = db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("database: %w", err), db.Close())
	}
	return db, nil
}

// Close ends all connections. A connection that the server has already ended is
// not an error: everything that was acknowledged is committed.
func (s *Store) Close() error {
	if err := translate("close", s.db.Close()); !errors.Is(err, fault.ErrUnavailable) {
		return err
	}
	return nil
}

// Ping returns an error that wraps fault.ErrUnavailable when the database does
// not answer.
func (s *Store) Ping(ctx context.Context) error { return translate("ping", s.db.PingContext(ctx)) }

// Uncertain returns how many changes have ended with fault.ErrUncertain.
func (s *Store) Uncertain() int64 { return s.uncertain.Load() }

// Committing returns how many connections carry out changes, or wait for their
// commits.
func (s *Store) Committing() int { return len(s.writers) }

// Stats returns the state of the connection pool.
func (s *Store) Stats() sql.DBStats { return s.db.Stats() }

// Waiting returns how many holds and how many bookings are queued.
func (s *Store) Waiting() (holds, bookings int) {
	return s.appointments.holds.length(), s.appointments.bookings.length()
}

// Appointments returns the part that keeps appointments and their ledger.
func (s *Store) Appointments() *Appointments { return s.appointments }

// Imports returns the part that takes over the visits of another system.
func (s *Store) Imports() *Imports { return &Imports{s.core} }

// Exports returns the part that reads all of something.
func (s *Store) Exports() *Exports { return &Exports{s.core} }

// Waitlist returns the part that keeps the waitlist.
func (s *Store) Waitlist() *Waitlist { return &Waitlist{s.core} }

// Centre returns the part that loads the centre.
func (s *Store) Centre() *Centre { return &Centre{s.core} }

// Calendars returns the part that keeps plans, holidays and quotas.
func (s *Store) Calendars() *Calendars { return &Calendars{s.core} }

// Changes returns the part that changes calendars together with the visits that
// lose their places. centre returns the current snapshot, newID a new UUID.
func (s *Store) Changes(centre func() *centre.Snapshot, newID func() string) *Changes {
	return &Changes{s.core, centre, newID}
}

// Hall returns the part that keeps the halls.
func (s *Store) Hall() *Hall { return &Hall{s.core} }

// Messages returns the part that keeps the queue of messages.
func (s *Store) Messages() *Messages { return s.messages }

// Records returns the part that shows staff the messages about visits.
func (s *Store) Records() *Records { return &Records{s.core} }

// Texts returns the part that keeps the texts of messages.
func (s *Store) Texts() *Texts { return &Texts{s.core} }

// Budgets returns the part that keeps the terms and budgets of departments.
func (s *Store) Budgets() *Budgets { return &Budgets{s.core} }

// Verifications returns the part that keeps verifications of mobile numbers.
func (s *Store) Verifications() *Verifications { return &Verifications{s.core} }

// Webhooks returns the part that keeps webhooks and their deliveries.
func (s *Store) Webhooks() *Webhooks { return &Webhooks{s.core} }

// Feeds returns the part that keeps calendar feeds.
func (s *Store) Feeds() *Feeds { return &Feeds{s.core} }

// Published returns the part that keeps what is free as it was published.
func (s *Store) Published() *Published { return &Published{s.core} }

// Surveys returns the part that keeps answers to surveys.
func (s *Store) Surveys() *Surveys { return &Surveys{s.core} }

// Reports returns the part that counts for reports.
func (s *Store) Reports() *Reports { return s.reports }

// Sessions returns the part that keeps the sessions of staff.
func (s *Store) Sessions() *Sessions { return &Sessions{s.core} }

// AuditLog returns the part that keeps the audit log.
func (s *Store) AuditLog() *AuditLog { return &AuditLog{s.core} }
