// Package fault has the errors that any package can return: something is missing,
// was edited by another request meanwhile, or is kept in a store that can't be
// reached. Errors specific to one noun belong to its own package; that package
// returns ErrNotFound when a thing does not exist, or an error that wraps it when
// there is more to say.
package fault

import (
	"errors"
	"fmt"
)

// The errors.
var (
	// ErrNotFound is returned for what does not exist, or is not the caller's.
	ErrNotFound = errors.New("fault: not found")
	// ErrEdited is returned for a change of something that was changed by another
	// request since it was read (RFC 9110, section 13.1.1).
	ErrEdited = errors.New("fault: changed by another request since it was read")
	// ErrUnavailable is returned when a store can't be reached or does not
	// answer in time. Nothing was changed, unless the error is also ErrUncertain.
	ErrUnavailable = errors.New("fault: the store can't be reached")
	// ErrOverloaded is ErrUnavailable for a request that was not begun because too
	// many are waiting.
	ErrOverloaded = fmt.Errorf("%w: too many requests wait", ErrUnavailable)
	// ErrUncertain is ErrUnavailable for a change that may have been made, may be
	// made later, or may be lost: its commit was not answered, or the synchronous
	// standby has not confirmed it.
	ErrUncertain = fmt.Errorf("%w, and whether the change was made is not known", ErrUnavailable)
)
