package portal

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/textnorm"
)

// correctPage corrects the details of a visit. It shows none of them but the party, so
// that the link does not give away who comes.
type correctPage struct {
	page

	Name, Email string            // as typed
	Chosen      string            // the party, as typed
	Wrong       map[string]string // by the name of the field
	Of          *catalog.Service  // whose party can be another one; nil if it can't
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
	out.page = p.page(c, o, out.Notice)
	out.Title, out.Mistakes = out.T("correct.title"), mistakesOf(out.Wrong, "name", "email")
	if s, ok := centreOf(c).Service(o.Service); ok && s.PartyLimit > 1 && o.CanChangeParty(s, p.Now()) == nil {
		out.Of = s
	}
	return web.Send(c, status, out.Lang, out.whole())
}

// correct corrects the details of the visit; a field that is left empty stays.
func (p *Portal) correct(c *fiber.Ctx) error {
	o, err := p.open(c, Manage)
	if err != nil {
		return err
	}
	in := correctPage{
		Name: typedLine(c.FormValue("name"), maxTypedName), Email: typedLine(c.FormValue("email"), slots.MaxEmail+1),
		Chosen: textnorm.Symbols(c.FormValue("party")), Wrong: map[string]string{},
	}
	correction, err := slots.NewCorrection(filled(in.Name), filled(in.Email))
	lang := web.Language(c, o.Lang)
	blame(in.Wrong, err, lang, map[string]string{"visitor/name": "name", "visitor/email": "email"})
	if len(in.Wrong) > 0 {
		return p.correction(c, o, http.StatusUnprocessableEntity, in)
	}
	if n, err := strconv.Atoi(in.Chosen); err == nil {
		correction.Party = &n
	}
	_, err = bookerOf(c).Correct(c.UserContext(), o.Reference, correction, p.Now())
	broken, rule := errors.AsType[*slots.RuleError](err)
	switch {
	case err == nil:
		return p.finish(c, "corrected")
	case errors.Is(err, slots.ErrTaken):
		in.Notice = "correct.no_room"
	case errors.Is(err, slots.ErrUnsettled), rule && broken.Rule == slots.RulePartyCutoff:
		in.Notice = "page.too_late"
	case rule:
		in.Notice = "correct.no_room"
	case errors.Is(err, slots.ErrNotBooked), errors.Is(err, slots.ErrArrived):
		return p.visit(c, o, http.StatusConflict, "page.changed")
	default:
		return err
	}
	return p.correction(c, o, http.StatusConflict, in)
}

// filled returns a text that was typed; nil for none.
func filled(s string) *string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	return &s
}
