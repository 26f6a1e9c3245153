package signin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/access"
)

// forge returns a token with a header of one's own, signed by sign.
func forge(t *testing.T, header map[string]any, claims string, sign func(input string) []byte) string {
	t.Helper()
	data, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	input := base64.RawURLEncoding.EncodeToString(data) + "." + claims
	return input + "." + base64.RawURLEncoding.EncodeToString(sign(input))
}

// publicKey returns the key set as anybody can read it, and the id of its key.
func publicKey(t *testing.T, m *ministry) (set []byte, id string) {
	t.Helper()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, m.URL+"/keys", nil))
	var keys struct {
		Keys []struct {
			ID string `json:"kid"`
		} `json:"keys"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &keys); err != nil || len(keys.Keys) == 0 {
		t.Fatalf("keys %s: %v", w.Body, err)
	}
	return w.Body.Bytes(), keys.Keys[0].ID
}

// What a token has to be: of the provider, for this service, of this moment,
// signed with a key that only the provider has.
func TestBearer(t *testing.T) {
	t.Parallel()
	m, others := newMinistry(t), newMinistry(t)
	now := m.clock.Now()
	set, id := publicKey(t, m)
	at := func(claim string, d time.Duration) func(map[string]any) {
		return func(c map[string]any) { c[claim] = now.Add(d).Unix() }
	}
	say := func(claim string, v any) func(map[string]any) { return func(c map[string]any) { c[claim] = v } }
	claims := strings.Split(m.token(t, nil), ".")[1]
	mac := func(key []byte) func(string) []byte {
		return func(input string) []byte {
			h := hmac.New(sha256.New, key)
			h.Write([]byte(input))
			return h.Sum(nil)
		}
	}
	valid := m.token(t, nil)
	parts := strings.Split(valid, ".")
	tampered := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(decoded(t, parts[1])), "coordinator", "admin", 1)))

	for _, test := range []struct {
		name, token string
		ok          bool
	}{
		{"valid", valid, true},
		{"for several audiences", m.token(t, say("aud", []string{"another", clientID})), true},
		{"expired within the skew of clocks", m.token(t, at("exp", -skew+time.Second)), true},
		{"expired", m.token(t, at("exp", -skew)), false},
		{"without an end", m.token(t, func(c map[string]any) { delete(c, "exp") }), false},
		{"issued within the skew of clocks", m.token(t, at("iat", skew)), true},
		{"issued in the future", m.token(t, at("iat", skew+time.Second)), false},
		{"valid within the skew of clocks", m.token(t, at("nbf", skew)), true},
		{"not valid yet", m.token(t, at("nbf", skew+time.Second)), false},
		{"for another service", m.token(t, say("aud", "another")), false},
		{"for nobody", m.token(t, func(c map[string]any) { delete(c, "aud") }), false},
		{"of another issuer", m.token(t, say("iss", "https://other.example")), false},
		{"of another issuer that calls itself ours", others.token(t, say("iss", m.URL)), false},
		{"about nobody", m.token(t, func(c map[string]any) { delete(c, "sub") }), false},
		{"about who is no text", m.token(t, say("sub", 17)), false},
		{"about a name of control characters", m.token(t, say("sub", "a\nb")), false},
		{"about a name that is too long", m.token(t, say("sub", strings.Repeat("a", maxText+1))), false},
		{"with claims that were changed", parts[0] + "." + tampered + "." + parts[2], false},
		{"with another's signature", parts[0] + "." + parts[1] + "." + strings.Split(others.token(t, nil), ".")[2], false},
		{"without a signature", parts[0] + "." + parts[1] + ".", false},
		{"alg none", forge(t, map[string]any{"alg": "none", "kid": id}, claims, func(string) []byte { return nil }), false},
		{"alg None", forge(t, map[string]any{"alg": "None", "kid": id}, claims, func(string) []byte { return nil }), false},
		// RFC 8725, section 2.1: the public key, taken for the secret of an HMAC.
		{"HS256 with the public key", forge(t, map[string]any{"alg": "HS256", "kid": id}, claims, mac(set)), false},
		{"HS256 with nothing", forge(t, map[string]any{"alg": "HS256", "kid": id}, claims, mac(nil)), false},
		{"another algorithm than its key", forge(t, map[string]any{"alg": "RS256", "kid": id}, claims, mac(nil)), false},
		{
			"a key that it brings itself",
			forge(t, map[string]any{"alg": "ES256", "jwk": json.RawMessage(`{"kty":"oct","k":"AA"}`)}, claims, mac(nil)), false,
		},
		{"very long", m.token(t, say("more", strings.Repeat("a", maxToken))), false},
		{"very long and no token", strings.Repeat("a.", 2) + strings.Repeat("a", 1<<20), false},
		{"a visitor's token", "kq3xT0Jb5uQm8s1nD2aFzw", false},
		{"empty", "", false},
		{"dots", "..", false},
		{"bytes", "\x00\xff.\x00.\xff", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, log := m.signIn(t)
			staff, err := s.Bearer(t.Context(), test.token)
			switch {
			case test.ok && (err != nil || staff.ID != "noura"):
				t.Errorf("got %+v, %v", staff, err)
			case !test.ok && (!errors.Is(err, access.ErrSignIn) || staff.ID != ""):
				t.Errorf("got %+v, %v; want access.ErrSignIn", staff, err)
			}
			for _, private := range []string{"noura", "نورة", "eyJ"} {
				if strings.Contains(log.String(), private) {
					t.Errorf("the log has %q: %s", private, log)
				}
			}
		})
	}
}

func decoded(t *testing.T, part string) []byte {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Bearer tokens can be meant for another audience than what pages get.
func TestBearerAudience(t *testing.T) {
	t.Parallel()
	m := newMinistry(t)
	s, _ := m.signIn(t, func(c *Config) { c.Audience = "https://api.example.gov.sa" })
	if _, err := s.Bearer(t.Context(), m.token(t, nil)); !errors.Is(err, access.ErrSignIn) {
		t.Errorf("with a token for the pages: %v, want access.ErrSignIn", err)
	}
	if _, err := s.Bearer(t.Context(), m.token(t, func(c map[string]any) { c["aud"] = "https://api.example.gov.sa" })); err != nil {
		t.Error(err)
	}
}

// Who somebody is follows from the claims, wherever the provider puts them.
func TestStaffOfClaims(t *testing.T) {
	t.Parallel()
	full := access.Staff{
		ID: "n", Name: "Noura", Roles: []access.Role{access.Coordinator, access.Receptionist},
		Departments: []string{"revenues", "care"}, Branches: []string{"riyadh"},
	}
	many := make([]any, maxList+1)
	for i := range many {
		many[i] = strings.Repeat("a", i%maxSlug+1) + strings.Repeat("b", i/maxSlug)
	}
	for _, test := range []struct {
		name   string
		names  Claims
		claims string
		want   access.Staff
		nobody bool
	}{
		{
			"as they are called by default", Claims{},
			`{"sub":"n","name":"Noura","roles":["coordinator","receptionist"],"departments":["revenues","care"],"branches":["riyadh"]}`, full, false,
		},
		{
			"in one text each", Claims{},
			`{"sub":"n","name":"Noura","roles":"coordinator receptionist","departments":"revenues,care","branches":"riyadh"}`, full, false,
		},
		{
			"inside others, with a prefix", Claims{
				ID: "preferred_username", Roles: "realm_access.roles", RolePrefix: "ziyara-", Departments: "ziyara.departments",
				Branches: "https://mof.gov.sa/branches",
			},
			`{"sub":"x","preferred_username":"n","name":"Noura","realm_access":{"roles":["admin","offline_access","ziyara-coordinator",` +
				`"ziyara-receptionist","ziyara-king"]},"ziyara":{"departments":["revenues","care"]},` +
				`"https://mof.gov.sa/branches":["riyadh"]}`, full, false,
		},
		{
			"a name with dots before a way inside", Claims{Roles: "a.b"}, `{"sub":"n","a.b":["agent"],"a":{"b":["admin"]}}`,
			access.Staff{ID: "n", Name: "n", Roles: []access.Role{access.Agent}, Departments: []string{}, Branches: []string{}}, false,
		},
		{
			"twice is once", Claims{}, `{"sub":"n","roles":["agent","agent"],"departments":["care","care"]}`,
			access.Staff{ID: "n", Name: "n", Roles: []access.Role{access.Agent}, Departments: []string{"care"}, Branches: []string{}}, false,
		},
		{
			"no role", Claims{}, `{"sub":"n"}`,
			access.Staff{ID: "n", Name: "n", Roles: []access.Role{}, Departments: []string{}, Branches: []string{}}, false,
		},
		{
			"roles of another form", Claims{}, `{"sub":"n","roles":{"coordinator":true},"departments":17,"branches":[1,null]}`,
			access.Staff{ID: "n", Name: "n", Roles: []access.Role{}, Departments: []string{}, Branches: []string{}}, false,
		},
		{
			"a way through what is no object", Claims{Roles: "name.roles"}, `{"sub":"n","name":"Noura"}`,
			access.Staff{ID: "n", Name: "Noura", Roles: []access.Role{}, Departments: []string{}, Branches: []string{}}, false,
		},
		{
			"a system", Claims{}, `{"sub":"17","client_id":"portal","azp":"x","roles":["portal"],"departments":["care"]}`,
			access.Staff{ID: "client portal", Name: "portal", Roles: []access.Role{access.Portal}, Departments: []string{}, Branches: []string{}},
			false,
		},
		{
			"a system that has a person's role", Claims{}, `{"sub":"17","azp":"crm","roles":["admin","reader"]}`,
			access.Staff{ID: "client crm", Name: "crm", Roles: []access.Role{access.Reader}, Departments: []string{}, Branches: []string{}}, false,
		},
		{"a system without a client", Claims{}, `{"sub":"17","roles":["reader"]}`, access.Staff{}, true},
		{"a person who is called like a system", Claims{}, `{"sub":"client portal","roles":["admin"]}`, access.Staff{}, true},
		{"no id", Claims{}, `{"name":"Noura","roles":["admin"]}`, access.Staff{}, true},
		{
			"a slug that is too long", Claims{}, `{"sub":"n","roles":["admin"],"departments":["` + strings.Repeat("a", maxSlug+1) + `"]}`,
			access.Staff{}, true,
		},
		{"too many slugs", Claims{}, `{"sub":"n","roles":["admin"],"branches":` + jsonText(t, many) + `}`, access.Staff{}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var claims map[string]any
			if err := json.Unmarshal([]byte(test.claims), &claims); err != nil {
				t.Fatal(err)
			}
			got, ok := test.names.defaults().staff(claims)
			if ok == test.nobody {
				t.Fatalf("got %+v, %t", got, ok)
			}
			if diff := cmp.Diff(test.want, got); ok && diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func jsonText(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
