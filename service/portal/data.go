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

// Paths of what is kept of the mobile that the browser has proved.
const (
	dataPath  = web.VisitsPath + "/data"
	copyPath  = dataPath + "/copy.json"
	erasePath = dataPath + "/erase"
)

// dataPage offers a copy of one's data, and to erase it.
type dataPage struct {
	web.Page

	Mobile string   // masked
	First  bool     // visits are to come, or entries wait: they must be cancelled first
	Kept   []string // what an erasure leaves, and why
}

// provedMobile returns the mobile whose data a browser may have: one that it has proved.
func (p *Portal) provedMobile(c *fiber.Ctx) (notify.Mobile, bool) {
	owner, _, ok := p.owner(c)
	if !ok || len(owner.Mobiles) == 0 {
		return "", false
	}
	return notify.Mobile(owner.Mobiles[0]), true
}

// data shows what can be done with what is kept of the mobile.
func (p *Portal) data(c *fiber.Ctx) error {
	mobile, ok := p.provedMobile(c)
	if !ok {
		return seeOther(c, web.VisitsPath)
	}
	found, err := p.Waitlist.Mine(c.UserContext(), bookerOf(c), slots.Owner{Mobiles: []string{string(mobile)}}, p.Now())
	if err != nil {
		return err
	}
	out := dataPage{Page: p.frameOf(c, ""), Mobile: mobile.MaskedHere(), First: len(found.Coming)+len(found.Waiting) > 0}
	out.Title = out.T("data.title")
	for _, kept := range privacy.AllKept() {
		out.Kept = append(out.Kept, out.T("privacy.left_"+string(kept)))
	}
	return web.Send(c, http.StatusOK, out.Lang, out.page())
}

// copyData gives a copy of what is kept of the mobile, as a file.
func (p *Portal) copyData(c *fiber.Ctx) error {
	mobile, ok := p.provedMobile(c)
	if !ok {
		return seeOther(c, web.VisitsPath)
	}
	data, err := p.FindPerson(c.UserContext(), privacy.Who{Mobile: string(mobile)})
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

// eraseData erases what is kept of the mobile, also by this browser.
func (p *Portal) eraseData(c *fiber.Ctx) error {
	mobile, ok := p.provedMobile(c)
	if !ok {
		return seeOther(c, web.VisitsPath)
	}
	_, err := p.ErasePerson(c.UserContext(), privacy.Who{Mobile: string(mobile)}, p.Now())
	if errors.Is(err, privacy.ErrOngoing) { // the page says so
		return seeOther(c, dataPath)
	}
	if err != nil {
		return err
	}
	p.forgetVisitor(c)
	return seeOther(c, web.VisitsPath+"?done=erased")
}
