package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ziyara/service"
)

type export struct {
	database
	ring
	Dir string `arg:"" help:"Directory for the files; it must not exist."`
}

// Help returns the introduction in export --help.
func (export) Help() string {
	return `
centre.yaml is what ziyara centre apply reads, visits.csv what ziyara visits import reads, and log.jsonl is
the log of staff. They have personal data in clear: only their owner may read the files. Requests and the waitlist
are left out. A backup is something else: pg_dump and the ring of keys (docs/OPERATIONS.md, Moving out).`
}

// Run writes the files.
func (e export) Run(ctx context.Context) error {
	config := service.Config{DatabaseURL: e.URL}
	if err := e.into(&config); err != nil {
		return err
	}
	if err := os.Mkdir(e.Dir, 0o700); err != nil {
		return err
	}
	if err := (centreExport{e.database, filepath.Join(e.Dir, "centre.yaml")}).Run(ctx); err != nil {
		return err
	}
	var n service.ExportCounts
	err := writeTo(filepath.Join(e.Dir, "visits.csv"), func(visits io.Writer) error {
		return writeTo(filepath.Join(e.Dir, "log.jsonl"), func(log io.Writer) (err error) {
			n, err = service.Export(ctx, config, actor(), visits, log)
			return err
		})
	})
	if err != nil {
		return errors.Join(err, fmt.Errorf("%s is not complete", e.Dir))
	}
	fmt.Printf("Wrote %s, and %d entries of the log, to %s. ", count(n.Visits, "visit"), n.Entries, e.Dir)
	fmt.Printf("Left out: %s, %d entries of the waitlist.\n", count(n.Requests, "request"), n.Waiting)
	return nil
}
