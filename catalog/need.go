package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"ziyara/texts"
)

// Need is something that a visitor declares so that the centre can prepare
// for it, and how much longer the visit gets by it.
type Need struct {
	Slug         string `json:"slug"` // lower-case words joined by hyphens or underscores
	Name         Text   `json:"name"`
	ExtraMinutes int    `json:"extra_minutes"` // whole ticks; 0 for none
}

// CommonNeeds returns the needs that can be declared for every service. They
// take no more time, unless a service says so in Needs.
func CommonNeeds() []Need {
	return []Need{
		{Slug: "wheelchair", Name: texts.Visitors("need.wheelchair")},
		{Slug: "sign_language", Name: texts.Visitors("need.sign_language")},
		{Slug: "visual", Name: texts.Visitors("need.visual")},
		{Slug: "elderly_companion", Name: texts.Visitors("need.companion")},
	}
}

// DeclarableNeeds returns what a visitor to the service may declare: the
// common needs, as the service has them if it names them, and then its own.
func (s *Service) DeclarableNeeds() []Need {
	needs := CommonNeeds()
	for _, n := range s.Needs {
		if i := slices.IndexFunc(needs, func(common Need) bool { return common.Slug == n.Slug }); i >= 0 {
			needs[i] = n
			continue
		}
		needs = append(needs, n)
	}
	return needs
}

// Need returns the need with the slug that a visitor to the service may
// declare.
func (s *Service) Need(slug string) (Need, bool) {
	for _, list := range [][]Need{s.Needs, CommonNeeds()} {
		for _, n := range list {
			if n.Slug == slug {
				return n, true
			}
		}
	}
	return Need{}, false
}

// Extra returns how much longer a visit is with these needs, each counted
// once; those that the service does not know add nothing.
func (s *Service) Extra(slugs []string) time.Duration {
	var extra time.Duration
	for i, slug := range slugs {
		if n, ok := s.Need(slug); ok && !slices.Contains(slugs[:i], slug) {
			extra += time.Duration(n.ExtraMinutes) * time.Minute
		}
	}
	return extra
}

var needPattern = regexp.MustCompile(`^[a-z0-9]+([_-][a-z0-9]+)*$`)

// MaxNeeds is how many needs a service may name; a longer list would not be read.
const MaxNeeds = 20

// validateNeeds returns an error that names the first rule that a need of the
// service breaks. All needs together must not make a visit longer than a day.
func (s *Service) validateNeeds() error {
	if len(s.Needs) > MaxNeeds {
		return fmt.Errorf("%d needs: want at most %d", len(s.Needs), MaxNeeds)
	}
	longest := s.Duration
	for i, n := range s.Needs {
		extra := time.Duration(n.ExtraMinutes) * time.Minute
		longest += extra
		switch {
		case len(n.Slug) > MaxSlug || !needPattern.MatchString(n.Slug) || !n.Name.Complete():
			return fmt.Errorf("need %q: a slug and a name in Arabic and English are needed", n.Slug)
		case slices.ContainsFunc(s.Needs[:i], func(other Need) bool { return other.Slug == n.Slug }):
			return fmt.Errorf("need %s is named twice", n.Slug)
		case extra < 0 || extra > 4*time.Hour || extra%Tick != 0:
			return fmt.Errorf("need %s takes %v more: want a multiple of %v up to 4h", n.Slug, extra, Tick)
		}
	}
	if longest > 24*time.Hour {
		return fmt.Errorf("with all needs a visit takes %v: want at most 24h", longest)
	}
	return nil
}
