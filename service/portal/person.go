package portal

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/notify"
	"ziyara/notify/verify"
	"ziyara/service/web"
	"ziyara/slots"
)

// Paths of the sign-in of visitors. The provider sends browsers back to CallbackPath, and
// after signing out to SignedOutPath.
const (
	SignInPath    = "/sign-in"
	CallbackPath  = SignInPath + "/back"
	SignedOutPath = SignInPath + "/ended"
)

// SignIn signs visitors in with an identity provider, such as a national sign-in.
type SignIn interface {
	// Begin sends the browser to the provider, and afterwards to a path of this site. user
	// may name who is likely to sign in. It returns access.ErrUnavailable.
	Begin(c *fiber.Ctx, to, user string) error
	// Finish returns who has signed in, when the browser comes back, and the path for it,
	// "" if that is not known. It returns access.ErrAttempt, ErrDenied, ErrOften, ErrSignIn
	// or ErrUnavailable, or slots.ErrIdentity if the provider tells no identity number.
	Finish(c *fiber.Ctx) (who slots.Proved, to string, err error)
	// SignOutAt returns the address at which the provider's own session ends, and Target
	// its origin; "" for none.
	SignOutAt() string
	Target() string
}

// mountSignIn adds the sign-in to the app.
func (p *Portal) mountSignIn(app fiber.Router, limit fiber.Handler) {
	if p.SignIn == nil {
		return
	}
	pages := app.Group(SignInPath, p.shared, limit)
	pages.Get("/", p.signIn)
	pages.Get("/back", p.signedIn)
	pages.Get("/ended", func(c *fiber.Ctx) error { return seeOther(c, web.VisitsPath+"?done=signed-out") })
}

// toSignIn is the address that signs a visitor in, and then leads to a path of this site.
func toSignIn(to string) string { return SignInPath + "?" + url.Values{"to": {to}}.Encode() }

// SignInLink is like toSignIn, for somebody whom the provider knows by a name.
func SignInLink(to, user string) string {
	return toSignIn(to) + "&" + url.Values{hintField: {user}}.Encode()
}

// hintField names who is likely to sign in (OpenID Connect Core 1.0, section 4).
const hintField = "login_hint"

// signIn sends the browser to the provider.
func (p *Portal) signIn(c *fiber.Ctx) error {
	if err := p.SignIn.Begin(c, c.Query("to"), c.Query(hintField)); err != nil {
		return p.notSignedIn(c, "", err)
	}
	return nil
}

// person is what a browser keeps, sealed, of a visitor who has signed in.
type person struct {
	Who  slots.Proved `json:"w"`
	Ends int64        `json:"e"` // seconds since 1970
}

// personLife is how long a visitor stays signed in: as long as a proof of a mobile counts,
// because others use the device too. It is not renewed.
const personLife = verify.ProofLifetime

func (p *Portal) persons() web.SealedCookie { return p.cookie("ziyara_person", "signed-in visitor") }

// signedIn keeps who has signed in. What the browser has proved before may have been proved
// by somebody else.
func (p *Portal) signedIn(c *fiber.Ctx) error {
	who, to, err := p.SignIn.Finish(c)
	if err != nil {
		return p.notSignedIn(c, to, err)
	}
	p.proofs().Delete(c)
	p.codes().Delete(c)
	if d := p.draftOf(c); d.Proved != "" || d.Code.ID != "" {
		d.Proved, d.ProvedUntil, d.Code = "", 0, sent{}
		if err = p.keep(c, d); err != nil {
			return err
		}
	}
	if err = p.persons().Set(c, person{who, p.Now().Add(personLife).Unix()}, personLife); err != nil {
		return err
	}
	return seeOther(c, to)
}

// signInPage says why nobody is signed in, and how else to go on.
type signInPage struct {
	web.Page

	About string
	Again string // the address that signs in
	Else  string // where the visitor goes on without
}

