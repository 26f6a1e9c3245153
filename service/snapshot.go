package service

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"ziyara/centre"
	"ziyara/notify"
	"ziyara/service/postgres"
)

// snapshot has the centre as this replica knows it, with the texts of departments.
type snapshot struct {
	store   *postgres.Centre
	words   *postgres.Texts
	texts   *notify.Texts
	log     *slog.Logger
	centre  atomic.Pointer[centre.Snapshot]
	reading sync.Mutex // held while the centre is read
}

// Load returns the current snapshot.
func (s *snapshot) Load() *centre.Snapshot { return s.centre.Load() }

// jobs take a new snapshot as soon as the centre changes, here or through another
// replica, and also regularly, in case a notification is lost.
func (s *snapshot) jobs() []job {
	return []job{{name: "reload centre", spec: "@every 5s", wake: s.store.Renewed(), run: s.reload}}
}

// reload reads the centre, if it has changed.
func (s *snapshot) reload(ctx context.Context) error {
	s.reading.Lock()
	defer s.reading.Unlock()
	version, err := s.store.Version(ctx)
	if err != nil {
		return err
	}
	if current := s.centre.Load(); current != nil && current.Version == version {
		return nil
	}
	read, err := s.store.Load(ctx)
	if err != nil {
		return err
	}
	if err = s.reloadTexts(ctx); err != nil {
		return err
	}
	s.centre.Store(read)
	return nil
}

// notice returns what operators should do although requests can be served; "" for
// nothing.
func (s *snapshot) notice() string {
	if len(s.Load().DeskGroups()) > 0 {
		return ""
	}
	return "The centre is empty. Write a file to start from: ziyara centre new. Apply it: ziyara centre apply FILE"
}

// renewed reads the centre, if it has changed, and returns the current snapshot.
func (s *snapshot) renewed(ctx context.Context) (*centre.Snapshot, error) {
	err := s.reload(ctx)
	return s.Load(), err
}

// reloadTexts reads the texts and settings of departments for messages. For an
// invalid text, which is logged, the text of the catalogue is used.
func (s *snapshot) reloadTexts(ctx context.Context) error {
	departments, err := s.words.Departments(ctx)
	if err != nil {
		return err
	}
	if err = s.texts.Use(departments); err != nil {
		s.log.ErrorContext(ctx, "broken texts are not used", "error", err)
	}
	return nil
}
