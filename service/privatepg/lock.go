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

// lockPatience bounds the wait for a supervisor that outlives its killed
// program while it shuts PostgreSQL down.
const lockPatience = 40 * time.Second

// lockDir takes the exclusive lock of dir and writes this process's id into
// it. The lock belongs to the open file, so a supervisor that inherits the
// file keeps it. While the process named in the lock lives, lockDir fails at
// once with a *RunningError; else it waits, at most for patience.
func lockDir(ctx context.Context, dir string, patience time.Duration) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	lock, err := lockFile(ctx, path, patience, func() bool { return !alive(firstNumber(path)) })
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

// errLocked says that somebody else has the lock.
var errLocked = errors.New("privatepg: locked")

// lockFile opens, locks and empties a file; closing it unlocks it. Where the
// lock is taken it tries again while hope says so, at most for patience, and
// then returns errLocked.
func lockFile(ctx context.Context, path string, patience time.Duration, hope func() bool) (_ *os.File, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("privatepg: lock: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	waiting, cancel := context.WithTimeout(ctx, patience)
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
		if !hope() || pause(waiting, 20*time.Millisecond) != nil {
			if ctx.Err() != nil {
				return nil, fmt.Errorf("privatepg: lock: %w", ctx.Err())
			}
			return nil, errLocked
		}
	}
}

// firstNumber reads the number in the first line of a file, or 0.
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

// pause waits for d, or returns why ctx ended before that.
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
