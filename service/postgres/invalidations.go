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
	// channel is where replicas listen.
	channel = "ziyara_ledger"
	// broadcastEvery is how long changes are gathered before a broadcast.
	broadcastEvery = 20 * time.Millisecond
	// broadcastLimit is how many desk groups one notification names. PostgreSQL
	// allows a notification less than 8,000 bytes.
	broadcastLimit = 400
	allGroups      = "*" // instead of names, when there are too many
	// wholeCentre comes before the names when the centre has changed, too.
	wholeCentre = "centre"
)

// invalidations gathers what other replicas must forget: the desk groups whose
// ledger this one has changed. Notifications are sent outside the transactions,
// because NOTIFY makes commits wait for one another.
type invalidations struct {
	replica string // identifies this replica, which ignores its own notifications

	mu      sync.Mutex
	wanted  bool // whether broadcast is running
	pending map[int]struct{}
	some    chan struct{} // holds a value while anything is pending
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

// take returns the text of the next notification and clears what is pending.
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

// changed drops desk groups whose ledger this replica has changed from the cache,
// here and in other replicas.
func (s *core) changed(groups ...int) {
	if len(groups) == 0 {
		return
	}
	s.cache.forget(groups...)
	s.invalidations.add(groups...)
}

// invalidate drops what another replica has changed from the cache.
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

// Renewed receives a value soon after this replica or another one has changed the
// centre: it is time to ask for Version. Notifications can be lost, so the caller
// also asks from time to time.
func (s *Centre) Renewed() <-chan struct{} { return s.renewed }

// renew never blocks. A listener receives at least one value.
func (s *core) renew() {
	select {
	case s.renewed <- struct{}{}:
	default:
	}
}

// broadcastCentre raises the version of the centre. When the transaction commits,
// all replicas are notified of that and of the desk groups whose calendars have
// changed. Changes of the centre are rare, so their commits may wait for one
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
			words = append(words, strconv.Itoa(c.id))
		}
	}
	for _, c := range changes {
		q.touched = append(q.touched, c.id)
	}
	q.renews = true
	_, err := q.exec(ctx, "replicas/notify", channel, strings.Join(words, " "))
	return err
}

// Follow broadcasts changes to the ledger to other replicas and receives theirs,
// until ctx is done. Without it, and while the connection is lost, changes of
// other replicas are seen when entries of the cache expire, after two seconds.
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

// receive handles the notifications of other replicas until ctx is done.
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
			if n == nil { // connected again: notifications may have been missed
				s.cache.forgetAll()
				s.renew()
			} else {
				s.invalidate(n.Extra)
			}
		}
	}
}

// broadcast notifies other replicas until ctx is done, and gathers changes in
// between. A replica that misses a notification finds out by asking.
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
