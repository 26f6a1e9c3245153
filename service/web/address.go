package web

import (
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// RealIP is the header in which a trusted proxy names the client.
const RealIP = "X-Real-IP"

// outside reports whether an address is on another site.
func outside(address string) bool { return strings.HasPrefix(address, "https://") }

// ClientAddress returns the network address that stands for one client: an IPv4
// address, or the /64 of an IPv6 address, which one site has to itself (RFC
// 6177). Without an address from a trusted proxy, it is that of the peer.
func ClientAddress(c *fiber.Ctx) string { return clientPrefix(c, 64) }

// ClientNetwork returns the network that one customer of a provider may have: the /48 of
// an IPv6 address (RFC 6177), or the IPv4 address.
func ClientNetwork(c *fiber.Ctx) string { return clientPrefix(c, 48) }

func clientPrefix(c *fiber.Ctx, bits int) string {
	address, err := netip.ParseAddr(c.Get(RealIP))
	if err != nil || !c.IsProxyTrusted() {
		address, _ = netip.AddrFromSlice(c.Context().RemoteIP())
	}
	address = address.Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	return netip.PrefixFrom(address, bits).Masked().String()
}
