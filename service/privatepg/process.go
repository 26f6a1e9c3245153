package privatepg

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// alive says whether a process runs. A dead one that nobody has waited for
// does not.
func alive(pid int) bool {
	if pid <= 0 || syscall.Kill(pid, 0) == syscall.ESRCH {
		return false
	}
	return commandLine(pid) != ""
}

// isServer says whether pid is a PostgreSQL server on the data directory.
func isServer(pid int, data string) bool {
	return pid > 0 && strings.Contains(commandLine(pid)+" ", "postgres -D "+data+" ")
}

// commandLine returns the command line of a process, its arguments separated
// by spaces, or nothing when the process is dead.
func commandLine(pid int) string {
	if runtime.GOOS == "linux" {
		text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
		if err != nil {
			return ""
		}
		return strings.TrimSpace(strings.ReplaceAll(string(text), "\x00", " "))
	}
	text, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// halt asks a server to shut down, harder each time, until gone says that it
// has: SIGINT disconnects everybody and writes all data out, SIGQUIT leaves
// that to the next start, and SIGKILL needs no cooperation.
func halt(pid int, gone func() bool) bool {
	for _, step := range []struct {
		signal   syscall.Signal
		patience time.Duration
	}{
		{syscall.SIGINT, 20 * time.Second},
		{syscall.SIGQUIT, 5 * time.Second},
		{syscall.SIGKILL, 5 * time.Second},
	} {
		// An error means that the process is gone, or not ours: gone tells.
		_ = syscall.Kill(pid, step.signal)
		if waitUntil(gone, step.patience) {
			return true
		}
	}
	return false
}

// waitUntil waits until ok, at most for patience, and returns the last answer.
func waitUntil(ok func() bool, patience time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for !ok() {
		if pause(ctx, 5*time.Millisecond) != nil {
			return ok()
		}
	}
	return true
}
