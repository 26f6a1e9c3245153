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
	Only        []string      `placeholder:"PART" help:"What to measure: ${parts}; all by default."`
	Against     string        `placeholder:"BINARY" type:"existingfile" help:"${against}"`
	Stored      []int         `default:"10000,100000,1000000" help:"${stored}"`
	Each        time.Duration `default:"5s" help:"${each}"`
	Callers     int           `default:"32" help:"Concurrent callers and pgbench clients."`
	Connections int           `default:"64" help:"Concurrent HTTP connections."`
}

// Help returns the introduction in bench --help.
func (measure) Help() string {
	return `
The report goes to standard output, in Markdown. Progress goes to standard
error. Absolute figures depend on the machine and its load: compare the ratios,
or two builds in one run:

  ziyara bench --only bookings,search
  ziyara bench --only bookings --each 2s --against ../before/bin/ziyara

It exits with 1 if anything failed; the other parts are measured all the same.`
}

// Run measures on a private database that is removed afterwards.
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
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
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
