package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
)

// Comparison defines what to measure with two binaries.
type Comparison struct {
	This, Other string   // the binaries
	Only        []string // the parts to measure; none for all
	Flags       []string // for both binaries
	Out         io.Writer
	Progress    io.Writer
}

// turns is how often each binary measures a part.
const turns = 2

// Compare measures each part with both binaries in turn, each time on a new
// private database, and writes the figures side by side. So both run under the
// same load of the machine.
func Compare(ctx context.Context, c Comparison) error {
	parts, err := Choose(c.Only)
	if err != nil {
		return err
	}
	r := &report{out: c.Out}
	r.line("| what | %s | %s |", c.This, c.Other)
	r.line("|---|---|---|")
	var errs []error
	for _, part := range parts {
		var reports [2][][]byte
		for range turns {
			for i, binary := range []string{c.This, c.Other} {
				fmt.Fprintf(c.Progress, "bench: %s with %s\n", part, binary)                                      //nolint:errcheck // only progress
				run := exec.CommandContext(ctx, binary, append([]string{"bench", "--only", part}, c.Flags...)...) //nolint:gosec // flags of the caller
				run.Stderr = c.Progress
				out, err := run.Output()
				if err != nil {
					errs = append(errs, fmt.Errorf("%s with %s: %w", part, binary, err))
				}
				reports[i] = append(reports[i], out)
			}
		}
		for _, line := range beside(reports[0], reports[1]) {
			r.line("%s", line)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(summary(errs), r.err)
}

// beside returns a row for everything that at least one of the binaries has
// measured, with the figures of all turns of each.
func beside(this, other [][]byte) (lines []string) {
	var order []string
	figures := make(map[string][2][]string)
	for side, reports := range [][][]byte{this, other} {
		for _, report := range reports {
			for row := range bytes.Lines(report) {
				cells := strings.Split(strings.Trim(strings.TrimSpace(string(row)), "|"), "|")
				if len(cells) < 3 || !strings.HasPrefix(cells[0], " ") || cells[0] == " what " {
					continue
				}
				what, figure, ratio := strings.TrimSpace(cells[0]), strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2])
				if ratio != "" {
					figure += " (" + ratio + ")"
				}
				if !slices.Contains(order, what) {
					order = append(order, what)
				}
				both := figures[what]
				both[side] = append(both[side], figure)
				figures[what] = both
			}
		}
	}
	for _, what := range order {
		both := figures[what]
		lines = append(lines, strings.Join([]string{"|", what, "|", cell(both[0]), cell(both[1])}, " "))
	}
	return lines
}

// cell ends a cell of a row.
func cell(figures []string) string {
	if len(figures) == 0 {
		return "|"
	}
	return strings.Join(figures, ", ") + " |"
}
