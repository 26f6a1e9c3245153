package verify_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"ziyara/fault"
	"ziyara/notify/verify"
	"ziyara/once"
)

// fakeStore keeps the promises of verify.Store in memory. down, when set, is
// what every method returns.
type fakeStore struct {
	mu       sync.Mutex
	rows     []row
	answers  map[string]answer
	messages []string // ids whose code was sent
	down     error
}

type row struct {
	verify.Verification
	address, network string
}

type answer struct {
	fingerprint [32]byte
	text        []byte
}

var _ verify.Store = (*fakeStore)(nil)

func newStore() *fakeStore { return &fakeStore{answers: map[string]answer{}} }

func (s *fakeStore) StartVerification(_ context.Context, v verify.Verification, from verify.Requester,
	since time.Time, allow func(verify.Counts) error, keyed *once.Request[verify.Verification],
) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return s.down
	}
	if err := allow(s.counts(v, from, since)); err != nil {
		return err
	}
	if keyed != nil {
		if _, known := s.answers[keyed.Key]; known {
			return once.ErrAnswered
		}
		text, err := keyed.Answer(v)
		if err != nil {
			return err
		}
		s.answers[keyed.Key] = answer{keyed.Fingerprint, text}
	}
	s.rows = append(s.rows, row{v, string(from.Address), string(from.Network)})
	s.messages = append(s.messages, v.ID)
	return nil
}

func (s *fakeStore) counts(v verify.Verification, from verify.Requester, since time.Time) verify.Counts {
	c := verify.Counts{Stranger: true}
	for _, r := range s.rows {
		if r.Mobile == v.Mobile && !r.Verified.IsZero() {
			c.Stranger, c.Known = false, c.Known || r.address == string(from.Address)
		}
	}
	for _, r := range s.rows {
		count := func(of *verify.Count, counts bool, since time.Time) {
			if counts && r.Created.After(since) {
				of.Codes++
				of.Oldest, of.Newest = earlier(of.Oldest, r.Created), later(of.Newest, r.Created)
			}
		}
		mine, here := r.Mobile == v.Mobile, r.address == string(from.Address)
		count(&c.Requester, mine && here, since)
		count(&c.Mobile, mine, since)
		count(&c.Day, mine, v.Created.Add(-verify.Day))
		count(&c.Address, here && r.Verified.IsZero(), since)
		count(&c.Network, r.network == string(from.Network) && r.Verified.IsZero(), since)
	}
	return c
}

func (s *fakeStore) TryVerification(_ context.Context, id string, right bool, tries int, now time.Time) (verify.Verification, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return verify.Verification{}, s.down
	}
	i := s.index(id)
	if i < 0 || !now.Before(s.rows[i].Expires) || s.rows[i].Tries >= tries {
		return verify.Verification{}, verify.ErrOver
	}
	r := &s.rows[i]
	switch {
	case !right:
		r.Tries++
	case r.Verified.IsZero():
		r.Verified = now
	}
	return r.Verification, nil
}

func (s *fakeStore) FindVerification(_ context.Context, id string) (verify.Verification, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return verify.Verification{}, s.down
	}
	i := s.index(id)
	if i < 0 {
		return verify.Verification{}, fault.ErrNotFound
	}
	return s.rows[i].Verification, nil
}

func (s *fakeStore) Answered(_ context.Context, key string, fingerprint [32]byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return nil, s.down
	}
	a, known := s.answers[key]
	switch {
	case !known:
		return nil, fault.ErrNotFound
	case a.fingerprint != fingerprint:
		return nil, once.ErrKeyReused
	}
	return a.text, nil
}

func (s *fakeStore) index(id string) int {
	return slices.IndexFunc(s.rows, func(r row) bool { return r.ID == id })
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
