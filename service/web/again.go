package web

import (
	"bytes"
	"hash/maphash"
	"sync"
)

// againLimit bounds the bytes of one generation of pages that may be sent again.
const againLimit = 8 << 20

// again keeps pages with their compressed forms in order to send them again. A page is
// found by all of what it says, so nobody can get one that differs from theirs, and none
// can be out of date. It has two generations; when the younger is full, the older is
// dropped. It is safe for concurrent use.
type again struct {
	seed maphash.Seed
	most int // bytes of one generation

	mu         sync.Mutex
	young, old map[uint64]*Packed
	size       int // of young, in bytes
}

// publicPages are those that Compose has written.
var publicPages = newAgain(againLimit) //nolint:gochecknoglobals // a cache

func newAgain(most int) *again { return &again{seed: maphash.MakeSeed(), most: most} }

// packed returns a page that is to be sent. The body stays the caller's.
func (a *again) packed(body []byte) *Packed {
	key := maphash.Bytes(a.seed, body)
	a.mu.Lock()
	defer a.mu.Unlock()
	p, ok := a.young[key]
	if !ok {
		p, ok = a.old[key]
	} else if bytes.Equal(p.Identity, body) {
		return p
	}
	if !ok || !bytes.Equal(p.Identity, body) {
		p = NewPacked(bytes.Clone(body), EffortOnce)
	}
	if a.young == nil || a.size+p.Weight() > a.most {
		a.young, a.old, a.size = make(map[uint64]*Packed), a.young, 0
	}
	a.young[key] = p
	a.size += p.Weight()
	return p
}
