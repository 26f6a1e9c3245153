package privatepg

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// host defines where the programs of PostgreSQL come from.
type host struct {
	installed  string                            // pattern of directories with binaries
	lookPath   func(name string) (string, error) // finds a program in PATH
	conf       string                            // Debian's settings for clusters created on installation
	installing string                            // lock that allows one installation at a time
	repository string                            // where downloads come from; empty for the library's default
	cacheDir   string                            // where downloads are kept; empty for the cache of root or the user
}

// debian returns the host of Debian and its derivatives. On other systems it
// finds what is in PATH.
func debian() host {
	return host{
		installed:  "/usr/lib/postgresql/*/bin",
		lookPath:   exec.LookPath,
		conf:       "/etc/postgresql-common/createcluster.conf",
		installing: "/run/ziyara-postgres-install.lock",
	}
}

// binaries are the programs of one PostgreSQL version.
type binaries struct {
	Dir   string // contains initdb and postgres
	Major int    // 15 for PostgreSQL 15.x
}

// program returns the path of a program.
func (b binaries) program(name string) string {
	return filepath.Join(b.Dir, name)
}

// local returns the best binaries on the machine: a version with data in dir if
// there is one, so that an upgrade of the machine does not hide that data,
// otherwise the newest.
func (h host) local(ctx context.Context, dir string) (best binaries, ok bool) {
	candidates, err := filepath.Glob(h.installed)
	if err != nil {
		candidates = nil
	}
	if path, err := h.lookPath("pg_ctl"); err == nil {
		if resolved, err := filepath.EvalSymlinks(path); err == nil {
			candidates = append(candidates, filepath.Dir(resolved))
		}
	}
	rank := func(b binaries) int {
		if initialised(dataDir(dir, b.Major)) {
			return b.Major + 1000
		}
		return b.Major
	}
	for _, candidate := range candidates {
		b, err := inspect(ctx, candidate)
		if err == nil && (!ok || rank(b) > rank(best)) {
			best, ok = b, true
		}
	}
	return best, ok
}

// inspect returns the binaries in dir, or the reason why there are none.
func inspect(ctx context.Context, dir string) (binaries, error) {
	b := binaries{Dir: dir}
	if _, err := exec.LookPath(b.program("initdb")); err != nil {
		return binaries{}, fmt.Errorf("privatepg: %w", err)
	}
	out, err := exec.CommandContext(ctx, b.program("postgres"), "--version").Output()
	if err != nil {
		return binaries{}, fmt.Errorf("privatepg: postgres --version in %s: %w", dir, err)
	}
	// For example "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)" or "19beta1".
	m := regexp.MustCompile(`\(PostgreSQL\) (\d+)`).FindSubmatch(out)
	if m == nil {
		return binaries{}, fmt.Errorf("privatepg: postgres --version in %s printed %q", dir, out)
	}
	b.Major, err = strconv.Atoi(string(m[1]))
	if err != nil {
		return binaries{}, fmt.Errorf("privatepg: postgres --version in %s: %w", dir, err)
	}
	return b, nil
}

// cache returns a directory for downloads that the owner may write to: one
// shared by all programs of this user or, for a user without a home directory,
// one in dir.
func (h host) cache(dir string, owner *account) (string, error) {
	shared := h.cacheDir
	if shared == "" && os.Geteuid() == 0 {
		shared = "/var/cache/ziyara"
	}
	if shared == "" {
		if user, err := os.UserCacheDir(); err == nil {
			shared = filepath.Join(user, "ziyara")
		}
	}
	if shared == "" || os.MkdirAll(shared, 0o755) != nil {
		shared = filepath.Join(dir, "cache")
		if err := os.MkdirAll(shared, 0o755); err != nil {
			return "", fmt.Errorf("privatepg: cache: %w", err)
		}
	}
	if owner != nil {
		if err := os.Lchown(shared, int(owner.uid), int(owner.gid)); err != nil {
			return "", fmt.Errorf("privatepg: cache: %w", err)
		}
	}
	return shared, nil
}
