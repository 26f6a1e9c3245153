package service

import (
	"context"
	"sync/atomic"
	"time"

	"ziyara/catalog"
	"ziyara/feeds/open"
	"ziyara/service/postgres"
	"ziyara/slots"
)

// publishing keeps what is free, of the services that the centre publishes, for other portals.
// Requests are answered from memory. Any replica finds changes, and the database numbers them,
// so that all replicas tell the same.
type publishing struct {
	store  *postgres.Published
	booker func() *slots.Booker
	now    func() time.Time
	places atomic.Pointer[open.Places]
}

func newPublishing(c Config, store *postgres.Published, booker func() *slots.Booker) *publishing {
	p := &publishing{store: store, booker: booker, now: c.Now}
	p.places.Store(&open.Places{})
	return p
}

func (p *publishing) jobs() []job {
	return []job{
		{name: "publish free places", spec: "@every 30s", run: p.publish},
		{name: "read what is published", spec: "@every 5s", run: p.read},
		{name: "purge published", spec: "@every 1h", run: p.purge},
	}
}

// read reads what has changed since the last time.
func (p *publishing) read(ctx context.Context) error {
	for {
		places := p.places.Load()
		after, _ := places.Last()
		changed, err := p.store.Load(ctx, after)
		if err != nil || len(changed) == 0 {
			return err
		}
		p.places.Store(places.With(changed, p.now()))
	}
}

// publish finds what is free, saves what has changed, and reads it.
func (p *publishing) publish(ctx context.Context) error {
	if err := p.read(ctx); err != nil {
		return err
	}
	found, err := p.find(ctx)
	if err != nil {
		return err
	}
	changed := p.places.Load().Differences(found)
	if len(changed) == 0 {
		return nil
	}
	if err = p.store.Save(ctx, changed, p.now()); err != nil {
		return err
	}
	return p.read(ctx)
}

// find returns all that is free. What the ledger has is remembered: only what has changed is read.
func (p *publishing) find(ctx context.Context) (found []open.Day, err error) {
	booker, now := p.booker(), p.now()
	centre := booker.Centre()
	for _, service := range centre.Services {
		if !service.Published {
			continue
		}
		for _, group := range centre.GroupsOf(service.Slug) {
			today := group.Calendar.DateOf(now)
			free, err := booker.Search(ctx, slots.Query{
				Service: service.Slug, Branch: group.Branch, From: today, To: today + slots.MaxDays - 1, Party: 1, Channel: catalog.Public,
			}, now)
			if err != nil {
				return nil, err
			}
			for _, day := range free.Days {
				d := open.Day{Service: service.Slug, Branch: group.Branch, Date: day.Date.String(), Length: service.Duration}
				for _, s := range day.Slots {
					d.Starts = append(d.Starts, s.Start.UTC())
				}
				found = append(found, d)
			}
		}
	}
	return found, nil
}

func (p *publishing) purge(ctx context.Context) error {
	now := p.now()
	p.places.Store(p.places.Load().With(nil, now))
	return p.store.Purge(ctx, now.Add(-open.KeepGone))
}
