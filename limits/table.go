// Package limits bounds what one caller may ask for: a table of limits, each of one class
// of requests and one key, and a Limiter that keeps those of HTTP requests in memory.
package limits

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Class is a class of requests, or of messages, that is counted together.
type Class string

// The classes. Those of requests are counted in the memory of each replica; codes and
// text messages cost money and are counted in the database.
const (
	Read   Class = "read"    // pages and data that are read from the database
	Search Class = "search"  // free times
	Hold   Class = "hold"    // holding a place
	Book   Class = "book"    // booking it
	Prove  Class = "prove"   // asking for a code, and entering it
	SignIn Class = "sign-in" // signing in as staff
	Feed   Class = "feed"    // reading a calendar feed
	Change Class = "change"  // any other change
	Code   Class = "code"    // a code that is sent
	SMS    Class = "sms"     // text messages
)

// Key is what a limit is for.
type Key string

// The keys of requests. All that apply to a caller bound at once.
const (
	Address Key = "address" // an IPv4 address, or an IPv6 /64: one site has that many
	Site    Key = "site"    // an IPv6 /56, which a provider gives a household
	Network Key = "network" // an IPv6 /48, which it gives a company (RFC 6177)
	Staff   Key = "staff"   // a signed-in member of staff, instead of the network
)

// The keys of codes and text messages. Address and Network are those above.
const (
	Requester Key = "requester" // a mobile, asked for from one address
	Mobile    Key = "mobile"    // a mobile, in an hour
	Day       Key = "day"       // a number, in a day
	Hour      Key = "hour"      // a number, in an hour
	Burst     Key = "burst"     // a number, within minutes
	Strangers Key = "strangers" // all mobiles that have proved nothing yet, in segments
	All       Key = "all"       // all numbers, in segments
)

// Limit allows a caller Amount requests of a class in any Period, for each value of the
// key. What was not used comes back evenly: Amount at once, and then one in each
// Period/Amount.
type Limit struct {
	Class  Class
	Key    Key
	Amount int
	Period time.Duration
}

// Name is how a limit is called in answers and in the configuration: "hold-address".
func (l Limit) Name() string { return string(l.Class) + "-" + string(l.Key) }

// Table has all limits.
type Table []Limit

// Default returns the limits of a centre that has not chosen its own (docs/adr/0051).
func Default() Table {
	const hour, day = time.Hour, 24 * time.Hour
	var t Table
	each := func(c Class, amount int, period time.Duration) {
		t = append(t, Limit{c, Address, amount, period}, Limit{c, Site, 2 * amount, period}, Limit{c, Network, 4 * amount, period})
	}
	each(Read, 3000, time.Minute)
	each(Search, 1200, time.Minute)
	each(Hold, 300, 10*time.Minute)
	each(Book, 300, 10*time.Minute)
	each(Prove, 600, 10*time.Minute)
	each(SignIn, 300, 10*time.Minute)
	each(Feed, 120, time.Minute)
	each(Change, 600, time.Minute)
	return append(t,
		Limit{Read, Staff, 1200, time.Minute},
		Limit{Change, Staff, 120, time.Minute},
		Limit{Code, Requester, 5, hour}, Limit{Code, Mobile, 8, hour}, Limit{Code, Day, 12, day},
		Limit{Code, Address, 250, hour}, Limit{Code, Network, 500, hour},
		Limit{SMS, Burst, 5, 2 * time.Minute}, Limit{SMS, Hour, 12, hour}, Limit{SMS, Day, 30, day},
		Limit{SMS, Strangers, 10_000, day}, Limit{SMS, All, 50_000, day},
	)
}

// InDatabase reports whether limits of the class are counted in the database, for all
// replicas together.
func (c Class) InDatabase() bool { return c == Code || c == SMS }

// maxAmount bounds an amount: the time of one request must not vanish.
const maxAmount = 1_000_000

// With returns the table with other amounts, each written like "hold-address=100/10m". The
// limits in the database keep their periods. It returns an error that names what can't be.
func (t Table) With(changes []string) (Table, error) {
	t = slices.Clone(t)
	for _, change := range changes {
		name, value, _ := strings.Cut(strings.TrimSpace(change), "=")
		i := slices.IndexFunc(t, func(l Limit) bool { return l.Name() == name })
		if i < 0 {
			return nil, fmt.Errorf("limits: there is no limit %q: write one of %s, as in hold-address=100/10m", name, t.names())
		}
		amount, period, ok := strings.Cut(value, "/")
		n, err := strconv.Atoi(amount)
		if err != nil || n < 1 || n > maxAmount {
			return nil, fmt.Errorf("limits: %s: %q is not an amount from 1 to %d", name, amount, maxAmount)
		}
		t[i].Amount = n
		if !ok {
			continue
		}
		d, err := time.ParseDuration(period)
		switch {
		case err != nil || d < time.Second || d > 24*time.Hour || d%time.Second != 0:
			return nil, fmt.Errorf("limits: %s: %q is not a period in seconds, from 1s to 24h", name, period)
		case t[i].Class.InDatabase() && d != t[i].Period:
			return nil, fmt.Errorf("limits: %s: its period is always %v", name, t[i].Period)
		}
		t[i].Period = d
	}
	return t, nil
}

func (t Table) names() string {
	var list []string
	for _, l := range t {
		list = append(list, l.Name())
	}
	return strings.Join(list, ", ")
}

// Of returns a limit of the table; zero if it has none.
func (t Table) Of(c Class, k Key) Limit {
	if i := slices.IndexFunc(t, func(l Limit) bool { return l.Class == c && l.Key == k }); i >= 0 {
		return t[i]
	}
	return Limit{}
}
