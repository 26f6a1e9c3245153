package privatepg

import (
	"bufio"
	"context"
	"database/sql" // the library that downloads registers the driver "postgres"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// programEnv turns the test binary into a program that uses a private
// PostgreSQL in the directory it names, and waits to be killed.
const programEnv = "PRIVATEPG_TEST_PROGRAM"

func TestMain(m *testing.M) {
	RunChild()
	if dir := os.Getenv(programEnv); dir != "" {
		program(dir)
	}
	code := m.Run()
	if made.dir != "" {
		_ = os.RemoveAll(made.dir) // nothing depends on it
	}
	os.Exit(code)
}

// program starts a server, prints its URL or the error, and waits.
func program(dir string) {
	if dir == "temporary" {
		dir = ""
	}
	i, err := Start(context.Background(), Config{Dir: dir, Fast: true})
	if err != nil {
		fmt.Println("error: " + err.Error())
		os.Exit(1)
	}
	fmt.Println(i.URL)
	select {}
}

// runProgram runs program in a process and returns it with what it printed.
func runProgram(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), programEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the program printed nothing: %v", err)
	}
	return cmd, strings.TrimSpace(line)
}

// newDir returns a directory for data. If the tests run as root, the user that
// runs PostgreSQL can't enter that of t.TempDir.
func newDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "privatepg-test-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// made is a directory in which a server ran and was stopped.
var made struct { //nolint:gochecknoglobals // made once, for all tests
	once sync.Once
	dir  string
	err  error
}

