package secret_test

import (
	"errors"
	"testing"
	"time"

	"ziyara/service/secret"
)

// No token opens a link that was not made with the secret, and one has one spelling only.
func FuzzOpenLink(f *testing.F) {
	keys, expires := newKeys(f, counting(32)), time.Unix(1_800_000_000, 0)
	link := keys.Link(1, [5]byte{1, 2, 3, 4, 5}, expires)
	for _, s := range []string{link, link[:27], link + "=", link[:5] + "\n" + link[5:], newKeys(f, counting(33)).Link(1,
		[5]byte{}, expires), ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, token string) {
		use, _, err := keys.OpenLink(token, time.Unix(0, 0))
		if err == nil && token != link || err != nil && (use != 0 || !errors.Is(err, secret.ErrToken)) {
			t.Fatalf("OpenLink(%q) = %d, %v", token, use, err)
		}
	})
}
