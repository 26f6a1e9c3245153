// Package servicetest runs the real service in a test: on a real PostgreSQL,
// with a fake phone and a clock that the test moves. Every answer is checked
// against the contract.
package servicetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/lib/pq" // creates and drops databases

	"ziyara/service"
	"ziyara/service/privatepg"
)

// startTimeout bounds how long the database server may take to come up, which
// is long when it has to be installed first.
const startTimeout = 5 * time.Minute

// Main runs the tests of a package and stops what they started. It is the
// TestMain of every package that uses this one:
//
//	func TestMain(m *testing.M) { os.Exit(servicetest.Main(m)) }
func Main(m *testing.M) int {
	privatepg.RunChild()
	code := m.Run()
	if err := shared.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "servicetest:", err)
		return 1
	}
	return code
}

// server is the database server of the test binary, started by the first test
// that needs one.
type server struct {
	once     sync.Once
	instance *privatepg.Instance
	url      string  // of a database whose owner may create others
	serving  string  // of the template, as the role that serves
	db       *sql.DB // the same, connected
	err      error
	count    atomic.Int64
}

var shared server //nolint:gochecknoglobals // one server serves all tests of the binary

// template is the database that every test gets a copy of.
const template = "ziyara_template"

func (s *server) start() (string, error) {
	s.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
		defer cancel()
		s.instance, s.err = privatepg.Start(ctx, privatepg.Config{Fast: true, MaxConnections: 400, Log: os.Stderr})
		if s.err != nil {
			return
		}
		s.url = s.instance.URL
		if s.db, s.err = sql.Open("postgres", s.url); s.err != nil {
			return
		}
		if s.err = s.exec("CREATE DATABASE " + template); s.err != nil {
			return
		}
		if _, s.err = service.Migrate(ctx, s.database(template)); s.err != nil {
			return
		}
		if s.serving, s.err = service.MakeServing(ctx, s.database(template), ServingRole); s.err != nil {
			return
		}
		_, s.err = service.SeedDemo(ctx, s.database(template))
	})
	return s.url, s.err
}

func (s *server) stop() error {
	if s.instance == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var err error
	if s.db != nil {
		err = s.db.Close()
	}
	return errors.Join(err, s.instance.Stop(ctx))
}

func (s *server) exec(statement string) error {
	_, err := s.db.Exec(statement)
	return err
}

// database returns the URL of another database of the server.
func (s *server) database(name string) string {
	u, err := url.Parse(s.url)
	if err != nil {
		panic(err) // privatepg wrote it
	}
	u.Path = "/" + name
	return u.String()
}

// ServingRole is the role of the database that replicas serve as.
const ServingRole = "ziyara_serving"

// servingURL returns the URL with which replicas reach a database of the server: as the role
// that serves. It returns that of a database of another server as it is.
func (s *server) servingURL(databaseURL string) string {
	own, err := url.Parse(databaseURL)
	serving, parsed := url.Parse(s.serving)
	if err != nil || parsed != nil || s.serving == "" || own.Host != serving.Host {
		return databaseURL
	}
	own.User = serving.User
	return own.String()
}

// Serving returns the URL of a test's database as the role that serves.
func Serving(databaseURL string) string { return shared.servingURL(databaseURL) }

// Database returns the URL of the test's own database, migrated and with the demo
// centre, which is dropped after the test. The test fails if no server can be
// started.
func Database(t testing.TB) string {
	t.Helper()
	return fresh(t, copied)
}

// copied makes a database a copy of the template. Copying files is four times as
// fast as writing each page through the log.
const copied = " TEMPLATE " + template + " STRATEGY FILE_COPY"

// MigratedDatabase returns the URL of the test's own database, migrated and without a
// centre.
func MigratedDatabase(t testing.TB) string {
	t.Helper()
	databaseURL := EmptyDatabase(t)
	if _, err := service.Migrate(t.Context(), databaseURL); err != nil {
		t.Fatal(err)
	}
	if err := service.Grant(t.Context(), databaseURL, ServingRole); err != nil {
		t.Fatal(err)
	}
	return databaseURL
}

// EmptyDatabase returns the URL of the test's own empty database.
func EmptyDatabase(t testing.TB) string {
	t.Helper()
	return fresh(t, "")
}

func fresh(t testing.TB, from string) string {
	t.Helper()
	databaseURL := create(t, "test", from)
	t.Cleanup(func() { drop(t, databaseURL) })
	return databaseURL
}

// create creates a database and returns its URL.
func create(t testing.TB, kind, from string) string {
	t.Helper()
	if _, err := shared.start(); err != nil {
		t.Fatalf("a PostgreSQL server is needed: %v", err)
	}
	name := fmt.Sprintf("%s_%d", kind, shared.count.Add(1))
	if err := shared.exec("CREATE DATABASE " + name + from); err != nil {
		t.Fatalf("create database: %v", err)
	}
	return shared.database(name)
}

// drop drops a database.
func drop(t testing.TB, databaseURL string) {
	t.Helper()
	looking.end(databaseURL)
	if err := shared.exec("DROP DATABASE " + nameOf(databaseURL) + " WITH (FORCE)"); err != nil {
		t.Errorf("drop database: %v", err)
	}
}

// nameOf returns the name of the database of a URL.
func nameOf(databaseURL string) string {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Path, "/")
}

// connections are those of tests that look into their databases: to connect
// takes the server longer than most queries. Tests that run at once may share
// one, so it is closed with its database.
type connections struct {
	mu   sync.Mutex
	open map[string]*sql.DB
}

var looking = connections{open: make(map[string]*sql.DB)} //nolint:gochecknoglobals // one server serves all tests of the binary

// to returns a connection to a database.
func (c *connections) to(t testing.TB, databaseURL string) *sql.DB {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if db := c.open[databaseURL]; db != nil {
		return db
	}
	db, err := sql.Open("postgres", databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	c.open[databaseURL] = db
	return db
}

// end closes the connection to a database, if there is one.
func (c *connections) end(databaseURL string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if db := c.open[databaseURL]; db != nil {
		_ = db.Close() // the server may be gone
		delete(c.open, databaseURL)
	}
}

// Query reads one value that the API does not show from the database.
func Query[T any](t testing.TB, databaseURL, query string, args ...any) T {
	t.Helper()
	var value T
	if err := looking.to(t, databaseURL).QueryRow(query, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// Exec changes the database without the service.
func Exec(t testing.TB, databaseURL, statement string, args ...any) {
	t.Helper()
	if _, err := looking.to(t, databaseURL).Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// Lock locks a table until the function that it returns is called.
func Lock(t testing.TB, databaseURL, table string) (release func()) {
	t.Helper()
	db, err := sql.Open("postgres", databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(context.Background(), nil)
	if err == nil {
		_, err = tx.ExecContext(context.Background(), "LOCK TABLE "+table)
	}
	if err != nil {
		t.Fatalf("lock %s: %v", table, err)
	}
	release = sync.OnceFunc(func() {
		if err := tx.Rollback(); err != nil {
			t.Errorf("unlock %s: %v", table, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(release)
	return release
}
