package web

import "strings"

// outside reports whether an address is on another site.
func outside(address string) bool { return strings.HasPrefix(address, "https://") }
