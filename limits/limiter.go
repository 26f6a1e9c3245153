package limits

import (
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Caller is who asks: a member of staff, a user of a system, or a network address.
type Caller struct {
	Staff   string // id; "" for others
	User    string // of a system that asks for them, and says so; "" for others
	Address netip.Addr
}

// Prefix returns the network that a key of requests stands for; the address itself for
// IPv4, which has no sites.
func Prefix(a netip.Addr, k Key) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = map[Key]int{Address: 64, Site: 56, Network: 48}[k]
	}
	return netip.PrefixFrom(a, bits).Masked()
}

// State is how a limit stands for a caller after a request.
type State struct {
	Limit
	Remaining int // requests that would be allowed now
	// Reset is in how long all of Amount is there again, or, for a limit that refuses,
	// when the request would be allowed.
	Reset time.Duration

	refuses bool
}

// Limiter counts requests. It is safe for concurrent use, and forgets on a restart.
//
// It is the generic cell rate algorithm (ITU-T I.371): for each caller and limit it keeps
// the one instant at which all requests so far are paid for.
type Limiter struct {
	byClass map[Class][]Limit

	mu   sync.Mutex
	paid map[cell]time.Time
}

// cell is one value of the key of one limit.
type cell struct {
	class  Class
	key    Key
	staff  string // or user
	prefix netip.Prefix
}

const (
	// maxCells bounds memory to some tens of megabytes. A caller who makes the Limiter
	// forget others has that many networks, and no use for it.
	maxCells = 200_000
	// tidied is how many cells each request looks at, to drop those that are paid.
	tidied = 4
)

// NewLimiter returns a Limiter of the limits of requests in the table.
func NewLimiter(t Table) *Limiter {
	l := &Limiter{byClass: make(map[Class][]Limit), paid: make(map[cell]time.Time)}
	for _, limit := range t {
		if !limit.Class.InDatabase() {
			l.byClass[limit.Class] = append(l.byClass[limit.Class], limit)
		}
	}
	return l
}

// Take counts a request of a class at now, and reports whether all limits allow it, and
// how each that applies stands. A request that one refuses counts for none. Staff count by
// who they are, because a call centre has one address; all but reading is Change for them.
func (l *Limiter) Take(class Class, by Caller, now time.Time) (allowed bool, states []State) {
	if by.Staff != "" && class != Read && class != Search {
		class = Change
	} else if by.Staff != "" {
		class = Read
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tidy(now)
	allowed = true
	var cells [3]cell
	var paid [3]time.Time
	for _, limit := range l.byClass[class] {
		at, ok := cellOf(limit, by)
		if !ok {
			continue
		}
		i := len(states)
		cells[i] = at
		if paid[i] = l.paid[at]; paid[i].Before(now) {
			paid[i] = now
		}
		each := limit.Period / time.Duration(limit.Amount)
		paid[i] = paid[i].Add(each)
		state := State{Limit: limit, Reset: paid[i].Sub(now)}
		if state.Reset > limit.Period {
			allowed, state.refuses = false, true
			state.Reset -= limit.Period
		} else {
			state.Remaining = int((limit.Period - state.Reset) / each)
		}
		states = append(states, state)
	}
	if !allowed {
		return false, slices.DeleteFunc(states, func(s State) bool { return !s.refuses })
	}
	for i := range states {
		l.paid[cells[i]] = paid[i]
	}
	return true, states
}

// cellOf returns where a limit counts a caller; false if it does not apply.
func cellOf(l Limit, by Caller) (cell, bool) {
	if (l.Key == Staff) != (by.Staff != "") {
		return cell{}, false
	}
	if l.Key == Staff {
		return cell{class: l.Class, key: Staff, staff: by.Staff}, true
	}
	if by.User != "" { // their own address is not known
		return cell{class: l.Class, key: l.Key, staff: by.User}, l.Key == Address
	}
	if l.Key != Address && by.Address.Unmap().Is4() {
		return cell{}, false // the address is all there is
	}
	return cell{class: l.Class, key: l.Key, prefix: Prefix(by.Address, l.Key)}, true
}

// tidy drops some cells that are paid, and any if there are too many.
func (l *Limiter) tidy(now time.Time) {
	n := 0
	for at, paid := range l.paid { // in random order
		if !paid.After(now) || len(l.paid) > maxCells {
			delete(l.paid, at)
		}
		if n++; n == tidied {
			return
		}
	}
}
