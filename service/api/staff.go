package api

import (
	"context"
	"errors"
	"slices"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/slots"
)

// ErrSignIn is returned by Config.SignIn for a token that vouches for nobody
// (any more).
var ErrSignIn = errors.New("api: sign-in is needed")

// ErrNoRole is returned for who is signed in, but has no role at the centre.
var ErrNoRole = errors.New("api: no role at the centre")

// ErrForeign is returned by Config.Session for a change that another site asks
// a browser for.
var ErrForeign = errors.New("api: the request comes from another site")

// ErrSignInUnavailable is returned by Config.SignIn when the identity provider
// is needed and can't be reached.
var ErrSignInUnavailable = errors.New("api: the identity provider can't be reached")

// ErrForbidden is returned for what a member of staff may not do, or not there.
var ErrForbidden = errors.New("api: not allowed for this role, department or branch")

// admit finds out who of the staff asks for an operation that is theirs. It
// comes before everything else is checked: who may not ask learns nothing.
func (s *Server) admit(c *fiber.Ctx) error {
	operation := s.contract.operationID(c.Method(), string(c.Context().URI().PathOriginal()))
	allowed, ok := s.permissions[operation]
	if !ok {
		return c.Next()
	}
	m := metaOf(c.UserContext())
	staff, err := s.signedIn(c, m.bearer)
	if allowed.visitors && s.isVisitor(c, staff, allowed.roles, err) {
		return c.Next()
	}
	switch {
	case err != nil:
		return err
	case len(staff.Roles) == 0:
		return ErrNoRole
	case !staff.Has(allowed.roles...):
		return ErrForbidden
	}
	m.staff, m.roles = &staff, allowed.roles
	c.SetUserContext(context.WithValue(c.UserContext(), metaKey{}, m))
	c.Set(fiber.HeaderCacheControl, "no-store") // unless the handler knows better
	c.Vary(fiber.HeaderAuthorization, fiber.HeaderCookie)
	return c.Next()
}

// isVisitor reports whether an operation that is a visitor's, too, is asked for
// by one: somebody who is not signed in, or whose session happens to come along
// from the browser but has nothing to do with it.
func (s *Server) isVisitor(c *fiber.Ctx, staff catalog.Staff, roles []catalog.Role, err error) bool {
	if err != nil {
		return errors.Is(err, ErrSignIn) || errors.Is(err, ErrForeign)
	}
	return c.Get(fiber.HeaderAuthorization) == "" && !staff.Has(roles...)
}

// signedIn returns who of the staff asks: by the bearer token, or by the
// session of the browser when no token of any kind comes along.
func (s *Server) signedIn(c *fiber.Ctx, bearer string) (catalog.Staff, error) {
	switch {
	case bearer != "" && s.SignIn != nil:
		return s.SignIn(c.UserContext(), bearer)
	case c.Get(fiber.HeaderAuthorization) == "" && s.Session != nil:
		return s.Session(c)
	}
	return catalog.Staff{}, ErrSignIn
}

// permit returns who of the staff asks, if they may ask about what belongs to
// the department and the branch (slugs; "" for none), and ErrForbidden
// otherwise. Every handler for staff asks it.
func permit(ctx context.Context, department, branch string) (catalog.Staff, error) {
	m := metaOf(ctx)
	if m.staff == nil {
		return catalog.Staff{}, ErrSignIn
	}
	if !m.staff.Reaches(m.roles, department, branch) {
		return catalog.Staff{}, ErrForbidden
	}
	return *m.staff, nil
}

// within returns the departments and branches (slugs) to which a list for
// staff is bounded; both nil for a role that covers everything.
func within(ctx context.Context) (departments, branches []string, err error) {
	m := metaOf(ctx)
	switch {
	case m.staff == nil:
		return nil, nil, ErrSignIn
	case m.staff.Reaches(m.roles, "", ""):
		return nil, nil, nil
	}
	departments, branches = []string{}, []string{}
	for _, r := range m.roles {
		switch {
		case r == catalog.RoleCoordinator && m.staff.Has(r):
			departments = m.staff.Departments
		case r == catalog.RoleReceptionist && m.staff.Has(r):
			branches = m.staff.Branches
		}
	}
	return departments, branches, nil
}

// concerned returns the appointment with a reference for a member of staff who
// may ask about its department and its branch.
func (s *Server) concerned(ctx context.Context, reference string) (slots.Appointment, catalog.Staff, error) {
	r, err := slots.ParseReference(reference)
	if err != nil {
		return slots.Appointment{}, catalog.Staff{}, slots.ErrNotFound
	}
	a, err := s.Booker.Find(ctx, r)
	if err != nil {
		return slots.Appointment{}, catalog.Staff{}, err
	}
	staff, err := permit(ctx, s.departmentOf(a.Service), a.Branch)
	return a, staff, err
}

// GetMe says who asks, and what they may do.
func (s *Server) GetMe(ctx context.Context, _ GetMeRequestObject) (GetMeResponseObject, error) {
	staff := metaOf(ctx).staff
	if staff == nil {
		return nil, ErrSignIn
	}
	out := GetMe200JSONResponse{ID: staff.ID, Name: staff.Name, Roles: []string{}, Departments: staff.Departments, Branches: staff.Branches, Operations: []string{}}
	for _, r := range staff.Roles {
		out.Roles = append(out.Roles, string(r))
	}
	for operation, p := range s.permissions {
		if staff.Has(p.roles...) {
			out.Operations = append(out.Operations, operation)
		}
	}
	slices.Sort(out.Operations)
	return out, nil
}
