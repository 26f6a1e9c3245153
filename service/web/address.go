package web

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ziyara/limits"
)

// RealIP is a header in which some proxies name the client. It is believed of nobody.
const RealIP = "X-Real-IP"

// outside reports whether an address is on another site.
func outside(address string) bool { return strings.HasPrefix(address, "https://") }

// Proxies are the networks of proxies whose X-Forwarded-For is believed.
type Proxies []netip.Prefix

// The widest networks that proxies can have. Even content delivery networks have none
// wider than these; 0.0.0.0/0 would believe anybody.
const (
	widestIPv4 = 8
	widestIPv6 = 16
)

// NewProxies reads networks in CIDR notation, and addresses. It returns an error that says
// what can't be right.
func NewProxies(list []string) (Proxies, error) {
	var out Proxies
	for _, text := range list {
		prefix, err := netip.ParsePrefix(text)
		if address, e := netip.ParseAddr(text); e == nil {
			prefix, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		switch {
		case err != nil:
			return nil, fmt.Errorf("%q is neither a network, such as 10.0.0.0/24, nor an address", text)
		case prefix.Masked() != prefix:
			return nil, fmt.Errorf("%s is an address within a network: write %v, or the address alone", text, prefix.Masked())
		case prefix.Addr().Is4In6():
			return nil, fmt.Errorf("%s: write IPv4 networks as IPv4", text)
		case prefix.Addr().Zone() != "", prefix.Addr().IsMulticast(), prefix.IsSingleIP() && prefix.Addr().IsUnspecified():
			return nil, fmt.Errorf("%s is not the address of a proxy", text)
		case prefix.Addr().Is4() && prefix.Bits() < widestIPv4,
			prefix.Addr().Is6() && prefix.Bits() < widestIPv6 && (prefix.Bits() < 7 || !prefix.Addr().IsPrivate()):
			return nil, fmt.Errorf("%s has too many addresses to be proxies: everybody in it could claim any address", text)
		}
		out = append(out, prefix)
	}
	return out, nil
}

func (p Proxies) trust(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(prefix netip.Prefix) bool { return prefix.Contains(a) })
}

// Client returns the address of the client of a request whose peer forwards what the
// lines of X-Forwarded-For say: the last address in them that is not a trusted proxy's,
// since each proxy adds its own client at the end and clients can write anything before
// that. It is the peer's own address unless that is a trusted proxy. What can't be read
// ends the search at the proxy that added it.
func (p Proxies) Client(peer netip.Addr, forwarded []string) netip.Addr {
	client := plain(peer)
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !p.trust(client) {
			break
		}
		before, ok := hopAddress(strings.TrimSpace(hop))
		if !ok {
			break
		}
		client = before
	}
	return client
}

// hopAddress reads an address as proxies write it: with or without a port.
func hopAddress(s string) (netip.Addr, bool) {
	if with, err := netip.ParseAddrPort(s); err == nil {
		return plain(with.Addr()), true
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return plain(a), err == nil
}

func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

type clientKey struct{}

// Identify lets the handlers of a request know its client.
func (p Proxies) Identify(c *fiber.Ctx) {
	peer, _ := netip.AddrFromSlice(c.Context().RemoteIP())
	var forwarded []string
	for _, line := range c.Context().Request.Header.PeekAll(fiber.HeaderXForwardedFor) {
		forwarded = append(forwarded, string(line))
	}
	c.Locals(clientKey{}, p.Client(peer, forwarded))
}

// ClientIP returns the address of the client, as Identify found it.
func ClientIP(c *fiber.Ctx) netip.Addr {
	if a, ok := c.Locals(clientKey{}).(netip.Addr); ok {
		return a
	}
	peer, _ := netip.AddrFromSlice(c.Context().RemoteIP())
	return plain(peer)
}

// ClientAddress returns the network address that stands for one client: an IPv4
// address, or the /64 of an IPv6 address, which one site has to itself (RFC 6177).
func ClientAddress(c *fiber.Ctx) string { return client(c, limits.Address) }

// ClientNetwork returns the network that one customer of a provider may have: the /48 of
// an IPv6 address, or the IPv4 address.
func ClientNetwork(c *fiber.Ctx) string { return client(c, limits.Network) }

func client(c *fiber.Ctx, k limits.Key) string {
	prefix := limits.Prefix(ClientIP(c), k)
	if prefix.Addr().Is4() {
		return prefix.Addr().String() // as it is hashed in the database
	}
	return prefix.String()
}
