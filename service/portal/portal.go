// Package portal serves the pages of visitors: on those of the journey they find a
// service, a branch and a time, and book a visit; those behind the link of a message
// show a visit and let its visitor confirm, move or cancel it without signing in; and
// who proves a mobile finds all of its visits. A GET shows and changes nothing, whoever
// follows the link; a POST acts. The pages are Arabic first and need no script.
package portal

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/hall"
	"ziyara/notify"
	"ziyara/notify/verify"
	"ziyara/once"
	"ziyara/privacy"
	"ziyara/service/secret"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/survey"
)

// Config is what the pages are made of.
type Config struct {
	Links   *Links
	Bookers *slots.Bookers
	// Centre returns the current snapshot. A page uses that of its request
	// (bookerOf), so that none mixes two.
	Centre func() *centre.Snapshot
	Now    func() time.Time
	Log    *slog.Logger
	Settle func(context.Context) error // see once.Settle

	// Confirm records that the visitor will come at the start of this version. It
	// returns slots.ErrNotBooked if the visit has another version now.
	Confirm func(ctx context.Context, r slots.Reference, version int, now time.Time) error
	// ConfirmEmail records that an e-mail address is that of the visitor of a visit. It
	// returns fault.ErrNotFound if the visit has another one.
	ConfirmEmail func(ctx context.Context, r slots.Reference, email string, now time.Time) error
	// Confirmed reports whether the visitor has confirmed the present start.
	Confirmed func(context.Context, slots.Reference) (bool, error)

	// FindSurvey returns the answers about a visit, nil for none. SaveSurvey
	// saves them; it returns survey.ErrNotVisited.
	FindSurvey func(context.Context, slots.Reference) (*survey.Answer, error)
	SaveSurvey func(ctx context.Context, r slots.Reference, a survey.Answer, now time.Time) error

	// FindPerson returns a copy of what is kept of a person. ErasePerson erases it, or
	// returns a *privacy.OngoingError.
	FindPerson  func(context.Context, privacy.Who) (privacy.Data, error)
	ErasePerson func(ctx context.Context, who privacy.Who, now time.Time) (privacy.Erasure, error)

	Countries notify.Countries // whose mobiles are sent text messages

	Receptions *hall.Receptions // for the day of the visit

	Waitlist *slots.Waitlist
	// WaitlistEntryID returns the id of an entry of the waitlist by its number,
	// or fault.ErrNotFound.
	WaitlistEntryID func(ctx context.Context, number int64) (id string, err error)
	NewReference    func() slots.Reference // for a visit that gets booked

	Verifier  *verify.Verifier
	SignIn    SignIn // nil if visitors can't sign in
	Keys      *secret.Keys
	Random    func([]byte) // fills with random bytes
	Counts    Counts
	EntryHost string // what the UID of a calendar entry ends with

	Hold    time.Duration   // how long a place is held
	Keep    privacy.Periods // how long data of people is kept
	Senders []string        // whom text messages come from, as telephones show it; nil if that is not known

	Site web.Site
}

// Counts counts searches in vain, holds and bookings.
type Counts interface {
	FoundNothing(c *centre.Snapshot, service, branch string, channel catalog.Channel, now time.Time)
	Held(c *centre.Snapshot, service, branch string, channel catalog.Channel, err error, now time.Time)
	Booked()
}

// Portal serves the pages.
type Portal struct {
	Config

	ready web.Ready[daysAsked, *web.Packed] // see days
}

// New returns the pages.
func New(c Config) (*Portal, error) {
	switch {
	case c.Links == nil, c.Bookers == nil, c.Centre == nil, c.Now == nil, c.Log == nil, c.Confirm == nil, c.Confirmed == nil,
		c.ConfirmEmail == nil, c.FindPerson == nil, c.ErasePerson == nil, c.Settle == nil, c.FindSurvey == nil,
		c.SaveSurvey == nil, c.Waitlist == nil,
		c.WaitlistEntryID == nil, c.NewReference == nil, c.Receptions == nil, c.Verifier == nil,
		c.Keys == nil, c.Random == nil, c.Counts == nil, c.EntryHost == "",
		c.Hold == 0, c.Keep == privacy.Periods{}, c.Site.Origin == "":
		return nil, errors.New("portal: incomplete configuration")
	}
	return &Portal{Config: c}, nil
}

