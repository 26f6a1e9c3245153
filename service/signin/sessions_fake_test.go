package signin

import (
	"context"
	"slices"
	"sync"
	"time"

	"ziyara/access"
	"ziyara/audit"
)

// memory keeps sessions for tests.
type memory struct {
	mu   sync.Mutex
	kept map[[32]byte]access.Session
	log  []audit.Entry
}

func (m *memory) Begin(_ context.Context, s access.Session, token [32]byte, entry audit.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil {
		m.kept = make(map[[32]byte]access.Session)
	}
	m.kept[token], m.log = s, append(m.log, entry)
	return nil
}

func (m *memory) Find(_ context.Context, token [32]byte) (access.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.kept[token]; ok {
		return s, nil
	}
	return access.Session{}, access.ErrSignIn
}

// change changes the session with an id, and reports whether it did.
func (m *memory) change(id string, change func(*access.Session) bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for token, s := range m.kept {
		if s.ID == id && change(&s) {
			m.kept[token] = s
			return true
		}
	}
	return false
}

func (m *memory) Used(_ context.Context, id string, now time.Time) error {
	m.change(id, func(s *access.Session) bool { s.Seen = now; return true })
	return nil
}

func (m *memory) Ask(_ context.Context, id string, now, before time.Time) (bool, error) {
	return m.change(id, func(s *access.Session) bool {
		if s.Asked.After(before) {
			return false
		}
		s.Asked = now
		return true
	}), nil
}

func (m *memory) Renew(_ context.Context, id string, sealed []byte) error {
	m.change(id, func(s *access.Session) bool { s.Sealed = sealed; return true })
	return nil
}

func (m *memory) End(_ context.Context, which access.SessionEnd, _ time.Time, entry audit.Entry) (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	fits := func(want, is string) bool { return want == "" || want == is }
	for token, s := range m.kept {
		if fits(which.ID, s.ID) && fits(which.Staff, s.Staff) && fits(which.Subject, s.Subject) && fits(which.Provider, s.Provider) &&
			(which.Until.IsZero() || !s.Began.After(which.Until)) {
			delete(m.kept, token)
			m.log = append(m.log, entry)
			n++
		}
	}
	return n, nil
}

func (m *memory) List(_ context.Context, staff string, _, _ time.Time, _ int) (list []access.Session, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.kept {
		if staff == "" || s.Staff == staff {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b access.Session) int { return a.Began.Compare(b.Began) })
	return list, nil
}
