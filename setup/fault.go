package setup

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is something wrong in a file.
type Fault struct {
	Line, Column int    // from 1
	Text         string // what is wrong, and what to do
}

// Error returns line, column and text.
func (f *Fault) Error() string { return fmt.Sprintf("%d:%d: %s", f.Line, f.Column, f.Text) }

// Faults are all that is wrong in a file, in the order of its lines.
type Faults []*Fault

// maxListed is how many faults Error lists.
const maxListed = 100

// Error lists the faults, one in a line, at most 100 of them.
func (f Faults) Error() string {
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
func sorted(list []*Fault) error {
	if len(list) == 0 {
		return nil
	}
	slices.SortStableFunc(list, func(a, b *Fault) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	return Faults(slices.CompactFunc(list, func(a, b *Fault) bool { return *a == *b }))
}
