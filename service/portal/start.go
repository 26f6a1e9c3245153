package portal

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/texts"
)

// maxAsked is how many characters of what a visitor looks for are shown again.
const maxAsked = 200

// startPage asks what the visitor needs.
type startPage struct {
	web.Page

	Asked       string // what the visitor looks for; "" before that
	Own         bool   // that is a visit of theirs
	Online      []*catalog.Service
	Services    []*catalog.Service
	Entities    []*catalog.Entity
	Departments []department // all that have services
	Others      []catalog.Entity
}

// department is one department with its services.
type department struct {
	*catalog.Department

	Services []*catalog.Service
}

// found reports whether the guide has an answer.
func (p startPage) found() bool { return p.Own || len(p.Services)+len(p.Entities) > 0 }

// start asks what the visitor needs, and answers what they look for: the way online
// and the right entity before any visit.
func (p *Portal) start(c *fiber.Ctx) error {
	out := startPage{Page: p.frameOf(c, ""), Asked: typedLine(c.Query("q"), 4*maxAsked)}
	out.Title = out.T("portal.start_title")
	if c.Query("done") == forgotten {
		web.Forget(c)
	}
	centre := centreOf(c)
	today := centre.Today(p.Now())
	for _, m := range centre.Guide(out.Asked, today) {
		switch {
		case m.Entity != nil:
			out.Entities = append(out.Entities, m.Entity)
		default:
			if m.Service.Online != "" {
				out.Online = append(out.Online, m.Service)
			}
			out.Services = append(out.Services, m.Service)
		}
	}
	out.Departments = departments(centre.Centre, today)
	for _, e := range centre.Entities {
		if !e.Retired.On(today) {
			out.Others = append(out.Others, e)
		}
	}
	if out.Asked != "" { // what was typed is the visitor's own
		out.Title, out.Own = out.T("portal.results_title"), slots.AsksForOwn(out.Asked)
		return web.Send(c, http.StatusOK, out.Lang, out.page())
	}
	out.Public = &web.Public{Path: "/", About: out.T("portal.start_about")}
	return web.SendPublic(c, out.Lang, out.page())
}

// departments returns the departments that have services today, in the order of the
// catalogue.
func departments(c *catalog.Centre, today scheduling.Date) []department {
	var list []department
	at := map[string]int{}
	for i := range c.Departments {
		at[c.Departments[i].Slug] = len(list)
		list = append(list, department{Department: &c.Departments[i]})
	}
	for i := range c.Services {
		if !c.Lists(&c.Services[i], today) {
			continue
		}
		d := &list[at[c.Services[i].Department]]
		d.Services = append(d.Services, &c.Services[i])
	}
	n := 0
	for _, d := range list {
		if len(d.Services) > 0 {
			list[n] = d
			n++
		}
	}
	return list[:n]
}

// department lists the services of a department.
func (p *Portal) department(c *fiber.Ctx) error {
	centre := centreOf(c)
	for _, d := range departments(centre.Centre, centre.Today(p.Now())) {
		if d.Slug == c.Params("department") {
			out := p.frameOf(c, "")
			out.Title = d.Name.In(out.Lang)
			out.Public = &web.Public{Path: departmentPath + d.Slug, About: out.T("portal.department_about", "Department", d.Name)}
			return web.SendPublic(c, out.Lang, departmentPage(out, d))
		}
	}
	if d, ok := centre.Department(c.Params("department")); ok && d.Retired.On(centre.Today(p.Now())) {
		return &retiredError{catalog.Pause{From: d.Retired.From, Reason: d.Retired.Reason}, "portal.retired"}
	}
	return fault.ErrNotFound
}

// cut returns the first n characters of a text.
func cut(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// firstIf returns the kind of the button that most people want, or that of another
// way on.
func firstIf(first bool) web.Kind {
	if first {
		return web.First
	}
	return web.Other
}

// handles says what an entity handles.
func handles(e *catalog.Entity) catalog.Text {
	if len(e.Topics) == 0 {
		return e.Name
	}
	return texts.List(e.Topics[:min(2, len(e.Topics))], texts.Comma())
}
