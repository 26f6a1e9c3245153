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
	_ "time/tzdata" // the time zones of branches, for systems without them

	"github.com/alecthomas/kong"

	"ziyara/service/bench"
	"ziyara/service/privatepg"
)

// commands has the commands of the program.
type commands struct {
	Dev     dev     `cmd:"" help:"Try it out: private database, demo centre, sandbox phone; on this machine only."`
	Serve   serve   `cmd:"" help:"Serve the API and run the periodic jobs."`
	Migrate migrate `cmd:"" help:"Bring the database schema up to date."`
	Seed    seed    `cmd:"" help:"Add the parts of the demo centre that the database lacks."`
	Audit   audit   `cmd:"" help:"Recompute the capacity ledger; exit 1 and list each difference."`
	Bench   measure `cmd:"" help:"Measure against bare fiber and pgbench, side by side, on a private database."`
	Health  health  `cmd:"" help:"Ask a running service on this machine whether it is alive; for container health checks."`
}

func main() {
	privatepg.RunChild()
	os.Exit(run())
}

// run does what the command line says and returns the exit code.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	parsed := kong.Parse(&c,
		kong.Name("ziyara"),
		kong.Description("Books visits to a service centre. Configuration comes from the environment; "+
			"every command lists its variables with --help."),
		kong.UsageOnError(),
		kong.Vars{"parts": strings.Join(bench.Parts(), ", ")},
		kong.BindTo(ctx, (*context.Context)(nil)))
	err := parsed.Run()
	switch {
	case errors.Is(err, errDiffers):
		return 1 // each difference was printed
	case err != nil:
		fmt.Fprintln(os.Stderr, "ziyara:", err)
		return 1
	}
	return 0
}

// errDiffers says that an audit found differences and listed them.
var errDiffers = errors.New("the ledger differs from the appointments")

// jsonLog logs to standard error, one JSON object per line.
func jsonLog() *slog.Logger { return slog.New(slog.NewJSONHandler(os.Stderr, nil)) }

// textLog logs to standard error in a form for people.
func textLog() *slog.Logger { return slog.New(slog.NewTextHandler(os.Stderr, nil)) }
