// Package once makes requests that create something idempotent: a caller who repeats
// one because the answer was lost gets the first answer again, from any replica,
// and nothing is created twice.
package once

import (
	"context"
	"errors"

	"ziyara/fault"
)

// What can be wrong with a key.
var (
	// ErrKeyReused is returned when the key belongs to another request.
	ErrKeyReused = errors.New("once: the idempotency key belongs to another request")
	// ErrAnswered is returned by a store to its caller only: the key is known, so
	// nothing was created.
	ErrAnswered = errors.New("once: the idempotency key was used before")
)

// RepeatedError carries the answer that the same request got the first time.
type RepeatedError struct{ Answer []byte }

// Error says that the request is a repetition.
func (e *RepeatedError) Error() string { return "once: the request was answered before" }

// Request is a request that names a key and creates a T. The store keeps Key
// with the fingerprint of what is asked for and the answer, in the transaction
// that creates, and returns ErrAnswered when the key is known. A nil Request
// names no key.
type Request[T any] struct {
	Key         string
	Fingerprint [32]byte
	// Answer renders the answer to the caller, which is kept for repetitions.
	Answer func(T) ([]byte, error)
}

// Answers finds the answers that a store has kept.
type Answers interface {
	// Answered returns what the request with this key and fingerprint was
	// told, which may not be durable: see Settle. It returns fault.ErrNotFound for an unknown key, ErrKeyReused for
	// another request's, and fault.ErrUnavailable.
	Answered(ctx context.Context, key string, fingerprint [32]byte) ([]byte, error)
}

// Repeated returns the answer to a request that failed with err: a
// *RepeatedError when the same request succeeded before, ErrKeyReused when
// another one did with this key, and otherwise err. The first request may itself be
// the cause of err, so the answer is looked up after every failure but that of the
// store.
func (r *Request[T]) Repeated(ctx context.Context, answers Answers, err error) error {
	if r == nil || errors.Is(err, fault.ErrUnavailable) {
		return err
	}
	answer, lookupErr := answers.Answered(ctx, r.Key, r.Fingerprint)
	switch {
	case errors.Is(lookupErr, fault.ErrNotFound):
		return err
	case lookupErr != nil:
		return lookupErr
	}
	return &RepeatedError{answer}
}
