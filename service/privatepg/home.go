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

// The names inside a home. A data directory is dataPrefix plus the major
// version, because a newer PostgreSQL can't read the files of an older one.
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

// memory is where Linux keeps files in memory. A test's database is hundreds of
// files; copying them to a disk and removing them takes longer than the test.
const memory = "/dev/shm"

// roomy says whether dir is there and has room for the databases of tests. In a
// container there is often too little.
func roomy(dir string) bool {
	const enough = 4 << 30
	var s syscall.Statfs_t
	return syscall.Statfs(dir, &s) == nil && s.Bavail*uint64(s.Bsize) >= enough
}

// open creates dir if it does not exist, or a temporary directory if dir is
// empty, and takes its lock. A fast temporary directory is in memory.
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
		return nil, fmt.Errorf("privatepg: PostgreSQL runs as user %s, who can't enter %s: choose another directory",
			owner.name, filepath.Dir(dir))
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("privatepg: data directory: %w", err)
	}
	return claim(ctx, dir, false)
}

// claim takes the lock of an existing directory.
func claim(ctx context.Context, dir string, temporary bool) (*home, error) {
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, fmt.Errorf("privatepg: data directory: %w", err)
	}
	lock, err := lockDir(ctx, resolved, lockTimeout)
	if err != nil {
		return nil, err
	}
	return &home{dir: resolved, temporary: temporary, lock: lock}, nil
}

// close removes a temporary directory and releases the lock. It must not run
// before PostgreSQL has stopped.
func (h *home) close() error {
	var err error
	if h.temporary {
		err = os.RemoveAll(h.dir)
	}
	return errors.Join(err, h.lock.Close())
}

// handTo gives the directory to the user that will run PostgreSQL, so root can
// take over from another user, or run it as a different user than last time.
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
	// A root confines the walk: the previous owner of the tree can't lead it
	// elsewhere.
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
		err = root.Lchown(".", int(owner.uid), int(owner.gid)) // last: it marks that the rest is done
	}
	if err != nil {
		return fmt.Errorf("privatepg: give %s to user %s: %w", h.dir, owner.name, err)
	}
	return nil
}
