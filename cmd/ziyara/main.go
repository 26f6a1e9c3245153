// Ziyara gives visitors of a service centre appointments. See README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // the zones of branches, even where the system has none

	"github.com/alecthomas/kong"

	"ziyara/service/bench"
	"ziyara/service/privatepg"
)

// commands are the subcommands of the program.
type commands struct {
	Dev     dev     `cmd:"" help:"Try it out on this machine: private database, demo centre, sandbox phone."`
	Serve   serve   `cmd:"" help:"Serve the API and run the periodic jobs."`
	Migrate migrate `cmd:"" help:"Bring the database schema up to date."`
	Centre  centre  `cmd:"" help:"The centre as a file: start, check, apply, export."`
	Visits  visits  `cmd:"" help:"All visits at once: import those of another system."`
	Export  export  `cmd:"" help:"Write the centre, the visits ahead and the log as files that other systems read. It is no backup."`
	Seed    seed    `cmd:"" help:"Add the missing parts of the demo centre to the database."`
	Audit   audit   `cmd:"" help:"Recompute the capacity ledger, check the log of staff; exit 1 and list what is wrong."`
	Person  person  `cmd:"" help:"Give a person a copy of what is kept of them, or erase it."`
	Keys    keys    `cmd:"" help:"The ring of keys with which what is personal is sealed: make, rotate, list, retire."`
	Rekey   rekey   `cmd:"" help:"Seal all rows with the primary key of the ring, beside replicas that serve."`
	Bench   measure `cmd:"" help:"Compare with bare fiber and pgbench, side by side, on a private database."`
	Health  health  `cmd:"" help:"Ask a running service on this machine whether it is alive; for container health checks."`
}

func main() {
	privatepg.RunChild()
	os.Exit(run())
}

// run runs the command line and returns the exit code.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	parsed := kong.Parse(&c,
		kong.Name("ziyara"),
		kong.Description("Books visits to a service centre. "+
			"Configuration comes from the environment; every command lists its variables with --help."),
		kong.UsageOnError(),
		helpTexts, kong.Vars{"parts": strings.Join(bench.Parts(), ", ")},
		kong.BindTo(ctx, (*context.Context)(nil)))
	err := parsed.Run()
	switch {
	case errors.Is(err, errDiffers):
		return 1 // the differences have been listed
	case err != nil:
		fmt.Fprintln(os.Stderr, "ziyara:", err)
		return 1
	}
	return 0
}

// errDiffers reports that an audit found something and listed it.
var errDiffers = errors.New("the audit found something")

// jsonLog logs to standard error, one JSON object per line.
func jsonLog() *slog.Logger { return slog.New(slog.NewJSONHandler(os.Stderr, nil)) }

// textLog logs to standard error as readable text.
func textLog() *slog.Logger { return slog.New(slog.NewTextHandler(os.Stderr, nil)) }
