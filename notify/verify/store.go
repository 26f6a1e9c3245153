package verify

import (
	"context"
	"time"

	"ziyara/once"
)

// Store keeps the verifications. Each method is atomic: it does all it says, durably,
// or nothing. An id is what the caller sent and need not be valid. Errors other
// than those named are returned unchanged.
type Store interface {
	once.Answers

	// StartVerification counts the codes that were created after since, and within a
	// Day, asks allow, and records v, the message with its code and the answer of once,
	// if any. Requests for the same mobile or address are counted one after the other.
	// It returns the error of allow or of the answer as it is, or once.ErrAnswered when
	// the key of once is known.
	StartVerification(ctx context.Context, v Verification, from Requester, since time.Time,
		allow func(Counts) error, once *once.Request[Verification]) error

	// TryVerification records that a code was compared: the right one sets
	// Verified to now, unless it is set; a wrong one, also after the right
	// one, adds 1 to Tries. It returns the verification after that, or
	// ErrOver, having changed nothing, when there is no verification with
	// the id, it expires before or at now, or its Tries have reached tries.
	TryVerification(ctx context.Context, id string, right bool, tries int, now time.Time) (Verification, error)

	// FindVerification returns the verification with the id, or fault.ErrNotFound.
	FindVerification(ctx context.Context, id string) (Verification, error)
}
