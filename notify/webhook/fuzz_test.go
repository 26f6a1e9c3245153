package webhook_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"ziyara/notify/webhook"
)

// An address that a webhook may have is https, names nobody's password, and is no address
// of the house. Where its name leads is checked when something is sent.
func FuzzCheckURL(f *testing.F) {
	for _, s := range []string{
		"https://example.com/hook", "https://127.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://0x7f.1/", "https://2130706433/",
		"https://user@example.com/", "https://example.com#x", "https:\\example.com", "https://localhost./", "https://１２７.0.0.1/", "//x",
	} {
		f.Add(s)
	}
	var network webhook.Network
	f.Fuzz(func(t *testing.T, s string) {
		if network.CheckURL(s) != nil {
			return
		}
		u, err := url.Parse(s)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Hostname() == "" || u.Fragment != "" || len(s) > webhook.MaxURL {
			t.Fatalf("accepted: %q", s)
		}
		host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
		if a, err := netip.ParseAddr(host); err == nil && !webhook.Public(a) || host == "localhost" || strings.HasSuffix(host, ".localhost") {
			t.Fatalf("leads into the house: %q", s)
		}
	})
}
