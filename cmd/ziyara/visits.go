package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ziyara/service"
	"ziyara/service/movein"
)

// visits has the commands about all visits at once.
type visits struct {
	Import visitsImport `cmd:"" help:"Make the visits of another system, in a spreadsheet (.csv), visits of this one."`
}

type visitsImport struct {
	database
	ring
	File   string `arg:"" help:"File to import; - for standard input. Its first line has the names of its columns."`
	DryRun bool   `help:"Only say what would become of each visit."`
	Tell   bool   `help:"Send each visitor the message of a booking. Reminders are sent in any case."`
	Report string `placeholder:"FILE" help:"Where to write what became of each line; FILE-report.csv by default, - for standard output."`
}

// Help returns the introduction in visits import --help.
func (visitsImport) Help() string {
	return "\nThe columns are " + strings.TrimPrefix(movein.Columns().String(), "the columns of visits are ") + `,
in English or Arabic (docs/OPERATIONS.md, Moving in). If the form of the file has mistakes, all of them are
listed, and nothing is imported. A run that was interrupted can be begun again: what was imported stays.`
}

// Run imports the visits, and writes what became of each.
func (v visitsImport) Run(ctx context.Context) error {
	file, err := readUpTo(v.File, movein.MaxSize)
	if err != nil {
		return err
	}
	config := service.Config{DatabaseURL: v.URL}
	if err = v.into(&config); err != nil {
		return err
	}
	if err = service.Prepare(ctx, v.URL); err != nil {
		return err
	}
	result, err := service.ImportVisits(ctx, config, file, service.ImportOptions{
		Actor: actor(), Try: v.DryRun, Tell: v.Tell, Progress: progress(os.Stderr, time.Now),
	})
	if len(result.Lines) == 0 {
		if err = mistakes(v.File, err); err != nil {
			return fmt.Errorf("%w\nNothing was imported", err)
		}
	}
	report := v.report()
	fmt.Fprintln(os.Stderr, v.summary(result.Counts))
	return errors.Join(err, writeTo(report, func(out io.Writer) error { return movein.WriteReport(out, result.Lines) }))
}

// report is where the report is written.
func (v visitsImport) report() string {
	if v.Report != "" || v.File == stdio {
		return v.Report
	}
	return strings.TrimSuffix(v.File, filepath.Ext(v.File)) + "-report.csv"
}

// summary says what became of the visits.
func (v visitsImport) summary(c movein.Counts) string {
	text := fmt.Sprintf("%s: %d imported, %d imported before, %d refused", count(c.Lines, "visit"), c.Imported, c.Before, c.Refused)
	if v.DryRun {
		text = fmt.Sprintf("%s: %d would be imported, %d were imported before, %d would be refused",
			count(c.Lines, "visit"), c.Imported, c.Before, c.Refused)
	}
	if c.Left > 0 {
		text += fmt.Sprintf(", %d not reached: run it again", c.Left)
	}
	if c.Notes > 0 {
		text += fmt.Sprintf(". Left out: %s, which visits don't have", count(c.Notes, "note"))
	}
	if report := v.report(); report != "" && report != stdio {
		text += ". What became of each is in " + report
	}
	return text + "."
}

// progress returns what shows how far a long run is, each few seconds.
func progress(out io.Writer, now func() time.Time) func(done, all int) {
	const pause = 3 * time.Second
	last := now()
	return func(done, all int) {
		if now().Sub(last) >= pause {
			last = now()
			_, _ = fmt.Fprintf(out, "%d of %d visits\n", done, all)
		}
	}
}

// writeTo lets write write a file that only its owner reads, standard output for -, and nothing for "".
func writeTo(name string, write func(io.Writer) error) (err error) {
	switch name {
	case "":
		return nil
	case stdio:
		return write(os.Stdout)
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // the user's own choice
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
