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
	staff, err := s.signedIn(c.UserContext(), m.bearer)
	switch {
	case allowed.visitors && errors.Is(err, ErrSignIn):
		return c.Next()
	case err != nil:
		return err
	case !staff.Has(allowed.roles...):
		return ErrForbidden
	}
	m.staff, m.roles = &staff, allowed.roles
	c.SetUserContext(context.WithValue(c.UserContext(), metaKey{}, m))
	return c.Next()
}

func (s *Server) signedIn(ctx context.Context, bearer string) (catalog.Staff, error) {
	if bearer == "" || s.SignIn == nil {
		return catalog.Staff{}, ErrSignIn
	}
	return s.SignIn(ctx, bearer)
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

// departmentOf returns the slug of a service's department; "" for a service
// that is gone.
func (s *Server) departmentOf(service string) string {
	if found, ok := s.Centre().Service(service); ok {
		return found.Department
	}
	return ""
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
