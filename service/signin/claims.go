package signin

import (
	"slices"
	"strings"
	"unicode"

	"ziyara/access"
)

// Bounds of what a claim may say: more is no member of staff.
const (
	maxText = 200 // bytes of an id or a name, which the audit log keeps
	maxList = 100 // departments, branches or roles
	maxSlug = 64  // bytes of each
)

// Claims names the claims of a token that say who somebody is. A name with
// dots is the claim of that name, or else the way to one: realm_access.roles
// is roles in realm_access. An empty field means its default.
type Claims struct {
	ID          string // what the audit log calls them; sub
	Name        string // name
	Roles       string // roles
	Departments string // slugs of what a coordinator runs; departments
	Branches    string // slugs of where a receptionist is; branches
	RolePrefix  string // what precedes the roles of this service among others; none
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

// staff returns who the claims vouch for; false for nobody. Roles that are not
// ours are left out: a token is often about more than this service.
func (c Claims) staff(claims map[string]any) (access.Staff, bool) {
	id, _ := lookup(claims, c.ID).(string)
	if !plausible(id, maxText) {
		return access.Staff{}, false
	}
	s := access.Staff{ID: id, Name: id, Roles: []access.Role{}}
	if name, _ := lookup(claims, c.Name).(string); plausible(name, maxText) {
		s.Name = name
	}
	ours := access.Roles()
	for _, text := range listed(lookup(claims, c.Roles)) {
		role, ok := strings.CutPrefix(text, c.RolePrefix)
		if r := access.Role(role); ok && slices.Contains(ours, r) && !slices.Contains(s.Roles, r) {
			s.Roles = append(s.Roles, r)
		}
	}
	var ok [2]bool
	s.Departments, ok[0] = slugs(lookup(claims, c.Departments))
	s.Branches, ok[1] = slugs(lookup(claims, c.Branches))
	return s, ok == [2]bool{true, true}
}

// has reports whether the claims say anything of roles.
func (c Claims) has(claims map[string]any) bool { return lookup(claims, c.Roles) != nil }

// lookup returns a claim by its name or by the way to it; nil for none.
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

// listed returns a claim that is a list of texts, or one text with spaces or
// commas between them.
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

// slugs returns a claim that is a list of slugs; false when it is too much.
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
