package api

import (
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/notify"
	"ziyara/notify/sandbox"
	"ziyara/service/web"
)

// frame returns what every page for developers has, in its headers too. title
// is the key of its title.
func (s *Server) frame(c *fiber.Ctx, title string) web.Page {
	web.SetHeaders(c)
	p := web.NewPage(c, s.Site, "", "")
	p.Title = p.S(title)
	return p
}

// Guest is a member of the demo staff, or a made-up visitor.
type Guest struct {
	Title  catalog.Text
	About  catalog.Text // what they do, and where
	SignIn string       // path that signs them in
}

// showTrial leads to everything there is to try out.
func (s *Server) showTrial(c *fiber.Ctx) error {
	p := s.frame(c, "dev.title")
	return web.Send(c, http.StatusOK, p.Lang, trialPage(p, s.Guests, s.Visitors, s.Mailbox != nil))
}

// showPhone shows the messages sent to the sandbox, newest first.
func (s *Server) showPhone(c *fiber.Ctx) error {
	c.Set("Refresh", "3")
	p := s.frame(c, "sandbox.phone")
	return web.Send(c, http.StatusOK, p.Lang, phonePage(p, s.Phone.Messages(wantedMobile(c))))
}

func (s *Server) phoneJSON(c *fiber.Ctx) error {
	messages := s.Phone.Messages(wantedMobile(c))
	if messages == nil {
		messages = []sandbox.Message{}
	}
	return c.JSON(messages)
}

// showMail shows the e-mails sent to the sandbox, newest first.
func (s *Server) showMail(c *fiber.Ctx) error {
	c.Set("Refresh", "3")
	p := s.frame(c, "sandbox.mailbox")
	return web.Send(c, http.StatusOK, p.Lang, mailPage(p, s.Mailbox.Mails(c.Query("to"))))
}

func (s *Server) mailJSON(c *fiber.Ctx) error { return c.JSON(s.Mailbox.Mails(c.Query("to"))) }

// wantedMobile reads ?mobile= in any spelling; an invalid number selects no
// messages.
func wantedMobile(c *fiber.Ctx) notify.Mobile {
	q := c.Query("mobile")
	if q == "" {
		return ""
	}
	m, err := notify.ParseMobile(q)
	if err != nil {
		return notify.Mobile("?")
	}
	return m
}

// documented is a kind of problem on the page of problems.
type documented struct {
	Name   string       `json:"name"` // after the # of the type
	Status int          `json:"status"`
	Title  catalog.Text `json:"title"`
	Detail catalog.Text `json:"detail"` // as an example
}

// kinds returns every kind of problem once, in the order of the page.
func kinds() []kind {
	var list []kind
	seen := map[string]bool{}
	add := func(k kind) {
		if !seen[k.name] {
			seen[k.name] = true
			list = append(list, k)
		}
	}
	for _, m := range allProblems() {
		add(m.kind)
	}
	for _, r := range rules() {
		add(ruleKind(r))
	}
	for _, k := range moreHallKinds() {
		add(k)
	}
	for _, k := range []kind{
		kindInvalid, kindWrongCode, kindNoCodes, kindTooMany, kindTooManyHolds, kindPause, kindAffected, kindPlan,
		kindMalformed, kindIncomplete, kindNoRoute, kindMethod, kindTooLarge, kindHeaders, kindMediaType, kindInternal,
	} {
		add(k)
	}
	return list
}

// showProblems documents every kind of problem, as a page or as JSON; problem types
// point here.
func (s *Server) showProblems(c *fiber.Ctx) error {
	words, values := wording{ministry: s.Site.Ministry}, example(s.Now())
	if branches := s.Centre().Branches; len(branches) > 0 {
		words.branch = branches[0].Name
		*values.Start = values.Start.In(s.Centre().Zone(branches[0].Slug))
	}
	var list []documented
	for _, k := range kinds() {
		with := words.values(values, k)
		list = append(list, documented{k.name, k.status, k.say("title", with), k.say("detail", with)})
	}
	c.Vary(fiber.HeaderAccept)
	if c.Accepts(fiber.MIMETextHTML, fiber.MIMEApplicationJSON) == fiber.MIMEApplicationJSON {
		return c.JSON(fiber.Map{"problems": list})
	}
	p := s.frame(c, "problems.title")
	return web.Send(c, http.StatusOK, p.Lang, problemsPage(p, list))
}

// showFailure answers a browser that can't be shown a page.
func (s *Server) showFailure(c *fiber.Ctx, k kind, id string) error {
	key, number := "web.refused", ""
	switch k.status {
	case http.StatusNotFound:
		key = "web.not_found"
	case http.StatusTooManyRequests:
		key = "web.too_many"
	case http.StatusServiceUnavailable:
		key = "web.unavailable"
	case http.StatusInternalServerError:
		key, number = "web.failed", id
	}
	web.SetHeaders(c)
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer") // the address may have a token
	p := web.NewPage(c, s.Site, "", "")
	p.Title = p.T(key)
	return web.Send(c, k.status, p.Lang, failedPage(p, p.T(key+"_about"), number, k.status == http.StatusNotFound))
}

// byBrowser reports whether a request was made to see a page.
func byBrowser(c *fiber.Ctx) bool {
	return !strings.HasPrefix(c.Path(), "/v1/") && c.Accepts("application/problem+json", fiber.MIMETextHTML) == fiber.MIMETextHTML
}
