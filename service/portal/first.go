package portal

import (
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/service/web"
)

// firstPage asks for a proof of the mobile before a start is held, because holds without
// one have their share of the day.
type firstPage struct{ detailsPage }

// toFirst leads to the page that asks for the mobile before a start is held.
func (p *Portal) toFirst(c *fiber.Ctx, choice chosen, start time.Time, d draft) error {
	if err := p.keep(c, d); err != nil {
		return err
	}
	return seeOther(c, choice.first("", start))
}

// first is the address of a page about a start whose visitor proves a mobile first.
func (c chosen) first(page string, start time.Time) string {
	return c.at(c.Branch.Slug, "/mobile"+page, "start", start.UTC().Format(time.RFC3339))
}

// startIn reads what an address says of a visit, with its start; the zero time for none.
func (p *Portal) startIn(c *fiber.Ctx) (chosen, time.Time, error) {
	choice, err := p.chosenAt(c)
	if err != nil {
		return choice, time.Time{}, err
	}
	start, wrong := time.Parse(time.RFC3339, c.Query("start"))
	if wrong != nil {
		start = time.Time{}
	}
	return choice, start.UTC(), nil
}

// askFirst asks for the mobile, and for the code once it was sent.
func (p *Portal) askFirst(c *fiber.Ctx) error {
	choice, start, err := p.startIn(c)
	switch {
	case err != nil:
		return err
	case start.IsZero():
		return seeOther(c, choice.at(choice.Branch.Slug, ""))
	}
	d, zone := p.draftOf(c), centreOf(c).Zone(choice.Branch.Slug)
	out := firstPage{detailsPage{form: p.form(c, choice, d, start)}}
	out.Title, out.Who = out.T("portal.mobile_first"), nil // also who has signed in proves the mobile here
	out.Done, out.Send = choice.first("", start), choice.first("/code", start)
	out.When = web.MomentOf(start, zone, out.Lang)
	if out.Code != nil {
		out.Code.Resend = out.Send
	}
	if c.Query("check") != "" {
		out.Wrong = map[string]string{}
		if _, err := p.mobileIn(out.Typed); err != nil {
			out.Wrong["mobile"] = p.wrongMobile(out.Page, err)
		}
		if out.Code != nil && out.Code.Wrong != "" {
			out.Wrong[web.CodeField] = out.Code.Wrong
		}
	}
	if d.Told != "" && d.At == out.Done {
		out.Told, out.Away = told(out.Page, d, zone)
	}
	out.KeepAt = keptAt(c, choice.first(typedPath, start))
	out.sumUp()
	return web.Send(c, http.StatusOK, out.Lang, out.page())
}

// keepFirst keeps the mobile that was typed, as it is, and leads back to the form.
func (p *Portal) keepFirst(c *fiber.Ctx) error {
	d := p.draftOf(c)
	d.Typed.Mobile = typedLine(c.FormValue("mobile"), maxTyped)
	return p.keepAndReturn(c, d)
}

// sendFirstCode sends a code to the mobile that was typed.
func (p *Portal) sendFirstCode(c *fiber.Ctx) error {
	choice, start, err := p.startIn(c)
	if err != nil {
		return err
	}
	d := p.draftOf(c)
	d.Typed.Mobile, d.Told = typedLine(c.FormValue("mobile"), maxTyped), ""
	mobile, err := p.mobileIn(d.Typed)
	if err != nil {
		return p.back(c, d, choice.first("", start), "mistakes")
	}
	return p.sendCodeTo(c, d, mobile, web.Language(c, ""), choice.first("", start))
}

// holdFirst compares the code, and holds the start for the mobile that it proves.
func (p *Portal) holdFirst(c *fiber.Ctx) error {
	choice, start, err := p.startIn(c)
	if err != nil {
		return err
	}
	d, path := p.draftOf(c), choice.first("", start)
	d.Typed.Mobile, d.Told = typedLine(c.FormValue("mobile"), maxTyped), ""
	mobile, err := p.mobileIn(d.Typed)
	if err != nil {
		return p.back(c, d, path, "mistakes")
	}
	proved, err := p.prove(c, &d, mobile)
	switch {
	case err != nil:
		return err
	case !proved && d.Code.Mobile != string(mobile):
		return p.sendCodeTo(c, d, mobile, web.Language(c, ""), path)
	case !proved:
		return p.back(c, d, path, web.CodeField)
	}
	wish := choice.wish()
	wish.Start, wish.Mobile = start, string(mobile)
	a, err := p.holdFor(c, wish, d.Browser, true)
	if err != nil {
		return p.notHeld(c, choice, start, d, err)
	}
	return p.goOn(c, d, a)
}
