package portal

import (
	"cmp"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/texts"
)

// servicePage is a service, and the branches by their first free time.
type servicePage struct {
	web.Page
	chosen

	Paused   []string // when no branch offers it, and why
	Branches []branchFirst
}

// branchFirst is one branch with its first free start.
type branchFirst struct {
	*catalog.Branch

	First   web.Moment // the start; empty if the branch has none
	Near    string     // today or tomorrow; "" for a later date
	Nearest bool       // no branch has an earlier one
	Paused  []string   // when this branch doesn't offer it, and why
}

// none reports whether no branch has a free start.
func (p servicePage) none() bool {
	return !slices.ContainsFunc(p.Branches, func(b branchFirst) bool { return b.First.ISO != "" })
}

// service shows a service: what to bring, and the branches by their first free
// time.
func (p *Portal) service(c *fiber.Ctx) error {
	choice, err := p.chosenIn(c)
	if err != nil {
		return err
	}
	out := servicePage{Page: p.frameOf(c, ""), chosen: choice}
	out.Title = choice.Service.Name.In(out.Lang)
	now := p.Now()
	found, err := bookerOf(c).First(c.UserContext(), slots.FirstQuery{
		Service: choice.Service.Slug, Party: choice.Party, Channel: catalog.Public, Needs: choice.Needs,
	}, now)
	if err != nil {
		return err
	}
	slices.SortStableFunc(found, func(a, b slots.BranchFirst) int {
		if a.Found != b.Found {
			return cmp.Compare(rank(a.Found), rank(b.Found))
		}
		return a.Slot.Start.Compare(b.Slot.Start)
	})
	everywhere := centreOf(c).PausesOf(choice.Service, "", now)
	out.Paused = pauses(everywhere, out.Lang)
	for i, f := range found {
		branch, _ := centreOf(c).Branch(f.Branch)
		here := slices.DeleteFunc(centreOf(c).PausesOf(choice.Service, f.Branch, now), func(p catalog.Pause) bool {
			return slices.Contains(everywhere, p)
		})
		b := branchFirst{Branch: branch, Paused: pauses(here, out.Lang)}
		if f.Found {
			b.First, b.Near = web.MomentOf(f.Slot.Start, f.Zone, out.Lang), near(f.Slot.Start, now, f.Zone).In(out.Lang)
			b.Nearest = i == 0 && len(found) > 1 && (!found[1].Found || f.Slot.Start.Before(found[1].Slot.Start))
		}
		out.Branches = append(out.Branches, b)
	}
	out.Public = &web.Public{Path: servicePath + choice.Service.Slug, About: out.T("portal.service_about", "Service", choice.Service.Name)}
	return web.SendPublic(c, out.Lang, out.page())
}

// pauses says when nobody is received, and why.
func pauses(list []catalog.Pause, lang string) []string {
	says := make([]string, len(list))
	for i, p := range list {
		says[i] = p.Says().In(lang)
	}
	return says
}

// rank orders branches with free starts before those without.
func rank(found bool) int {
	if found {
		return 0
	}
	return 1
}

// near says that a start is today or tomorrow; empty for another date.
func near(start, now time.Time, zone *time.Location) texts.Text {
	today, date := scheduling.DateOf(now, zone), scheduling.DateOf(start, zone)
	switch {
	case date == today:
		return texts.Visitors("portal.today")
	case date == today+1:
		return texts.Visitors("portal.tomorrow")
	}
	return texts.Text{}
}

// steps are the steps of booking.
func steps(p web.Page) []string {
	return []string{p.T("portal.step_service"), p.T("portal.step_branch"), p.T("portal.step_time"), p.T("portal.step_details")}
}

// who says who comes, in words.
func (c chosen) who(p web.Page) string {
	who := p.T("portal.visitors", "Count", c.Party)
	if len(c.Needs) == 0 {
		return who + texts.Comma().In(p.Lang) + p.T("portal.no_needs")
	}
	for _, slug := range c.Needs {
		need, _ := c.Service.Need(slug)
		who += texts.Comma().In(p.Lang) + need.Name.In(p.Lang)
	}
	return who
}

// declares reports whether a need is chosen.
func (c chosen) declares(need string) bool { return slices.Contains(c.Needs, need) }

// longer says how much longer a visit gets by a need; "" for none.
func longer(p web.Page, n catalog.Need) string {
	if n.ExtraMinutes == 0 {
		return ""
	}
	return p.T("portal.longer", "Minutes", texts.Visitors("help.minutes", "Count", n.ExtraMinutes))
}
