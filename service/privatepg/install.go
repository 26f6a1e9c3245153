package privatepg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// installTimeout limits the wait for another process that is installing.
const installTimeout = 10 * time.Minute

// install installs Debian's package if this process is root and apt-get exists.
// A failure is only reported, not returned: the download is tried next.
func (h host) install(ctx context.Context, say *progress) {
	apt, err := h.lookPath("apt-get")
	if err != nil || os.Geteuid() != 0 {
		return
	}
	say.say("PostgreSQL is not on this machine: installing Debian's package, which takes a minute or two.")
	if err := h.installPackage(ctx, apt); err != nil {
		say.say("Debian's package could not be installed: %v.", err)
		return
	}
	say.say("PostgreSQL is installed.")
}

// installPackage runs apt-get, in one process at a time.
func (h host) installPackage(ctx context.Context, apt string) error {
	lock, err := lockFile(ctx, h.installing, installTimeout, func() bool { return true })
	if err != nil {
		return err
	}
	defer lock.Close() //nolint:errcheck // closing unlocks
	if _, ok := h.local(ctx, ""); ok {
		return nil // another process was faster
	}
	if err := h.forbidMainCluster(); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"update", "-q"},
		{"install", "-q", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", "postgresql"},
	} {
		cmd := exec.CommandContext(ctx, apt, args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		// A killed dpkg leaves a broken state behind; an interrupted one does
		// not.
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		cmd.WaitDelay = 10 * time.Second
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w: %s", args[0], err, lastLine(out))
		}
	}
	return nil
}

// forbidMainCluster keeps the package from creating and starting a database of
// its own, unless the administrator of the machine has decided otherwise.
func (h host) forbidMainCluster() error {
	if err := os.MkdirAll(filepath.Dir(h.conf), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(h.conf, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString("create_main_cluster = false\n")
	return errors.Join(err, f.Close())
}

// lastLine returns the last line of output that is not empty.
func lastLine(out []byte) string {
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	return strings.TrimSpace(string(lines[len(lines)-1]))
}
