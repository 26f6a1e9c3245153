package privatepg

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// server is a running PostgreSQL.
type server struct {
	pid   int
	port  int
	ended chan struct{} // closed when the process has ended
}

// startAttempts is how often start tries another port, or waits for the last
// processes of a killed server to leave.
const startAttempts = 20

// start runs PostgreSQL at a free port and returns when it accepts connections.
func (c *cluster) start(ctx context.Context) (*server, error) {
	for attempt := 1; ; attempt++ {
		info, err := c.log.Stat()
		if err != nil {
			return nil, err
		}
		s, err := c.launch()
		if err != nil {
			return nil, err
		}
		err = c.await(ctx, s)
		if err == nil {
			return s, nil
		}
		said := c.said(info.Size())
		// Another program took the port, or a killed server's processes still
		// have its memory: both pass.
		passes := strings.Contains(said, "could not bind") || strings.Contains(said, "pre-existing shared memory block")
		if !passes || attempt == startAttempts || pause(ctx, 250*time.Millisecond) != nil {
			return nil, fmt.Errorf("%w: %s", err, c.lastWords(info.Size()))
		}
	}
}

// launch starts the process.
func (c *cluster) launch() (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	settings := append(c.care(),
		"-c", "listen_addresses=127.0.0.1",
		"-c", "port="+strconv.Itoa(port),
		"-c", "unix_socket_directories=",
		"-c", "max_connections="+strconv.Itoa(c.orders.MaxConnections),
		"-c", "timezone=UTC",
		"-c", "log_timezone=UTC",
		"-c", "logging_collector=off",
	)
	// isServer knows a server by these first two arguments.
	cmd := exec.Command(c.bin.program("postgres"), append([]string{"-D", c.data}, settings...)...)
	cmd.Stdout, cmd.Stderr = c.log, c.log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{pid: cmd.Process.Pid, port: port, ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		_ = cmd.Wait() // the log says why
	}()
	return s, nil
}

// await returns when the server accepts connections. A server that does not,
// before it or ctx ends, is gone when await returns.
func (c *cluster) await(ctx context.Context, s *server) error {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-s.ended:
			return errors.New("PostgreSQL does not start")
		case <-ctx.Done():
			return errors.Join(ctx.Err(), s.stop())
		case <-ticker.C:
			if c.accepts(s) {
				return nil
			}
		}
	}
}

// accepts reads the state that PostgreSQL keeps in the eighth line of its pid
// file, where pg_ctl looks too.
func (c *cluster) accepts(s *server) bool {
	text, err := os.ReadFile(filepath.Join(c.data, "postmaster.pid"))
	if err != nil {
		return false
	}
	lines := strings.Split(string(text), "\n")
	return len(lines) > 7 && lines[0] == strconv.Itoa(s.pid) && strings.TrimSpace(lines[7]) == "ready"
}

// stop shuts the server down.
func (s *server) stop() error {
	gone := func() bool {
		select {
		case <-s.ended:
			return true
		default:
			return false
		}
	}
	if !halt(s.pid, gone) {
		return fmt.Errorf("PostgreSQL (process %d) does not stop", s.pid)
	}
	return nil
}

// freePort returns a port of the loopback address that is free just now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("not a TCP address: %v", l.Addr())
	}
	return addr.Port, l.Close()
}
