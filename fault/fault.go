// Package fault has the errors that are about no noun: whatever is asked for
// can be missing, edited by somebody else meanwhile, or kept in a store that
// can't be reached. What can be wrong with one thing only is an error of its
// own package; where nothing more is to be said than that it does not exist,
// that package returns ErrNotFound, and where more is, an error that wraps it.
package fault

import (
	"errors"
	"fmt"
)

// The errors.
var (
	// ErrNotFound is returned for what does not exist, or does not concern the
	// one who asks.
	ErrNotFound = errors.New("fault: not found")
	// ErrEdited is returned for a change of what somebody else has changed
	// since it was read (RFC 9110, section 13.1.1).
	ErrEdited = errors.New("fault: somebody else has changed it since it was read")
	// ErrUnavailable is returned when a store can't be reached or does not
	// answer in time. What was asked may have been done all the same: that is
	// not known.
	ErrUnavailable = errors.New("fault: the store can't be reached")
	// ErrOverloaded is ErrUnavailable for what was not begun, because too many
	// requests wait.
	ErrOverloaded = fmt.Errorf("%w: too many requests wait", ErrUnavailable)
)
