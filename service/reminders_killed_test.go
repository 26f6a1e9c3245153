package service_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"ziyara/notify"
	"ziyara/service"
	"ziyara/service/servicetest"
)

// What makes the test binary run as a replica of its own, which can be killed.
const (
	replicaDatabase = "ZIYARA_TEST_REPLICA_DATABASE"
	replicaGateway  = "ZIYARA_TEST_REPLICA_GATEWAY" // its address
	replicaNow      = "ZIYARA_TEST_REPLICA_NOW"     // where its clock stands
)

// runReplica runs a replica until it is killed, if this process is to.
func runReplica() {
	database := os.Getenv(replicaDatabase)
	if database == "" {
		return
	}
	now, err := time.Parse(time.RFC3339, os.Getenv(replicaNow))
	if err == nil {
		var replica *service.Service
		replica, err = service.New(context.Background(), service.Config{
			DatabaseURL: database, Secret: []byte(servicetest.Secret), Listen: "127.0.0.1:0",
			Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
			Sender: &caller{address: os.Getenv(replicaGateway)},
		})
		if err == nil {
			err = replica.Run(context.Background())
		}
	}
	fmt.Fprintln(os.Stderr, "replica:", err)
	os.Exit(1)
}

// caller sends to a gateway in another process, a line for each message.
type caller struct {
	address string

	mu   sync.Mutex
	free []net.Conn
}

func (c *caller) Send(ctx context.Context, m notify.Message) (string, error) {
	conn, err := c.take(ctx)
	if err != nil {
		return "", fmt.Errorf("%w: %w", notify.ErrTemporary, err)
	}
	if _, err = fmt.Fprintf(conn, "%d\n", m.ID); err == nil {
		_, err = bufio.NewReader(conn).ReadString('\n')
	}
	if err != nil {
		return "", errors.Join(notify.ErrUncertain, err, conn.Close())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.free = append(c.free, conn)
	return fmt.Sprint("far-", m.ID), nil
}

func (c *caller) take(ctx context.Context) (net.Conn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.free); n > 0 {
		conn := c.free[n-1]
		c.free = c.free[:n-1]
		return conn, nil
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", c.address)
}

// farGateway accepts messages over TCP and tells a counting gateway.
func farGateway(t *testing.T, count *counting) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var calls sync.WaitGroup
	calls.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			calls.Go(func() {
				defer conn.Close() //nolint:errcheck // the other side may be dead
				lines := bufio.NewScanner(conn)
				for lines.Scan() {
					var id int64
					if _, err := fmt.Sscan(lines.Text(), &id); err != nil {
						t.Errorf("the gateway got %q", lines.Text())
						return
					}
					count.count(id)
					if _, err := fmt.Fprintln(conn, "ok"); err != nil {
						return // accepted, and the answer is lost
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		calls.Wait()
	})
	return listener.Addr().String()
}

// One of two workers is killed in the middle of the reminders: all are
// accepted, and twice only what the gateway had accepted from the one that was
// killed, before that could be recorded: at most its window. The ledger says
// of each of them that it was not sure.
func TestReminderWorkerKilled(t *testing.T) {
	t.Parallel()
	n := 1000
	if *soakFor > 0 {
		n = 10_000
	}
	const window = 256 // of notify.WorkerConfig
	near, far := newCounting(), newCounting()
	centre := openCrowd(t, n, 1, near.option)
	command := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0], "-test.run=^$")
	command.Env = append(os.Environ(), replicaDatabase+"="+centre.DatabaseURL, replicaGateway+"="+farGateway(t, far),
		replicaNow+"="+centre.Clock.Now().Format(time.RFC3339))
	var said strings.Builder
	command.Stderr = &said
	kill := sync.OnceFunc(func() {
		if err := command.Process.Kill(); err != nil {
			t.Errorf("kill: %v", err)
		}
	})
	far.at = func(total int) {
		if total >= n/4 {
			kill()
		}
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- command.Wait() }()
	// The one that lives takes its part from when the other one is at work.
	until(t, "the other worker sends", func() bool { return far.sent() > n/10 || t.Failed() })
	centre.Jobs()
	if err := <-done; err == nil {
		t.Error("the replica was not killed")
	}
	if said.Len() > 0 {
		t.Fatalf("the replica ended by itself: %s", said.String())
	}
	centre.Jobs()
	left := n - remindersIn(t, centre.DatabaseURL, "accepted")
	centre.Pass(3 * time.Minute) // its leases run out
	if got := remindersIn(t, centre.DatabaseURL, "accepted"); got != n {
		t.Errorf("%d reminders are accepted, want %d", got, n)
	}
	_, nearTwice := near.twice()
	_, farTwice := far.twice()
	both := 0
	for id := range far.accepted {
		if near.accepted[id] > 0 {
			both++
			if got := servicetest.Query[int](t, centre.DatabaseURL, "SELECT unsure FROM messages WHERE id = $1", id); got != 1 {
				t.Errorf("message %d was sent twice, and the ledger has %d attempts of which nobody is sure", id, got)
			}
		}
	}
	if all := len(near.accepted) + len(far.accepted) - both; all != n || len(nearTwice) > 0 || len(farTwice) > 0 {
		t.Errorf("%d accepted, %d and %d of them twice by one worker; want %d", all, len(nearTwice), len(farTwice), n)
	}
	if both > window {
		t.Errorf("%d were accepted twice, want at most the window of %d", both, window)
	}
	t.Logf("%d reminders: %d by the worker that was killed, which left %d, %d of them accepted and not recorded",
		n, len(far.accepted), left, both)
}
