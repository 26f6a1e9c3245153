// Package centre holds one snapshot of the whole centre: the catalogue, and
// which desk group serves which services where, by which calendar. A request reads
// one snapshot once, so that no answer mixes two. The package is pure.
package centre

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/scheduling"
)

// The errors for what the centre does not have.
var (
	ErrUnknownService   = fmt.Errorf("centre: unknown service: %w", fault.ErrNotFound)
	ErrUnknownBranch    = fmt.Errorf("centre: unknown branch: %w", fault.ErrNotFound)
	ErrUnknownDeskGroup = fmt.Errorf("centre: unknown desk group: %w", fault.ErrNotFound)
	ErrNotOffered       = errors.New("centre: the branch does not offer the service")
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

	catalog.Standing
	// Closed are the times in which the desk group, its department or its branch receive
	// nobody. New sets them.
	Closed []catalog.Pause
}

// Serves reports whether the desk group serves the service (slug), or any service at
// all for "".
func (g *DeskGroup) Serves(service string) bool {
	return slices.Contains(g.Services, service) || service == "" && len(g.Services) > 0
}

// Ended reports whether the desk group, its department or its branch is retired at now.
func (g *DeskGroup) Ended(now time.Time) bool {
	if len(g.Closed) == 0 {
		return false
	}
	p := catalog.PausedOn(g.Closed, g.Calendar.DateOf(now))
	return p != nil && p.ForGood()
}

// Snapshot is a snapshot of all that can be booked: the catalogue, and which
// desk group serves what. It does not change.
type Snapshot struct {
	*catalog.Centre
	Version int64
	zones   map[string]*time.Location // by branch; "" is the head office
	groups  map[offer]*DeskGroup
	all     []*DeskGroup // by slug
	byID    map[int]*DeskGroup
}

type offer struct{ service, branch string }

// GroupError is a rule that a desk group breaks.
type GroupError struct {
	Index int // of the desk group in the list
	Slug  string
	Err   error
}

// Error says which desk group breaks which rule.
func (f *GroupError) Error() string { return fmt.Sprintf("centre: desk group %s: %v", f.Slug, f.Err) }

// Unwrap returns the rule.
func (f *GroupError) Unwrap() error { return f.Err }

