package portal

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"ziyara/fault"
	"ziyara/notify"
	"ziyara/notify/verify"
	"ziyara/service/web"
	"ziyara/slots"
)

// Paths of the pages of one's visits.
const (
	codePath    = web.VisitsPath + "/code"
	againPath   = codePath + "/again"
	leavePath   = web.VisitsPath + "/leave"
	signOutPath = web.VisitsPath + "/sign-out"
)

// mountMine adds the pages of one's visits to the app.
func (p *Portal) mountMine(app fiber.Router, limit fiber.Handler) {
	mine := app.Group(web.VisitsPath, p.shared, limit)
	mine.Get("/", p.mine)
	mine.Post("/", p.askForCode)
	mine.Get("/code", p.askCode)
	mine.Post("/code", p.checkCode)
	mine.Post("/code/again", p.sendAgain)
	mine.Post("/leave", p.leave)
	mine.Post("/sign-out", p.signOut)
	mine.Get("/data", p.data)
	mine.Get("/data/copy.json", p.copyData)
	mine.Post("/data/erase", p.eraseData)
}

// minePage is what the pages of one's visits show.
type minePage struct {
	web.Page

	Notice string // a sentence, "" for none
	Tone   web.Tone
	Key    string // of the form: see newKey

	Mobile web.Field // that a code is sent to
	Code   web.Code  // that was sent

	SignIn bool // the visitor can sign in

	Masked []string // the mobiles that were proved
	Person bool     // somebody has signed in
	Until  string   // the time of day until which that counts

	Coming, Past []visitCard
	Waiting      []waitCard
}

// visitCard is a visit in a list.
type visitCard struct {
	Path      string // of its page
	When      web.Moment
	Service   string
	Branch    string
	Reference string
	Name      string // of the visitor, where not all visits are of the same; otherwise ""
	Tone      web.Tone
	Sign      web.Icon
	State     string
}

// waitCard is an entry of the waitlist in a list.
type waitCard struct {
	ID        string
	Service   string
	Branch    string
	Wish      string      // which dates suit
	Offered   *web.Moment // the start that is offered; nil for none
	Until     string      // the time of day at which the offer ends
	OfferPath string
}

// minePage returns the frame of a page with a title.
func (p *Portal) minePage(c *fiber.Ctx, title string) minePage {
	out := minePage{Page: web.NewPage(c, p.Site, "", ""), Tone: web.Good, Key: newKey()}
	out.Title = out.T(title)
	if out.Here == "" { // the answer to a form
		out.Here = web.VisitsPath
	}
	return out
}

// provedBy says what was proved.
func (m *minePage) provedBy(owner slots.Owner, until string) {
	m.Person, m.Until = owner.Person != "", until
	for _, mobile := range owner.Mobiles {
		m.Masked = append(m.Masked, notify.Mobile(mobile).MaskedHere())
	}
}

// askFor asks for a mobile.
func (m *minePage) askFor(typed, wrong string) {
	m.Mobile = web.Field{
		Name: "mobile", Label: m.T("mine.mobile"), Value: typed, Hint: m.T("mine.mobile_hint"), Wrong: wrong, Foreign: true,
		Attributes: templ.Attributes{"type": "tel", "inputmode": "tel", "autocomplete": "tel", "maxlength": "64", "required": true},
	}
}

// mine shows the visits of what the browser has proved, or asks for a mobile.
func (p *Portal) mine(c *fiber.Ctx) error {
	owner, until, ok := p.owner(c)
	if !ok {
		return p.askMobile(c, http.StatusOK, "", "")
	}
	out := p.minePage(c, "mine.title")
	if c.Query("done") == "left" {
		out.Notice = out.T("mine.done_left")
	}
	now := p.Now()
	found, err := p.Waitlist.Mine(c.UserContext(), bookerOf(c), owner, now)
	if err != nil {
		return err
	}
	out.provedBy(owner, clock(until.Unix(), centreOf(c).Zone(""), out.Lang))
	if len(owner.Mobiles) == 0 {
		out.askFor("", "")
	}
	several := ofSeveral(found)
	for _, list := range []struct {
		visits []slots.Appointment
		cards  *[]visitCard
	}{{found.Coming, &out.Coming}, {found.Past, &out.Past}} {
		for _, a := range list.visits {
			card := p.cardOf(c, a, out.Page, until)
			if several {
				card.Name = a.Visitor.Name
			}
			*list.cards = append(*list.cards, card)
		}
	}
	for _, e := range found.Waiting {
		out.Waiting = append(out.Waiting, p.waitCardOf(c, e, out.Page))
	}
	return web.Send(c, http.StatusOK, out.Lang, visitsPage(out))
}

