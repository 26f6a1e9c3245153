package portal

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"ziyara/notify"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/textnorm"
)

// draftLife is how long a browser keeps what was typed, from the last page.
const draftLife = 2 * time.Hour

// draft is a booking under way. The browser keeps it, sealed, so that nothing typed
// is lost with a hold, on the way back or in another language, and the service
// stores nothing about a visitor who only looks.
type draft struct {
	// Browser is random. Holds are bound to it: their address is of no use in
	// another browser.
	Browser string `json:"b"`
	Typed   typed  `json:"t,omitzero"`
	Code    sent   `json:"c,omitzero"`

	Proved      string `json:"p,omitempty"` // a mobile in E.164
	ProvedUntil int64  `json:"u,omitempty"` // seconds since 1970

	// Visit is what was booked last: its visitor's details can be used again.
	Visit slots.Reference `json:"v,omitempty"`
	// Asked marks the mobiles that codes were sent to, at most mostMobiles.
	Asked []string `json:"k,omitempty"`

	Holds []held `json:"h,omitempty"` // the latest of each service, the oldest first
	End   int64  `json:"x"`           // when all this is over, in seconds since 1970

	// Told is the key of a text about what came back, for the form at the path At only;
	// Until is an instant in it, in seconds since 1970.
	Told  string `json:"m,omitempty"`
	At    string `json:"a,omitempty"`
	Until int64  `json:"n,omitempty"`
}

// done returns the draft after its booking: what was typed is done with, the proof is
// good for another visit. visit is the one that was booked last.
func (d draft) done(visit slots.Reference) draft {
	return draft{Browser: d.Browser, Proved: d.Proved, ProvedUntil: d.ProvedUntil, Asked: d.Asked, Holds: d.Holds, Visit: visit}
}

// held is a hold of a service, which another choice of the same service gives back.
type held struct {
	ID      string `json:"i"`
	Service string `json:"s"`

	// The place, to be shown among the times of its day without a look at the hold.
	Branch string   `json:"b"`
	Party  int      `json:"p"`
	Needs  []string `json:"n,omitempty"`
	Start  int64    `json:"t"` // seconds since 1970
	Ends   int64    `json:"e"` // the same: when the place is no longer kept
}

// heldOf returns what a browser keeps of its hold.
func heldOf(a slots.Appointment) held {
	return held{a.ID, a.Service, a.Branch, a.Party, a.Needs, a.Start.Unix(), a.Expires.Unix()}
}

// keptFor returns the hold of the browser for what is chosen, if its place is still kept.
func (d draft) keptFor(choice chosen, now time.Time) (held, bool) {
	for _, h := range d.Holds {
		if h.Service == choice.Service.Slug && h.Branch == choice.Branch.Slug && h.Party == choice.Party &&
			slices.Equal(h.Needs, choice.Needs) && now.Unix() < h.Ends {
			return h, true
		}
	}
	return held{}, false
}

// typed is what a visitor has typed, as it was typed.
type typed struct {
	Name   string `json:"n,omitempty"`
	ID     string `json:"i,omitempty"`
	Mobile string `json:"m,omitempty"`
	Email  string `json:"e,omitempty"`

	// Of who comes in place of the visitor, if somebody does.
	ByName        string `json:"bn,omitempty"`
	ByID          string `json:"bi,omitempty"`
	Wakala        string `json:"w,omitempty"`
	WakalaExpires string `json:"we,omitempty"`

	// Another says that it is about somebody else than who has signed in.
	Another bool `json:"an,omitempty"`

	Read string `json:"r,omitempty"` // the service whose documents the visitor has read about; "" for none

	// Of a wish: YYYY-MM-DD, and a part of the day.
	From string `json:"f,omitempty"`
	To   string `json:"o,omitempty"`
	Part string `json:"p,omitempty"`
}

// represented reports whether somebody comes in place of the visitor.
func (t typed) represented() bool { return t.ByName+t.ByID+t.Wakala+t.WakalaExpires != "" }

// sent is a code on its way.
type sent struct {
	ID     string `json:"i"`
	Mobile string `json:"m"`           // E.164
	Until  int64  `json:"u"`           // seconds since 1970
	Again  int64  `json:"a"`           // from when another can be sent
	Wrong  string `json:"w,omitempty"` // key of a text about the code that was typed
	Count  int    `json:"l,omitempty"` // what that text counts: see wrongCode
}

