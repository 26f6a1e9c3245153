// Package verify proves mobile numbers: it sends a code by SMS and compares
// what comes back. It decides how many codes are sent and how often one may
// be guessed; a small Store counts, whatever runs at once.
package verify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ziyara/notify"
	"ziyara/once"
)

// Verification is a code on its way to a mobile, and what came back.
type Verification struct {
	ID       string
	Mobile   notify.Mobile
	Lang     string // of the message: "ar" or "en"
	Created  time.Time
	Expires  time.Time // exclusive
	Tries    int       // wrong codes so far
	Verified time.Time // when the right code came first; zero before
}

// Verifier sends and checks codes. It is safe for concurrent use. now is
// always the caller's: the Verifier has no clock.
type Verifier struct {
	store  Store
	policy Policy
	isCode func(id, code string) bool
	newID  func() string
}

// codeLength is how many digits a code has.
const codeLength = 6

// New returns a Verifier over store. isCode reports in constant time whether six Western digits
// are the code of a verification, which others can't derive from the id; newID returns a
// new UUID. It refuses a policy that can't be kept.
func New(store Store, policy Policy, isCode func(id, code string) bool, newID func() string) (*Verifier, error) {
	if store == nil || isCode == nil || newID == nil {
		return nil, errors.New("verify: a Verifier needs a store, codes and ids")
	}
	if err := policy.validate(); err != nil {
		return nil, err
	}
	return &Verifier{store: store, policy: policy, isCode: isCode, newID: newID}, nil
}

// Start sends a code to the mobile for a caller. The code is valid until Expires. once
// may be nil. It returns a *LimitError, a *once.RepeatedError when the same
// request succeeded before, or once.ErrKeyReused.
func (v *Verifier) Start(ctx context.Context, mobile notify.Mobile, lang string, from Requester,
	once *once.Request[Verification], now time.Time,
) (Verification, error) {
	started := Verification{
		ID: v.newID(), Mobile: mobile, Lang: lang,
		Created: now, Expires: now.Add(v.policy.Lifetime),
	}
	allow := func(c Counts) error { return v.policy.Allow(c, now) }
	err := v.store.StartVerification(ctx, started, from, now.Add(-v.policy.Window), allow, once)
	if err != nil {
		return Verification{}, once.Repeated(ctx, v.store, err)
	}
	return started, nil
}

// Check compares a code with the one sent, and returns the verification when
// it is right, as often as it is asked before Expires. Digits of
// any script are accepted, and spaces. A right code costs no try, nor does
// what can't be a code; once Tries wrong ones came, before or after the right one, no
// code is right any more. It returns fault.ErrNotFound, ErrIncomplete, ErrExpired,
// ErrTries or a *WrongCodeError.
func (v *Verifier) Check(ctx context.Context, id, code string, now time.Time) (Verification, error) {
	digits := codeDigits(code)
	if len(digits) != codeLength {
		return Verification{}, ErrIncomplete
	}
	right := v.isCode(id, digits)
	// What the comparison says stays here unless the store has counted it.
	checked, err := v.store.TryVerification(ctx, id, right, v.policy.Tries, now)
	switch {
	case errors.Is(err, ErrOver):
		return Verification{}, v.over(ctx, id, now)
	case err != nil:
		return Verification{}, err
	case !right:
		return Verification{}, &WrongCodeError{Left: v.policy.Tries - checked.Tries}
	}
	return checked, nil
}

// over returns why no code is compared any more.
func (v *Verifier) over(ctx context.Context, id string, now time.Time) error {
	found, err := v.store.FindVerification(ctx, id)
	switch {
	case err != nil:
		return err
	case !now.Before(found.Expires):
		return ErrExpired
	case found.Tries >= v.policy.Tries:
		return ErrTries
	}
	return fmt.Errorf("verify: a standing verification was not tried: %w", ErrOver)
}
