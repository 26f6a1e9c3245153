package portal

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/notify/verify"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/textnorm"
)

// correctPage corrects the details of a visit. It shows none of them but the party, so
// that the link does not give away who comes.
type correctPage struct {
	page

	Name, Email, Mobile string            // as typed
	Chosen              string            // the party, as typed
	Wrong               map[string]string // by the name of the field
	Of                  *catalog.Service  // whose party can be another one; nil if it can't

	Key  string    // of the form: see newKey
	Code *web.Code // on its way to the new mobile; nil if none is
}

// correctable reports whether the visitor can correct details with this link.
func (p *Portal) correctable(o opened) bool {
	return o.action == Manage && o.CanCorrect(p.Now()) == nil
}

// askCorrection shows the form for the details.
func (p *Portal) askCorrection(c *fiber.Ctx) error {
	o, err := p.open(c, Manage)
	if err != nil {
		return err
	}
	if !p.correctable(o) {
		return p.visit(c, o, http.StatusOK, "")
	}
	return p.correction(c, o, http.StatusOK, correctPage{Chosen: strconv.Itoa(o.Party)})
}

// correction writes the form for the details.
func (p *Portal) correction(c *fiber.Ctx, o opened, status int, out correctPage) error {
	out.page, out.Key = p.page(c, o, out.Notice), newKey()
	out.KeepAt = out.at("/details") + "?" + keepOnly + "=1"
	out.Title, out.Mistakes = out.T("correct.title"), mistakesOf(out.Wrong, "name", "email", "mobile", web.CodeField)
	if s, ok := centreOf(c).Service(o.Service); ok && s.PartyLimit > 1 && o.CanChangeParty(s, p.Now()) == nil {
		out.Of = s
	}
	return web.Send(c, status, out.Lang, out.whole())
}

// correct corrects the details of the visit; a field that is left empty stays. A new
// mobile takes the place of the old one once it is proved by a code.
func (p *Portal) correct(c *fiber.Ctx) error { return p.correctOr(c, false) }

// sendNewCode sends another code to the new mobile.
func (p *Portal) sendNewCode(c *fiber.Ctx) error { return p.correctOr(c, true) }

// correctOr corrects the details, or sends another code for them.
func (p *Portal) correctOr(c *fiber.Ctx, again bool) error {
	o, err := p.open(c, Manage)
	if err != nil {
		return err
	}
	in := correctPage{
		Name: typedLine(c.FormValue("name"), maxTypedName), Email: typedLine(c.FormValue("email"), slots.MaxEmail+1),
		Mobile: typedLine(c.FormValue("mobile"), maxTyped), Chosen: textnorm.Symbols(c.FormValue("party")), Wrong: map[string]string{},
	}
	if onlyKept(c) {
		return p.keepCorrection(c, o, in)
	}
	correction, err := slots.NewCorrection(filled(in.Name), filled(in.Email))
	lang := web.Language(c, o.Lang)
	blame(in.Wrong, err, lang, map[string]string{"visitor/name": "name", "visitor/email": "email"})
	mobile, err := notify.ParseMobile(in.Mobile)
	if err != nil && in.Mobile != "" {
		in.Wrong["mobile"] = notify.MobileText(err).In(lang)
	}
	if len(in.Wrong) > 0 {
		return p.correction(c, o, http.StatusUnprocessableEntity, in)
	}
	if n, err := strconv.Atoi(in.Chosen); err == nil {
		correction.Party = &n
	}
	if mobile != "" && string(mobile) != o.Mobile {
		status, err := p.proveNew(c, &in, mobile, lang, again)
		if err != nil {
			return err
		}
		if status != 0 {
			return p.correction(c, o, status, in)
		}
		correction.Mobile = new(string(mobile))
	}
	a, err := bookerOf(c).Correct(c.UserContext(), o.Reference, correction, p.Now())
	broken, rule := errors.AsType[*slots.RuleError](err)
	switch {
	case err == nil:
		return p.finishAt(c, p.pathNow(c, o, a), "corrected")
	case errors.Is(err, slots.ErrMobileLimit):
		in.Wrong["mobile"] = p.frame(c, lang).T("portal.mobile_limit")
	case errors.Is(err, slots.ErrTaken):
		in.Notice = "correct.no_room"
	case errors.Is(err, slots.ErrUnsettled), rule && broken.Rule == slots.RulePartyCutoff:
		in.Notice = "page.too_late"
	case rule:
		in.Notice = "correct.no_room"
	case errors.Is(err, slots.ErrNotBooked), errors.Is(err, slots.ErrArrived), errors.Is(err, slots.ErrStarted):
		return p.visit(c, o, http.StatusConflict, "page.changed")
	default:
		return err
	}
	return p.correction(c, o, http.StatusConflict, in)
}