// drafts is where browsers keep drafts.
func (p *Portal) drafts() web.SealedCookie {
	return web.SealedCookie{Keys: p.Keys, Name: "ziyara_draft", Use: "draft", Secure: p.Links.secure()}
}

// draftOf returns the draft of the browser, a new one if it has none.
func (p *Portal) draftOf(c *fiber.Ctx) draft {
	var d draft
	if !p.drafts().Read(c, &d) || d.Browser == "" || p.Now().Unix() >= d.End {
		var random [16]byte
		p.Random(random[:])
		d = draft{Browser: base64.RawURLEncoding.EncodeToString(random[:])}
	}
	return d
}

// keep keeps a draft.
func (p *Portal) keep(c *fiber.Ctx, d draft) error {
	d.End = p.Now().Add(draftLife).Unix()
	return p.drafts().Set(c, d, draftLife)
}

// begin gives a browser that has no draft one, so that two taps on the page that it
// is shown come from the same browser.
func (p *Portal) begin(c *fiber.Ctx) error {
	if d := (draft{}); p.drafts().Read(c, &d) && d.Browser != "" && p.Now().Unix() < d.End {
		return nil
	}
	return p.keep(c, p.draftOf(c))
}

// keepTyped keeps what a form says whose request failed.
func (p *Portal) keepTyped(c *fiber.Ctx) {
	if c.Method() != fiber.MethodPost || !c.Context().PostArgs().Has("name") {
		return
	}
	d := p.draftOf(c)
	d.Typed = wishIn(c, d.Typed.Read)
	if err := p.keep(c, d); err != nil {
		p.Log.WarnContext(c.UserContext(), "what was typed is not kept", "error", err)
	}
}

// mostMobiles is how many mobiles one browser can have codes sent to: enough to correct a
// mistake, and for a family.
const mostMobiles = 3

// markOf marks a mobile in a draft, without telling it.
func (p *Portal) markOf(m notify.Mobile) string {
	return p.Keys.Hash("mobile of a draft", string(m))[:8]
}

// mayAskFor reports whether a code may be sent to the mobile of the mark.
func (d *draft) mayAskFor(mark string) bool {
	return len(d.Asked) < mostMobiles || slices.Contains(d.Asked, mark)
}

// asked notes that a code was sent to the mobile of the mark.
func (d *draft) asked(mark string) {
	if !slices.Contains(d.Asked, mark) {
		d.Asked = append(d.Asked, mark)
	}
}

// proves reports whether the visitor has proved a mobile.
func (d draft) proves(m notify.Mobile, now time.Time) bool {
	return m != "" && d.Proved == string(m) && now.Unix() < d.ProvedUntil
}

// waits reports whether a code for a mobile is on its way.
func (d draft) waits(m notify.Mobile, now time.Time) bool {
	return d.Code.ID != "" && d.Code.Mobile == string(m) && now.Unix() < d.Code.Until
}

// The longest texts that are kept, in bytes, so that all of them fit in a cookie;
// longer ones are not valid anyway.
const (
	maxTypedName = 4 * (slots.MaxName + 1)
	maxTyped     = 60
)

// typedIn reads the fields of a form about a service.
func typedIn(c *fiber.Ctx, service string) typed {
	line := func(name string, most int) string { return typedLine(c.FormValue(name), most) }
	t := typed{
		Name: line("name", maxTypedName), ID: line("id", maxTyped), Mobile: line("mobile", maxTyped), Email: line("email", slots.MaxEmail+1),
		ByName: line("by_name", maxTypedName), ByID: line("by_id", maxTyped),
		Wakala: line("wakala", maxTyped), WakalaExpires: line("wakala_expires", maxTyped),
	}
	t.Another = c.FormValue(forField) == forAnother
	if c.FormValue("documents") != "" {
		t.Read = service
	}
	return t
}

// typedLine returns a line as it is kept and shown again, of at most so many bytes,
// without characters that nobody can see.
func typedLine(s string, most int) string {
	seen := func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}
	s = cut(textnorm.Line(strings.Map(seen, strings.ToValidUTF8(s, ""))), slots.MaxEmail+1)
	for len(s) > most {
		_, last := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-last]
	}
	return s
}
