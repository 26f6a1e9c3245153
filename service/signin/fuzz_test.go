package signin

import "testing"

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
