package portal

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ziyara/service/secret"
	"ziyara/slots"
)

func newKeys(t testing.TB) *secret.Keys {
	t.Helper()
	keys, err := secret.New([]byte("a secret for tests, of at least 32 bytes"))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// A link says what it is for and until when, fits into a message beside a
// confirmation, and each kind lets its holder do only what it is for.
func TestLinks(t *testing.T) {
	t.Parallel()
	links, err := NewLinks("https://visit.mof.gov.sa", newKeys(t))
	if err != nil {
		t.Fatal(err)
	}
	r := slots.NewReference([5]byte{1, 2, 3, 4, 5})
	ends := time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)
	for _, a := range []Action{Manage, Confirm, Move, Cancel, Answer} {
		link := links.Link(Subject{r, 3}, a, ends)
		token, ok := strings.CutPrefix(link, "https://visit.mof.gov.sa/m/")
		if !ok || len(token) != 28 {
			t.Fatalf("link %q", link)
		}
		to, err := links.read(token, ends.Add(-1))
		if err != nil || to.visit() != (Subject{r, 3}) || to.action != a {
			t.Errorf("opened as %v, %v", to, err)
		}
		if _, err = links.read(token, ends); !errors.Is(err, secret.ErrTokenExpired) {
			t.Errorf("at its end: %v", err)
		}
		for _, do := range []Action{Confirm, Move, Cancel, Answer} {
			if got, want := a.allows(do), a == Manage || a == do; got != want {
				t.Errorf("%c allows %c = %t", a, do, got)
			}
		}
	}
	if got := links.Link(Subject{Reference: "nonsense"}, Manage, ends); got != "" {
		t.Errorf("a link to nothing: %q", got)
	}
}

// Pages are served under the ministry's host and no other; on a machine of
// one's own under all of its names.
func TestServes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		origin, host string
		want         bool
	}{
		{"https://visit.mof.gov.sa", "visit.mof.gov.sa", true},
		{"https://visit.mof.gov.sa", "VISIT.mof.gov.sa", true},
		{"https://visit.mof.gov.sa", "visit.mof.gov.sa.evil.example", false},
		{"https://visit.mof.gov.sa", "127.0.0.1", false},
		{"https://visit.mof.gov.sa", "", false},
		{"https://visit.mof.gov.sa:8443", "visit.mof.gov.sa:8443", true},
		{"https://visit.mof.gov.sa:8443", "visit.mof.gov.sa", false},
		{"http://127.0.0.1:8080", "localhost:9999", true},
		{"http://127.0.0.1:8080", "[::1]:8080", true},
		{"http://127.0.0.1:8080", "[::1]", true},
		{"http://127.0.0.1:8080", "visit.mof.gov.sa", false},
	} {
		links, err := NewLinks(c.origin, newKeys(t))
		if err != nil {
			t.Fatal(err)
		}
		if got := links.serves(c.host); got != c.want {
			t.Errorf("%s serves %q = %t, want %t", c.origin, c.host, got, c.want)
		}
	}
}

// Nothing half-built.
func TestNewRefusesAnIncompleteConfiguration(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{}); err == nil {
		t.Error("New accepted an empty configuration")
	}
}
