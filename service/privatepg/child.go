package privatepg

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
)

// RunChild turns this process into the supervisor of a server, if Start
// launched it for that, and never returns. In any other process it does
// nothing. It must be the first call of main, and of TestMain, in every program
// that calls Start.
func RunChild() {
	if os.Getenv(supervisorEnv) != "" {
		os.Exit(supervise())
	}
}

// supervise follows its orders until standard input ends, a signal tells it to
// stop, or the server ends unexpectedly. It returns the exit code.
func supervise() int {
	syscall.CloseOnExec(lockFD)
	syscall.CloseOnExec(eventsFD)
	syscall.Umask(0o077)
	// Writing to a program that was killed must be an error, not end the
	// process.
	signal.Ignore(syscall.SIGPIPE, syscall.SIGHUP)
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()

	events := json.NewEncoder(os.NewFile(eventsFD, "events"))
	// The program may be gone; then there is nobody left to tell.
	tell := func(e event) { _ = events.Encode(e) }
	tell(event{Hello: true})

	input := bufio.NewReader(os.Stdin)
	line, err := input.ReadBytes('\n')
	if err != nil {
		return 0 // the program ended before it sent orders
	}
	var o orders
	if err := json.Unmarshal(line, &o); err != nil {
		tell(event{Fail: fmt.Sprintf("orders: %v", err)})
		return 1
	}
	go func() {
		_, _ = io.Copy(io.Discard, input)
		cancel()
	}()

	if err := errors.Join(serve(ctx, o, tell), tidy(o)); err != nil {
		tell(event{Fail: err.Error(), Missing: errors.Is(err, errDownload)})
		return 1
	}
	return 0
}

// serve runs a server until ctx ends. It returns earlier only with an error.
func serve(ctx context.Context, o orders, tell func(event)) error {
	if err := os.Chdir(o.Dir); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(o.Dir, logName), os.O_RDWR|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // PostgreSQL wrote the last line
	if err := debug.SetCrashOutput(log, debug.CrashOptions{}); err != nil {
		return err
	}
	say := func(format string, args ...any) { tell(event{Say: fmt.Sprintf(format, args...)}) }

	found := o.Binaries
	if found.Dir == "" {
		if found, err = download(ctx, o, say); err != nil {
			return err
		}
	}
	c := &cluster{bin: found, orders: o, log: log, data: dataDir(o.Dir, found.Major)}
	if err := c.prepare(ctx, say); err != nil {
		return err
	}
	s, err := c.start(ctx)
	if err != nil {
		return err
	}
	tell(event{URL: c.url(s.port)})
	select {
	case <-ctx.Done():
		return s.stop()
	case <-s.ended:
		return fmt.Errorf("PostgreSQL ended unexpectedly: %s", c.logTail(0))
	}
}

// tidy removes a temporary home. If only root may remove the directory itself,
// the program does that.
func tidy(o orders) error {
	if !o.Temporary {
		return nil
	}
	if err := os.RemoveAll(o.Dir); err != nil && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}
