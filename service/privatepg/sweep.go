package privatepg

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// sweepAge protects a directory that another process has just created but not
// locked yet.
const sweepAge = time.Minute

// sweep removes the temporary homes left in base when both program and
// supervisor were killed, and stops the servers still in them. Failures are
// ignored: what remains does no harm.
func sweep(ctx context.Context, base string, owner *account) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	uid := uint32(os.Geteuid())
	if owner != nil {
		uid = owner.uid
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), tempPrefix) {
			continue
		}
		info, err := e.Info()
		if err != nil || time.Since(info.ModTime()) < sweepAge {
			continue
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); !ok || stat.Uid != uid {
			continue
		}
		dir := filepath.Join(base, e.Name())
		lock, err := lockDir(ctx, dir, 0)
		if err != nil {
			continue
		}
		left := &home{dir: dir, temporary: true, lock: lock}
		if left.stopOrphans(ctx, &progress{to: io.Discard}) == nil {
			_ = left.close()
		} else {
			_ = lock.Close()
		}
	}
}
