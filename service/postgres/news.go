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
	newsChannel = "ziyara_ledger"
	// newsEvery is how long changes are gathered before others are told.
	newsEvery = 20 * time.Millisecond
	// newsLimit is how many desk groups one notification names; it must stay
	// under the 8,000 bytes of PostgreSQL.
	newsLimit = 400
	newsAll   = "*" // in place of names: there are too many
	// newsCentre says, before the names, that the centre has changed, too.
	newsCentre = "centre"
)

// news gathers what other replicas have to be told: the desk groups whose
// ledger this one has changed. A notification is sent apart from the
// transactions, because NOTIFY makes their commits wait for one another.
type news struct {
	replica string // names this one, so that it does not tell itself

	mu      sync.Mutex
	wanted  bool // somebody tells
	pending map[int]struct{}
	some    chan struct{} // holds a value while there is something to tell
}

func newNews() *news {
	return &news{replica: rand.Text(), pending: make(map[int]struct{}), some: make(chan struct{}, 1)}
}

func (n *news) add(groups ...int) {
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
func (n *news) take() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	words := []string{n.replica}
	if len(n.pending) > newsLimit {
		words = append(words, newsAll)
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
func (s *Store) changed(groups ...int) {
	if len(groups) == 0 {
		return
	}
	s.board.forget(groups...)
	s.news.add(groups...)
}

// heard forgets what another replica says has changed.
func (s *Store) heard(text string) {
	words := strings.Fields(text)
	switch {
	case len(words) == 0 || words[0] == s.news.replica:
	case slices.Contains(words[1:], newsAll):
		s.board.forgetAll()
	default:
		for _, word := range words[1:] {
			if id, err := strconv.Atoi(word); err == nil {
				s.board.forget(id)
			}
		}
	}
	if len(words) > 1 && words[0] != s.news.replica && words[1] == newsCentre {
		s.renew()
	}
}

// Renewed gets a value soon after the centre was changed, by this Store or by
// another replica: it is worth asking CentreVersion. What is lost on the way is
// found out by asking now and then.
func (s *Store) Renewed() <-chan struct{} { return s.renewed }

// renew never waits: whoever listens is told at least once.
func (s *Store) renew() {
	select {
	case s.renewed <- struct{}{}:
	default:
	}
}

// tellCentre raises the version of the centre and has all replicas told of it,
// and of the desk groups whose calendars have changed, when the transaction
// commits. Changes of the centre are rare, so their commits may wait for one
// another.
func (q session) tellCentre(ctx context.Context, changes []recalendared) error {
	if _, err := q.exec(ctx, "centre/touch"); err != nil {
		return err
	}
	words := []string{q.store.news.replica, newsCentre}
	if len(changes) > newsLimit {
		words = append(words, newsAll)
	} else {
		for _, c := range changes {
			words = append(words, strconv.Itoa(c.ID))
		}
	}
	for _, c := range changes {
		*q.touched = append(*q.touched, c.ID)
	}
	*q.renews = true
	_, err := q.exec(ctx, "replicas/notify", newsChannel, strings.Join(words, " "))
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
	group.Go(func() { s.tell(ctx) })
	err = s.hear(ctx, listener)
	cancel()
	err = errors.Join(err, listener.Close())
	group.Wait()
	return err
}

// hear forgets what others say until ctx is done.
func (s *Store) hear(ctx context.Context, listener *pq.Listener) error {
	listening := make(chan error, 1)
	go func() { listening <- listener.Listen(newsChannel) }() // until connected or closed
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-listening:
			if err != nil {
				return translated("listen", err)
			}
		case n := <-listener.Notify:
			if n == nil { // connected again: what was said meanwhile is lost
				s.board.forgetAll()
				s.renew()
			} else {
				s.heard(n.Extra)
			}
		}
	}
}

// tell notifies the others until ctx is done, and lets changes gather. Who is
// not told finds out by asking.
func (s *Store) tell(ctx context.Context) {
	s.news.want(true)
	defer s.news.want(false)
	pause := time.NewTicker(newsEvery)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.news.some:
			_, _ = s.pool().exec(ctx, "replicas/notify", newsChannel, s.news.take())
		}
		<-pause.C
	}
}

func (n *news) want(wanted bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wanted = wanted
	clear(n.pending)
}
