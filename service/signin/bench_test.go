package signin

import (
	"testing"
	"time"
)

// What a token costs that is right, and what one costs that is not: nothing
// that anybody sends makes the service ask the provider more than once in a
// pause.
func BenchmarkBearer(b *testing.B) {
	m, others := newMinistry(b), newMinistry(b)
	s, _ := m.signIn(b)
	for _, c := range []struct{ name, token string }{
		{"right", m.token(b, nil)},
		{"expired", m.token(b, func(c map[string]any) { c["exp"] = m.clock.Now().Add(-time.Hour).Unix() })},
		{"unknown key", others.token(b, nil)},
		{"no token", "kq3xT0Jb5uQm8s1nD2aFzw"},
		{"no signature", "eyJhbGciOiJub25lIn0.e30."},
	} {
		b.Run(c.name, func(b *testing.B) {
			asked := m.asked.Load()
			for b.Loop() {
				_, _ = s.Bearer(b.Context(), c.token)
			}
			if n := m.asked.Load() - asked; n > 2 {
				b.Errorf("%d questions to the provider", n)
			}
		})
	}
}
