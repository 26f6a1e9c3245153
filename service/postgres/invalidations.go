package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lib/pq"
)

const (
	channel = "ziyara_ledger"
	// broadcastEvery is how long changes are gathered before others are told.
	broadcastEvery = 20 * time.Millisecond
	// broadcastLimit is how many desk groups one notification names; it must stay
	// under the 8,000 bytes of PostgreSQL.
	broadcastLimit = 400
	allGroups      = "*" // in place of names: there are too many
	// wholeCentre says, before the names, that the centre has changed, too.
	wholeCentre = "centre"
)

// news gathers what other replicas have to be told: the desk groups whose
// ledger this one has changed. A notification is sent apart from the
// transactions, because NOTIFY makes their commits wait for one another.
type invalidations struct {
	replica string // names this one, so that it does not tell itself

	mu      sync.Mutex
	wanted  bool // somebody tells
	pending map[int]struct{}
	some    chan struct{} // holds a value while there is something to tell
}

func newInvalidations() *invalidations {
	return &invalidations{replica: rand.Text(), pending: make(map[int]struct{}), some: make(chan struct{}, 1)}
}

func (n *invalidations) add(groups ...int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.wanted {
		return
	}
	for _, id := range groups {
		n.pending[id] = struct{}{}
	}
	select {
	case n.some <- struct{}{}:
	default:
	}
}

// take returns the text of the next notification and forgets what it says.
func (n *invalidations) take() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	words := []string{n.replica}
	if len(n.pending) > broadcastLimit {
		words = append(words, allGroups)
	} else {
		for id := range n.pending {
			words = append(words, strconv.Itoa(id))
		}
	}
	clear(n.pending)
	return strings.Join(words, " ")
}

// changed forgets what is remembered of desk groups whose ledger has changed
// here, and has the others told.
func (s *core) changed(groups ...int) {
	if len(groups) == 0 {
		return
	}
	s.cache.forget(groups...)
	s.invalidations.add(groups...)
}

// heard forgets what another replica says has changed.
func (s *core) invalidate(text string) {
	words := strings.Fields(text)
	switch {
	case len(words) == 0 || words[0] == s.invalidations.replica:
	case slices.Contains(words[1:], allGroups):
		s.cache.forgetAll()
	default:
		for _, word := range words[1:] {
			if id, err := strconv.Atoi(word); err == nil {
				s.cache.forget(id)
			}
		}
	}
	if len(words) > 1 && words[0] != s.invalidations.replica && words[1] == wholeCentre {
		s.renew()
	}
}

// Renewed gets a value soon after the centre was changed, by this Store or by
// another replica: it is worth asking CentreVersion. What is lost on the way is
// found out by asking now and then.
func (s *Centre) Renewed() <-chan struct{} { return s.renewed }

// renew never waits: whoever listens is told at least once.
func (s *core) renew() {
	select {
	case s.renewed <- struct{}{}:
	default:
	}
}

// broadcastCentre raises the version of the centre and has all replicas told of it,
// and of the desk groups whose calendars have changed, when the transaction
// commits. Changes of the centre are rare, so their commits may wait for one
// another.
func (q session) broadcastCentre(ctx context.Context, changes []recalendared) error {
	if _, err := q.exec(ctx, "centre/touch"); err != nil {
		return err
	}
	words := []string{q.store.invalidations.replica, wholeCentre}
	if len(changes) > broadcastLimit {
		words = append(words, allGroups)
	} else {
		for _, c := range changes {
			words = append(words, strconv.Itoa(c.ID))
		}
	}
	for _, c := range changes {
		q.touched = append(q.touched, c.ID)
	}
	q.renews = true
	_, err := q.exec(ctx, "replicas/notify", channel, strings.Join(words, " "))
	return err
}

// Follow tells other replicas of changes to the ledger and hears of theirs,
// until ctx is done. Without it, and while the connection is lost, what they
// change is seen when memory runs out, after two seconds.
func (s *Store) Follow(ctx context.Context) error {
	url, err := withSettings(s.config)
	if err != nil {
		return err
	}
	listener := pq.NewListener(url, 100*time.Millisecond, 2*time.Second, nil)
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() { s.broadcast(ctx) })
	err = s.receive(ctx, listener)
	cancel()
	err = errors.Join(err, listener.Close())
	group.Wait()
	return err
}

// hear forgets what others say until ctx is done.
func (s *core) receive(ctx context.Context, listener *pq.Listener) error {
	listening := make(chan error, 1)
	go func() { listening <- listener.Listen(channel) }() // until connected or closed
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-listening:
			if err != nil {
				return translate("listen", err)
			}
		case n := <-listener.Notify:
			if n == nil { // connected again: what was said meanwhile is lost
				s.cache.forgetAll()
				s.renew()
			} else {
				s.invalidate(n.Extra)
			}
		}
	}
}

// tell notifies the others until ctx is done, and lets changes gather. Who is
// not told finds out by asking.
func (s *core) broadcast(ctx context.Context) {
	s.invalidations.want(true)
	defer s.invalidations.want(false)
	pause := time.NewTicker(broadcastEvery)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.invalidations.some:
			_, _ = s.pool().exec(ctx, "replicas/notify", channel, s.invalidations.take())
		}
		<-pause.C
	}
}

func (n *invalidations) want(wanted bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wanted = wanted
	clear(n.pending)
}
