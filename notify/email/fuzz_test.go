package email_test

import (
	"strings"
	"testing"

	"ziyara/loopback"
	"ziyara/notify/email"
)

// A mail server is protected or on this machine, and what is wrong with its address never
// tells the password.
func FuzzParseURL(f *testing.F) {
	for _, s := range []string{
		"smtps://user:password@mail.example.sa?from=visits@example.sa", "smtp://127.0.0.1:25?from=a@b.sa&security=none", "smtp://h?from=a@b",
		"smtps://u:p@[::1]:0?from=x", "smtp://h:99999?from=a@b.sa", "smtps://h/?from=A <a@b.sa>&from=c@d.sa&x=1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := email.ParseURL(s)
		switch {
		case err != nil:
			if strings.Contains(s, "hunter2:hunter2") && strings.Contains(err.Error(), "hunter2") {
				t.Fatalf("%q: %v", s, err)
			}
		case c.Host == "" || c.Port < 1 || c.Port > 65535 || !strings.Contains(c.From.Address, "@"),
			c.Security == email.None && !loopback.Is(c.Host):
			t.Fatalf("ParseURL(%q) = %+v", s, c)
		}
	})
}
