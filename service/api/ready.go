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

// search is what a client asks of ListSlots.
type search struct {
	service, branch string
	from, to        scheduling.Date
	party           int
	channel         catalog.Channel
	needs           string // with commas between them
}

// searchOf returns a query as the key of its answers. A date that it leaves
// open follows from the minute of the answer and from the centre.
func searchOf(q slots.Query) search {
	return search{
		service: q.Service, branch: q.Branch, from: q.From, to: q.To, party: q.Party, channel: q.Channel, needs: strings.Join(q.Needs, ","),
	}
}

// moment is when an answer is right. Searches change with the clock only from
// minute to minute: starts, notice and horizon are whole minutes. On the
// minute itself a start is just in reach that a moment later is not.
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

// readyAnswer is an answer as it is sent.
type readyAnswer struct {
	tagged
	moment moment
	empty  bool // found nothing
}

// ready keeps answers that were sent, to send them again: two generations, of
// which the older is dropped when the younger is full. The zero value is
// empty. It is safe for concurrent use.
type ready struct {
	mu         sync.Mutex
	young, old map[search]readyAnswer
	size       int // of young, in bytes
}

// find returns the answer to q that is right at m.
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
	if r.young == nil || r.size+len(a.body) > readyLimit {
		r.young, r.old, r.size = make(map[search]readyAnswer), r.young, 0
	}
	r.size += len(a.body) - len(r.young[q].body)
	r.young[q] = a
}
