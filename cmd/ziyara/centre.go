package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"ziyara/service"
	"ziyara/setup"
)

// centre has the commands for the centre as a file.
type centre struct {
	New    centreNew    `cmd:"" help:"Write a commented file to start from, and its schema beside it."`
	Check  centreCheck  `cmd:"" help:"Check a file: every mistake with its line. It needs no database."`
	Apply  centreApply  `cmd:"" help:"Make the centre as a file or a spreadsheet (.csv) says, all or nothing; what it does not name stays."`
	Export centreExport `cmd:"" help:"Write the centre as a file."`
	Schema centreSchema `cmd:"" help:"Print the JSON Schema of files, for editors."`
}

// stdio is the name of standard input or output.
const stdio = "-"

type centreNew struct {
	File string `arg:"" optional:"" default:"centre.yaml" help:"File to write, centre.yaml by default; it must not exist."`
}

// Run writes the file and its schema.
func (n centreNew) Run() error {
	if err := create(n.File, setup.New()); err != nil {
		return err
	}
	if n.File == stdio {
		return nil
	}
	if err := writeSchema(n.File); err != nil {
		return err
	}
	fmt.Printf("Wrote %[1]s. Change it to your centre, then: ziyara centre check %[1]s\n", n.File)
	return nil
}

// create writes a new file, or to standard output.
func create(name string, data []byte) error {
	if name == stdio {
		_, err := os.Stdout.Write(data)
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // nothing in it is secret
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s exists already: name another file", name)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// writeSchema writes the schema beside a file, where editors look for it.
func writeSchema(file string) error {
	return os.WriteFile(filepath.Join(filepath.Dir(file), setup.SchemaFile), setup.Schema(), 0o644) //nolint:gosec // nothing in it is secret
}

// read reads and checks a file, or standard input. It names the file in each fault.
func read(name string) (setup.Centre, error) {
	data, err := readFile(name)
	if err != nil {
		return setup.Centre{}, err
	}
	c, err := setup.Read(data)
	return c, mistakes(name, err)
}

// isTable reports whether a file is a spreadsheet that was saved as text.
func isTable(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv", ".tsv", ".txt":
		return true
	}
	return false
}

// readTable is read for a spreadsheet.
func readTable(name string) (setup.Table, error) {
	data, err := readFile(name)
	if err != nil {
		return setup.Table{}, err
	}
	t, err := setup.ReadTable(data)
	return t, mistakes(name, err)
}

// mistakes writes the faults of a file, each with its name and line, and returns how many
// there are. Another error stays as it is.
func mistakes(name string, err error) error {
	faults, ok := errors.AsType[setup.FileError](err)
	if !ok {
		return err
	}
	for line := range strings.SplitSeq(faults.Error(), "\n") {
		fmt.Fprintf(os.Stderr, "%s:%s\n", name, line)
	}
	if len(faults) == 1 {
		return errors.New("1 mistake")
	}
	return fmt.Errorf("%d mistakes", len(faults))
}

// readFile reads a file or standard input, but not much more than Read accepts.
func readFile(name string) ([]byte, error) { return readUpTo(name, setup.MaxSize) }

// readUpTo reads a file or standard input, but not much more than most bytes.
func readUpTo(name string, most int64) (data []byte, err error) {
	if name == stdio {
		return io.ReadAll(io.LimitReader(os.Stdin, most+1))
	}
	f, err := os.Open(name) //nolint:gosec // the user's own choice
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	return io.ReadAll(io.LimitReader(f, most+1))
}

type centreCheck struct {
	File string `arg:"" help:"File to check; - for standard input."`
}

// Run checks the file.
func (c centreCheck) Run() error {
	if isTable(c.File) {
		t, err := readTable(c.File)
		if err == nil {
			fmt.Printf("The table can be read: %s. Whether it fits the centre: ziyara centre apply --dry-run %s\n", t, c.File)
		}
		return err
	}
	read, err := read(c.File)
	if err == nil {
		fmt.Println("The file is right: " + counted(read) + ".")
	}
	return err
}

// counted says what a centre has.
func counted(c setup.Centre) string {
	var parts []string
	for _, part := range []struct {
		n         int
		one, many string
	}{
		{len(c.Branches), "branch", "branches"}, {len(c.Departments), "department", "departments"},
		{len(c.Services), "service", "services"}, {len(c.DeskGroups), "desk group", "desk groups"},
		{len(c.HolidayLists), "list of holidays", "lists of holidays"}, {len(c.Entities), "entity", "entities"},
	} {
		switch part.n {
		case 0:
		case 1:
			parts = append(parts, "1 "+part.one)
		default:
			parts = append(parts, fmt.Sprint(part.n)+" "+part.many)
		}
	}
	if len(parts) == 0 {
		return "nothing yet"
	}
	return strings.Join(parts, ", ")
}

type centreApply struct {
	database
	File   string `arg:"" help:"File to apply; - for standard input."`
	DryRun bool   `help:"Only say what would change."`
}

// Run prints what changes, and changes it.
func (a centreApply) Run(ctx context.Context) error {
	var want setup.Centre
	var table setup.Table
	var err error
	if isTable(a.File) {
		table, err = readTable(a.File)
	} else {
		want, err = read(a.File)
	}
	if err != nil {
		return fmt.Errorf("%w. Nothing was changed", err)
	}
	if _, err = service.Migrate(ctx, a.URL); err != nil {
		return err
	}
	config := service.Config{DatabaseURL: a.URL}
	var out setup.Outcome
	if isTable(a.File) {
		out, err = service.ApplyTable(ctx, config, table, actor(), a.DryRun)
	} else {
		out, err = service.Apply(ctx, config, want, actor(), a.DryRun)
	}
	if err = mistakes(a.File, err); err != nil {
		return fmt.Errorf("%w\nNothing was changed", err)
	}
	for _, c := range out.Changes {
		fmt.Println(strings.Join(c.Lines(), "\n"))
	}
	for _, line := range setup.EffectLines(out.Visits) {
		fmt.Println(line)
	}
	switch {
	case len(out.Changes) == 0:
		fmt.Println("The centre is as the file says already.")
	case a.DryRun:
		fmt.Printf("%s would be made. Nothing was changed.\n", count(len(out.Changes), "change"))
	default:
		fmt.Printf("%s made. Running replicas use them within seconds.\n", count(len(out.Changes), "change"))
	}
	return nil
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// actor names who runs the program, for the log.
func actor() string {
	if u, err := user.Current(); err == nil {
		return "command line: " + u.Username
	}
	return "command line"
}

type centreExport struct {
	database
	File string `arg:"" optional:"" default:"-" help:"File to write; it must not exist. Standard output by default."`
}

// Run writes the centre.
func (e centreExport) Run(ctx context.Context) error {
	described, err := service.Describe(ctx, service.Config{DatabaseURL: e.URL})
	if err != nil {
		return err
	}
	data, err := setup.Write(described)
	if err != nil {
		return err
	}
	if err = create(e.File, data); err != nil || e.File == stdio {
		return err
	}
	return writeSchema(e.File)
}

type centreSchema struct{}

// Run prints the schema.
func (centreSchema) Run() error {
	_, err := os.Stdout.Write(setup.Schema())
	return err
}
