package setup

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// LineError is something wrong in a file.
type LineError struct {
	Line, Column int    // from 1
	Text         string // what is wrong, and what to do
	Pointer      string // JSON pointer to the part that is wrong
}

// Error returns line, column and text.
func (f *LineError) Error() string { return fmt.Sprintf("%d:%d: %s", f.Line, f.Column, f.Text) }

// FileError is all that is wrong in a file, in the order of its lines.
type FileError []*LineError

// maxListed is how many faults Error lists.
const maxListed = 100

// Error lists the faults, one in a line, at most 100 of them.
func (f FileError) Error() string {
	var b strings.Builder
	for i, one := range f {
		if i == maxListed {
			fmt.Fprintf(&b, "and %d more\n", len(f)-maxListed)
			break
		}
		b.WriteString(one.Error() + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// sorted returns the faults in the order of their lines, each once; nil for none.
func sorted(list []*LineError) error {
	if len(list) == 0 {
		return nil
	}
	slices.SortStableFunc(list, func(a, b *LineError) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	return FileError(slices.CompactFunc(list, func(a, b *LineError) bool { return *a == *b }))
}