// ofSeveral reports whether visits are of more than one visitor: a family shares a
// mobile.
func ofSeveral(m slots.Mine) bool {
	all := slices.Concat(m.Coming, m.Past)
	return slices.ContainsFunc(all, func(a slots.Appointment) bool { return a.Visitor.Identity != all[0].Visitor.Identity })
}

// cardOf returns the card of a visit. Its link works as long as the proof.
func (p *Portal) cardOf(c *fiber.Ctx, a slots.Appointment, frame web.Page, until time.Time) visitCard {
	card := visitCard{
		Path: p.Links.path(about(a), Manage|own, until), When: web.MomentOf(a.Start, centreOf(c).Zone(a.Branch), frame.Lang),
		Reference: a.Reference.String(),
	}
	card.Service, card.Branch = centreOf(c).ServiceName(a.Service).In(frame.Lang), centreOf(c).BranchName(a.Branch).In(frame.Lang)
	var key string
	card.Tone, card.Sign, key = standing(a, p.Now())
	card.State = frame.T(key)
	return card
}

// standing returns how a visit stands at now: its badge, with the key of its text.
func standing(a slots.Appointment, now time.Time) (web.Tone, web.Icon, string) {
	switch {
	case a.Status == slots.Cancelled:
		return web.Neutral, web.Close, "mine.cancelled"
	case a.Status == slots.Declined:
		return web.Neutral, web.Close, "mine.declined"
	case a.Status == slots.Completed:
		return web.Good, web.Check, "mine.completed"
	case a.Status == slots.NoShow:
		return web.Neutral, web.Info, "mine.no_show"
	case a.InHall():
		return web.Good, web.Check, "mine.here"
	case !a.End.After(now):
		return web.Neutral, web.Clock, "mine.over"
	case a.Proposed(now) != nil:
		return web.Warning, web.Bell, "mine.proposed"
	case a.Displaced():
		return web.Warning, web.Alert, "mine.displaced"
	case a.Status == slots.Requested:
		return web.Warning, web.Hourglass, "mine.requested"
	}
	return web.Good, web.Check, "mine.booked"
}

func (p *Portal) waitCardOf(c *fiber.Ctx, e slots.Entry, frame web.Page) waitCard {
	card := waitCard{ID: e.ID}
	card.Service, card.Branch = centreOf(c).ServiceName(e.Service).In(frame.Lang), centreOf(c).BranchName(e.Branch).In(frame.Lang)
	from, to := web.DateMoment(e.Wish.From, frame.Lang).Near, web.DateMoment(e.Wish.To, frame.Lang).Near
	zone := centreOf(c).Zone(e.Branch)
	switch {
	case e.Replaces != nil:
		card.Wish = frame.T("mine.wish_earlier", "Date", web.MomentOf(e.Replaces.Start, zone, frame.Lang).Near)
	case e.Wish.From == e.Wish.To:
		card.Wish = frame.T("mine.wish_day", "Date", from)
	default:
		card.Wish = frame.T("mine.wish", "From", from, "To", to)
	}
	if offered := e.Offered(p.Now()); offered != nil {
		m := web.MomentOf(offered.Start, zone, frame.Lang)
		card.Offered, card.Until = &m, web.MomentOf(offered.Expires, zone, frame.Lang).Time
		card.OfferPath = p.Links.offerPath(e.Number, e.LinkGeneration(), Offer|own, offered.Expires)
	}
	return card
}

// leave takes an entry of what the browser has proved off the waitlist.
func (p *Portal) leave(c *fiber.Ctx) error {
	owner, _, ok := p.owner(c)
	if !ok {
		return seeOther(c, web.VisitsPath)
	}
	e, err := p.Waitlist.Find(c.UserContext(), c.FormValue("entry"), p.Now())
	if err == nil && !owner.Owns(e.Booking.Mobile, e.Booking.Person) {
		err = fault.ErrNotFound
	}
	if err == nil {
		err = p.Waitlist.Leave(c.UserContext(), e.ID, p.Now())
	}
	if errors.Is(err, fault.ErrNotFound) { // it is over, and purged; or another's
		return seeOther(c, web.VisitsPath)
	}
	if err != nil {
		return err
	}
	return seeOther(c, web.VisitsPath+"?done=left")
}

