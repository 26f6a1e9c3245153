package service

import (
	"context"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/hall"
)

// hallCentre is the centre as reception needs it.
type hallCentre struct{ *centre.Snapshot }

// Rules implements hall.Centre.
func (c hallCentre) Rules(service string) catalog.HallRules {
	if s, ok := c.Service(service); ok {
		return s.HallRules()
	}
	return catalog.DefaultHallRules()
}

// Group implements hall.Centre.
func (c hallCentre) Group(id int) (hall.Group, bool) {
	g, ok := c.Snapshot.Group(id)
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

func hallGroup(g *centre.DeskGroup) hall.Group {
	return hall.Group{
		ID: g.ID, BranchID: g.BranchID, Slug: g.Slug, Branch: g.Branch, Department: g.Department, Name: g.Name, Calendar: g.Calendar,
	}
}

// newReception returns what runs the halls.
func (s *Service) newReception() (*hall.Reception, error) {
	return hall.NewReception(s.store.Hall(), func() hall.Centre { return hallCentre{s.centre.Load()} }, hall.DefaultPolicy())
}

// tellDelays tells visitors who are called later than promised.
func (s *Service) tellDelays(ctx context.Context) error {
	_, err := s.reception.Notify(ctx, s.config.Now())
	return err
}

// closeHalls puts visits in order of which nobody wrote down how they ended.
func (s *Service) closeHalls(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return s.reception.Close(ctx, s.config.Now(), batch) })
}
