package privatepg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lockTimeout limits the wait for a supervisor that outlives its killed program
// while it shuts PostgreSQL down.
const lockTimeout = 40 * time.Second

// lockDir takes the exclusive lock of dir and writes the id of this process
// into it. The lock belongs to the open file, so a supervisor that inherits the
// file keeps it. While the process named in the lock lives, lockDir fails at
// once with a *RunningError; otherwise it waits up to timeout.
func lockDir(ctx context.Context, dir string, timeout time.Duration) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	lock, err := lockFile(ctx, path, timeout, func() bool { return !alive(firstNumber(path)) })
	if errors.Is(err, errLocked) {
		return nil, &RunningError{Dir: dir, PID: firstNumber(path)}
	}
	if err != nil {
		return nil, err
	}
	_, err = lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("privatepg: lock: %w", err), lock.Close())
	}
	return lock, nil
}

// errLocked reports that another process has the lock.
var errLocked = errors.New("privatepg: locked")

// lockFile opens, locks and truncates a file; closing it unlocks it. If the
// lock is taken, it tries again while retry returns true, up to timeout, and
// then returns errLocked.
func lockFile(ctx context.Context, path string, timeout time.Duration, retry func() bool) (_ *os.File, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("privatepg: lock: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	waiting, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			if err := f.Truncate(0); err != nil {
				return nil, fmt.Errorf("privatepg: lock: %w", err)
			}
			return f, nil
		case errors.Is(err, syscall.EINTR):
			continue
		case !errors.Is(err, syscall.EWOULDBLOCK):
			return nil, fmt.Errorf("privatepg: lock: %w", err)
		}
		if !retry() || pause(waiting, 20*time.Millisecond) != nil {
			if ctx.Err() != nil {
				return nil, fmt.Errorf("privatepg: lock: %w", ctx.Err())
			}
			return nil, errLocked
		}
	}
}

// firstNumber returns the number in the first line of a file, or 0.
func firstNumber(path string) int {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	n, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return 0
	}
	return n
}

// pause waits for d, or returns the error of ctx if that ends earlier.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
