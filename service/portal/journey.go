package portal

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/textnorm"
)

// Where the pages are on which visits are booked.
const (
	servicePath    = "/services/"
	departmentPath = "/departments/"
	holdPath       = "/book/"
	waitingPath    = "/waiting"
	typedPath      = "/typed" // below that of a form: see web.Page.KeepAt
)

// mountJourney adds the pages on which visits are booked.
func (p *Portal) mountJourney(app fiber.Router, limit fiber.Handler) {
	app.Get("/", p.shared, limit, p.start)
	app.Get(departmentPath+":department", p.shared, limit, p.department)
	app.Get(servicePath+":service", p.shared, limit, p.service)
	at := app.Group(servicePath+":service/:branch", p.shared, limit)
	at.Get("/", p.days)
	at.Post("/", p.hold)
	at.Get("/taken", p.taken)
	at.Get("/mobile", p.askFirst)
	at.Post("/mobile", p.holdFirst)
	at.Get("/mobile/code", toForm)
	at.Post("/mobile/code", p.sendFirstCode)
	at.Get("/mobile/typed", toForm)
	at.Post("/mobile/typed", p.keepFirst)
	at.Get("/wait", p.askWish)
	at.Post("/wait", p.join)
	at.Get("/wait/code", toForm)
	at.Get("/wait/typed", toForm)
	at.Post("/wait/typed", p.keepWish)
	at.Post("/wait/code", p.sendWishCode)
	held := app.Group(holdPath+":hold", p.shared, limit)
	held.Get("/", p.details)
	held.Post("/", p.book)
	held.Get("/code", toForm)
	held.Get("/typed", toForm)
	held.Post("/typed", p.keepDetails)
	held.Post("/code", p.sendCode)
	app.Post("/forget", p.shared, p.forget)
	app.Get(waitingPath, p.shared, limit, p.waitingNow)
	app.Get(waitingPath+"/:entry", p.shared, limit, p.waitingNow)
	app.Get(web.PrivacyPath, p.shared, p.privacy)
	app.Get(web.AccessibilityPath, p.shared, p.accessibility)
	app.Get(web.HowPath, p.shared, p.how)
}

// shared is what all pages of the journey share: their headers, one snapshot of the
// centre, and pages for what goes wrong.
func (p *Portal) shared(c *fiber.Ctx) error {
	web.SetHeaders(c, p.targets()...)
	c.Locals(bookerKey{}, p.Bookers.On(p.Centre()))
	if !p.Links.serves(c.Hostname()) {
		return p.says(c, http.StatusMisdirectedRequest, "portal.wrong_host")
	}
	// The pages of the journey send their origin, so "null" is one that hides it.
	if web.Foreign(c) || c.Method() == fiber.MethodPost && c.Get("Sec-Fetch-Site") == "" && c.Get(fiber.HeaderOrigin) == "null" {
		return p.says(c, http.StatusForbidden, "portal.foreign_form")
	}
	err := c.Next()
	if errors.Is(err, errForeign) {
		return p.says(c, http.StatusForbidden, "portal.other_browser")
	}
	if end, ok := errors.AsType[*retiredError](err); ok {
		return p.says(c, http.StatusGone, end.key, "Pause", end.Says())
	}
	if err != nil {
		p.keepTyped(c)
	}
	return p.settled(c, err, func(status int, key string) error { return p.says(c, status, key) }, failures{
		unknown: "portal.unknown", notKnown: "portal.not_known", unavailable: "portal.unavailable", tooMany: "portal.too_many",
	})
}

// retiredError is returned for a page of what is retired: old links lead there.
type retiredError struct {
	catalog.Pause
	key string // of what the page says
}

// Error says since when it is retired.
func (e *retiredError) Error() string { return fmt.Sprintf("portal: retired since %v", e.From) }

// toForm leads from an address that only a form is sent to, to the form.
func toForm(c *fiber.Ctx) error { return seeOther(c, formOf(c)) }

// formOf is the address of the form that a request was sent from.
func formOf(c *fiber.Ctx) string {
	path, query, _ := strings.Cut(c.OriginalURL(), "?")
	path = strings.TrimSuffix(strings.TrimSuffix(path, "/code"), typedPath)
	return strings.TrimSuffix(path+"?"+query, "?")
}

// forgotten is what was done when a page is shown after forget.
const forgotten = "forgotten"

// forget forgets the visitor of a browser that others use too.
func (p *Portal) forget(c *fiber.Ctx) error {
	return p.leaveFor(c, "/?done="+forgotten)
}

