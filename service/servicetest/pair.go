package servicetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/privatepg"
)

// Pair is a durable database server with a synchronous standby, and the demo centre.
type Pair struct {
	URL        string // of the database on the primary
	StandbyURL string // of the same database on the standby

	t        testing.TB
	db       *sql.DB // the primary
	account  *syscall.Credential
	bin      string // directory of the programs
	home     string // of the standby
	port     int    // of the standby
	primary  int    // process id
	standby  *exec.Cmd
	ended    chan struct{} // closed when the standby has ended
	receiver int           // process id of the standby's receiver while it is paused
}

// NewPair starts a pair, which is stopped after the test.
func NewPair(t testing.TB) *Pair {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	primary, err := privatepg.Start(ctx, privatepg.Config{Log: os.Stderr})
	if err != nil {
		t.Fatalf("a PostgreSQL server is needed: %v", err)
	}
	p := &Pair{URL: primary.URL, t: t}
	t.Cleanup(func() {
		stopping, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := primary.Stop(stopping); err != nil && p.primary != 0 {
			t.Errorf("stop the primary: %v", err)
		}
	})
	if _, err = service.Migrate(ctx, p.URL); err == nil {
		_, err = service.SeedDemo(ctx, p.URL)
	}
	if err != nil {
		t.Fatal(err)
	}
	if p.db, err = sql.Open("postgres", p.URL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.db.Close() }) // the server may be gone
	t.Cleanup(func() { looking.end(p.URL); looking.end(p.StandbyURL) })
	p.copy()
	p.StartStandby()
	Exec(t, p.URL, "ALTER SYSTEM SET synchronous_standby_names = '*'")
	Exec(t, p.URL, "ALTER SYSTEM SET wal_sender_timeout = 0") // a pause is not a failure
	Exec(t, p.URL, "SELECT pg_reload_conf()")
	p.synchronous()
	return p
}

// copy makes the standby a copy of the primary.
func (p *Pair) copy() {
	p.t.Helper()
	p.bin = Query[string](p.t, p.URL, "SELECT setting FROM pg_config WHERE name = 'BINDIR'")
	data := Query[string](p.t, p.URL, "SHOW data_directory")
	p.primary = processOf(p.t, data)
	info, err := os.Stat(data)
	if err != nil {
		p.t.Fatal(err)
	}
	if p.home, err = os.MkdirTemp("", "ziyara-standby-"); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = os.RemoveAll(p.home) })
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 {
		p.account = &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}
		if err = os.Chown(p.home, int(owner.Uid), int(owner.Gid)); err != nil {
			p.t.Fatal(err)
		}
	}
	u, err := url.Parse(p.URL)
	if err != nil {
		p.t.Fatal(err)
	}
	password, _ := u.User.Password()
	base := exec.Command(filepath.Join(p.bin, "pg_basebackup"), "-D", filepath.Join(p.home, "data"), "-R", "-X", "stream", "-c", "fast",
		"--no-sync", "-C", "-S", "standby", "-d", fmt.Sprintf("host=%s port=%s user=%s password=%s", u.Hostname(), u.Port(),
			u.User.Username(), password))
	base.SysProcAttr = &syscall.SysProcAttr{Credential: p.account}
	base.Dir = p.home
	if out, err := base.CombinedOutput(); err != nil {
		p.t.Fatalf("pg_basebackup: %v\n%s", err, out)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.t.Fatal(err)
	}
	p.port = free.Addr().(*net.TCPAddr).Port
	if err = free.Close(); err != nil {
		p.t.Fatal(err)
	}
	u.Host = net.JoinHostPort(u.Hostname(), strconv.Itoa(p.port))
	p.StandbyURL = u.String()
	p.t.Cleanup(p.KillStandby)
}

