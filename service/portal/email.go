package portal

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"ziyara/service/secret"
)

// emailOf opens the visit whose e-mail address a link is to confirm. It returns
// secret.ErrToken if the visit has another address by now.
func (p *Portal) emailOf(c *fiber.Ctx) (opened, error) {
	o, err := p.open(c, Mailbox)
	if err != nil {
		return o, err
	}
	if o.Visitor.Email == "" || !p.Keys.Match(useMailbox, string(o.Reference)+"\n"+o.Visitor.Email, c.Params("tag")) {
		return o, secret.ErrToken
	}
	return o, nil
}

// askEmail asks whether the mailbox that the link was sent to is the visitor's.
func (p *Portal) askEmail(c *fiber.Ctx) error {
	o, err := p.emailOf(c)
	if err != nil {
		return err
	}
	out := p.frame(c, o.Lang)
	out.Email, out.Tag = o.Visitor.Email, c.Params("tag")
	return out.send(c, http.StatusOK, "email")
}

// confirmEmail records that it is, and goes on to the visit: from now on e-mails have the
// link to it anyway.
func (p *Portal) confirmEmail(c *fiber.Ctx) error {
	o, err := p.emailOf(c)
	if err != nil {
		return err
	}
	if err = p.ConfirmEmail(c.UserContext(), o.Reference, o.Visitor.Email, p.Now()); err != nil {
		return err
	}
	return p.toVisit(c, o.Appointment, "email")
}
