package api

import (
	"bytes"
	"embed"
	"html/template"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/notify"
	"ziyara/notify/sandbox"
)

//go:embed pages/*.html
var pageFiles embed.FS

// page writes a page for developers.
func page(c *fiber.Ctx, name string, data any) error {
	t, err := template.ParseFS(pageFiles, "pages/"+name)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err = t.Execute(&out, data); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src 'unsafe-inline'")
	return c.Send(out.Bytes())
}

// phonePage shows the messages sent to the sandbox, newest first.
func (s *Server) phonePage(c *fiber.Ctx) error {
	c.Set("Refresh", "3")
	return page(c, "phone.html", s.Phone.Messages(wantedMobile(c)))
}

func (s *Server) phoneJSON(c *fiber.Ctx) error {
	messages := s.Phone.Messages(wantedMobile(c))
	if messages == nil {
		messages = []sandbox.Message{}
	}
	return c.JSON(messages)
}

// mailPage shows the e-mails sent to the sandbox, newest first.
func (s *Server) mailPage(c *fiber.Ctx) error {
	c.Set("Refresh", "3")
	return page(c, "mail.html", s.Mailbox.Mails(c.Query("to")))
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
	Name          string
	Status        int
	Title, Detail catalog.Text
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
		kindInvalid, kindWrongCode, kindTooMany, kindTooManyHolds, kindPause, kindAffected, kindPlan,
		kindMalformed, kindNoRoute, kindMethod, kindTooLarge, kindHeaders, kindMediaType, kindInternal,
	} {
		add(k)
	}
	return list
}

// problemsPage documents every kind of problem; problem types point here.
func (s *Server) problemsPage(c *fiber.Ctx) error {
	var list []documented
	for _, k := range kinds() {
		list = append(list, documented{k.name, k.status, k.title(), k.detail()})
	}
	return page(c, "problems.html", list)
}
