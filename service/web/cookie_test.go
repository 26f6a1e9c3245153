package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
)

// bound seals by writing what a value is bound to before it.
type bound struct{}

func (bound) Seal(plain []byte, bind string) ([]byte, error) {
	return append([]byte(bind+"|"), plain...), nil
}

func (bound) OpenSealed(sealed []byte, bind string) ([]byte, error) {
	plain, ok := strings.CutPrefix(string(sealed), bind+"|")
	if !ok {
		return nil, errors.New("not sealed")
	}
	return []byte(plain), nil
}

// What a browser keeps is read again for its use only, is for this host alone with
// https, and is forgotten when it is deleted.
func TestSealedCookie(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		secure     bool
		name, want string
	}{
		{true, "__Host-kept", "; max-age=60; path=/; HttpOnly; secure; SameSite=Lax"},
		{false, "kept", "; max-age=60; path=/; HttpOnly; SameSite=Lax"},
	} {
		cookie := SealedCookie{Keys: bound{}, Name: "kept", Use: "one", Secure: c.secure}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		set := answer(t, r, func(f *fiber.Ctx) error { return cookie.Set(f, []string{"a"}, time.Minute) }).Header.Get("Set-Cookie")
		if !strings.HasPrefix(set, c.name+"=") || !strings.HasSuffix(set, c.want) {
			t.Errorf("set is %s", set)
		}
		pair, _, _ := strings.Cut(set, ";")
		r = httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Cookie", pair)
		answer(t, r, func(f *fiber.Ctx) error {
			var got []string
			if !cookie.Read(f, &got) || len(got) != 1 || got[0] != "a" {
				t.Errorf("read %q", got)
			}
			other := cookie
			if other.Use = "two"; other.Read(f, &got) {
				t.Error("it is read for another use")
			}
			cookie.Delete(f)
			return nil
		})
		deleted := answer(t, r, func(f *fiber.Ctx) error { cookie.Delete(f); return nil }).Header.Get("Set-Cookie")
		if !strings.HasPrefix(deleted, c.name+"=; expires=Thu, 01 Jan 1970") {
			t.Errorf("deleted is %s", deleted)
		}
	}
}

// What no browser would keep is an error, and whatever a browser sends is read as
// nothing.
func TestSealedCookieLimits(t *testing.T) {
	t.Parallel()
	cookie := SealedCookie{Keys: bound{}, Name: "kept", Use: "one"}
	answer(t, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), func(f *fiber.Ctx) error {
		if err := cookie.Set(f, strings.Repeat("a", 3000), time.Minute); !errors.Is(err, ErrCookie) {
			t.Errorf("3000 bytes: %v", err)
		}
		return nil
	})
	for _, text := range []string{"", "=", "b25l", "b25lfHs", strings.Repeat("b", 5000)} {
		var got string
		if cookie.Open(text, &got) {
			t.Errorf("%.20s is read as %q", text, got)
		}
	}
}
