package main

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"ziyara/service/bench"
	"ziyara/service/privatepg"
)

type measure struct {
	Only        []string      `placeholder:"PART" help:"Parts to measure, of ${parts}; all by default."`
	Against     string        `placeholder:"BINARY" type:"existingfile" help:"Another build: measure each part with both, taking turns, and print the results side by side."`
	Stored      []int         `default:"10000,100000,1000000" help:"Numbers of stored visits with which to measure the planning of reminders."`
	Each        time.Duration `default:"5s" help:"Most time for each measurement: it ends early when all places are taken. Builds that are compared take three turns each."`
	Callers     int           `default:"32" help:"Concurrent callers and pgbench clients."`
	Connections int           `default:"64" help:"Concurrent HTTP connections."`
}

// Help is what --help says about bench.
func (measure) Help() string {
	return `
The report goes to standard output, in Markdown; progress
goes to standard error. Absolute figures depend on the machine and the hour:
compare the ratios, or two builds in one run:

  ziyara bench --only bookings,search
  ziyara bench --only bookings --each 2s --against ../before/bin/ziyara

It exits with 1 if any part fails; the other parts are still measured.`
}

// Run measures on a private database that is thrown away afterwards.
func (m measure) Run(ctx context.Context) (err error) {
	if _, err = bench.Choose(m.Only); err != nil {
		return err
	}
	if m.Against != "" {
		return m.compare(ctx)
	}
	database, err := privatepg.Start(ctx, privatepg.Config{MaxConnections: 2*m.Callers + 60, Log: os.Stderr})
	if err != nil {
		return err
	}
	defer func() {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
		defer cancel()
		err = errors.Join(err, database.Stop(stopping))
	}()
	return bench.Run(ctx, bench.Config{
		DatabaseURL: database.URL, Only: m.Only, Each: m.Each, Callers: m.Callers, Connections: m.Connections, Stored: m.Stored,
		Out: os.Stdout, Progress: os.Stderr,
	})
}

func (m measure) compare(ctx context.Context) error {
	this, err := os.Executable()
	if err != nil {
		return err
	}
	stored := make([]string, len(m.Stored))
	for i, n := range m.Stored {
		stored[i] = strconv.Itoa(n)
	}
	return bench.Compare(ctx, bench.Comparison{
		This: this, Other: m.Against, Only: m.Only, Out: os.Stdout, Progress: os.Stderr,
		Flags: []string{
			"--each=" + m.Each.String(), "--callers=" + strconv.Itoa(m.Callers), "--connections=" + strconv.Itoa(m.Connections),
			"--stored=" + strings.Join(stored, ","),
		},
	})
}
