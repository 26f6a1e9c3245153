package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/service/web"
)

// DisplayPath is where the screens on the walls of halls are, one for each branch (slug).
const DisplayPath = "/display"

//nolint:gochecknoglobals // constants in all but name
var displayFiles = []web.Asset{
	web.NewAsset("display", "css", web.Stylesheet, displayStyle), web.NewAsset("display", "js", web.Module, displayModule),
}

// calls is what a display shows (Display).
type calls struct {
	Calls []call `json:"calls"`
}

// call is a number that was called to a desk (DisplayCall).
type call struct {
	Number int       `json:"number"`
	Desk   string    `json:"desk"`
	At     time.Time `json:"at"`
	Open   bool      `json:"open"` // the visitor is still awaited at the desk
}

const (
	shownBefore = 6                // calls besides the one that is shown large
	freshFor    = 20 * time.Second // how long a call is shown as a new one
	displayAsks = "30"             // seconds after which a screen without a script asks again
)

// displayPage is the screen on the wall of a hall: numbers and desks, in both languages.
type displayPage struct {
	web.Page

	Slug   string
	Branch func(lang string) string
	Look   string // light or dark
	At     web.Moment
	AtEN   web.Moment
	Now    *call // the latest call whose visitor is awaited; nil for none
	Fresh  bool  // it was made just now
	Before []call
	Lost   bool // what was called is not known now
}

// showDisplay shows the calls of a branch to everybody in its hall. There is nothing of a
// person on it, so that it needs no session: what it shows is what the API tells everybody.
func (k *Console) showDisplay(c *fiber.Ctx) error {
	web.SetHeaders(c)
	web.AllowScript(c)
	web.AllowRequests(c)
	c.Set("Refresh", displayAsks) // the module asks by itself, and sooner
	p := displayPage{Page: web.NewPage(c, k.Site, "", ""), Slug: c.Params("branch"), Look: "dark"}
	b, ok := k.Centre().Branch(p.Slug)
	if !ok || len(k.Centre().GroupsAt(p.Slug)) == 0 {
		return fiber.ErrNotFound
	}
	p.Title, p.Files, p.Branch = p.S("display.title"), displayFiles, b.Name.In
	if c.Query("look") == "light" {
		p.Look = "light"
	}
	var shown calls
	status, r := http.StatusOK, new(refusal)
	switch err := k.ask(c, question{path: "/v1/branches/" + url.PathEscape(p.Slug) + "/display"}, &shown); {
	case errors.As(err, &r): // the screen says so, and asks again
		p.Lost, status = true, r.Status
		if r.retry != "" {
			c.Set(fiber.HeaderRetryAfter, r.retry)
		}
	case err != nil:
		return err
	}
	now, zone := k.Now(), k.Centre().Zone(p.Slug)
	p.At, p.AtEN = web.MomentOf(now, zone, "ar"), web.MomentOf(now, zone, "en")
	p.board(shown.Calls, now)
	return web.Send(c, status, p.Lang, displayRoom(p))
}

// board sorts the calls, the oldest first, into what is shown large and what below: each
// number once, as it was called last.
func (p *displayPage) board(all []call, now time.Time) {
	for _, c := range slices.Backward(all) {
		same := func(other call) bool { return other.Number == c.Number }
		switch {
		case p.Now != nil && p.Now.Number == c.Number, slices.ContainsFunc(p.Before, same):
		case p.Now == nil && c.Open:
			p.Now, p.Fresh = &c, now.Sub(c.At) < freshFor
		case len(p.Before) < shownBefore:
			p.Before = append(p.Before, c)
		}
	}
}

// In returns a text of the screen in a language, whatever that of the page: both stand on it.
func (p displayPage) In(lang, key string, parameters ...any) string {
	p.Lang = lang
	return p.S(key, parameters...)
}