// notSignedIn says why nobody is signed in. to is where the browser was going, "" if that is
// not known.
func (p *Portal) notSignedIn(c *fiber.Ctx, to string, err error) error {
	status, key := http.StatusForbidden, "sign_in_denied"
	switch {
	case errors.Is(err, access.ErrUnavailable):
		status, key = http.StatusServiceUnavailable, "sign_in_unavailable"
		c.Set(fiber.HeaderRetryAfter, "10")
	case errors.Is(err, access.ErrOften):
		status, key = http.StatusTooManyRequests, "sign_in_often"
		c.Set(fiber.HeaderRetryAfter, "60")
	case errors.Is(err, access.ErrAttempt):
		status, key = http.StatusBadRequest, "sign_in_attempt"
	case errors.Is(err, slots.ErrIdentity):
		key = "sign_in_no_number"
	case errors.Is(err, access.ErrDenied), errors.Is(err, access.ErrSignIn):
	default:
		return err
	}
	p.Log.InfoContext(c.UserContext(), "visitor not signed in", "outcome", key, "error", err)
	if to == "" {
		to = "/"
	}
	out := signInPage{Page: p.frameOf(c, ""), Again: toSignIn(to), Else: to}
	out.Title, out.About, out.Here = out.T("portal."+key), out.T("portal."+key+"_about"), to
	return web.Send(c, status, out.Lang, out.page())
}

// visitor returns who has signed in with the browser, and until when that counts.
func (p *Portal) visitor(c *fiber.Ctx) (who slots.Proved, until time.Time, ok bool) {
	var held person
	if p.SignIn == nil || !p.persons().Read(c, &held) {
		return slots.Proved{}, time.Time{}, false
	}
	until = time.Unix(held.Ends, 0)
	return held.Who, until, p.Now().Before(until)
}

// whoComes returns who has signed in, if what was typed is about them; nil otherwise.
func (p *Portal) whoComes(c *fiber.Ctx, t typed) *slots.Proved {
	if who, _, ok := p.visitor(c); ok && !t.Another {
		return &who
	}
	return nil
}

// markOfPerson marks a form of who has signed in, without telling who; "" for nobody. Somebody
// else may sign in before it is sent.
func (p *Portal) markOfPerson(who *slots.Proved) string {
	if who == nil {
		return ""
	}
	return p.Keys.Hash("form of a signed-in visitor", string(who.Identity.Kind)+" "+who.Identity.Number)
}

// proves reports whether the visitor has proved a mobile: by a code in a booking under way,
// or by signing in.
func (p *Portal) proves(c *fiber.Ctx, d draft, m notify.Mobile) bool {
	who, _, ok := p.visitor(c)
	return d.proves(m, p.Now()) || ok && m != "" && who.Mobile == string(m)
}

// mobileProved returns a mobile that the visitor has proved, "" for none.
func (p *Portal) mobileProved(c *fiber.Ctx, d draft) notify.Mobile {
	if who, _, ok := p.visitor(c); ok && who.Mobile != "" {
		return notify.Mobile(who.Mobile)
	}
	if m := notify.Mobile(d.Proved); d.proves(m, p.Now()) {
		return m
	}
	return ""
}

// owner returns what a browser has proved, and so whose visits it may see: a mobile by a
// code, who its visitor is by signing in, or both. It is false for a browser that has proved
// nothing. The pages of one's visits ask nothing else about their visitor.
func (p *Portal) owner(c *fiber.Ctx) (of slots.Owner, until time.Time, ok bool) {
	if mobile, ends, proved := p.proved(c); proved {
		of.Mobiles, until, ok = []string{string(mobile)}, ends, true
	}
	if who, ends, in := p.visitor(c); in {
		of.Person, until, ok = who.Person(p.Keys.Person), ends, true
		if who.Mobile != "" && !slices.Contains(of.Mobiles, who.Mobile) {
			of.Mobiles = append(of.Mobiles, who.Mobile)
		}
	}
	return of, until, ok
}

// leaveFor makes the browser forget its visitor and leads on: to the provider, to end the
// session there too, or else to a page of this site.
func (p *Portal) leaveFor(c *fiber.Ctx, to string) error {
	if _, _, ok := p.visitor(c); ok {
		if there := p.SignIn.SignOutAt(); there != "" {
			to = there
		}
	}
	p.forgetVisitor(c)
	return seeOther(c, to)
}

// targets are the origins that forms lead to besides this site: that of the provider's
// sign-out.
func (p *Portal) targets() []string {
	if p.SignIn == nil {
		return nil
	}
	if target := p.SignIn.Target(); target != "" {
		return []string{target}
	}
	return nil
}
