package main

import (
	"context"
	"errors"
	"os"
	"time"

	"ziyara/service/bench"
	"ziyara/service/privatepg"
)

type measure struct {
	Only        []string      `placeholder:"PART" help:"What to measure, of search, bookings, hot-day, http-bookings, rush, waitlist, changes, scale, lists, reminders; without it, all."`
	Stored      []int         `default:"10000,100000,1000000" help:"How many visits are stored when the planning of reminders is looked at."`
	Each        time.Duration `default:"5s" help:"How long each measurement runs; the sides of a comparison take turns three times."`
	Callers     int           `default:"32" help:"Concurrent callers and pgbench clients."`
	Connections int           `default:"64" help:"Concurrent HTTP connections."`
}

// Run measures on a private database that is thrown away after.
func (m measure) Run(ctx context.Context) (err error) {
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
		DatabaseURL: database.URL, Only: m.Only, Each: m.Each, Callers: m.Callers, Connections: m.Connections, Stored: m.Stored, Out: os.Stdout,
	})
}
