package web

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// Whatever X-Forwarded-For says, it is believed of a proxy only, and only as far as proxies
// have added to it: the client is never the proxy that was named by somebody who is none.
func FuzzClient(f *testing.F) {
	for _, s := range []string{"192.0.2.1", "192.0.2.1, 10.0.0.2", "10.0.0.3,10.0.0.2", "[2001:db8::1]:443",
		"::ffff:192.0.2.1", "unknown", ",,,", "192.0.2.1:x"} {
		f.Add(s)
	}
	proxies, err := NewProxies([]string{"10.0.0.0/24"})
	if err != nil {
		f.Fatal(err)
	}
	proxy, stranger := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("203.0.113.9")
	f.Fuzz(func(t *testing.T, header string) {
		if got := proxies.Client(stranger, []string{header}); got != stranger {
			t.Fatalf("a stranger who says %q is %v", header, got)
		}
		got := proxies.Client(proxy, []string{header})
		if !got.IsValid() || got.Zone() != "" || got.Is4In6() {
			t.Fatalf("%q: the client is %v", header, got)
		}
		if last := header[strings.LastIndex(header, ",")+1:]; got != proxy && !proxies.trust(got) && strings.Count(header, ",") == 0 {
			if a, ok := hopAddress(strings.TrimSpace(last)); !ok || a != got {
				t.Fatalf("%q: the client is %v", header, got)
			}
		}
		// What a client writes before what the proxy adds changes nothing.
		if with := proxies.Client(proxy, []string{header, "198.51.100.7"}); with.String() != "198.51.100.7" {
			t.Fatalf("%q makes 198.51.100.7 %v", header, with)
		}
	})
}

// Whatever a client accepts, the coding is one that we have, and that it names.
func FuzzCodingFor(f *testing.F) {
	for _, s := range []string{"gzip, br", "identity;q=0, *;q=0.1", "br;q=NaN", "gzip;q=1.1", "x-gzip", ";q=1", "*", "gzip;q=0x1p-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		got := CodingFor(accept, true)
		if !slices.Contains([]Coding{Identity, Gzip, Brotli}, got) {
			t.Fatalf("CodingFor(%q) = %q", accept, got)
		}
		if lower := strings.ToLower(accept); got != Identity && !strings.Contains(lower, string(got)) && !strings.Contains(lower, "*") {
			t.Fatalf("CodingFor(%q) = %q, which it does not name", accept, got)
		}
	})
}
