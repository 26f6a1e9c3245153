package web

import (
	"net/netip"
	"strings"
	"testing"
)

func TestProxiesClient(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, trusted, peer, forwarded, want string // lists have commas, lines of the header bars
	}{
		{"no proxy", "", "203.0.113.9", "", "203.0.113.9"},
		{"no proxy, but the client says so", "", "203.0.113.9", "192.0.2.1", "203.0.113.9"},
		{"no proxy is trusted on this machine either", "", "127.0.0.1", "192.0.2.1", "127.0.0.1"},
		{"a proxy", "10.0.0.0/8", "10.1.1.1", "192.0.2.1", "192.0.2.1"},
		{"a proxy given as an address", "10.1.1.1", "10.1.1.1", "192.0.2.1", "192.0.2.1"},
		{"its neighbour is none", "10.1.1.1", "10.1.1.2", "192.0.2.1", "10.1.1.2"},
		{"the client made up an address", "10.0.0.0/8", "10.1.1.1", "198.51.100.7, 192.0.2.1", "192.0.2.1"},
		{"the client made up a proxy", "10.0.0.0/8", "10.1.1.1", "198.51.100.7, 10.9.9.9, 192.0.2.1", "192.0.2.1"},
		{"two proxies", "10.0.0.0/8", "10.1.1.1", "192.0.2.1, 10.2.2.2", "192.0.2.1"},
		{"two proxies and a made-up one", "10.0.0.0/8", "10.1.1.1", "198.51.100.7, 192.0.2.1, 10.2.2.2", "192.0.2.1"},
		{"two lines", "10.0.0.0/8", "10.1.1.1", "198.51.100.7|192.0.2.1, 10.2.2.2", "192.0.2.1"},
		{"a client inside", "10.0.0.0/8", "10.1.1.1", "10.5.5.5, 10.2.2.2", "10.5.5.5"},
		{"the proxy says nothing", "10.0.0.0/8", "10.1.1.1", "", "10.1.1.1"},
		{"the proxy says nonsense", "10.0.0.0/8", "10.1.1.1", "unknown", "10.1.1.1"},
		{"nonsense behind it", "10.0.0.0/8", "10.1.1.1", "192.0.2.1, unknown", "10.1.1.1"},
		{"nonsense of the client", "10.0.0.0/8", "10.1.1.1", "<script>, 192.0.2.1", "192.0.2.1"},
		{"with a port", "10.0.0.0/8", "10.1.1.1", "192.0.2.1:4711", "192.0.2.1"},
		{"IPv6", "10.0.0.0/8", "10.1.1.1", "2001:db8::7", "2001:db8::7"},
		{"IPv6 in brackets", "10.0.0.0/8", "10.1.1.1", "[2001:db8::7]", "2001:db8::7"},
		{"IPv6 with a port", "10.0.0.0/8", "10.1.1.1", "[2001:db8::7]:4711", "2001:db8::7"},
		{"IPv6 with a zone", "fe80::/16", "fe80::1%eth0", "2001:db8::7", "2001:db8::7"},
		{"IPv4 in IPv6", "10.0.0.0/8", "::ffff:10.1.1.1", "::ffff:192.0.2.1", "192.0.2.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var list []string
			if c.trusted != "" {
				list = strings.Split(c.trusted, ",")
			}
			proxies, err := NewProxies(list)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			if c.forwarded != "" {
				lines = strings.Split(c.forwarded, "|")
			}
			if got := proxies.Client(netip.MustParseAddr(c.peer), lines); got.String() != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

func TestNewProxies(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		"10.0.0.0/8": true, "127.0.0.1": true, "::1": true, "fc00::/7": true, "fd00::/8": true, "104.16.0.0/13": true,
		"2606:4700::/32": true, "192.168.7.0/24": true, "0.0.0.0/0": false, "::/0": false, "0.0.0.0/1": false, "128.0.0.0/2": false,
		"2000::/3": false, "fc00::/6": false, "10.0.0.1/8": false, "0.0.0.0": false, "::": false, "224.0.0.1": false, "proxy.internal": false,
		"10.0.0.0/33": false, "": false, "10.0.0.*": false, "::ffff:10.0.0.0/104": false, "*": false,
	} {
		if _, err := NewProxies([]string{"192.0.2.0/24", text}); (err == nil) != ok {
			t.Errorf("%q: %v, want ok %v", text, err, ok)
		}
	}
}