// madeDir returns a directory with the database of an earlier run: to copy one
// is much quicker than to make it.
func madeDir(t *testing.T) string {
	t.Helper()
	made.once.Do(func() {
		if made.dir, made.err = os.MkdirTemp("", "privatepg-test-"); made.err != nil { //nolint:usetesting // all tests copy it
			return
		}
		ctx := within(t, stepTimeout)
		i, err := Start(ctx, Config{Dir: made.dir, Fast: true})
		if err == nil {
			err = i.Stop(ctx)
		}
		made.err = err
	})
	if made.err != nil {
		t.Fatal(made.err)
	}
	dir := newDir(t)
	// With the owners of the files.
	if out, err := exec.Command("cp", "-a", made.dir+"/.", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

// stepTimeout is much longer than any step takes, even on a busy machine.
const stepTimeout = 5 * time.Minute

// within returns a context that limits a step of a test.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// mustStart starts a server and stops it when the test ends.
func mustStart(t *testing.T, c Config) *Instance {
	t.Helper()
	i, err := Start(within(t, stepTimeout), c)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(func() { _ = i.Stop(context.Background()) })
	return i
}

// mustStop stops a server.
func mustStop(t *testing.T, i *Instance) {
	t.Helper()
	if err := i.Stop(within(t, stepTimeout)); err != nil {
		t.Fatalf("Stop: %v", err)
	}
}

// query runs a query for one value, or a statement.
func query(t *testing.T, url, text string) (string, error) {
	t.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // its failure does not matter
	var value string
	err = db.QueryRowContext(within(t, stepTimeout), text).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

// mustQuery is like query, but an error ends the test.
func mustQuery(t *testing.T, url, text string) string {
	t.Helper()
	value, err := query(t, url, text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

// serverPID returns the process id of the server in dir, or 0.
func serverPID(t *testing.T, dir string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "pg*", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if pid := firstNumber(f); isServer(pid, filepath.Dir(f)) {
			return pid
		}
	}
	return 0
}

func TestDataSurvivesRestart(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	first := mustStart(t, Config{Dir: dir})
	mustQuery(t, first.URL, "CREATE TABLE kept AS SELECT 'محفوظ' AS word")
	mustStop(t, first)
	if _, err := query(t, first.URL, "SELECT 1"); err == nil {
		t.Error("the server answers after Stop")
	}

	began := time.Now()
	second := mustStart(t, Config{Dir: dir})
	t.Logf("second start took %v; we promise two seconds on an idle machine", time.Since(began))
	if got, want := mustQuery(t, second.URL, "SELECT word FROM kept"), "محفوظ"; got != want {
		t.Errorf("after a restart got %q, want %q", got, want)
	}
	mustStop(t, second)
	if err := second.Stop(within(t, stepTimeout)); err != nil {
		t.Errorf("stopping twice: %v", err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		config Config
		want   map[string]string
	}{
		{name: "durable unless told otherwise", want: map[string]string{
			"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on", "max_connections": "100",
		}},
		{name: "fast", config: Config{Fast: true, MaxConnections: 7}, want: map[string]string{
			"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off", "max_connections": "7",
			"jit": "off", "max_parallel_workers_per_gather": "0", "max_parallel_maintenance_workers": "0",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			i := mustStart(t, tc.config)
			tc.want["listen_addresses"] = "127.0.0.1"
			tc.want["unix_socket_directories"] = ""
			tc.want["TimeZone"] = "UTC"
			tc.want["server_encoding"] = "UTF8"
			tc.want["is_superuser"] = "on"
			got := map[string]string{}
			for name := range tc.want {
				got[name] = mustQuery(t, i.URL, "SHOW "+name)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
			// Search by name has to recognise Arabic letters too.
			if got := mustQuery(t, i.URL, `SELECT 'زيارة' ~ '^\w+$'`); got != "true" {
				t.Errorf("Arabic letters match \\w: %s, want true", got)
			}
		})
	}
}

func TestPasswordKeepsOthersOut(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	i := mustStart(t, Config{Dir: dir, Fast: true})
	info, err := os.Stat(filepath.Join(dir, passwordName))
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("mode of the password file %v, want -rw-------", got)
	}
	u, err := url.Parse(i.URL)
	if err != nil {
		t.Fatal(err)
	}
	if got := u.Hostname(); got != "127.0.0.1" {
		t.Errorf("host %s, want 127.0.0.1", got)
	}
	for name, user := range map[string]*url.Userinfo{
		"wrong password": url.UserPassword(role, "guess"),
		"no password":    url.User(role),
	} {
		u.User = user
		if _, err := query(t, u.String(), "SELECT 1"); err == nil {
			t.Errorf("%s: could connect", name)
		}
	}

	// A lost password file is replaced, and the data stays.
	mustQuery(t, i.URL, "CREATE TABLE kept AS SELECT 1 AS n")
	mustStop(t, i)
	if err := os.Remove(filepath.Join(dir, passwordName)); err != nil {
		t.Fatal(err)
	}
	again := mustStart(t, Config{Dir: dir, Fast: true})
	if again.URL == i.URL {
		t.Error("the password has not changed")
	}
	if got := mustQuery(t, again.URL, "SELECT n FROM kept"); got != "1" {
		t.Errorf("got %s, want 1", got)
	}
}

func TestTemporaryDataIsRemoved(t *testing.T) {
	t.Parallel()
	i := mustStart(t, Config{Fast: true})
	data := mustQuery(t, i.URL, "SHOW data_directory")
	if _, err := os.Stat(filepath.Dir(data)); err != nil {
		t.Fatal(err)
	}
	mustStop(t, i)
	if _, err := os.Stat(filepath.Dir(data)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the temporary directory is still there: %v", err)
	}
}

func TestOneProgramPerDir(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	mustStart(t, Config{Dir: dir, Fast: true})

	_, err := Start(within(t, stepTimeout), Config{Dir: dir, Fast: true})
	var running *RunningError
	if !errors.As(err, &running) || running.PID != os.Getpid() {
		t.Errorf("in the same process got %v, want a RunningError for process %d", err, os.Getpid())
	}
	_, printed := runProgram(t, dir)
	if want := running.Error(); printed != "error: "+want {
		t.Errorf("in another process got %q, want %q", printed, "error: "+want)
	}
}

func TestKilledProgramTakesTheServerAlong(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{madeDir(t), "temporary"} {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			killed, url := runProgram(t, dir)
			data := mustQuery(t, url, "SHOW data_directory")
			mustQuery(t, url, "CREATE TABLE kept AS SELECT 1 AS n")
			pid := serverPID(t, filepath.Dir(data))
			if pid == 0 {
				t.Fatal("no server in " + filepath.Dir(data))
			}
			if err := killed.Process.Kill(); err != nil {
				t.Fatal(err)
			}

			if dir != "temporary" {
				// At once, while the old server is still shutting down.
				i := mustStart(t, Config{Dir: dir, Fast: true})
				if got := mustQuery(t, i.URL, "SELECT n FROM kept"); got != "1" {
					t.Errorf("got %s, want 1", got)
				}
			}
			if !waitUntil(func() bool { return !alive(pid) }, stepTimeout) {
				t.Errorf("the server (process %d) outlives its program", pid)
			}
			if dir == "temporary" && !waitUntil(func() bool {
				_, err := os.Stat(filepath.Dir(data))
				return errors.Is(err, os.ErrNotExist)
			}, stepTimeout) {
				t.Errorf("%s outlives its program", filepath.Dir(data))
			}
		})
	}
}

func TestOrphanIsStopped(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	killed, url := runProgram(t, dir)
	mustQuery(t, url, "CREATE TABLE kept AS SELECT 1 AS n")
	orphan := serverPID(t, dir)
	supervisor := parentOf(t, orphan)
	// Each of the two would stop the server if it saw the other one die, so
	// both are frozen before they are killed.
	for _, signal := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGKILL} {
		for _, pid := range []int{supervisor, killed.Process.Pid} {
			if err := syscall.Kill(pid, signal); err != nil {
				t.Fatal(err)
			}
		}
		for _, pid := range []int{supervisor, killed.Process.Pid} {
			if signal == syscall.SIGSTOP && !waitUntil(func() bool { return frozen(t, pid) }, stepTimeout) {
				t.Fatalf("process %d is not stopped", pid)
			}
		}
	}
	_ = killed.Wait()
	if !waitUntil(func() bool { return !alive(supervisor) }, 5*time.Second) || !alive(orphan) {
		t.Fatalf("supervisor alive: %v, server alive: %v; want only the server", alive(supervisor), alive(orphan))
	}

	var log strings.Builder
	i := mustStart(t, Config{Dir: dir, Fast: true, Log: &log})
	if alive(orphan) {
		t.Error("the orphan is still running")
	}
	if got := mustQuery(t, i.URL, "SELECT n FROM kept"); got != "1" {
		t.Errorf("got %s, want 1", got)
	}
	if !strings.Contains(log.String(), "earlier run") {
		t.Errorf("the log does not mention the orphan: %q", log.String())
	}
}

// frozen reports whether every thread of a process has stopped after SIGSTOP.
func frozen(t *testing.T, pid int) bool {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return false // a thread has ended: look again
		}
		// The state follows the name, which is in parentheses.
		if at := strings.LastIndex(string(text), ") "); at < 0 || text[at+2] != 'T' {
			return false
		}
	}
	return len(files) > 0
}

