package api

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/fault"
	"ziyara/slots"
)

// admit identifies the member of staff who asks for an operation for staff. It
// comes before all other checks, so that other callers learn nothing.
func (s *Server) admit(c *fiber.Ctx) error {
	operation := s.contract.operationID(c.Method(), string(c.Context().URI().PathOriginal()))
	if !access.ForStaff(operation) {
		return c.Next()
	}
	m := metaOf(c.UserContext())
	var grant access.Grant
	staff, err := s.signedIn(c, m.bearer)
	if err == nil {
		grant, err = access.May(staff, operation)
	}
	if access.ForVisitors(operation) && isVisitor(c, err) {
		return c.Next()
	}
	if err != nil {
		return s.refuse(c, operation, staff, err)
	}
	m.staff, m.trace = &grant, &trace{}
	c.SetUserContext(context.WithValue(c.UserContext(), metaKey{}, m))
	c.Vary(fiber.HeaderAuthorization, fiber.HeaderCookie)
	return s.recorded(c, operation, staff, c.Next)
}

// refuse refuses an operation. If staff ask, that is in the log, as often as they may ask.
func (s *Server) refuse(c *fiber.Ctx, operation string, staff access.Staff, err error) error {
	if staff.ID == "" {
		return err
	}
	if limited := s.take(c, staff.ID); limited != nil {
		return limited
	}
	return s.recorded(c, operation, staff, func() error { return err })
}

// isVisitor reports whether an operation for both staff and visitors is requested
// by a visitor: a caller who is not signed in, or whose browser sends a staff
// session that does not allow the operation. err is why the caller is not
// admitted as staff.
func isVisitor(c *fiber.Ctx, err error) bool {
	switch {
	case errors.Is(err, access.ErrSignIn), errors.Is(err, access.ErrForeign):
		return true
	case errors.Is(err, access.ErrNoRole), errors.Is(err, access.ErrForbidden):
		return c.Get(fiber.HeaderAuthorization) == ""
	}
	return false
}

// signedIn returns the member of staff who asks: by the bearer token or, without
// the header Authorization, by the session of the browser. It returns
// access.ErrSignIn for other callers.
func (s *Server) signedIn(c *fiber.Ctx, bearer string) (access.Staff, error) {
	switch {
	case bearer != "" && s.SignIn != nil:
		return s.SignIn(c.UserContext(), bearer)
	case c.Get(fiber.HeaderAuthorization) == "" && s.Session != nil:
		return s.Session(c)
	}
	return access.Staff{}, access.ErrSignIn
}

// permit returns the member of staff who asks, if they may ask about the
// department and the branch (slugs; "" for none), and access.ErrForbidden
// otherwise. Every handler for staff calls it.
func permit(ctx context.Context, department, branch string) (access.Staff, error) {
	grant, err := grantOf(ctx)
	if err != nil {
		return access.Staff{}, err
	}
	return grant.Staff, grant.Permit(department, branch)
}

// grantOf returns the member of staff who asks, or access.ErrSignIn for a visitor.
func grantOf(ctx context.Context) (access.Grant, error) {
	if m := metaOf(ctx); m.staff != nil {
		return *m.staff, nil
	}
	return access.Grant{}, access.ErrSignIn
}

// within returns the departments and branches (slugs) that a list for staff is
// limited to; both nil for a role that covers everything.
func within(ctx context.Context) (departments, branches []string, err error) {
	grant, err := grantOf(ctx)
	if err != nil {
		return nil, nil, err
	}
	departments, branches = grant.Within()
	return departments, branches, nil
}

// concerned returns the appointment with a reference, if the caller may ask about
// its department and branch.
func (s *Server) concerned(ctx context.Context, reference string) (slots.Appointment, access.Staff, error) {
	r, err := slots.ParseReference(reference)
	if err != nil {
		return slots.Appointment{}, access.Staff{}, fault.ErrNotFound
	}
	a, err := bookerOf(ctx).Find(ctx, r)
	if err != nil {
		return slots.Appointment{}, access.Staff{}, err
	}
	staff, err := permit(ctx, departmentOf(ctx, a.Service), a.Branch)
	return a, staff, err
}

// GetMe shows who is signed in and what they may do.
func (s *Server) GetMe(ctx context.Context, _ GetMeRequestObject) (GetMeResponseObject, error) {
	grant, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	out := GetMe200JSONResponse{
		ID: grant.ID, Name: grant.Name, Roles: []string{}, Departments: grant.Departments, Branches: grant.Branches,
		Operations: access.Operations(grant.Staff),
	}
	for _, r := range grant.Roles {
		out.Roles = append(out.Roles, string(r))
	}
	return out, nil
}
