package privatepg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
)

// supervisorEnv marks a process as a supervisor.
const supervisorEnv = "ZIYARA_POSTGRES_SUPERVISOR"

// The files that a supervisor inherits besides its standard input.
const (
	lockFD   = 3 // the lock of the home, held while the supervisor lives
	eventsFD = 4 // events, one JSON object per line
)

// orders are what the program tells its supervisor: one line of JSON on
// standard input, which then stays open while the server is wanted.
type orders struct {
	Dir            string
	Temporary      bool
	Fast           bool
	MaxConnections int
	Binaries       binaries // without a Dir: download
	Cache          string   // for the download
	Repository     string   // where to download from; empty for the library's default
}

// event is a message from the supervisor to the program.
type event struct {
	Hello   bool   `json:",omitempty"` // the first event of every supervisor
	Say     string `json:",omitempty"` // progress message
	URL     string `json:",omitempty"` // the server is ready
	Fail    string `json:",omitempty"` // the server could not start, or ended
	Missing bool   `json:",omitempty"` // no binaries could be obtained
}

// supervisor is the program's view of its supervisor process.
type supervisor struct {
	cmd   *exec.Cmd
	leash io.Closer   // the pipe that tells the supervisor to stop when it closes
	url   chan string // one value, when the server is ready
	done  chan struct{}
	err   error // why it ended, valid after done; nil if it was told to
	once  sync.Once
}

// spawn starts the supervisor. Unless it returns an error, it takes over home
// and closes it when the supervisor has ended.
func spawn(o orders, h *home, owner *account, say *progress) (*supervisor, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("privatepg: orders: %w", err)
	}
	events, told, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("privatepg: start the supervisor: %w", err)
	}
	defer told.Close() //nolint:errcheck // the supervisor has its own
	cmd, leash, err := execute(h, owner, told)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("privatepg: start the supervisor: %w", err), events.Close())
	}
	s := &supervisor{cmd: cmd, leash: leash, url: make(chan string, 1), done: make(chan struct{})}
	// If the supervisor is already dead, watch reports it.
	_, _ = leash.Write(append(text, '\n'))
	go s.watch(events, h, say)
	return s, nil
}

// execute runs this executable again, as owner. An executable that go run or go
// test built is in a directory that other users can't enter. Linux lets them
// run it through /proc; on other systems they get a copy.
func execute(h *home, owner *account, events *os.File) (*exec.Cmd, io.WriteCloser, error) {
	run := func(path string) (*exec.Cmd, io.WriteCloser, error) {
		cmd := exec.Command(path)
		cmd.Args = []string{"ziyara-postgres-supervisor", h.dir}
		cmd.Dir = "/"
		cmd.Env = append(environment(), supervisorEnv+"=1", "TMPDIR="+h.dir)
		cmd.ExtraFiles = []*os.File{h.lock, events}
		// A session of its own, so that Ctrl-C in a terminal reaches only the
		// program.
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: owner.credential()}
		leash, err := cmd.StdinPipe()
		if err != nil {
			return nil, nil, err
		}
		if err := cmd.Start(); err != nil {
			return nil, nil, err
		}
		return cmd, leash, nil
	}

	path, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	if runtime.GOOS == "linux" {
		path = "/proc/self/exe"
	}
	cmd, leash, err := run(path)
	if err == nil || owner == nil {
		return cmd, leash, err
	}
	dup, copyErr := copyExecutable(path, h.dir)
	if copyErr != nil {
		return nil, nil, errors.Join(err, copyErr)
	}
	cmd, leash, err = run(dup)
	// Whether or not it runs, the name is no longer needed.
	return cmd, leash, errors.Join(err, os.Remove(dup))
}

// copyExecutable copies an executable into dir, where everyone may run it.
func copyExecutable(path, dir string) (string, error) {
	from, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer from.Close() //nolint:errcheck // it was only read
	to, err := os.CreateTemp(dir, "supervisor-")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(to, from)
	if err := errors.Join(err, to.Chmod(0o755), to.Close()); err != nil {
		return "", errors.Join(err, os.Remove(to.Name()))
	}
	return to.Name(), nil
}

// environment returns the variables for a supervisor, initdb and PostgreSQL: no
// secrets of the program, and none that affect PostgreSQL.
func environment() []string {
	kept := []string{"LC_ALL=C", "TZ=UTC"}
	for _, name := range []string{"PATH", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"} {
		for _, spelling := range []string{name, strings.ToLower(name)} {
			if value, ok := os.LookupEnv(spelling); ok {
				kept = append(kept, spelling+"="+value)
			}
		}
	}
	return kept
}

// watch handles events until the supervisor has ended, cleans up if the
// supervisor could not, and closes home.
func (s *supervisor) watch(events io.ReadCloser, h *home, say *progress) {
	defer close(s.done)
	var hello bool
	var failure error
	for decoder := json.NewDecoder(events); ; {
		var e event
		if decoder.Decode(&e) != nil {
			break
		}
		hello = hello || e.Hello
		switch {
		case e.Say != "":
			say.say("%s", e.Say)
		case e.URL != "":
			s.url <- e.URL
		case e.Missing:
			failure = fmt.Errorf("%w (%s)", ErrMissing, e.Fail)
		case e.Fail != "":
			failure = fmt.Errorf("privatepg: %s", e.Fail)
		}
	}
	ended := s.cmd.Wait()
	switch {
	case !hello:
		failure = ErrNoSupervisor
	case failure == nil && ended != nil:
		failure = fmt.Errorf("privatepg: the supervisor ended: %w", ended)
	}
	if ended != nil {
		failure = errors.Join(failure, h.stopOrphans(context.Background(), say))
	}
	s.err = errors.Join(failure, events.Close(), h.close())
}

// ready waits for the server to answer and returns its URL.
func (s *supervisor) ready(ctx context.Context) (string, error) {
	select {
	case url := <-s.url:
		return url, nil
	case <-s.done:
		return "", s.err
	case <-ctx.Done():
		return "", fmt.Errorf("privatepg: start: %w", context.Cause(ctx))
	}
}

// stop tells the supervisor to stop and waits for it until ctx ends. It returns
// the reason if the supervisor had ended before.
func (s *supervisor) stop(ctx context.Context) error {
	// Closing fails if the supervisor has ended, and err says why.
	s.once.Do(func() { _ = s.leash.Close() })
	select {
	case <-s.done:
		return s.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