// pathNow returns the path of the page of a visit that was opened and then changed: another
// one if that has ended its links.
func (p *Portal) pathNow(c *fiber.Ctx, o opened, a slots.Appointment) string {
	switch {
	case about(a) == about(o.Appointment):
		return linkPath + c.Params("token")
	case o.inOne:
		return p.Links.path(about(a), Manage|own, a.Start.Add(openAfter))
	}
	return p.Links.visitPath(a)
}

// errLinkEnded is returned for a link that was ended, and linkEnded is the page for it.
var errLinkEnded = errors.New("portal: the link was ended")

const linkEnded = "page.link_ended"

// endLinks ends all links to the visit, also this one: whoever asks may be the one who has
// it wrongly. The page behind the ended link says how to get another.
func (p *Portal) endLinks(c *fiber.Ctx) error {
	o, err := p.open(c, Manage)
	if err != nil {
		return err
	}
	_, err = bookerOf(c).Correct(c.UserContext(), o.Reference, slots.Correction{EndLinks: true}, p.Now())
	if errors.Is(err, slots.ErrNotBooked) || errors.Is(err, slots.ErrArrived) || errors.Is(err, slots.ErrStarted) {
		return p.visit(c, o, http.StatusConflict, "page.changed")
	}
	if err != nil {
		return err
	}
	return seeOther(c, linkPath+c.Params("token")+"?lang="+web.Language(c, o.Lang))
}

// keepCorrection shows the form again as it is.
func (p *Portal) keepCorrection(c *fiber.Ctx, o opened, in correctPage) error {
	if mobile, err := notify.ParseMobile(in.Mobile); err == nil {
		if s, waits := p.codeTo(c, mobile); waits {
			in.askCode(p.codeOf(c, s, codeOfCorrection(c), "", web.Language(c, o.Lang)))
		}
	}
	return p.correction(c, o, http.StatusOK, in)
}

// codeOfCorrection is the path of the form that sends another code.
func codeOfCorrection(c *fiber.Ctx) string { return linkPath + c.Params("token") + "/details/code" }

// askCode asks for the code on its way.
func (p *correctPage) askCode(code web.Code) { p.Code, p.Notice = &code, "correct.code" }

// proveNew returns 0 if the browser has proved the new mobile, also just now by the code
// in its form. Otherwise a code is sent unless one is on its way, and proveNew changes the
// page to ask for it: it returns the status of that answer.
func (p *Portal) proveNew(c *fiber.Ctx, in *correctPage, mobile notify.Mobile, lang string, again bool) (status int, err error) {
	if proved, _, ok := p.proved(c); ok && proved == mobile {
		return 0, nil
	}
	frame, wrong := p.frame(c, lang).Page, ""
	s, waits := p.codeTo(c, mobile)
	status = http.StatusOK
	if waits && !again && c.Context().PostArgs().Has(web.CodeField) {
		status, wrong, err = p.checkProof(c, s, frame)
		switch {
		case errors.Is(err, fault.ErrNotFound): // it was purged
			waits = false
		case err != nil:
			return 0, err
		case wrong == "":
			return 0, nil
		}
	}
	if !waits || again {
		sent, err := p.sendProof(c, mobile, lang, c.FormValue("key"))
		limit, limited := errors.AsType[*verify.LimitError](err)
		switch {
		case limited:
			in.Wrong["mobile"] = p.limited(c, limit, frame)
			status = http.StatusTooManyRequests
		case err != nil:
			return 0, err
		default:
			s, waits = sent, true
		}
	}
	if waits {
		in.askCode(p.codeOf(c, s, codeOfCorrection(c), wrong, lang))
		in.Wrong[web.CodeField] = wrong
	}
	if len(mistakesOf(in.Wrong, "mobile", web.CodeField)) > 0 {
		in.Notice = ""
	}
	return status, nil
}

// filled returns a text that was typed; nil for none.
func filled(s string) *string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	return &s
}
