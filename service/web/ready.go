package web

import (
	"sync"
	"time"
)

// readyLimit bounds the bytes of one generation of ready answers.
const readyLimit = 16 << 20

// Basis is what an answer about free starts rests on. It depends only on the minute,
// because starts, notice and horizon are whole minutes; but a start that can be booked
// exactly on the minute can't be a moment later.
type Basis struct {
	minute int64
	exact  bool
	centre int64 // version of the centre
	ledger int64 // stamp of the desk group
}

// BasisAt returns the basis of an answer at an instant, by this version of the centre and
// this stamp of the ledger.
func BasisAt(now time.Time, centre, ledger int64) Basis {
	minute := now.Truncate(time.Minute)
	return Basis{minute: minute.Unix(), exact: now.Equal(minute), centre: centre, ledger: ledger}
}

// Ready keeps answers to questions in order to send them again. It has two generations;
// when the younger is full, the older is dropped. The zero value is empty. It is safe
// for concurrent use.
type Ready[Question comparable, Answer any] struct {
	mu         sync.Mutex
	young, old map[Question]readyAnswer[Answer]
	size       int // of young, in bytes
}

type readyAnswer[Answer any] struct {
	answer Answer
	basis  Basis
	weight int // bytes
}

// Find returns the answer to q, if there is one that rests on this basis.
func (r *Ready[Question, Answer]) Find(q Question, b Basis) (answer Answer, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a, ok := r.young[q]; ok {
		return a.answer, a.basis == b
	}
	a, ok := r.old[q]
	if !ok || a.basis != b {
		return answer, false
	}
	r.add(q, a)
	return a.answer, true
}

// Keep keeps the answer to q, which rests on this basis and takes so many bytes.
func (r *Ready[Question, Answer]) Keep(q Question, a Answer, b Basis, weight int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(q, readyAnswer[Answer]{a, b, weight})
}

func (r *Ready[Question, Answer]) add(q Question, a readyAnswer[Answer]) {
	if r.young == nil || r.size+a.weight > readyLimit {
		r.young, r.old, r.size = make(map[Question]readyAnswer[Answer]), r.young, 0
	}
	r.size += a.weight - r.young[q].weight
	r.young[q] = a
}
