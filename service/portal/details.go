package portal

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/notify/verify"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/texts"
)

// form is what a visitor fills in: to book a hold, or to wait for a place.
type form struct {
	web.Page
	chosen

	Typed  typed
	Wrong  map[string]string // by the name of the field; nil before the form was sent
	Code   *web.Code         // on its way to the mobile; nil if none is
	Proved bool              // the mobile is proved, so that no code is needed
	Who    *slots.Proved     // who has signed in and comes; nil if the visitor says who
	Mark   string            // of Who: see markOfPerson
	In     bool              // somebody has signed in
	SignIn bool              // the visitor can sign in
	Bare   bool              // who has signed in can do without a mobile

	Send string // the address that sends a code
	Done string // the address that books or joins
}

// detailsPage asks who comes.
type detailsPage struct {
	form

	When web.Moment
	Kept string // until when the place is held; "" if it no longer is
	Told string // what came back, in words; "" for nothing
	Away string // what to do about it
}

// sumUp sums up what is wrong with the form, in its order.
func (f *form) sumUp() {
	f.Mistakes = mistakesOf(f.Wrong, "from", "to", "name", "id", "mobile", "email",
		"by_name", "by_id", "wakala", "wakala_expires", "documents", web.CodeField)
}

// mistakesOf returns what is wrong with the fields that have these names, in their order.
func mistakesOf(wrong map[string]string, fields ...string) []web.Mistake {
	var list []web.Mistake
	for _, name := range fields {
		if text := wrong[name]; text != "" {
			list = append(list, web.Mistake{Field: name, Text: text})
		}
	}
	return list
}

// action is where the form is sent.
func (f form) action() string {
	if f.Code != nil || f.Proved || f.Who != nil {
		return f.Done
	}
	return f.Send
}

// details asks who comes, while the place is held. When the hold is over but the
// start still free, the form stays: it holds the start again. When the start is
// taken, the nearest others are shown.
func (p *Portal) details(c *fiber.Ctx) error {
	d := p.draftOf(c)
	a, err := p.own(c, d)
	if err != nil {
		return err
	}
	now := p.Now()
	choice, err := choiceOf(centreOf(c), a)
	if err != nil {
		return err
	}
	if !over(a, now) && a.Status != slots.Held {
		return p.toVisit(c, a, "")
	}
	zone := centreOf(c).Zone(a.Branch)
	out := detailsPage{form: p.form(c, choice, d, a.Start)}
	out.Title = out.T("portal.details_title")
	out.Done, out.Bare = strings.TrimSuffix(c.Path(), "/"), true
	out.Send, out.KeepAt = out.Done+"/code", keptAt(c, out.Done+typedPath)
	out.When = web.MomentOf(a.Start, zone, out.Lang)
	if over(a, now) {
		near, err := bookerOf(c).Nearest(c.UserContext(), wishOf(a), now)
		if err != nil {
			return err
		}
		if len(near) == 0 || !near[0].Start.Equal(a.Start) {
			return seeOther(c, choice.at(a.Branch, "/taken", "start", a.Start.UTC().Format(time.RFC3339)))
		}
		out.Told, out.Away = out.T("portal.hold_over"), out.T("portal.hold_over_about", "Time", out.When.Time)
		if a.Status == slots.Released { // another start was chosen since, such as in another tab
			out.Told = out.T("portal.hold_given_back")
		}
	} else {
		out.Kept = out.T("portal.kept_until", "Time", texts.ClockAt(a.Expires.In(zone)))
	}
	if d.Told != "" && d.At == out.Done {
		out.Told, out.Away = told(out.Page, d, zone)
	}
	out.sumUp()
	return web.Send(c, http.StatusOK, out.Lang, out.page())
}

// told says what came back, and what to do about it.
func told(p web.Page, d draft, zone *time.Location) (what, then string) {
	switch d.Told {
	case "portal.paused":
		return p.T(d.Told), p.T("portal.paused_about", "Until", texts.Moment(time.Unix(d.Until, 0).In(zone)))
	case "proof.soon", "proof.often", "proof.crowd", "proof.stopped", "proof.mobiles":
		return p.T("portal.code_limit"), p.T(d.Told, "Time", texts.ClockAt(time.Unix(d.Until, 0).In(zone)))
	}
	return p.T(d.Told), p.T(d.Told + "_about")
}

