package signin

import (
	"slices"
	"strings"
	"unicode"

	"ziyara/access"
)

// Bounds of the claims: a token that exceeds them identifies no member of staff.
const (
	maxText = 200 // bytes of an id or a name, which the audit log keeps
	maxList = 100 // departments, branches or roles
	maxSlug = 64  // bytes of each
)

// Claims has the names of the claims that identify a member of staff. A name with
// dots is the claim of that name or, if there is none, a path: realm_access.roles
// is roles in realm_access. An empty field means its default.
type Claims struct {
	ID          string // the id in the audit log; default sub
	Name        string // name
	Roles       string // roles
	Departments string // slugs of the departments that a coordinator runs; default departments
	Branches    string // slugs of the branches of a receptionist; default branches
	RolePrefix  string // prefix of the roles of this service; default none
}

func (c Claims) defaults() Claims {
	for field, instead := range map[*string]string{
		&c.ID: "sub", &c.Name: "name", &c.Roles: "roles", &c.Departments: "departments", &c.Branches: "branches",
	} {
		if *field == "" {
			*field = instead
		}
	}
	return c
}

// staff returns the member of staff that the claims identify; false if they
// identify none. Unknown roles are left out: a token often serves other programs
// as well.
func (c Claims) staff(claims map[string]any) (access.Staff, bool) {
	id, _ := lookup(claims, c.ID).(string)
	if !plausible(id, maxText) || strings.HasPrefix(id, clientPrefix) {
		return access.Staff{}, false
	}
	s := access.Staff{ID: id, Name: id, Roles: []access.Role{}}
	if name, _ := lookup(claims, c.Name).(string); plausible(name, maxText) {
		s.Name = name
	}
	s.Roles = c.roles(claims, access.Roles())
	if systems := c.roles(claims, access.SystemRoles()); len(systems) > 0 {
		return system(claims, systems)
	}
	var ok [2]bool
	s.Departments, ok[0] = slugs(lookup(claims, c.Departments))
	s.Branches, ok[1] = slugs(lookup(claims, c.Branches))
	return s, ok == [2]bool{true, true}
}

// clientPrefix begins the ids of systems in the log, and of nobody else.
const clientPrefix = "client "

// system returns the system that has roles of systems, and then no others: the client that a
// token was given to (RFC 9068, section 2.2; azp of OpenID Connect Core 1.0, section 2).
func system(claims map[string]any, roles []access.Role) (access.Staff, bool) {
	client, _ := claims["client_id"].(string)
	if client == "" {
		client, _ = claims["azp"].(string)
	}
	if !plausible(client, maxText) {
		return access.Staff{}, false
	}
	return access.Staff{ID: clientPrefix + client, Name: client, Roles: roles, Departments: []string{}, Branches: []string{}}, true
}

// roles returns those of the known roles that the claims name.
func (c Claims) roles(claims map[string]any, known []access.Role) []access.Role {
	roles := []access.Role{}
	for _, text := range listed(lookup(claims, c.Roles)) {
		role, ok := strings.CutPrefix(text, c.RolePrefix)
		if r := access.Role(role); ok && slices.Contains(known, r) && !slices.Contains(roles, r) {
			roles = append(roles, r)
		}
	}
	return roles
}

// has reports whether the claims name roles.
func (c Claims) has(claims map[string]any) bool { return lookup(claims, c.Roles) != nil }

// lookup returns a claim by its name or path; nil for none.
func lookup(claims map[string]any, name string) any {
	if v, ok := claims[name]; ok {
		return v
	}
	first, rest, ok := strings.Cut(name, ".")
	if !ok {
		return nil
	}
	inner, _ := claims[first].(map[string]any)
	return lookup(inner, rest)
}

// listed returns the elements of a claim that is a list of texts, or one text
// with elements separated by spaces or commas.
func listed(claim any) []string {
	switch v := claim.(type) {
	case string:
		return strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == ',' })
	case []any:
		var list []string
		for _, e := range v {
			if text, ok := e.(string); ok {
				list = append(list, text)
			}
		}
		return list
	}
	return nil
}

// slugs returns a claim that is a list of slugs; false if it exceeds the bounds.
func slugs(claim any) ([]string, bool) {
	list := []string{}
	for _, text := range listed(claim) {
		if !plausible(text, maxSlug) || len(list) == maxList {
			return nil, false
		}
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list, true
}

// plausible reports whether a text is not empty, not too long, and without
// control characters.
func plausible(text string, most int) bool {
	return text != "" && len(text) <= most && !strings.ContainsFunc(text, unicode.IsControl)
}
