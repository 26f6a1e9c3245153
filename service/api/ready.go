package api

import (
	"strings"
	"sync"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/slots"
)

// readyLimit bounds the bytes of one generation of ready answers.
const readyLimit = 16 << 20

// search is a request for ListSlots.
type search struct {
	service, branch string
	from, to        scheduling.Date
	party           int
	channel         catalog.Channel
	needs           string // with commas between them
}

// searchOf returns a query as the key of its answers. Dates that it leaves open
// depend only on the minute of the answer and on the centre.
func searchOf(q slots.Query) search {
	return search{
		service: q.Service, branch: q.Branch, from: q.From, to: q.To, party: q.Party, channel: q.Channel, needs: strings.Join(q.Needs, ","),
	}
}

// moment is the state in which an answer is right. The answer depends only on
// the minute, because starts, notice and horizon are whole minutes; but a start
// that can be booked exactly on the minute can't be a moment later.
type moment struct {
	minute int64
	exact  bool
	centre int64 // version of the centre
	ledger int64 // stamp of the desk group
}

func momentAt(now time.Time, centre, ledger int64) moment {
	minute := now.Truncate(time.Minute)
	return moment{minute: minute.Unix(), exact: now.Equal(minute), centre: centre, ledger: ledger}
}

// readyAnswer is an answer ready to be sent.
type readyAnswer struct {
	tagged
	moment moment
	empty  bool // found nothing
}

// weight returns the most bytes that the answer takes; 0 for none. Its compressed
// forms take far less than half as much as the body.
func (a readyAnswer) weight() int {
	if a.Packed == nil {
		return 0
	}
	return len(a.Identity) * 3 / 2
}

// ready keeps answers in order to send them again. It has two generations; when
// the younger is full, the older is dropped. The zero value is empty. It is safe
// for concurrent use.
type ready struct {
	mu         sync.Mutex
	young, old map[search]readyAnswer
	size       int // of young, in bytes
}

// find returns the answer to q, if there is one that is right at m.
func (r *ready) find(q search, m moment) (readyAnswer, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a, ok := r.young[q]; ok {
		return a, a.moment == m
	}
	a, ok := r.old[q]
	if !ok || a.moment != m {
		return readyAnswer{}, false
	}
	r.add(q, a)
	return a, true
}

// keep keeps the answer to q.
func (r *ready) keep(q search, a readyAnswer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(q, a)
}

func (r *ready) add(q search, a readyAnswer) {
	if r.young == nil || r.size+a.weight() > readyLimit {
		r.young, r.old, r.size = make(map[search]readyAnswer), r.young, 0
	}
	r.size += a.weight() - r.young[q].weight()
	r.young[q] = a
}
