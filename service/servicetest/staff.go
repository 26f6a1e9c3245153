package servicetest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"strings"

	"ziyara/access"
)

// Staff is a member of staff, who asks the first replica.
type Staff struct {
	access.Staff
	centre *Centre
}

// Coordinator returns a coordinator of departments (slugs).
func (c *Centre) Coordinator(departments ...string) *Staff {
	return c.Staff(access.Staff{ID: "noura", Name: "نورة القحطاني", Roles: []access.Role{access.Coordinator}, Departments: departments})
}

// Receptionist returns a receptionist of branches (slugs).
func (c *Centre) Receptionist(branches ...string) *Staff {
	return c.Staff(access.Staff{ID: "salem", Name: "سالم الدوسري", Roles: []access.Role{access.Receptionist}, Branches: branches})
}

// Agent returns an agent of the call centre.
func (c *Centre) Agent() *Staff {
	return c.Staff(access.Staff{ID: "huda", Name: "هدى الشهري", Roles: []access.Role{access.Agent}})
}

// Manager returns a manager.
func (c *Centre) Manager() *Staff {
	return c.Staff(access.Staff{ID: "majed", Name: "ماجد العنزي", Roles: []access.Role{access.Manager}})
}

// Admin returns an admin, who may do everything.
func (c *Centre) Admin() *Staff {
	return c.Staff(access.Staff{ID: "reem", Name: "ريم السالم", Roles: []access.Role{access.Admin}})
}

// Staff returns a member of staff. Nil lists become empty.
func (c *Centre) Staff(s access.Staff) *Staff {
	if s.Departments == nil {
		s.Departments = []string{}
	}
	if s.Branches == nil {
		s.Branches = []string{}
	}
	return &Staff{Staff: s, centre: c}
}

// Token returns the bearer token of the member of staff; signIn is the identity
// provider that accepts it.
func (s *Staff) Token() string {
	data, err := json.Marshal(s.Staff)
	if err != nil {
		s.centre.t.Fatal(err)
	}
	return testToken + base64.RawURLEncoding.EncodeToString(data)
}

const testToken = "test."

// signIn is the identity provider of tests.
func signIn(_ context.Context, bearer string) (access.Staff, error) {
	encoded, ok := strings.CutPrefix(bearer, testToken)
	if !ok {
		return access.Staff{}, access.ErrSignIn
	}
	data, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return access.Staff{}, access.ErrSignIn
	}
	var staff access.Staff
	return staff, json.Unmarshal(data, &staff)
}

// Sends sends a request with the token of the member of staff.
func (s *Staff) Sends(r Request) Answer {
	s.centre.t.Helper()
	header := bearer(s.Token())
	maps.Copy(header, r.Header)
	r.Header = header
	return s.centre.Send(r)
}

// Gets sends a GET request.
func (s *Staff) Gets(path string) Answer {
	s.centre.t.Helper()
	return s.Sends(Request{Method: http.MethodGet, Path: path})
}

// Posts sends a POST request.
func (s *Staff) Posts(path string, body any) Answer {
	s.centre.t.Helper()
	return s.Sends(Request{Method: http.MethodPost, Path: path, Body: body})
}
