package privatepg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// The names inside a home. Data directories are dataPrefix and the major
// version: a newer PostgreSQL cannot read an older one's files.
const (
	lockName     = "lock"
	passwordName = "password"
	logName      = "postgres.log"
	dataPrefix   = "pg"
	tempPrefix   = "ziyara-postgres-"
)

// home is a directory for data, password and log, held by an exclusive lock.
type home struct {
	dir       string // absolute, without symbolic links
	temporary bool
	lock      *os.File // shared with the supervisor; contains the program's process id
}

// memory is where Linux keeps files in memory. To copy a database, which is
// hundreds of files, and to remove it again takes a disk longer than all else.
const memory = "/dev/shm"

// roomy says whether dir is there and has room for the databases of tests. In a
// container it often has not.
func roomy(dir string) bool {
	const enough = 4 << 30
	var s syscall.Statfs_t
	return syscall.Statfs(dir, &s) == nil && s.Bavail*uint64(s.Bsize) >= enough
}

// open creates dir when missing, or a temporary one when it is empty, and
// takes its lock. A temporary one is in memory if it is to be fast.
func open(ctx context.Context, dir string, fast bool, owner *account) (*home, error) {
	if dir == "" {
		base := os.TempDir()
		if fast && os.Getenv("TMPDIR") == "" && roomy(memory) {
			base = memory
		}
		if owner != nil && !owner.enters(base) {
			base = "/tmp"
		}
		sweep(ctx, base, owner)
		temp, err := os.MkdirTemp(base, tempPrefix)
		if err != nil {
			return nil, fmt.Errorf("privatepg: temporary directory: %w", err)
		}
		return claim(ctx, temp, true)
	}

	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("privatepg: data directory: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return nil, fmt.Errorf("privatepg: data directory: %w", err)
	}
	if owner != nil && !owner.enters(filepath.Dir(dir)) {
		return nil, fmt.Errorf("privatepg: PostgreSQL runs as user %s, who cannot enter %s: choose another directory",
			owner.name, filepath.Dir(dir))
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("privatepg: data directory: %w", err)
	}
	return claim(ctx, dir, false)
}

// claim takes the lock of a directory that exists.
func claim(ctx context.Context, dir string, temporary bool) (*home, error) {
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, fmt.Errorf("privatepg: data directory: %w", err)
	}
	lock, err := lockDir(ctx, resolved, lockPatience)
	if err != nil {
		return nil, err
	}
	return &home{dir: resolved, temporary: temporary, lock: lock}, nil
}

// close removes a temporary directory and gives the lock back. It must not
// run before PostgreSQL has stopped.
func (h *home) close() error {
	var err error
	if h.temporary {
		err = os.RemoveAll(h.dir)
	}
	return errors.Join(err, h.lock.Close())
}

// handTo gives the directory to the user that will run PostgreSQL, so that
// root may come after somebody else, or find another user than last time.
// The lock stays root's. Without an owner there is nothing to do.
func (h *home) handTo(owner *account) error {
	if owner == nil {
		return nil
	}
	info, err := os.Stat(h.dir)
	if err != nil {
		return fmt.Errorf("privatepg: data directory: %w", err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Uid == owner.uid {
		return nil
	}
	// A root confines the walk: whoever owned the tree cannot lead it astray.
	root, err := os.OpenRoot(h.dir)
	if err != nil {
		return fmt.Errorf("privatepg: data directory: %w", err)
	}
	defer root.Close() //nolint:errcheck // nothing was written through it
	give := func(path string, e fs.DirEntry, err error) error {
		top, _, _ := strings.Cut(path, "/")
		ours := top == passwordName || top == logName || strings.HasPrefix(top, dataPrefix)
		switch {
		case err != nil:
			return err
		case path == ".":
			return nil
		case !ours && e.IsDir():
			return fs.SkipDir
		case !ours:
			return nil
		}
		return root.Lchown(path, int(owner.uid), int(owner.gid))
	}
	err = fs.WalkDir(root.FS(), ".", give)
	if err == nil {
		err = root.Lchown(".", int(owner.uid), int(owner.gid)) // last: it says that the rest is done
	}
	if err != nil {
		return fmt.Errorf("privatepg: give %s to user %s: %w", h.dir, owner.name, err)
	}
	return nil
}