// signOut makes the browser forget the mobile, also as a part of a booking under way.
func (p *Portal) signOut(c *fiber.Ctx) error {
	return p.leaveFor(c, web.VisitsPath+"?done=signed-out")
}

// askMobile asks for a mobile, with the one that was typed and what is wrong with
// it.
func (p *Portal) askMobile(c *fiber.Ctx, status int, typed, wrong string) error {
	out := p.minePage(c, "mine.title")
	switch c.Query("done") {
	case "signed-out":
		web.Forget(c)
		out.Notice = out.T("mine.done_signed_out")
	case "erased":
		web.Forget(c)
		out.Notice = out.T("data.erased")
	}
	out.Mistakes = mistakesOf(map[string]string{"mobile": wrong}, "mobile")
	out.KeepAt = web.VisitsPath + "?" + keepOnly + "=1"
	out.askFor(typed, wrong)
	_, _, in := p.visitor(c)
	out.SignIn = p.SignIn != nil && !in
	return web.Send(c, status, out.Lang, mobilePage(out))
}

// askForCode sends a code to the mobile that was typed.
func (p *Portal) askForCode(c *fiber.Ctx) error {
	typed, lang := c.FormValue("mobile"), web.Language(c, "")
	if onlyKept(c) {
		return p.askMobile(c, http.StatusOK, typed, "")
	}
	mobile, err := p.Countries.Parse(typed)
	if err != nil {
		return p.askMobile(c, http.StatusUnprocessableEntity, typed, p.wrongMobile(p.minePage(c, "mine.title").Page, err))
	}
	_, err = p.sendProof(c, mobile, lang, c.FormValue("key"))
	if limit, ok := errors.AsType[*verify.LimitError](err); ok {
		if _, ok = p.codeTo(c, mobile); ok { // it is on its way
			return seeOther(c, codePath)
		}
		return p.askMobile(c, http.StatusTooManyRequests, typed, p.limited(c, limit, p.minePage(c, "mine.title").Page))
	}
	if err != nil {
		return err
	}
	return seeOther(c, codePath)
}

// askCode asks for the code that was sent.
func (p *Portal) askCode(c *fiber.Ctx) error {
	var s codeSent
	if !p.codes().Read(c, &s) {
		return seeOther(c, web.VisitsPath)
	}
	out := p.minePage(c, "mine.code_title")
	wrong := ""
	if !p.Now().Before(time.Unix(s.Ends, 0)) {
		wrong = out.T("proof.expired")
	} else if c.Query("done") == "again" {
		out.Notice = out.T("proof.again")
	}
	return p.showCode(c, http.StatusOK, out, s, wrong)
}

func (p *Portal) showCode(c *fiber.Ctx, status int, out minePage, s codeSent, wrong string) error {
	out.Code = p.codeOf(c, s, againPath, wrong, out.Lang)
	out.Mistakes = mistakesOf(map[string]string{web.CodeField: wrong}, web.CodeField)
	if c.Method() != http.MethodGet {
		out.Here = codePath
	}
	return web.Send(c, status, out.Lang, codePage(out))
}

// checkCode lets the browser in if the code is right.
func (p *Portal) checkCode(c *fiber.Ctx) error {
	var s codeSent
	if !p.codes().Read(c, &s) { // also if the form was sent twice
		return seeOther(c, web.VisitsPath)
	}
	out := p.minePage(c, "mine.code_title")
	status, wrong, err := p.checkProof(c, s, out.Page)
	switch {
	case errors.Is(err, fault.ErrNotFound): // it was purged
		return seeOther(c, web.VisitsPath)
	case err != nil:
		return err
	case wrong != "":
		return p.showCode(c, status, out, s, wrong)
	}
	return seeOther(c, web.VisitsPath)
}

// sendAgain sends another code to the same mobile.
func (p *Portal) sendAgain(c *fiber.Ctx) error {
	var s codeSent
	if !p.codes().Read(c, &s) {
		return seeOther(c, web.VisitsPath)
	}
	_, err := p.sendProof(c, s.Mobile, web.Language(c, ""), c.FormValue("key"))
	if limit, ok := errors.AsType[*verify.LimitError](err); ok {
		out := p.minePage(c, "mine.code_title")
		out.Notice, out.Tone = p.limited(c, limit, out.Page), web.Warning
		return p.showCode(c, http.StatusTooManyRequests, out, s, "")
	}
	if err != nil {
		return err
	}
	return seeOther(c, codePath+"?done=again")
}
