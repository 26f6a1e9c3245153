package webhook

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// ErrAddress is returned for an address of the network that webhooks must not
// reach.
var ErrAddress = errors.New("webhook: an address that webhooks must not reach")

// ErrURL is returned for what is no address of a webhook.
var ErrURL = errors.New("webhook: not an https address")

// MaxURL bounds the address of a webhook, in characters.
const MaxURL = 500

// Network says which addresses webhooks may reach: public ones, and those in
// networks that the operator allows. The zero value allows public ones only.
type Network struct{ allowed []netip.Prefix }

// ParseNetwork returns the network with the allowed networks, in CIDR notation.
func ParseNetwork(allowed []string) (Network, error) {
	var n Network
	for _, a := range allowed {
		prefix, err := netip.ParsePrefix(a)
		if err != nil {
			return Network{}, fmt.Errorf("webhook: %q is no network such as 10.20.0.0/16", a)
		}
		if at := prefix.Addr(); at.Is4In6() {
			prefix = netip.PrefixFrom(at.Unmap(), max(0, prefix.Bits()-96))
		}
		n.allowed = append(n.allowed, prefix.Masked())
	}
	return n, nil
}

// Allows reports whether the operator allows the address by its network.
func (n Network) Allows(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range n.allowed {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Check returns ErrAddress unless the address is public or allowed. A secure
// connection may go to both, one that is not only to what is allowed.
func (n Network) Check(a netip.Addr, secure bool) error {
	if n.Allows(a) || secure && Public(a) {
		return nil
	}
	return ErrAddress
}

// special are the blocks that are not public, or lead somewhere else, by the
// IANA registries of special-purpose addresses; of IPv6 only in 2000::/3, as
// all else is refused anyway.
func special() []string {
	return []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
		"169.254.0.0/16", // with 169.254.169.254, the metadata of clouds
		"172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
		"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"168.63.129.16/32", // the inside of Azure, in a public block
		"2001::/23",        // with Teredo, which holds an IPv4 address
		"2001:db8::/32",    // documentation, as is 3fff::/20
		"2002::/16",        // 6to4, which holds an IPv4 address
		"3fff::/20",
	}
}

// Public reports whether an address is one of the public internet. IPv4
// addresses that are written as IPv6 count as what they are.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || a.Is6() && !netip.MustParsePrefix("2000::/3").Contains(a) {
		return false // with ::, ::1, fc00::/7, fe80::/10, ff00::/8, and 64:ff9b::/96, which holds an IPv4 address
	}
	for _, s := range special() {
		if netip.MustParsePrefix(s).Contains(a) {
			return false
		}
	}
	return true
}

// CheckURL returns ErrURL unless s is an https address with a host and nothing
// that is secret to others or that a server does not see; http is possible
// where networks are allowed. It returns ErrAddress for the address of a
// network that webhooks must not reach. Where a name leads is checked each time
// that something is sent.
func (n Network) CheckURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || len(s) > MaxURL || u.Host == "" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "":
		return ErrURL
	case u.Scheme != "https" && (u.Scheme != "http" || len(n.allowed) == 0):
		return ErrURL
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if a, err := netip.ParseAddr(host); err == nil {
		return n.Check(a, u.Scheme == "https")
	}
	if (host == "localhost" || strings.HasSuffix(host, ".localhost")) && !n.Allows(netip.AddrFrom4([4]byte{127, 0, 0, 1})) {
		return ErrAddress
	}
	return nil
}
