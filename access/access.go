// Package access decides who may ask for what. The identity provider names a member
// of staff and their roles; the table of operations says which roles may ask for
// an operation; and the role says how far it reaches: for a coordinator their
// departments, for a receptionist their branches. The API and the pages both ask
// this package.
package access

import "errors"

// Why a request is refused.
var (
	// ErrSignIn is returned without a token or session, or for one that is not
	// valid (any longer).
	ErrSignIn = errors.New("access: sign-in is needed")
	// ErrUnavailable is returned when the identity provider is needed and
	// can't be reached.
	ErrUnavailable = errors.New("access: the identity provider can't be reached")
	// ErrAttempt is returned when a browser comes back from the identity provider with
	// a sign-in that began in another one, too long ago, or was used.
	ErrAttempt = errors.New("access: the sign-in began in another browser, too long ago, or was used")
	// ErrDenied is returned when the provider signs nobody in, such as when the person
	// cancels.
	ErrDenied = errors.New("access: the identity provider refused")
	// ErrOften is returned for too many sign-ins from one network address.
	ErrOften = errors.New("access: too many sign-ins from one address")
	// ErrForeign is returned for a change that another site made the browser
	// request.
	ErrForeign = errors.New("access: the request comes from another site")
	// ErrNoRole is returned for a person who is signed in but has no role at the
	// centre.
	ErrNoRole = errors.New("access: no role at the centre")
	// ErrForbidden is returned for what a member of staff may not do, or not at
	// this department or branch.
	ErrForbidden = errors.New("access: not allowed for this role, department or branch")
)
