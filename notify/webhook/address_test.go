package webhook_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"ziyara/notify/webhook"
)

// Addresses by the registries of special-purpose addresses of IANA.
func TestPublic(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"93.184.216.34": true, "8.8.8.8": true, "100.63.255.255": true, "100.128.0.0": true, "172.15.0.1": true, "172.32.0.1": true,
		"2606:2800:220:1::1": true, "2a00:1450:4001::1": true,
		"0.0.0.0": false, "0.1.2.3": false, "127.0.0.1": false, "127.255.0.1": false, "10.1.2.3": false, "172.16.0.1": false,
		"172.31.255.255": false, "192.168.1.1": false, "192.0.0.192": false, "192.0.2.1": false, "198.18.0.1": false, "198.51.100.1": false,
		"203.0.113.1": false, "224.0.0.1": false, "240.0.0.1": false, "255.255.255.255": false,
		"100.64.0.1": false, "100.100.100.200": false, // carriers; metadata of Alibaba
		"169.254.169.254": false, "169.254.170.2": false, "168.63.129.16": false, "fd00:ec2::254": false, // metadata of clouds
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fec0::1": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:93.184.216.34": true, // as IPv6
		"::127.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b::5db8:d822": false, "2002:7f00:1::": false, "2002:5db8:d822::": false,
		"2001::1": false, "2001:db8::1": false, "3fff::1": false, "4000::1": false,
	} {
		if got := webhook.Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
	if webhook.Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

// What is allowed is reached without TLS too; what is public only with it.
func TestNetworkCheck(t *testing.T) {
	t.Parallel()
	n, err := webhook.ParseNetwork([]string{"10.20.0.0/16", "fd00::/64", "::ffff:192.168.7.0/120"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		address       string
		secure, plain bool
	}{
		{"93.184.216.34", true, false},
		{"10.20.1.1", true, true},
		{"::ffff:10.20.1.1", true, true},
		{"10.21.1.1", false, false},
		{"192.168.7.9", true, true},
		{"192.168.8.9", false, false},
		{"fd00::5", true, true},
		{"fd00:0:0:1::5", false, false},
		{"127.0.0.1", false, false},
	} {
		a := netip.MustParseAddr(c.address)
		if secure, plain := n.Check(a, true) == nil, n.Check(a, false) == nil; secure != c.secure || plain != c.plain {
			t.Errorf("%s: with TLS %v, without %v", c.address, secure, plain)
		}
	}
	if _, err = webhook.ParseNetwork([]string{"10.20.0.0"}); err == nil {
		t.Error("an address without a length is a network")
	}
}

func TestCheckURL(t *testing.T) {
	t.Parallel()
	inside, err := webhook.ParseNetwork([]string{"127.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		url          string
		want, allows error
	}{
		{"https://portal.example.gov.sa/hooks?key=1", nil, nil},
		{"https://portal.example.gov.sa:8443", nil, nil},
		{"http://portal.example.gov.sa/", webhook.ErrURL, nil}, // where its name leads is checked when something is sent
		{"https://user:password@portal.example.gov.sa/", webhook.ErrURL, webhook.ErrURL},
		{"https://portal.example.gov.sa/#top", webhook.ErrURL, webhook.ErrURL},
		{"https:///hooks", webhook.ErrURL, webhook.ErrURL},
		{"https://:443/", webhook.ErrURL, webhook.ErrURL},
		{"portal.example.gov.sa", webhook.ErrURL, webhook.ErrURL},
		{"ftp://portal.example.gov.sa/", webhook.ErrURL, webhook.ErrURL},
		{"file:///etc/passwd", webhook.ErrURL, webhook.ErrURL},
		{"https://example.gov.sa/" + strings.Repeat("x", 500), webhook.ErrURL, webhook.ErrURL},
		{"https://169.254.169.254/latest", webhook.ErrAddress, webhook.ErrAddress},
		{"https://[::ffff:a9fe:a9fe]/latest", webhook.ErrAddress, webhook.ErrAddress},
		{"https://127.0.0.1/", webhook.ErrAddress, nil},
		{"https://localhost/", webhook.ErrAddress, nil},
		{"https://x.localhost./", webhook.ErrAddress, nil},
		{"https://93.184.216.34/", nil, nil},
		{"http://93.184.216.34/", webhook.ErrURL, webhook.ErrAddress},
	} {
		if err := (webhook.Network{}).CheckURL(c.url); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", c.url, err, c.want)
		}
		if err := inside.CheckURL(c.url); !errors.Is(err, c.allows) || (err == nil) != (c.allows == nil) {
			t.Errorf("%s with this machine allowed: %v, want %v", c.url, err, c.allows)
		}
	}
}