// form returns the form as the browser keeps it. With ?check it says what is wrong
// with it. start is that of the visit; zero if it has none yet.
func (p *Portal) form(c *fiber.Ctx, choice chosen, d draft, start time.Time) form {
	now, zone := p.Now(), centreOf(c).Zone(choice.Branch.Slug)
	out := form{Page: p.frameOf(c, ""), chosen: choice, Typed: d.Typed}
	if d.Typed.Read != choice.Service.Slug {
		out.Typed.Read = ""
	}
	if asked := c.Query(forField); asked != "" {
		out.Typed.Another = asked == forAnother
	}
	_, _, out.In = p.visitor(c)
	out.Who, out.SignIn = p.whoComes(c, out.Typed), p.SignIn != nil && !out.In
	out.Mark = p.markOfPerson(out.Who)
	if out.Typed.Mobile == "" && (out.Who == nil || out.Who.Mobile != "") { // another visit of the same visitor
		out.Typed.Mobile = string(p.mobileProved(c, d))
	}
	mobile, _ := p.mobileIn(out.Typed)
	if out.Who != nil && out.Who.Mobile != "" {
		mobile = notify.Mobile(out.Who.Mobile)
	}
	out.Proved = p.proves(c, d, mobile)
	if !out.Proved && d.waits(mobile, now) {
		out.Code = &web.Code{
			Mobile: mobile.MaskedHere(), Until: clock(d.Code.Until, zone, out.Lang), Resend: strings.TrimSuffix(c.Path(), "/") + "/code",
		}
		if now.Unix() < d.Code.Again {
			out.Code.Again = clock(d.Code.Again, zone, out.Lang)
		}
		if d.Code.Wrong != "" {
			out.Code.Wrong = saysOf(out.Page, d.Code.Wrong, d.Code.Count)
		}
	}
	if c.Query("check") != "" {
		day := scheduling.Date(0)
		if !start.IsZero() {
			day = scheduling.DateOf(start, zone)
		}
		_, out.Wrong = p.bookingOf(out.Typed, out.Who, out.Page, choice.Service, day)
		if out.Code != nil && out.Code.Wrong != "" {
			out.Wrong[web.CodeField] = out.Code.Wrong
		}
	}
	return out
}

// Fields of a form: whether it is for somebody else than who has signed in, and a mark of who
// has (markOfPerson).
const (
	forField    = "for"
	forAnother  = "another"
	personField = "person"
)

// forWhom is the address of a form for another person, or for who has signed in ("me").
func forWhom(address, whom string) string {
	mark := "?"
	if strings.Contains(address, "?") {
		mark = "&"
	}
	return address + mark + forField + "=" + whom
}

// keptAt is the address of a typedPath that shows the form as the page does: also with what
// is wrong.
func keptAt(c *fiber.Ctx, address string) string {
	if c.Query("check") == "" {
		return address
	}
	return checked(address)
}

// checked is the address of a form that says what is wrong with it.
func checked(address string) string {
	mark := "?"
	if strings.Contains(address, "?") {
		mark = "&"
	}
	return address + mark + "check=1"
}

// clock is the wall time of an instant, in seconds since 1970.
func clock(at int64, zone *time.Location, lang string) string {
	return texts.ClockAt(time.Unix(at, 0).In(zone)).In(lang)
}

// mobileIn reads the mobile that was typed.
func (p *Portal) mobileIn(t typed) (notify.Mobile, error) { return p.Countries.Parse(t.Mobile) }

// wrongMobile says what is wrong with a mobile.
func (p *Portal) wrongMobile(page web.Page, err error) string {
	if errors.Is(err, notify.ErrCountry) {
		return page.T("invalid.mobile_country", "Prefixes", texts.Isolated(p.Countries.Prefixes()))
	}
	return notify.MobileText(err).In(page.Lang)
}

