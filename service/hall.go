package service

import (
	"context"
	"time"

	"ziyara/catalog"
	"ziyara/hall"
	"ziyara/service/postgres"
	"ziyara/slots"
)

// hallCentre is the centre as reception needs it.
type hallCentre struct{ *slots.Centre }

// Rules implements hall.Centre.
func (c hallCentre) Rules(service string) catalog.HallRules {
	if s, ok := c.Service(service); ok {
		return s.HallRules()
	}
	return catalog.DefaultHallRules()
}

// Group implements hall.Centre.
func (c hallCentre) Group(id int) (hall.Group, bool) {
	g, ok := c.Centre.Group(id)
	if !ok {
		return hall.Group{}, false
	}
	return hallGroup(g), true
}

// Groups implements hall.Centre.
func (c hallCentre) Groups(branch string) []hall.Group {
	var list []hall.Group
	for _, g := range c.GroupsAt(branch) {
		list = append(list, hallGroup(g))
	}
	return list
}

func hallGroup(g *slots.DeskGroup) hall.Group {
	return hall.Group{
		ID: g.ID, BranchID: g.BranchID, Slug: g.Slug, Branch: g.Branch, Department: g.Department, Name: g.Name, Calendar: g.Calendar,
	}
}

// halls looks after the halls while nobody does.
type halls struct {
	*hall.Reception
	now func() time.Time
}

// newHalls returns what runs the halls.
func newHalls(store *postgres.Store, centre func() *slots.Centre, now func() time.Time) (halls, error) {
	reception, err := hall.NewReception(store.Hall(), func() hall.Centre { return hallCentre{centre()} }, hall.DefaultPolicy())
	return halls{reception, now}, err
}

func (h halls) jobs() []job {
	return []job{
		{name: "tell delays", spec: "@every 30s", run: h.tellDelays},
		{name: "close halls", spec: "@every 10m", run: h.closeHalls},
	}
}

// tellDelays tells visitors who are called later than promised.
func (h halls) tellDelays(ctx context.Context) error {
	_, err := h.Notify(ctx, h.now())
	return err
}

// closeHalls puts visits in order of which nobody wrote down how they ended.
func (h halls) closeHalls(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return h.Close(ctx, h.now(), batch) })
}
