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

// alive reports whether a process runs. A zombie does not.
func alive(pid int) bool {
	if pid <= 0 || syscall.Kill(pid, 0) == syscall.ESRCH {
		return false
	}
	return commandLine(pid) != ""
}

// isServer reports whether pid is a PostgreSQL server on the data directory.
func isServer(pid int, data string) bool {
	return pid > 0 && strings.Contains(commandLine(pid)+" ", "postgres -D "+data+" ")
}

// commandLine returns the command line of a process, its arguments separated by
// spaces; empty if the process is dead.
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

// halt tells a server to shut down, with increasing force, until gone reports
// that it has: SIGINT disconnects all clients and writes all data, SIGQUIT
// leaves that to the next start, and SIGKILL needs no cooperation.
func halt(pid int, gone func() bool) bool {
	for _, step := range []struct {
		signal  syscall.Signal
		timeout time.Duration
	}{
		{syscall.SIGINT, 20 * time.Second},
		{syscall.SIGQUIT, 5 * time.Second},
		{syscall.SIGKILL, 5 * time.Second},
	} {
		// An error means that the process is gone or not ours, and gone finds
		// out.
		_ = syscall.Kill(pid, step.signal)
		if waitUntil(gone, step.timeout) {
			return true
		}
	}
	return false
}

// waitUntil waits until ok returns true, up to timeout, and returns its last
// result.
func waitUntil(ok func() bool, timeout time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	for !ok() {
		if pause(ctx, 5*time.Millisecond) != nil {
			return ok()
		}
	}
	return true
}
