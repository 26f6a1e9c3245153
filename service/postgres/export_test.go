package postgres

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"time"

	"ziyara/audit"
	"ziyara/centre"
	"ziyara/hall"
	"ziyara/notify"
	"ziyara/scheduling"
	"ziyara/service/secret"
	"ziyara/slots"
)

// ForcePlan gives a desk group another plan even if visits lose their places, as a
// change with impact does, and returns what happens to the claims.
func (s *Calendars) ForcePlan(ctx context.Context, slug string, by audit.Entry,
	decide func(centre.DeskPlan) (scheduling.Revision, error),
) (impacts []scheduling.Impact, err error) {
	before, err := s.FindPlan(ctx, slug)
	if err != nil {
		return nil, err
	}
	revision, err := decide(before)
	if err != nil {
		return nil, err
	}
	w, err := s.workPlan(ctx, before, revision, by)
	if err != nil {
		return nil, err
	}
	err = s.transact(ctx, func(q session) error {
		byGroup, err := q.save(ctx, w)
		impacts = byGroup[before.ID]
		return err
	})
	return impacts, err
}

// MigrateFiles applies the migrations of a test, with short timeouts.
func MigrateFiles(ctx context.Context, databaseURL string, files fs.FS, lockTimeout time.Duration, attempts int) (int, error) {
	m := migrator{databaseURL: databaseURL, files: files, lockTimeout: lockTimeout, attempts: attempts, pause: lockTimeout}
	return m.up(ctx)
}

// MappedConstraints returns the names of the constraints that have errors of the domain,
// ascending.
func MappedConstraints() []string { return slices.Sorted(maps.Keys(constraints)) }

// Rights returns the rights of the role that serves, by table.
func Rights() map[string][]string { return rights }

// ToldOfStep returns the message to the visitor after a step in the hall.
func ToldOfStep(step hall.Step) notify.Notice { return toldOfStep(step) }

// KeepAndOpen seals what is personal of a visit as a booking does, and opens it as whoever reads the
// visit does.
func KeepAndOpen(keys *secret.Keys, id string, v slots.Visitor, mobile string) (slots.Visitor, error) {
	var of vault
	of.keys = keys
	of.sealing.Store(true)
	kept, err := of.keep(visitsTable, id, personalOf(v, mobile, nil))
	if err != nil {
		return slots.Visitor{}, err
	}
	p, err := of.open(visitsTable, id, kept)
	return slots.Visitor{Name: p.Name, Identity: slots.Identity{Kind: v.Identity.Kind, Number: p.Number}, Email: p.Email}, err
}

// NameKey returns the hashed key of a name.
func NameKey(keys *secret.Keys, name string) string {
	var of vault
	of.keys = keys
	of.sealing.Store(true)
	return of.nameKey(name)
}
