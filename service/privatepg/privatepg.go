// Package privatepg brings up a PostgreSQL server that belongs to one program
// alone: on the loopback address, at a free port, behind a generated password,
// and gone when the program is, however the program ends.
//
// The server is watched by a supervisor: the program's own executable, run a
// second time in a session of its own. The supervisor reads a pipe whose other
// end only the program holds. When that pipe closes, because of [Instance.Stop],
// a Ctrl-C or a kill -9, the supervisor shuts PostgreSQL down and leaves.
// That is why [RunChild] has to be the first call of main and of TestMain.
package privatepg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// ErrMissing is returned by Start where PostgreSQL is neither installed nor
// could be fetched.
var ErrMissing = errors.New("privatepg: PostgreSQL is missing: install it with `sudo apt-get install postgresql`")

// ErrNoSupervisor is returned by Start inside a supervisor, which means that
// the program did not call RunChild first.
var ErrNoSupervisor = errors.New("privatepg: RunChild is not the first call of this program")

// RunningError is returned by Start when another live process holds Dir.
type RunningError struct {
	Dir string // Dir is the data directory, absolute.
	PID int    // PID is the process that holds it.
}

// Error says which process holds the directory.
func (e *RunningError) Error() string {
	return fmt.Sprintf("privatepg: the database in %s is already running as process %d", e.Dir, e.PID)
}

// Config says where the data lives and how careful to be with it. The zero
// value is a durable server whose data is deleted by Stop.
type Config struct {
	// Dir keeps data, password and log between starts, and nothing else
	// should live in it. It is created when missing; when the program is root
	// it is given to the user that runs PostgreSQL. Empty means a temporary
	// directory that Stop removes.
	Dir string

	// Fast gives up durability (fsync, synchronous_commit and full_page_writes
	// off), and what only pays with much data: autovacuum, parallel workers and
	// compiled queries. A temporary directory is in memory where that has room.
	// It is for tests: a power cut may destroy the data.
	Fast bool

	// MaxConnections is PostgreSQL's max_connections; 0 means 100.
	MaxConnections int

	// Log receives progress, one plain sentence per line; nil discards it.
	Log io.Writer
}

// Instance is a running server. Its methods may be called from any goroutine.
type Instance struct {
	// URL connects the owner of the database with lib/pq, in clear text over
	// the loopback address. It contains the password.
	URL string

	supervisor *supervisor
}

// Start brings a server up and returns once it answers. Missing binaries are
// installed (Debian, as root) or downloaded, which takes minutes the first
// time; ctx bounds all of it, and when ctx ends first nothing stays behind.
//
// A server left in Dir by a program that was killed is stopped first. Start
// returns a *RunningError while another program uses Dir, and an error that
// wraps ErrMissing where no PostgreSQL can be had.
func Start(ctx context.Context, c Config) (*Instance, error) {
	return start(ctx, c, debian())
}

// Stop shuts the server down, removes a temporary Dir, and returns when both
// are done or ctx ends. In the latter case shutting down goes on without it.
// Stopping twice is safe.
func (i *Instance) Stop(ctx context.Context) error {
	if err := i.supervisor.stop(ctx); err != nil {
		return fmt.Errorf("privatepg: stop: %w", err)
	}
	return nil
}

// DefaultDir returns where a program that does not ask for another place
// keeps its data: /var/lib/ziyara for root, otherwise ziyara below
// XDG_DATA_HOME or ~/.local/share. It fails when there is no home directory.
func DefaultDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/ziyara", nil
	}
	if data := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(data) {
		return filepath.Join(data, "ziyara"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("privatepg: default directory: %w", err)
	}
	return filepath.Join(home, ".local", "share", "ziyara"), nil
}

// start is Start on a given host.
func start(ctx context.Context, c Config, h host) (_ *Instance, err error) {
	if os.Getenv(supervisorEnv) != "" {
		return nil, ErrNoSupervisor
	}
	say := &progress{to: cmp.Or[io.Writer](c.Log, io.Discard)}
	if _, ok := h.local(ctx, c.Dir); !ok {
		h.install(ctx, say)
	}
	owner, err := unprivileged() // after the package, which brings the user postgres
	if err != nil {
		return nil, err
	}
	home, err := open(ctx, c.Dir, c.Fast, owner)
	if err != nil {
		return nil, err
	}
	s, err := prepare(ctx, c, h, home, owner, say)
	if err != nil {
		return nil, errors.Join(err, home.close())
	}
	url, err := s.ready(ctx)
	if err != nil {
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockPatience)
		defer cancel()
		// Why it did not get ready says more than how it then ended.
		_ = s.stop(wait)
		return nil, err
	}
	return &Instance{URL: url, supervisor: s}, nil
}

// prepare makes home fit for a server, finds binaries and spawns a supervisor,
// which takes home over.
func prepare(ctx context.Context, c Config, h host, home *home, owner *account, say *progress) (*supervisor, error) {
	if err := home.stopOrphans(ctx, say); err != nil {
		return nil, err
	}
	if err := home.handTo(owner); err != nil {
		return nil, err
	}
	o := orders{
		Dir:            home.dir,
		Temporary:      home.temporary,
		Fast:           c.Fast,
		MaxConnections: cmp.Or(c.MaxConnections, 100),
		Repository:     h.repository,
	}
	found, ok := h.local(ctx, home.dir)
	o.Binaries = found
	if !ok {
		cache, err := h.cache(home.dir, owner)
		if err != nil {
			return nil, err
		}
		o.Cache = cache
	}
	return spawn(o, home, owner, say)
}

// progress writes sentences, one at a time.
type progress struct {
	mu sync.Mutex
	to io.Writer
}

// say writes one sentence. That nobody reads it is no reason to fail.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = fmt.Fprintln(p.to, strings.TrimSpace(fmt.Sprintf(format, args...)))
}