// processOf returns the process id of the server on a data directory.
func processOf(t testing.TB, data string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid")) //nolint:gosec // of the test's own server
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// StartStandby starts the standby and waits until it receives what the primary
// writes.
func (p *Pair) StartStandby() {
	p.t.Helper()
	p.run()
	p.eventually("the standby receives", func() bool {
		var n int
		return p.db.QueryRow("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'").Scan(&n) == nil && n == 1
	})
}

// run starts the server of the standby.
func (p *Pair) run() {
	p.t.Helper()
	p.standby = exec.Command(filepath.Join(p.bin, "postgres"), "-D", filepath.Join(p.home, "data"), "-p", strconv.Itoa(p.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "wal_receiver_timeout=0")
	p.standby.Dir = p.home
	p.standby.SysProcAttr = &syscall.SysProcAttr{Credential: p.account, Pdeathsig: syscall.SIGKILL}
	started, ended := make(chan error, 1), make(chan struct{})
	go func() {
		runtime.LockOSThread() // Pdeathsig is about the thread
		defer runtime.UnlockOSThread()
		defer close(ended)
		err := p.standby.Start()
		started <- err
		if err == nil {
			_ = p.standby.Wait() // it is killed in the end
		}
	}()
	if err := <-started; err != nil {
		p.t.Fatalf("start the standby: %v", err)
	}
	p.ended = ended
}

// KillStandby ends all processes of the standby as kill -9 does.
func (p *Pair) KillStandby() {
	if p.standby == nil {
		return
	}
	id := p.standby.Process.Pid
	list, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", id, id))
	_ = p.standby.Process.Kill() // it may have ended
	<-p.ended
	for child := range strings.FieldsSeq(string(list)) { // a server can't start while one of them runs
		if pid, err := strconv.Atoi(child); err == nil {
			for syscall.Kill(pid, syscall.SIGKILL) == nil {
				time.Sleep(time.Millisecond)
			}
		}
	}
	p.standby, p.receiver = nil, 0
}

func (p *Pair) synchronous() {
	p.t.Helper()
	p.eventually("the standby is synchronous", func() bool {
		var n int
		return p.db.QueryRow("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'").Scan(&n) == nil && n == 1
	})
}

func (p *Pair) eventually(what string, holds func() bool) {
	p.t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("never: %s", what)
		}
	}
}

// Pause lets the standby stand still: it runs, but receives nothing.
func (p *Pair) Pause() {
	p.t.Helper()
	p.eventually("the standby has a receiver", func() bool {
		db, err := sql.Open("postgres", p.StandbyURL)
		if err != nil {
			return false
		}
		defer db.Close() //nolint:errcheck // it was only read
		return db.QueryRow("SELECT pid FROM pg_stat_wal_receiver WHERE status = 'streaming'").Scan(&p.receiver) == nil
	})
	p.signal(p.receiver, syscall.SIGSTOP)
}

// Resume ends a pause.
func (p *Pair) Resume() {
	p.t.Helper()
	p.signal(p.receiver, syscall.SIGCONT)
	p.receiver = 0
}

func (p *Pair) signal(pid int, s syscall.Signal) {
	p.t.Helper()
	if err := syscall.Kill(pid, s); err != nil {
		p.t.Fatalf("signal %v to process %d: %v", s, pid, err)
	}
}

// waits are the sessions of the service whose commits wait for the standby.
const waits = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name LIKE 'ziyara%'"

// Waiting returns how many commits of the service wait for the standby.
func (p *Pair) Waiting() int {
	var n int
	if p.db.QueryRow("SELECT count(*) "+waits).Scan(&n) != nil { // while the server recovers
		return 0
	}
	return n
}

// Waits waits until a commit of the service waits for the standby.
func (p *Pair) Waits() {
	p.t.Helper()
	p.eventually("a commit waits for the standby", func() bool { return p.Waiting() > 0 })
}

// CancelWaits ends the waits of commits, as an administrator can, when there is one.
// What was committed stays, on the primary only.
func (p *Pair) CancelWaits() {
	p.t.Helper()
	p.Waits()
	p.CancelWaitsOfNow()
}

// CancelWaitsOfNow is CancelWaits that does nothing when no commit waits.
func (p *Pair) CancelWaitsOfNow() {
	p.t.Helper()
	Query[int](p.t, p.URL, "SELECT count(pg_cancel_backend(pid)) "+waits)
}

// TerminateWaits ends the sessions whose commits wait, when there is one.
func (p *Pair) TerminateWaits() {
	p.t.Helper()
	p.Waits()
	Query[int](p.t, p.URL, "SELECT count(pg_terminate_backend(pid)) "+waits)
}

// Crash lets the primary crash when a commit waits, and recover. All sessions end;
// what was committed stays, on the primary only.
func (p *Pair) Crash() {
	p.t.Helper()
	var killed int
	p.eventually("a commit waits for the standby", func() bool {
		return p.db.QueryRow("SELECT pid "+waits+" LIMIT 1").Scan(&killed) == nil
	})
	p.signal(killed, syscall.SIGKILL)
	p.eventually("the primary is back", func() bool {
		var stays bool
		return p.db.QueryRow("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)", killed).Scan(&stays) == nil && !stays
	})
}

// Promote kills the primary for good and makes the standby the primary, also one that was
// killed.
func (p *Pair) Promote() {
	p.t.Helper()
	p.signal(p.primary, syscall.SIGKILL)
	p.primary = 0
	if p.standby == nil {
		p.run()
	}
	db, err := sql.Open("postgres", p.StandbyURL)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() {
		if err := errors.Join(err, db.Close()); err != nil {
			p.t.Error(err)
		}
	}()
	p.eventually("the standby is the primary", func() bool {
		// What is still replayed may end a statement of the standby.
		var recovers bool
		if db.QueryRow("SELECT pg_is_in_recovery()").Scan(&recovers) != nil {
			return false
		}
		if recovers {
			_, _ = db.Exec("SELECT pg_promote(false)")
		}
		return !recovers
	})
}
