package verify

import (
	"errors"
	"fmt"
	"time"
)

// What can be wrong with a request. Every error that a Verifier returns is,
// or wraps, one of these, a *LimitError, a *WrongCodeError or a
// *once.RepeatedError; anything else is a fault of the system, such as a store
// out of reach.
var (
	ErrExpired = errors.New("verify: the code has expired")
	ErrTries   = errors.New("verify: too many wrong codes")
	// ErrIncomplete is returned for what can't be a code, which costs no try.
	ErrIncomplete = errors.New("verify: not a code of six digits")

	// The next is between a Store and the Verifier: no code is compared any
	// more.
	ErrOver = errors.New("verify: the verification is over or unknown")
)

// LimitError says that a mobile or an address was sent too many codes, or one
// just now.
type LimitError struct {
	Name       string        // of the limit
	RetryAfter time.Duration // until when no code is sent; positive
	Limit      int           // codes, or messages, per Window that are allowed
	Window     time.Duration
	Remaining  int    // of them; above 0 only when the last is too recent
	Of         Holder // whose limit it is
}

// Holder is whose limit is used up.
type Holder string

// The holders.
const (
	OfMobile    Holder = "mobile"
	OfAddress   Holder = "address"   // or its network
	OfStrangers Holder = "strangers" // all mobiles that have proved nothing yet, for this day
)

// Error says how long to wait.
func (e *LimitError) Error() string {
	return fmt.Sprintf("verify: too many codes, the next in %v", e.RetryAfter)
}

// WrongCodeError says that the code is not the one that was sent.
type WrongCodeError struct{ Left int } // tries left

// Error says how many tries are left.
func (e *WrongCodeError) Error() string {
	return fmt.Sprintf("verify: wrong code (%d tries left)", e.Left)
}
