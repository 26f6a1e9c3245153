package notify

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"

	"ziyara/texts"
)

// Hosts are those to which departments' own texts may link, as ParseHosts returns them.
type Hosts []string

// ErrHost is returned for a text that is not the name of a host.
var ErrHost = errors.New("notify: not the name of a host, such as mof.gov.sa")

// ParseHosts reads names of hosts. It returns ErrHost.
func ParseHosts(names []string) (Hosts, error) {
	hosts := Hosts{}
	for _, name := range names {
		host, ok := hostName(strings.TrimSpace(name))
		if !ok || !linked(host) {
			return nil, fmt.Errorf("%w: %q", ErrHost, name)
		}
		hosts = append(hosts, host)
	}
	return hosts, nil
}

// WithHosts lets departments' own texts link to hosts.
func WithHosts(hosts Hosts) TextOption { return func(t *Texts) { t.hosts = hosts } }

// hostName returns a name of a host as the domain name system has it.
func hostName(name string) (string, bool) {
	host, err := idna.Lookup.ToASCII(strings.Trim(name, "."))
	return host, err == nil && host != ""
}

// linked reports whether phones make a link of a name: it ends in a suffix under which names
// are given out, or is an address of four numbers.
func linked(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.Is4()
	}
	suffix, official := publicsuffix.PublicSuffix(host)
	return host != suffix && (official || strings.Contains(suffix, "."))
}

// glyph is a character as phones read it, with its place in the text.
type glyph struct {
	r  rune
	at int
}

// glyphs returns a text as phones look for links in it: wide and other forms of characters
// are the plain ones, and a variable is a letter, because a name could begin with it.
func glyphs(text string) []glyph {
	runes := []rune(text)
	var list []glyph
	pieces, _ := texts.Split(text)
	plain := make([]bool, len(runes))
	for _, p := range pieces {
		if p.Parameter != "" {
			continue
		}
		for i := range []rune(p.Text) {
			if p.At+i < len(plain) {
				plain[p.At+i] = true
			}
		}
	}
	for i, r := range runes {
		if !plain[i] {
			if i == 0 || plain[i-1] {
				list = append(list, glyph{'x', i})
			}
			continue
		}
		for _, n := range norm.NFKC.String(string(r)) {
			if n == '。' { // and what NFKC makes it: dots of Chinese and Japanese, which end labels (UTS 46)
				n = '.'
			}
			list = append(list, glyph{unicode.ToLower(n), i})
		}
	}
	return list
}

// faultsOfLinks returns where phones would make a link to a host that is not one of hosts.
func faultsOfLinks(text string, hosts Hosts) (faults []placedFault) {
	list := glyphs(text)
	for i := 0; i < len(list); {
		if !inName(list[i].r) {
			if schemed(list, i+1) && (i+1 == len(list) || !inName(list[i+1].r)) { // such as an address of IPv6
				faults = append(faults, placedFault{fault: FaultLink, at: list[i].at, name: "://"})
			}
			i++
			continue
		}
		begin := i
		var name strings.Builder
		for ; i < len(list) && inName(list[i].r); i++ {
			name.WriteRune(list[i].r)
		}
		host := strings.Trim(name.String(), joiners)
		if host != "" && (schemed(list, begin) || strings.HasPrefix(host, "www.") || leads(host)) && !allowed(hosts, host) {
			faults = append(faults, placedFault{fault: FaultLink, at: list[begin].at, name: host})
		}
	}
	return faults
}

// joiners stand within names, but not at their ends.
const joiners = ".-_"

func inName(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(joiners, r)
}

// schemed reports whether :// stands before the glyph at i.
func schemed(list []glyph, i int) bool {
	return i >= 3 && list[i-3].r == ':' && list[i-2].r == '/' && list[i-1].r == '/'
}

// leads reports whether phones make a link of a name, or of what of it stands before letters
// of another script.
func leads(name string) bool {
	if host, ok := hostName(name); ok && linked(host) || linked(name) {
		return true
	}
	dot := strings.LastIndexByte(name, '.')
	other := strings.IndexFunc(name[dot+1:], func(r rune) bool { return r > unicode.MaxASCII })
	return dot > 0 && other > 0 && linked(name[:dot+1+other])
}

func allowed(hosts Hosts, name string) bool {
	host, ok := hostName(name)
	return ok && slices.Contains(hosts, host)
}