// bookingOf returns the booking that was typed, and what is wrong with it by field: never
// nil. What was typed gives way to what is proved of who has signed in (nil for nobody), who
// can do without a mobile. day is that of the visit; 0 for a place on the waiting list, where
// a mobile is needed for offers.
func (p *Portal) bookingOf(
	t typed, who *slots.Proved, page web.Page, s *catalog.Service, day scheduling.Date,
) (slots.Booking, map[string]string) {
	wrong := map[string]string{}
	bare := false
	if who != nil {
		t.ID, bare = who.Identity.Number, t.Mobile == "" && day != 0
		if who.Name != "" {
			t.Name = who.Name
		}
		if who.Mobile != "" {
			t.Mobile = who.Mobile
		}
	}
	visitor, err := slots.NewVisitor(t.Name, t.ID, t.Email)
	blame(wrong, err, page.Lang, map[string]string{"name": "name", "id": "id", "email": "email"})
	mobile, err := p.mobileIn(t)
	if err != nil && !bare {
		wrong["mobile"] = p.wrongMobile(page, err)
	}
	booking := slots.Booking{Visitor: visitor, Mobile: string(mobile), Lang: page.Lang}
	booking.Person = slots.PersonOf(p.Keys.Person, visitor.Identity, booking.Mobile)
	if who != nil {
		booking.Person = who.Person(p.Keys.Person)
	}
	if t.represented() {
		expires, err := scheduling.ParseDate(t.WakalaExpires)
		if err != nil {
			wrong["wakala_expires"] = page.T("portal.wakala_expires_wrong")
		}
		by, err := slots.NewRepresentative(t.ByName, t.ByID, t.Wakala, expires, visitor.Identity)
		blame(wrong, err, page.Lang, map[string]string{"name": "by_name", "id": "by_id", "wakala": "wakala"})
		for _, name := range []string{"by_name", "by_id"} { // they say the same of the visitor
			if wrong[name] != "" {
				wrong[name] = page.T("portal."+name) + ": " + wrong[name]
			}
		}
		if wrong["wakala_expires"] == "" {
			blame(wrong, (&slots.Representative{Expires: expires}).MayActOn(day), page.Lang,
				map[string]string{"representative/wakala_expires": "wakala_expires"})
		}
		booking.Representative = &by
	}
	if t.Read == "" && len(s.Requirements) > 0 {
		wrong["documents"] = page.T("invalid.documents")
	}
	return booking, wrong
}

// blame adds what a *slots.VisitorError says, under the names that the form has.
func blame(wrong map[string]string, err error, lang string, names map[string]string) {
	var visitor *slots.VisitorError
	if !errors.As(err, &visitor) {
		return
	}
	for _, f := range visitor.Fields {
		if name, ok := names[f.Name]; ok {
			wrong[name] = f.Text().In(lang)
		}
	}
}

// sendCode keeps what was typed and sends a code to the mobile, if all of it can be
// accepted.
func (p *Portal) sendCode(c *fiber.Ctx) error {
	d := p.draftOf(c)
	a, err := p.own(c, d)
	if err != nil {
		return err
	}
	d.Typed = typedIn(c, a.Service)
	choice, err := choiceOf(centreOf(c), a)
	if err != nil {
		return err
	}
	now := p.Now()
	switch {
	case !over(a, now) && a.Status != slots.Held:
		return p.toVisit(c, a, "booked")
	case over(a, now): // a code for a place that is gone would be in vain
		wish := wishOf(a)
		if a, err = p.holdFor(c, wish, d.Browser, false); err != nil {
			return p.notHeld(c, choice, wish.Start, d, err)
		}
		p.takeUp(c, &d, a)
	}
	return p.sendTo(c, d, choice, scheduling.DateOf(a.Start, centreOf(c).Zone(a.Branch)), p.pathOf(a.ID, d.Browser))
}

// keepDetails keeps what was typed, as it is, and leads back to the form.
func (p *Portal) keepDetails(c *fiber.Ctx) error {
	d := p.draftOf(c)
	a, err := p.own(c, d)
	if err != nil {
		return err
	}
	d.Typed = typedIn(c, a.Service)
	return p.keepAndReturn(c, d)
}

