package slots

import (
	"fmt"
	"slices"
	"strings"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// DeskGroup is a set of desks that share one calendar and one ledger.
type DeskGroup struct {
	ID         int // key in the store
	BranchID   int // key of the branch in the store
	Slug       string
	Branch     string // slug
	Department string // slug
	Name       catalog.Text
	Services   []string // slugs
	Calendar   *scheduling.Calendar
	Version    int64 // of the calendar
}

// Centre is a snapshot of all that can be booked: the catalogue, and which
// desk group serves what. It does not change.
type Centre struct {
	*catalog.Centre
	Version int64
	groups  map[offer]*DeskGroup
	all     []*DeskGroup // by slug
}

type offer struct{ service, branch string }

// NewCentre joins the catalogue and the desk groups. It returns an error when
// a group names an unknown branch or service, or two groups of a branch serve
// the same service.
func NewCentre(c *catalog.Centre, groups []*DeskGroup, version int64) (*Centre, error) {
	centre := &Centre{Centre: c, Version: version, groups: make(map[offer]*DeskGroup)}
	for _, g := range groups {
		if _, ok := c.Branch(g.Branch); !ok {
			return nil, fmt.Errorf("slots: desk group %s: %w %q", g.Slug, ErrUnknownBranch, g.Branch)
		}
		for _, s := range g.Services {
			if _, ok := c.Service(s); !ok {
				return nil, fmt.Errorf("slots: desk group %s: %w %q", g.Slug, ErrUnknownService, s)
			}
			o := offer{s, g.Branch}
			if other := centre.groups[o]; other != nil {
				return nil, fmt.Errorf("slots: service %s at %s: served by %s and by %s", s, g.Branch, other.Slug, g.Slug)
			}
			centre.groups[o] = g
		}
	}
	centre.all = slices.SortedFunc(slices.Values(groups), func(a, b *DeskGroup) int { return strings.Compare(a.Slug, b.Slug) })
	return centre, nil
}

// DeskGroups returns all desk groups, by slug. The caller changes nothing.
func (c *Centre) DeskGroups() []*DeskGroup { return c.all }

// DeskGroup returns the desk group with the slug, or ErrUnknownDeskGroup.
func (c *Centre) DeskGroup(slug string) (*DeskGroup, error) {
	i, ok := slices.BinarySearchFunc(c.all, slug, func(g *DeskGroup, slug string) int { return strings.Compare(g.Slug, slug) })
	if !ok {
		return nil, ErrUnknownDeskGroup
	}
	return c.all[i], nil
}

// Desk returns the service and the desk group that serves it at the branch.
// It returns ErrUnknownService, ErrUnknownBranch or ErrNotOffered.
func (c *Centre) Desk(service, branch string) (*catalog.Service, *DeskGroup, error) {
	s, ok := c.Service(service)
	if !ok {
		return nil, nil, ErrUnknownService
	}
	if _, ok := c.Branch(branch); !ok {
		return nil, nil, ErrUnknownBranch
	}
	g := c.groups[offer{service, branch}]
	if g == nil {
		return nil, nil, ErrNotOffered
	}
	return s, g, nil
}

// GroupsOf returns the desk groups that receive the service, in the order of
// their branches in the catalogue.
func (c *Centre) GroupsOf(service string) []*DeskGroup {
	var groups []*DeskGroup
	for _, b := range c.Centre.Branches {
		if g := c.groups[offer{service, b.Slug}]; g != nil {
			groups = append(groups, g)
		}
	}
	return groups
}

// GroupsAt returns the desk groups of the branch (slug), by their keys.
func (c *Centre) GroupsAt(branch string) []*DeskGroup {
	var groups []*DeskGroup
	for o, g := range c.groups {
		if o.branch == branch && !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	slices.SortFunc(groups, func(a, b *DeskGroup) int { return a.ID - b.ID })
	return groups
}

// Group returns the desk group with the key.
func (c *Centre) Group(id int) (*DeskGroup, bool) {
	for _, g := range c.groups {
		if g.ID == id {
			return g, true
		}
	}
	return nil, false
}

// BranchesOf returns the slugs of the branches that offer the service, in the
// order of the catalogue.
func (c *Centre) BranchesOf(service string) []string {
	var slugs []string
	for _, g := range c.GroupsOf(service) {
		slugs = append(slugs, g.Branch)
	}
	return slugs
}
