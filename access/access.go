// Package access decides who may ask for what. The identity provider says who
// somebody is and which roles they have; the table of operations says which
// roles may ask for an operation; and the role says how far it reaches: a
// coordinator to their departments, a receptionist to their branches. Every way
// in, JSON or pages, asks this package.
package access

import "errors"

// Why a request is not let in.
var (
	// ErrSignIn is returned for a token or a session that vouches for nobody
	// (any more), and for none.
	ErrSignIn = errors.New("access: sign-in is needed")
	// ErrUnavailable is returned when the identity provider is needed and
	// can't be reached.
	ErrUnavailable = errors.New("access: the identity provider can't be reached")
	// ErrForeign is returned for a change that another site makes a browser
	// ask for.
	ErrForeign = errors.New("access: the request comes from another site")
	// ErrNoRole is returned for who is signed in, but has no role at the
	// centre.
	ErrNoRole = errors.New("access: no role at the centre")
	// ErrForbidden is returned for what a member of staff may not do, or not
	// there.
	ErrForbidden = errors.New("access: not allowed for this role, department or branch")
)
