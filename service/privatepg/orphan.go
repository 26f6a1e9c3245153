package privatepg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// stopOrphans stops servers of any version that outlived both program and
// supervisor. The caller holds the lock, so no living program owns them.
func (h *home) stopOrphans(ctx context.Context, say *progress) error {
	entries, err := os.ReadDir(h.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a temporary home that the supervisor has removed
	}
	if err != nil {
		return fmt.Errorf("privatepg: data directory: %w", err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		if err := stopOrphan(ctx, filepath.Join(h.dir, e.Name()), say); err != nil {
			return err
		}
	}
	return nil
}

// stopOrphan stops the server of one data directory, if there is one. If the
// process of a pid file is dead, PostgreSQL replaces the file itself. If its
// number now belongs to another program, the file would block PostgreSQL and is
// removed.
func stopOrphan(ctx context.Context, data string, say *progress) error {
	file := filepath.Join(data, "postmaster.pid")
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	pid := firstNumber(file)
	switch {
	case isServer(pid, data):
		say.say("Stopping the PostgreSQL of an earlier run, process %d.", pid)
		if !halt(pid, func() bool { return !isServer(pid, data) || ctx.Err() != nil }) || ctx.Err() != nil {
			return fmt.Errorf("privatepg: PostgreSQL of an earlier run (process %d) does not stop", pid)
		}
	case pid <= 0 || alive(pid):
		if err := os.Remove(file); err != nil {
			return fmt.Errorf("privatepg: stale pid file: %w", err)
		}
	}
	return nil
}