// Mount adds the pages to the app. limit is the rate limit of changes.
func (p *Portal) Mount(app fiber.Router, limit fiber.Handler) {
	p.mountJourney(app, limit)
	p.mountSignIn(app, limit)
	visit := app.Group(linkPath+":token", p.guard, limit)
	visit.Get("/", p.show)
	visit.Get("/move", p.chooseStart)
	visit.Get("/cancel", p.askCancel)
	visit.Get("/code.svg", p.code)
	visit.Get("/visit.ics", p.calendar)
	visit.Post("/wait", p.waitEarlier)
	visit.Post("/wait/stop", p.stopWaiting)
	visit.Post("/confirm", p.confirm)
	visit.Post("/late", p.tellLate)
	visit.Get("/details", p.askCorrection)
	visit.Post("/details", p.correct)
	visit.Get("/details/code", p.askCorrection)
	visit.Post("/details/code", p.sendNewCode)
	visit.Post("/links/end", p.endLinks)
	visit.Post("/again", p.bookAgain)
	visit.Post("/move", p.move)
	visit.Post("/cancel", p.cancel)
	visit.Post("/accept", p.accept)
	visit.Post("/refuse", p.refuse)
	visit.Get("/email/:tag", p.askEmail)
	visit.Post("/email/:tag", p.confirmEmail)
	visit.Post("/survey", p.answerSurvey)
	visit.Post("/offer/accept", p.acceptOffer)
	visit.Post("/offer/decline", p.declineOffer)
	p.mountMine(app, limit)
}

type bookerKey struct{}

// bookerOf returns the Booker of a request, on its snapshot of the centre.
func bookerOf(c *fiber.Ctx) *slots.Booker { return c.Locals(bookerKey{}).(*slots.Booker) }

// centreOf returns the snapshot of the centre that the answer to a request is of.
func centreOf(c *fiber.Ctx) *centre.Snapshot { return bookerOf(c).Centre() }

// guard sets the headers of every page, refuses other hosts, and turns errors
// into pages.
func (p *Portal) guard(c *fiber.Ctx) error {
	web.SetHeaders(c, p.targets()...)
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer") // the address has the token
	c.Locals(bookerKey{}, p.Bookers.On(p.Centre()))
	if !p.Links.serves(c.Hostname()) {
		return p.state(c, http.StatusMisdirectedRequest, "page.wrong_host", "")
	}
	if web.Foreign(c) {
		return p.state(c, http.StatusForbidden, "page.foreign_form", "")
	}
	err := c.Next()
	switch {
	case errors.Is(err, errNotOwn), p.inOne(c) && (errors.Is(err, secret.ErrTokenExpired) || errors.Is(err, errLinkEnded)):
		// The mobile can be proved again.
		return seeOther(c, web.VisitsPath)
	case errors.Is(err, secret.ErrTokenExpired):
		return p.state(c, http.StatusGone, p.ended(c), "")
	case errors.Is(err, errLinkEnded):
		return p.state(c, http.StatusGone, linkEnded, "")
	case errors.Is(err, survey.ErrNotVisited):
		return p.state(c, http.StatusConflict, "page.not_visited", "")
	case errors.Is(err, secret.ErrToken):
		return p.state(c, http.StatusNotFound, "page.unknown", "")
	}
	return p.settled(c, err, func(status int, key string) error { return p.state(c, status, key, "") }, failures{
		unknown: "page.unknown", notKnown: "page.not_known", unavailable: "page.unavailable", tooMany: "page.too_many",
	})
}

// failures are the keys of the texts for what can go wrong with a page.
type failures struct{ unknown, notKnown, unavailable, tooMany string }

// settled turns what a handler returns into a page, after what it acknowledges is
// durable.
func (p *Portal) settled(c *fiber.Ctx, err error, says func(status int, key string) error, keys failures) error {
	if err == nil && c.Response().StatusCode() < http.StatusBadRequest {
		err = once.Settle(c.UserContext(), p.Settle)
	}
	if err == nil {
		return nil
	}
	c.Response().Header.Del(fiber.HeaderLocation)
	switch {
	case errors.Is(err, fault.ErrNotFound):
		return says(http.StatusNotFound, keys.unknown)
	case errors.Is(err, fault.ErrUncertain), errors.Is(err, fault.ErrUnavailable):
		p.Log.ErrorContext(c.UserContext(), "page failed", "error", err)
		c.Set(fiber.HeaderRetryAfter, "5")
		if errors.Is(err, fault.ErrUncertain) {
			return says(http.StatusServiceUnavailable, keys.notKnown)
		}
		return says(http.StatusServiceUnavailable, keys.unavailable)
	case c.GetRespHeader(fiber.HeaderRetryAfter) != "": // from the rate limit
		return says(http.StatusTooManyRequests, keys.tooMany)
	}
	// The app has a page for it: an unknown path, a fault of the system. It is a page
	// whatever the client accepts.
	c.Request().Header.Set(fiber.HeaderAccept, fiber.MIMETextHTML)
	return err
}

// ended returns the key of the text for an expired link.
func (p *Portal) ended(c *fiber.Ctx) string {
	switch to, _ := p.Links.read(c.Params("token"), p.Now()); to.action {
	case Survey:
		return "page.survey_over"
	case Offer:
		return "page.offer_over"
	case Manage, Confirm, Move, Cancel, Answer, Mailbox:
	}
	return "page.expired"
}
