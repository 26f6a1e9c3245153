package privatepg

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that runs PostgreSQL in place of root, because PostgreSQL
// refuses to run as root.
type account struct {
	name     string
	uid, gid uint32
}

// unprivileged returns the account to run as: postgres if it exists, otherwise
// nobody. It returns nil if this process is not root: then it runs as itself.
func unprivileged() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nil means no other account, not a failure
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("privatepg: user %s: %w", name, err)
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("privatepg: user %s: %w", name, err)
		}
		return &account{name: name, uid: uint32(uid), gid: uint32(gid)}, nil
	}
	return nil, errors.New("privatepg: PostgreSQL can't run as root, and there is no user postgres or nobody")
}

// enters reports whether the permission bits let the account pass through dir
// and all its parents.
func (a *account) enters(dir string) bool {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	for {
		info, err := os.Stat(dir)
		if err != nil {
			return false
		}
		var bit os.FileMode = 0o001
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Uid == a.uid {
			bit = 0o100
		} else if ok && stat.Gid == a.gid {
			bit = 0o010
		}
		if info.Mode()&bit == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
		dir = filepath.Dir(dir)
	}
}

// credential makes a process run as the account, without the groups of root.
func (a *account) credential() *syscall.Credential {
	if a == nil {
		return nil
	}
	return &syscall.Credential{Uid: a.uid, Gid: a.gid}
}