// keepAndReturn keeps the draft and leads back to the form whose typedPath was sent.
func (p *Portal) keepAndReturn(c *fiber.Ctx, d draft) error {
	if err := p.keep(c, d); err != nil {
		return err
	}
	return toForm(c)
}

// sendTo sends a code for a form of the visit on day, and leads back to the form.
func (p *Portal) sendTo(c *fiber.Ctx, d draft, choice chosen, day scheduling.Date, back string) error {
	d.Told = ""
	booking, wrong := p.bookingOf(d.Typed, p.whoComes(c, d.Typed), p.frameOf(c, ""), choice.Service, day)
	if len(wrong) > 0 {
		return p.back(c, d, back, "mistakes")
	}
	return p.sendCodeTo(c, d, notify.Mobile(booking.Mobile), booking.Lang, back)
}

// sendCodeTo sends a code to a mobile, and leads back to the form that asks for it.
func (p *Portal) sendCodeTo(c *fiber.Ctx, d draft, mobile notify.Mobile, lang, back string) error {
	now := p.Now()
	if p.proves(c, d, mobile) || d.waits(mobile, now) && now.Unix() < d.Code.Again {
		return p.back(c, d, back, web.CodeField)
	}
	if !d.mayAskFor(p.markOf(mobile)) {
		d.Told = "proof.mobiles"
		return p.back(c, d, back, web.CodeField)
	}
	v, err := p.codeFor(c, d, mobile, lang)
	limit, limited := errors.AsType[*verify.LimitError](err)
	switch {
	case limited && d.waits(mobile, now):
		d.Code.Again = now.Add(limit.RetryAfter).Unix()
	case limited:
		d.Told, d.Until = limitKey(limit), now.Add(limit.RetryAfter).Unix()
	case err != nil:
		return err
	default:
		d.asked(p.markOf(mobile))
		d.Code = sent{ID: v.ID, Mobile: string(mobile), Until: v.Expires.Unix(), Again: now.Add(verify.DefaultPolicy().Pause).Unix()}
	}
	return p.back(c, d, back, web.CodeField)
}

// codeFor sends a code to a mobile. Asked twice by a browser that knows of no code
// since, it returns the same one. It returns the errors of Verifier.Start.
func (p *Portal) codeFor(c *fiber.Ctx, d draft, mobile notify.Mobile, lang string) (verify.Verification, error) {
	key := p.Keys.Hash("code of a browser", d.Browser+"\n"+d.Code.ID)
	return p.startProof(c.UserContext(), mobile, lang, p.requester(c), key)
}

// back keeps the draft and leads back to its form, at a place of it.
func (p *Portal) back(c *fiber.Ctx, d draft, path, at string) error {
	d.At = path
	if err := p.keep(c, d); err != nil {
		return err
	}
	return seeOther(c, checked(path)+"#"+at)
}

// prove compares the code of a form, if one is needed, and reports whether the mobile
// is proved. Who has signed in needs none ("" for none). It changes the draft.
func (p *Portal) prove(c *fiber.Ctx, d *draft, mobile notify.Mobile) (bool, error) {
	now := p.Now()
	if mobile == "" || p.proves(c, *d, mobile) {
		return true, nil
	}
	if !d.waits(mobile, now) {
		return false, nil
	}
	_, err := p.Verifier.Check(c.UserContext(), d.Code.ID, c.FormValue(web.CodeField), now)
	if err == nil {
		d.Proved, d.ProvedUntil, d.Code = string(mobile), now.Add(verify.ProofLifetime).Unix(), sent{}
		return true, nil
	}
	if _, d.Code.Wrong, d.Code.Count = wrongCode(err, c.FormValue(web.CodeField)); d.Code.Wrong == "" {
		return false, err
	}
	if d.Code.Count == 0 && !errors.Is(err, verify.ErrIncomplete) { // another one is needed
		d.Code.Again = now.Unix()
	}
	return false, nil
}

