// Package privatepg starts a PostgreSQL server for the use of one program: on
// the loopback address, on a free port, with a generated password. The server
// ends with the program, however that ends.
//
// A supervisor watches the server: the program's own executable, started a
// second time in a session of its own. The supervisor reads a pipe whose other
// end only the program holds. When the pipe closes, because of [Instance.Stop],
// Ctrl-C or kill -9, the supervisor shuts PostgreSQL down and exits. For that
// reason [RunChild] has to be the first call of main and of TestMain.
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

// ErrMissing is returned by Start if PostgreSQL is not installed and could not
// be downloaded.
var ErrMissing = errors.New("privatepg: PostgreSQL is missing: install it with `sudo apt-get install postgresql`")

// ErrNoSupervisor is returned by Start inside a supervisor, which means that
// the program did not call RunChild first.
var ErrNoSupervisor = errors.New("privatepg: RunChild is not the first call of this program")

// RunningError is returned by Start when another live process holds Dir.
type RunningError struct {
	Dir string // Dir is the data directory, absolute.
	PID int    // PID is the process that holds it.
}

// Error names the process that holds the directory.
func (e *RunningError) Error() string {
	return fmt.Sprintf("privatepg: the database in %s is already running as process %d", e.Dir, e.PID)
}

// Config defines where the data lives and how durable it is. The zero value is
// a durable server whose data Stop deletes.
type Config struct {
	// Dir keeps data, password and log between starts; keep nothing else there.
	// It is created if it does not exist. If the program is root, the directory
	// is given to the user that runs PostgreSQL. Empty means a temporary
	// directory that Stop removes.
	Dir string

	// Fast turns off durability (fsync, synchronous_commit and
	// full_page_writes), and what pays only with much data: autovacuum, parallel
	// workers and JIT. A temporary directory is in memory if there is room. It is
	// for tests: a power failure may destroy the data.
	Fast bool

	// MaxConnections is PostgreSQL's max_connections; 0 means 100.
	MaxConnections int

	// Log receives progress messages, one sentence per line; nil discards them.
	Log io.Writer
}

// Instance is a running server. It is safe for concurrent use.
type Instance struct {
	// URL connects as the owner of the database with lib/pq, unencrypted over
	// the loopback address. It contains the password.
	URL string

	supervisor *supervisor
}

// Start starts a server and returns when it accepts connections. Missing
// binaries are installed (on Debian, as root) or downloaded, which takes
// minutes the first time. ctx limits all of it; if it ends first, nothing is
// left running.
//
// Start first stops a server that a killed program left in Dir. It returns a
// *RunningError while another program uses Dir, and an error that wraps
// ErrMissing if PostgreSQL can't be obtained.
func Start(ctx context.Context, c Config) (*Instance, error) {
	return start(ctx, c, debian())
}

// Stop shuts the server down and removes a temporary Dir. It returns when both
// are done or when ctx ends; in that case the shutdown continues. It may be
// called more than once.
func (i *Instance) Stop(ctx context.Context) error {
	if err := i.supervisor.stop(ctx); err != nil {
		return fmt.Errorf("privatepg: stop: %w", err)
	}
	return nil
}

// DefaultDir returns the default data directory: /var/lib/ziyara for root,
// otherwise ziyara in XDG_DATA_HOME or ~/.local/share. It returns an error if
// there is no home directory.
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
	owner, err := unprivileged() // after installing the package, which creates the user postgres
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
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockTimeout)
		defer cancel()
		// The reason why it did not get ready says more than how it ended.
		_ = s.stop(wait)
		return nil, err
	}
	return &Instance{URL: url, supervisor: s}, nil
}

// prepare prepares home for a server, finds binaries and starts a supervisor,
// which takes over home.
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

// progress writes one sentence at a time.
type progress struct {
	mu sync.Mutex
	to io.Writer
}

// say writes one sentence. A failure to write is ignored.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = fmt.Fprintln(p.to, strings.TrimSpace(fmt.Sprintf(format, args...)))
}
