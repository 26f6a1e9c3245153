package signin

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ziyara/access"
	"ziyara/notify"
	"ziyara/slots"
)

// Whatever is sent as a token, nobody is vouched for, and nothing breaks.
func FuzzBearer(f *testing.F) {
	m, others := newMinistry(f), newMinistry(f)
	s, _ := m.signIn(f)
	for _, token := range []string{
		others.token(f, nil), "", "..", "e30.e30.e30", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJFUzI1NiIsImtpZCI6MX0.e30.AA",
		`eyJhbGciOiJFUzI1NiIsImNyaXQiOlsiYSJdfQ.e30.AA`, "{}.{}.{}",
	} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if staff, err := s.Bearer(t.Context(), token); err == nil {
			t.Errorf("%q vouches for %s", token, staff.ID)
		}
	})
}

// Whatever claims a provider makes, they identify one member of staff within bounds, or none;
// and a visitor whose number is one, or none.
func FuzzClaims(f *testing.F) {
	for _, s := range []string{
		`{"sub":"noura","name":"نورة","roles":["coordinator"],"departments":"a b,c","branches":[1,null,"riyadh"]}`,
		`{"sub":1,"roles":{"admin":true}}`, `{"realm_access":{"roles":["ziyara-admin"]},"sub":"x\u0000"}`,
		`{"national_id":1076543212,"phone_number":"+966500000071","phone_number_verified":true}`,
		`{"national_id":"1076543212\n","name":["x"],"phone_number_verified":"true","phone_number":1}`, `[]`, `{"sub":{"sub":{"sub":1}}}`,
	} {
		f.Add([]byte(s))
	}
	staff := Claims{Roles: "realm_access.roles", RolePrefix: "ziyara-"}.defaults()
	visitors := Visitors{config: VisitorsConfig{ClaimID: "national_id", ClaimName: "name", Countries: notify.Gulf()}}
	f.Fuzz(func(t *testing.T, text []byte) {
		var claims map[string]any
		if json.Unmarshal(text, &claims) != nil {
			return
		}
		for _, names := range []Claims{staff, Claims{}.defaults()} {
			s, ok := names.staff(claims)
			if ok && (!plausible(s.ID, maxText) || !plausible(s.Name, maxText) || len(s.Departments) > maxList || len(s.Branches) > maxList) {
				t.Fatalf("%s: %+v", text, s)
			}
			for _, role := range s.Roles {
				if !slices.Contains(access.Roles(), role) {
					t.Fatalf("%s: role %q", text, role)
				}
			}
		}
		who, err := visitors.proved(claims)
		if id, wrong := slots.ParseIdentity(who.Identity.Number); err == nil && (wrong != nil || id != who.Identity) ||
			err != nil && who != (slots.Proved{}) {
			t.Fatalf("%s: %+v, %v", text, who, err)
		}
		if m, wrong := visitors.config.Countries.Parse(who.Mobile); who.Mobile != "" && (wrong != nil || string(m) != who.Mobile) {
			t.Fatalf("%s: the mobile %q", text, who.Mobile)
		}
	})
}

// Whatever path is asked for, signing in leads to this host.
func FuzzOwnPath(f *testing.F) {
	for _, s := range []string{"/", "//evil.example", "/\\evil.example", "/%2f/evil", "/a?b=//c#d", "https://evil.example",
		"/sign-in/back", "/\t/evil", "/.//x"} {
		f.Add(s)
	}
	here := url.URL{Scheme: "https", Host: "visit.example"}
	f.Fuzz(func(t *testing.T, to string) {
		if !ownPath(to, "/sign-in") {
			return
		}
		u, err := here.Parse(to)
		if err != nil || u.Host != here.Host || u.Scheme != here.Scheme || strings.HasPrefix(u.Path, "/sign-in") ||
			strings.ContainsAny(to, "\\\r\n\t ") {
			t.Fatalf("%q leads to %v", to, u)
		}
	})
}
