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
	Only        []string      `placeholder:"PART" help:"What to measure, of ${parts}; without it, all."`
	Against     string        `placeholder:"BINARY" type:"existingfile" help:"Measure each part with this program and with another build of it, in turns, and print both side by side."`
	Stored      []int         `default:"10000,100000,1000000" help:"How many visits are stored when the planning of reminders is looked at."`
	Each        time.Duration `default:"5s" help:"How long each measurement runs, at most: it ends before when all places are taken. The sides of a comparison take turns three times."`
	Callers     int           `default:"32" help:"Concurrent callers and pgbench clients."`
	Connections int           `default:"64" help:"Concurrent HTTP connections."`
}

// Help is what --help says about bench.
func (measure) Help() string {
	return `
The report goes to standard output, in Markdown; what is measured at the moment
goes to standard error. Absolute figures depend on the machine and the hour:
compare the ratios, or two builds in one run:

  ziyara bench --only bookings,search
  ziyara bench --only bookings --each 2s --against ../before/bin/ziyara

It exits with 1 when anything was wrong; the other parts are measured anyway.`
}

// Run measures on a private database that is thrown away after.
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
