package reports

import (
	"cmp"
	"slices"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
)

// Key says what a row stands for: the values of the dimensions by which the
// report is grouped, zero for the others.
type Key struct {
	Day                         scheduling.Date
	Month                       scheduling.Date // its first date
	Department, Branch, Service string          // slugs
	Channel                     catalog.Channel
}

// keys returns a key for every row of the report, also where nothing happened:
// each date and each month of the range, each department, branch and service
// that the centre has and the query wants, each channel. It returns ErrRows
// for too many.
func (q Query) keys(c *centre.Snapshot) ([]Key, error) {
	places, channels, times := q.places(c), q.channels(), q.times()
	if len(places)*len(channels)*len(times) > MaxRows {
		return nil, ErrRows
	}
	keys := make([]Key, 0, len(places)*len(channels)*len(times))
	for _, at := range times {
		for _, p := range places {
			for _, channel := range channels {
				key := p
				key.Day, key.Month, key.Channel = at.Day, at.Month, channel
				keys = append(keys, key)
			}
		}
	}
	return keys, nil
}

// places returns the departments, branches and services of the rows.
func (q Query) places(c *centre.Snapshot) []Key {
	if !q.Has(ByDepartment) && !q.Has(ByBranch) && !q.Has(ByService) {
		return []Key{{}}
	}
	var places []Key
	seen := make(map[Key]bool)
	for _, g := range c.DeskGroups() {
		for _, slug := range g.Services {
			service, ok := c.Service(slug)
			if !ok || q.Service != "" && q.Service != slug || !q.wants(service.Department, g.Branch) {
				continue
			}
			if key := q.place(service.Department, g.Branch, slug); !seen[key] {
				seen[key] = true
				places = append(places, key)
			}
		}
	}
	return places
}

// place returns the key of a service at a branch.
func (q Query) place(department, branch, service string) (key Key) {
	if q.Has(ByDepartment) {
		key.Department = department
	}
	if q.Has(ByBranch) {
		key.Branch = branch
	}
	if q.Has(ByService) {
		key.Service = service
	}
	return key
}

func (q Query) channels() []catalog.Channel {
	switch {
	case !q.Has(ByChannel):
		return []catalog.Channel{""}
	case q.Channel != "":
		return []catalog.Channel{q.Channel}
	}
	return catalog.Channels[:]
}

// times returns the dates and months of the rows, ascending.
func (q Query) times() []Key {
	times := []Key{}
	for d := q.From; d <= q.To; d++ {
		if at := q.at(d); len(times) == 0 || times[len(times)-1] != at {
			times = append(times, at)
		}
	}
	return times
}

// at returns the key of a date.
func (q Query) at(d scheduling.Date) (key Key) {
	if q.Has(ByDay) {
		key.Day = d
	}
	if q.Has(ByMonth) {
		key.Month = d - scheduling.Date(d.Time().Day()-1)
	}
	return key
}

// compare orders rows: by time, then as the catalogue lists what they stand
// for; what it does not have any more comes last.
func (k Key) compare(c *centre.Snapshot, other Key) int {
	return cmp.Or(
		cmp.Compare(k.Day, other.Day), cmp.Compare(k.Month, other.Month),
		bySlug(c.Departments, func(d catalog.Department) string { return d.Slug }, k.Department, other.Department),
		bySlug(c.Branches, func(b catalog.Branch) string { return b.Slug }, k.Branch, other.Branch),
		bySlug(c.Services, func(s catalog.Service) string { return s.Slug }, k.Service, other.Service),
		bySlug(catalog.Channels[:], func(c catalog.Channel) string { return string(c) }, string(k.Channel), string(other.Channel)),
	)
}

func bySlug[T any](list []T, slug func(T) string, a, b string) int {
	if a == b {
		return 0
	}
	place := func(s string) int {
		if i := slices.IndexFunc(list, func(v T) bool { return slug(v) == s }); i >= 0 {
			return i
		}
		return len(list)
	}
	return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
}
