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
	link := keys.Link(secret.Link{Use: 'm', Payload: [5]byte{1, 2, 3, 4, 5}}, expires)
	later := keys.Link(secret.Link{Use: 'm', Payload: [5]byte{1, 2, 3, 4, 5}, Generation: 1}, expires)
	for _, s := range []string{
		link, later, link[:27], link + "=", link[:5] + "\n" + link[5:],
		newKeys(f, counting(33)).Link(secret.Link{Use: 'm'}, expires), "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, token string) {
		got, err := keys.OpenLink(token, time.Unix(0, 0))
		if err == nil && token != link && token != later || err != nil && (got != secret.Link{} || !errors.Is(err, secret.ErrToken)) {
			t.Fatalf("OpenLink(%q) = %v, %v", token, got, err)
		}
	})
}