// forgetVisitor gives back what the browser holds, and makes it forget its visitor.
func (p *Portal) forgetVisitor(c *fiber.Ctx) {
	for _, h := range p.draftOf(c).Holds {
		p.release(c, h.ID)
	}
	p.drafts().Delete(c)
	p.codes().Delete(c)
	p.proofs().Delete(c)
	p.persons().Delete(c)
	p.owned().Delete(c)
}

// frameOf returns the frame of a page of the journey.
func (p *Portal) frameOf(c *fiber.Ctx, title string) web.Page {
	out := web.NewPage(c, p.Site, "", "")
	out.Title = title
	return out
}

// says writes a page with one text, which has a heading and a sentence about it.
func (p *Portal) says(c *fiber.Ctx, status int, key string, parameters ...any) error {
	web.SetHeaders(c) // the page that it stands for may have been public
	out := p.frameOf(c, "")
	out.Title = out.T(key, parameters...)
	again := ""
	if status >= http.StatusTooManyRequests { // the page is there, and answers later
		again = formOf(c)
	}
	return web.Send(c, status, out.Lang, saysPage(out, out.T(key+"_about", parameters...), again, status == http.StatusNotFound))
}

// chosen is what a visitor has chosen so far: the query of each address says it, so
// that a page can be kept, sent to somebody, and reloaded.
type chosen struct {
	Service *catalog.Service
	Branch  *catalog.Branch // nil before one is chosen
	Party   int
	Needs   []string // slugs that can be declared for the service
}

// chosenIn reads what an address says. Of party and needs it takes what the service
// has: an old address leads to a page, not to an error. It returns
// fault.ErrNotFound for a service that the centre does not have, and a *retiredError for
// one that is retired.
func (p *Portal) chosenIn(c *fiber.Ctx) (chosen, error) {
	centre := centreOf(c)
	service, ok := centre.Service(c.Params("service"))
	if !ok {
		return chosen{}, fault.ErrNotFound
	}
	today := centre.Today(p.Now())
	away := service.Away()
	if d, ok := centre.Department(service.Department); ok {
		away = append(away, d.Away()...)
	}
	if end := catalog.PausedOn(away, today); end != nil && end.ForGood() {
		return chosen{}, &retiredError{*end, "portal.retired"}
	}
	out := chosen{Service: service, Party: 1}
	if n, err := strconv.Atoi(textnorm.Symbols(c.Query("party"))); err == nil {
		out.Party = min(max(1, n), service.PartyLimit)
	}
	for _, need := range c.Context().QueryArgs().PeekMulti("needs") {
		if _, known := service.Need(string(need)); known && !slices.Contains(out.Needs, string(need)) {
			out.Needs = append(out.Needs, string(need))
		}
	}
	return out, nil
}

// chosenAt is like chosenIn, with the branch.
func (p *Portal) chosenAt(c *fiber.Ctx) (chosen, error) {
	out, err := p.chosenIn(c)
	if err != nil {
		return out, err
	}
	var ok bool
	if out.Branch, ok = centreOf(c).Branch(c.Params("branch")); !ok {
		return out, fault.ErrNotFound
	}
	_, g, err := centreOf(c).Desk(out.Service.Slug, out.Branch.Slug)
	if err != nil {
		return out, errors.Join(fault.ErrNotFound, err)
	}
	if end := catalog.PausedOn(g.Closed, g.Calendar.DateOf(p.Now())); end != nil && end.ForGood() {
		return out, &retiredError{*end, "portal.retired_here"}
	}
	return out, nil
}

// query is the query of an address, with more names and values by turns.
func (c chosen) query(more ...string) string {
	q := url.Values{}
	if c.Party > 1 {
		q.Set("party", strconv.Itoa(c.Party))
	}
	for _, need := range c.Needs {
		q.Add("needs", need)
	}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// about is the address of the page of the service.
func (c chosen) about() string { return servicePath + c.Service.Slug + c.query() }

// at is the address of a page of the service at a branch.
func (c chosen) at(branch, page string, more ...string) string {
	return servicePath + c.Service.Slug + "/" + branch + page + c.query(more...)
}

// minutes is how long the visit takes.
func (c chosen) minutes() int {
	return int((c.Service.Duration + c.Service.Extra(c.Needs)).Minutes())
}

// wish is the chosen visit as a request for a place.
func (c chosen) wish() slots.HoldRequest {
	return slots.HoldRequest{Service: c.Service.Slug, Branch: c.Branch.Slug, Party: c.Party, Channel: catalog.Public, Needs: c.Needs}
}