// book books the held place. A hold that is over is made again; if its start is
// taken meanwhile, nothing typed is lost.
func (p *Portal) book(c *fiber.Ctx) error {
	d := p.draftOf(c)
	a, err := p.own(c, d)
	if err != nil {
		return err
	}
	now := p.Now()
	if !over(a, now) && a.Status != slots.Held {
		return p.toVisit(c, a, "booked")
	}
	choice, err := choiceOf(centreOf(c), a)
	if err != nil {
		return err
	}
	path := strings.TrimSuffix(c.Path(), "/")
	d.Typed, d.Told = typedIn(c, a.Service), ""
	who := p.whoComes(c, d.Typed)
	if c.FormValue(personField) != p.markOfPerson(who) {
		d.Told = "portal.sign_in_changed"
		return p.back(c, d, path, "told")
	}
	booking, wrong := p.bookingOf(d.Typed, who, p.frameOf(c, ""), choice.Service, scheduling.DateOf(a.Start, centreOf(c).Zone(a.Branch)))
	if len(wrong) > 0 {
		return p.back(c, d, path, "mistakes")
	}
	proved, err := p.prove(c, &d, notify.Mobile(booking.Mobile))
	if err != nil {
		return err
	}
	if !proved && d.Code.Mobile != booking.Mobile { // the number was changed: the code goes to the new one
		return p.sendTo(c, d, choice, scheduling.DateOf(a.Start, centreOf(c).Zone(a.Branch)), path)
	}
	if !proved {
		return p.back(c, d, path, web.CodeField)
	}
	if a.Mobile != "" && a.Mobile != booking.Mobile && a.Status == slots.Held { // proved before, and changed since
		p.release(c, a.ID)
		a.Status = slots.Released
	}
	if over(a, now) {
		wish := wishOf(a)
		wish.Mobile = booking.Mobile
		if a, err = p.holdFor(c, wish, d.Browser, false); err != nil {
			return p.notHeld(c, choice, wish.Start, d, err)
		}
	}
	booking.Reference = p.NewReference()
	visit, err := bookerOf(c).Book(c.UserContext(), a.ID, booking, nil, now)
	if err != nil {
		if kept := p.keep(c, d); kept != nil { // also when it is not known what came of it
			return errors.Join(err, kept)
		}
		return p.notBooked(c, d, a, path, err)
	}
	p.Counts.Booked()
	var others []held
	for _, h := range d.Holds {
		switch {
		case h.Service != a.Service:
			others = append(others, h)
		case h.ID != a.ID: // of another tab
			p.release(c, h.ID)
		}
	}
	d.Holds = others
	if err = p.keep(c, d.done(visit.Reference)); err != nil {
		return err
	}
	return p.toVisit(c, visit, "booked")
}

// toVisit leads to the page of a visit.
func (p *Portal) toVisit(c *fiber.Ctx, a slots.Appointment, done string) error {
	address, err := p.ownPath(c, a)
	if err != nil {
		return err
	}
	if done != "" {
		address += "?done=" + done
	}
	return seeOther(c, address)
}

// notBooked answers for a hold that could not be booked: the form says why.
func (p *Portal) notBooked(c *fiber.Ctx, d draft, a slots.Appointment, path string, err error) error {
	pause, paused := errors.AsType[*slots.PauseError](err)
	_, invalid := errors.AsType[*slots.VisitorError](err)
	switch {
	case errors.Is(err, slots.ErrExpired), errors.Is(err, slots.ErrReleased):
		// It ended meanwhile: the page says what is free now.
	case errors.Is(err, slots.ErrHoldUsed):
		return errForeign
	case errors.Is(err, slots.ErrPersonBusy):
		d.Told = "portal.person_busy"
	case errors.Is(err, slots.ErrPersonLimit):
		d.Told = "portal.person_limit"
	case errors.Is(err, slots.ErrMobileLimit):
		d.Told = "portal.mobile_limit"
	case paused:
		d.Told, d.Until = "portal.paused", pause.Until.Unix()
	case invalid: // such as a power of attorney that ends before
	case errors.Is(err, centre.ErrNotOffered):
		return errors.Join(err, fault.ErrNotFound)
	default:
		return err
	}
	if a.ID != "" {
		path = p.pathOf(a.ID, d.Browser)
	}
	return p.back(c, d, path, "told")
}
