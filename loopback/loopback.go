// Package loopback tells this machine from others: what is open, unencrypted or
// made up is allowed only on a loopback address.
package loopback

import (
	"net"
	"net/url"
	"strings"
)

// Is reports whether a host, with or without a port, is localhost or a loopback
// address (RFC 6890). No name is looked up.
func Is(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Secure reports whether requests to u can't be read on their way: it is https,
// or http on this machine.
func Secure(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && Is(u.Host)
}
