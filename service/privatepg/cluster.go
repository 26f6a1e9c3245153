package privatepg

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// The database and the role that owns it.
const (
	role     = "ziyara"
	database = "ziyara"
)

// dataDir returns the data directory of a major version.
func dataDir(dir string, major int) string {
	return filepath.Join(dir, dataPrefix+strconv.Itoa(major))
}

// initialised reports whether a directory contains a complete database: create
// renames it to this name only when it is finished.
func initialised(data string) bool {
	_, err := os.Stat(filepath.Join(data, "PG_VERSION"))
	return err == nil
}

// cluster is a database on disk and the programs that can read it.
type cluster struct {
	bin      binaries
	orders   orders
	data     string // directory of this major version
	password string
	log      *os.File // output of initdb and PostgreSQL
}

// url returns the lib/pq URL of the server on a port.
func (c *cluster) url(port int) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(role, c.password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// prepare creates the password and the database if they are missing.
func (c *cluster) prepare(ctx context.Context, say func(string, ...any)) error {
	file := filepath.Join(c.orders.Dir, passwordName)
	text, err := os.ReadFile(file)
	c.password = strings.TrimSpace(string(text))
	fresh := errors.Is(err, fs.ErrNotExist) || err == nil && c.password == ""
	if fresh {
		c.password = rand.Text()
		err = os.WriteFile(file, []byte(c.password+"\n"), 0o600)
	}
	if err != nil {
		return fmt.Errorf("password: %w", err)
	}
	switch {
	case !initialised(c.data):
		if !c.orders.Temporary {
			say("Creating a PostgreSQL %d database in %s.", c.bin.Major, c.data)
		}
		return c.create(ctx, file)
	case fresh:
		// The password file was deleted. The data keeps its owner.
		return c.alone(ctx, c.data, "ALTER ROLE "+role+" PASSWORD '"+c.password+"'")
	}
	return nil
}

// create makes the database under another name and then renames it, so an
// unfinished one is never used.
func (c *cluster) create(ctx context.Context, passwordFile string) error {
	unfinished := c.data + ".unfinished"
	// C.UTF-8 knows the letters of every script and sorts the same on every
	// machine. Systems without it have at least C.
	for _, locale := range []string{"C.UTF-8", "C"} {
		if err := os.RemoveAll(unfinished); err != nil {
			return err
		}
		args := []string{
			"-D", unfinished, "-U", role, "--pwfile", passwordFile, "--auth", "scram-sha-256",
			"--encoding", "UTF8", "--locale", locale,
		}
		if c.orders.Fast {
			args = append(args, "--no-sync")
		}
		initdb := exec.CommandContext(ctx, c.bin.program("initdb"), args...)
		initdb.Stdout, initdb.Stderr = c.log, c.log
		err := initdb.Run()
		if err == nil {
			break
		}
		if locale == "C" || ctx.Err() != nil {
			return fmt.Errorf("initdb: %w: %s", err, c.logTail(0))
		}
	}
	if err := c.alone(ctx, unfinished, "CREATE DATABASE "+database); err != nil {
		return err
	}
	return os.Rename(unfinished, c.data)
}

// alone runs one statement without a server.
func (c *cluster) alone(ctx context.Context, data, statement string) error {
	args := append([]string{"--single", "-D", data}, c.durability()...)
	single := exec.CommandContext(ctx, c.bin.program("postgres"), append(args, "template1")...)
	single.Stdin = strings.NewReader(statement + "\n")
	out, err := single.CombinedOutput()
	// In this mode PostgreSQL reports errors, continues, and exits with 0.
	if verb, _, _ := strings.Cut(statement, " "); err != nil || bytes.Contains(out, []byte("ERROR:")) {
		return errors.Join(fmt.Errorf("%s without a server: %s", verb, lastLine(out)), err)
	}
	return nil
}

// durability returns the settings that Fast turns off. autovacuum is one of
// them, because it changes plans and takes time at moments that tests can't
// predict. So are JIT and parallel workers: a parallel worker takes longer to start than any query of a test.
func (c *cluster) durability() []string {
	value := "on"
	if c.orders.Fast {
		value = "off"
	}
	settings := []string{
		"-c", "fsync=" + value, "-c", "synchronous_commit=" + value, "-c", "full_page_writes=" + value,
		"-c", "autovacuum=" + value,
	}
	if c.orders.Fast {
		settings = append(settings, "-c", "jit=off", "-c", "max_parallel_workers_per_gather=0", "-c", "max_parallel_maintenance_workers=0")
	}
	return settings
}

// logTail returns the end of the log after an offset, on one line.
func (c *cluster) logTail(offset int64) string {
	const enough = 600
	text := strings.Join(strings.Fields(c.said(offset)), " ")
	if len(text) > enough {
		text = "…" + strings.ToValidUTF8(text[len(text)-enough:], "")
	}
	return text
}

// said returns the log after an offset.
func (c *cluster) said(offset int64) string {
	info, err := c.log.Stat()
	if err != nil || info.Size() <= offset {
		return ""
	}
	text := make([]byte, info.Size()-offset)
	n, _ := c.log.ReadAt(text, offset)
	return string(text[:n])
}
