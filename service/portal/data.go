package portal

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"ziyara/notify"
	"ziyara/privacy"
	"ziyara/service/web"
	"ziyara/slots"
)

// Paths of what is kept of what was proved or the person that the browser has proved.
const (
	dataPath  = web.VisitsPath + "/data"
	copyPath  = dataPath + "/copy.json"
	erasePath = dataPath + "/erase"
)

// dataPage offers a copy of one's data, and to erase it.
type dataPage struct {
	web.Page

	About string   // whose data it is
	First bool     // visits are to come, or entries wait: they must be cancelled first
	Kept  []string // what an erasure leaves, and why
}

// about says whose data it is: what the browser has proved.
func (d dataPage) about(owner slots.Owner) string {
	switch {
	case len(owner.Mobiles) == 0:
		return d.T("data.about_person")
	case owner.Person == "":
		return d.T("data.about", "Mobile", notify.Mobile(owner.Mobiles[0]).MaskedHere())
	}
	return d.T("data.about_both", "Mobile", notify.Mobile(owner.Mobiles[0]).MaskedHere())
}

// data shows what can be done with what is kept of what was proved.
func (p *Portal) data(c *fiber.Ctx) error {
	owner, _, ok := p.owner(c)
	if !ok {
		return seeOther(c, web.VisitsPath)
	}
	owner.Mobiles = owner.Mobiles[:min(1, len(owner.Mobiles))] // as privacy.Own
	found, err := p.Waitlist.Mine(c.UserContext(), bookerOf(c), owner, p.Now())
	if err != nil {
		return err
	}
	out := dataPage{Page: p.frameOf(c, ""), First: len(found.Coming)+len(found.Waiting) > 0}
	out.About = out.about(owner)
	out.Title = out.T("data.title")
	for _, kept := range privacy.AllKept() {
		out.Kept = append(out.Kept, out.T("privacy.left_"+string(kept)))
	}
	return web.Send(c, http.StatusOK, out.Lang, out.page())
}

// copyData gives a copy of what is kept of what was proved, as a file.
func (p *Portal) copyData(c *fiber.Ctx) error {
	owner, _, ok := p.owner(c)
	if !ok {
		return seeOther(c, web.VisitsPath)
	}
	data, err := p.FindPerson(c.UserContext(), privacy.Own(string(owner.Person), owner.Mobiles))
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(data.Masked(), "", "  ")
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="my-data.json"`)
	return c.Send(body)
}

// eraseData erases what is kept of what was proved, also by this browser.
func (p *Portal) eraseData(c *fiber.Ctx) error {
	owner, _, ok := p.owner(c)
	if !ok {
		return seeOther(c, web.VisitsPath)
	}
	_, err := p.ErasePerson(c.UserContext(), privacy.Own(string(owner.Person), owner.Mobiles), p.Now())
	if errors.Is(err, privacy.ErrOngoing) { // the page says so
		return seeOther(c, dataPath)
	}
	if err != nil {
		return err
	}
	p.forgetVisitor(c)
	return seeOther(c, web.VisitsPath+"?done=erased")
}