// New joins the catalogue and the desk groups, and loads the zones of the
// branches. Each desk group is of a known branch and department, and serves
// services of that department; no two of a branch serve the same service. The error
// joins a *GroupError for each rule that a desk group breaks.
func New(c *catalog.Centre, groups []*DeskGroup, version int64) (*Snapshot, error) {
	zones, err := loadZones(c.Branches)
	if err != nil {
		return nil, err
	}
	snapshot := &Snapshot{
		Centre: c, Version: version, zones: zones, groups: make(map[offer]*DeskGroup), byID: make(map[int]*DeskGroup, len(groups)),
	}
	var faults []error
	slugs := make(map[string]bool, len(groups))
	for i, g := range groups {
		breaks := func(err error) { faults = append(faults, &GroupError{i, g.Slug, err}) }
		snapshot.byID[g.ID] = g
		if slugs[g.Slug] {
			breaks(errors.New("the slug is used twice"))
		}
		slugs[g.Slug] = true
		if err := g.Standing.Validate(); err != nil {
			breaks(err)
		}
		g.Closed = g.Away()
		if b, ok := c.Branch(g.Branch); ok {
			g.Closed = append(g.Closed, b.Away()...)
		} else {
			breaks(fmt.Errorf("%w %q", ErrUnknownBranch, g.Branch))
		}
		d, known := c.Department(g.Department)
		if known {
			g.Closed = append(g.Closed, d.Away()...)
		} else {
			breaks(fmt.Errorf("unknown department %q", g.Department))
		}
		for _, slug := range g.Services {
			s, ok := c.Service(slug)
			switch other := snapshot.groups[offer{slug, g.Branch}]; {
			case !ok:
				breaks(fmt.Errorf("%w %q", ErrUnknownService, slug))
			case known && s.Department != g.Department:
				breaks(fmt.Errorf("service %s is of department %s, not of %s", slug, s.Department, g.Department))
			case other == g:
				breaks(fmt.Errorf("service %s is listed twice", slug))
			case other != nil:
				breaks(fmt.Errorf("service %s is served by %s at this branch", slug, other.Slug))
			}
			snapshot.groups[offer{slug, g.Branch}] = g
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	snapshot.all = slices.SortedFunc(slices.Values(groups), func(a, b *DeskGroup) int { return strings.Compare(a.Slug, b.Slug) })
	return snapshot, nil
}

// loadZones returns the zone of each branch, and under "" that of the first:
// the head office, which is UTC for a centre without branches.
func loadZones(branches []catalog.Branch) (map[string]*time.Location, error) {
	zones := map[string]*time.Location{"": time.UTC}
	loaded := make(map[string]*time.Location)
	for i, b := range branches {
		if loaded[b.Zone] == nil {
			zone, err := time.LoadLocation(b.Zone)
			if err != nil {
				return nil, fmt.Errorf("centre: branch %s: %w", b.Slug, err)
			}
			loaded[b.Zone] = zone
		}
		zones[b.Slug] = loaded[b.Zone]
		if i == 0 {
			zones[""] = loaded[b.Zone]
		}
	}
	return zones, nil
}

// Zone returns the time zone of the branch (slug), in which its dates count
// and its instants are shown. For "", and for a branch that the centre does
// not have any more, it is that of the head office.
func (c *Snapshot) Zone(branch string) *time.Location {
	if zone, ok := c.zones[branch]; ok {
		return zone
	}
	return c.zones[""]
}

// HallRules returns the rules of reception for the service (slug); the default
// rules when the centre does not have it any more.
func (c *Snapshot) HallRules(service string) catalog.HallRules {
	if s, ok := c.Service(service); ok {
		return s.HallRules()
	}
	return catalog.DefaultHallRules()
}

// DeskGroups returns all desk groups, by slug. The caller changes nothing.
func (c *Snapshot) DeskGroups() []*DeskGroup { return c.all }

// DeskGroup returns the desk group with the slug, or ErrUnknownDeskGroup.
func (c *Snapshot) DeskGroup(slug string) (*DeskGroup, error) {
	i, ok := slices.BinarySearchFunc(c.all, slug, func(g *DeskGroup, slug string) int { return strings.Compare(g.Slug, slug) })
	if !ok {
		return nil, ErrUnknownDeskGroup
	}
	return c.all[i], nil
}

// Desk returns the service and the desk group that serves it at the branch.
// It returns ErrUnknownService, ErrUnknownBranch or ErrNotOffered.
func (c *Snapshot) Desk(service, branch string) (*catalog.Service, *DeskGroup, error) {
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
func (c *Snapshot) GroupsOf(service string) []*DeskGroup {
	var groups []*DeskGroup
	for _, b := range c.Centre.Branches {
		if g := c.groups[offer{service, b.Slug}]; g != nil {
			groups = append(groups, g)
		}
	}
	return groups
}

// GroupsAt returns the desk groups of the branch (slug), by their keys.
func (c *Snapshot) GroupsAt(branch string) []*DeskGroup {
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
func (c *Snapshot) Group(id int) (*DeskGroup, bool) {
	g, ok := c.byID[id]
	return g, ok
}

// BranchesOf returns the slugs of the branches that offer the service and are not
// retired at now, in the order of the catalogue.
func (c *Snapshot) BranchesOf(service string, now time.Time) []string {
	var slugs []string
	for _, g := range c.GroupsOf(service) {
		if !g.Ended(now) {
			slugs = append(slugs, g.Branch)
		}
	}
	return slugs
}

// PausesOf returns the pauses of a service, with those of a branch for one that offers it,
// that are not over at now and begin within the horizon.
func (c *Snapshot) PausesOf(s *catalog.Service, branch string, now time.Time) []catalog.Pause {
	away, today := s.Away(), scheduling.DateOf(now, c.Zone(branch))
	if g := c.groups[offer{s.Slug, branch}]; g != nil {
		away = append(away, g.Closed...)
	} else if d, ok := c.Department(s.Department); ok {
		away = append(away, d.Away()...)
	}
	return catalog.Ahead(away, today, today+scheduling.Date(s.Horizon/(24*time.Hour)))
}

// Today returns the date at the head office, by which the catalogue is listed.
func (c *Snapshot) Today(now time.Time) scheduling.Date { return scheduling.DateOf(now, c.Zone("")) }