// parentOf returns the parent of a process.
func parentOf(t *testing.T, pid int) int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/task/[0-9]*/children")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			continue // it has ended in the meantime
		}
		for child := range strings.FieldsSeq(string(text)) {
			if child == strconv.Itoa(pid) {
				parent, err := strconv.Atoi(strings.Split(f, "/")[2])
				if err != nil {
					t.Fatal(err)
				}
				return parent
			}
		}
	}
	t.Fatalf("process %d has no parent", pid)
	return 0
}

func TestPidFileLeftBehind(t *testing.T) {
	t.Parallel()
	stranger := exec.Command("sleep", "60")
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = stranger.Process.Kill(), stranger.Wait() })
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	dir := madeDir(t)
	i := mustStart(t, Config{Dir: dir, Fast: true})
	data := mustQuery(t, i.URL, "SHOW data_directory")
	file := filepath.Join(data, "postmaster.pid")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	mustStop(t, i)
	_, rest, _ := strings.Cut(string(text), "\n")
	for _, tc := range []struct{ name, text string }{
		{"its process is dead", strconv.Itoa(dead.Process.Pid) + "\n" + rest},
		{"its number belongs to another program", strconv.Itoa(stranger.Process.Pid) + "\n" + rest},
		{"empty", ""},
	} {
		if err := os.WriteFile(file, []byte(tc.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if owner, err := unprivileged(); err != nil {
			t.Fatal(err)
		} else if owner != nil {
			if err := os.Chown(file, int(owner.uid), int(owner.gid)); err != nil {
				t.Fatal(err)
			}
		}
		i, err := Start(within(t, stepTimeout), Config{Dir: dir, Fast: true})
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		mustStop(t, i)
	}
	if !alive(stranger.Process.Pid) {
		t.Error("the other program was stopped")
	}
}

func TestServerThatEndsByItself(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	i := mustStart(t, Config{Dir: dir, Fast: true})
	if err := syscall.Kill(serverPID(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if !waitUntil(func() bool { return serverPID(t, dir) == 0 }, stepTimeout) {
		t.Fatal("the server is still running")
	}
	select {
	case <-i.supervisor.done:
	case <-time.After(stepTimeout):
		t.Fatal("the end of the server went unnoticed")
	}
	if err := i.Stop(within(t, stepTimeout)); err == nil || !strings.Contains(err.Error(), "unexpectedly") {
		t.Errorf("Stop returned %v, want that PostgreSQL ended unexpectedly", err)
	}
	mustStart(t, Config{Dir: dir, Fast: true})
}

func TestStartThatIsCalledOff(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	_, err := Start(within(t, 200*time.Millisecond), Config{Dir: dir, Fast: true})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v, want a timeout", err)
	}
	// An unfinished database is not used.
	i := mustStart(t, Config{Dir: dir, Fast: true})
	mustQuery(t, i.URL, "SELECT 1")
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	for range 3 {
		t.Run("server", func(t *testing.T) {
			t.Parallel()
			mustQuery(t, mustStart(t, Config{Fast: true, MaxConnections: 10}).URL, "SELECT 1")
		})
	}
}

func TestSupervisorDoesNotStartAnother(t *testing.T) {
	t.Setenv(supervisorEnv, "1")
	if _, err := Start(t.Context(), Config{}); !errors.Is(err, ErrNoSupervisor) {
		t.Errorf("got %v, want ErrNoSupervisor", err)
	}
}

func TestDefaultDir(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", "/srv/data")
	want := "/srv/data/ziyara"
	if os.Geteuid() == 0 {
		want = "/var/lib/ziyara"
	}
	if got, err := DefaultDir(); err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestSweepRemovesWhatNobodyHolds(t *testing.T) {
	t.Parallel()
	base := newDir(t)
	for _, name := range []string{"held", "left", "new"} {
		if err := os.Mkdir(filepath.Join(base, tempPrefix+name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	held, err := lockDir(t.Context(), filepath.Join(base, tempPrefix+"held"), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close() //nolint:errcheck // closing unlocks
	old := time.Now().Add(-time.Hour)
	for _, name := range []string{"held", "left"} {
		if err := os.Chtimes(filepath.Join(base, tempPrefix+name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	sweep(t.Context(), base, nil)
	got, err := filepath.Glob(filepath.Join(base, "*"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(base, tempPrefix+"held"), filepath.Join(base, tempPrefix+"new")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("left in place (-want +got):\n%s", diff)
	}
}
