//go:build pages

package service_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"ziyara/service/api"
	"ziyara/service/portal"
	"ziyara/service/servicetest"
	catalogue "ziyara/texts"
)

// guest is a visitor who finds the way by what the pages say, and clicks on it with a
// mouse.
type guest struct {
	*chromium
	*servicetest.Visitor

	centre  *servicetest.Centre
	number  int // 0 is the first
	lang    string
	width   int64
	scripts bool
}

// day is a working day of the guest's own, YYYY-MM-DD.
func (g *guest) day() string {
	return []string{
		"2026-11-25", "2026-11-26", "2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-06",
	}[g.number]
}

// at is a time of that day, hh:mm.
func (g *guest) at(hhmm string) time.Time {
	g.t.Helper()
	return servicetest.At(g.t, g.day()+"T"+hhmm)
}

// opens opens an address in the language of the guest.
func (g *guest) opens(path string) {
	g.t.Helper()
	g.goes(path, g.lang)
	g.fits()
}

// text is what the pages say by a key.
func (g *guest) text(key string, parameters ...any) string {
	return catalogue.Visitors(key, parameters...).In(g.lang)
}

// reads fails the test unless the page says this.
func (g *guest) reads(key string, parameters ...any) {
	g.t.Helper()
	g.has(g.text(key, parameters...))
}

// point is where on the screen something is, in px.
type point struct{ X, Y float64 }

// finds scrolls to the first visible element that a selector finds and that says all of
// a text, and returns its middle. It fails the test if there is none, or if something
// else covers it.
func (g *guest) finds(selector, text string) point {
	g.t.Helper()
	type place struct {
		point

		Found bool
		Over  string // what covers it
	}
	at := evaluates[place](g.chromium, fmt.Sprintf(`(() => {
		const one = (s) => s.replace(/\s+/g, " ").trim(), text = one(%q);
		const e = [...document.querySelectorAll(%q)].find((e) => e.checkVisibility() && (text === "" || one(e.innerText).includes(text)));
		if (!e) return { Found: false };
		e.scrollIntoView({ block: "center", behavior: "instant" });
		const box = e.getClientRects()[0], X = box.x + box.width / 2, Y = box.y + box.height / 2;
		const top = document.elementFromPoint(X, Y);
		return { Found: true, X, Y, Over: top && (e.contains(top) || top.contains(e)) ? "" : (top || document.body).outerHTML.slice(0, 200) };
	})()`, text, selector))
	if !at.Found {
		g.t.Fatalf("%s: no %s with %q in %s", g.here(), selector, text, evaluates[string](g.chromium, "document.body.innerText"))
	}
	if at.Over != "" {
		g.t.Fatalf("%s: %s with %q is covered by %s", g.here(), selector, text, at.Over)
	}
	return at.point
}

// follows clicks on what a selector finds, and waits for the page that it leads to.
func (g *guest) follows(selector string) {
	g.t.Helper()
	g.leads(g.finds(selector, ""))
}

// presses clicks on the link or button that says a text, and waits for the page that it
// leads to.
func (g *guest) presses(key string, parameters ...any) {
	g.t.Helper()
	g.leads(g.finds("main a, main button", g.text(key, parameters...)))
}

func (g *guest) leads(at point) {
	g.t.Helper()
	if _, err := chromedp.RunResponse(g.ctx, chromedp.MouseClickXY(at.X, at.Y)); err != nil {
		g.t.Fatalf("%s: %v", g.here(), err)
	}
	g.fits()
}

// clicks clicks on what a selector finds, which leads to no other page.
func (g *guest) clicks(selector, text string) {
	g.t.Helper()
	at := g.finds(selector, text)
	g.does(chromedp.MouseClickXY(at.X, at.Y))
}

// fits fails the test if the page is wider than the screen, or is not in the language of
// the guest.
func (g *guest) fits() {
	g.t.Helper()
	if wide := evaluates[int64](g.chromium, `document.documentElement.scrollWidth`); wide > g.width {
		g.t.Errorf("%s: %d px wide", g.here(), wide)
	}
	if lang := evaluates[string](g.chromium, `document.documentElement.lang`); lang != g.lang {
		g.t.Errorf("%s: in %q", g.here(), lang)
	}
}

// gives types the details and has a code sent.
func (g *guest) gives(more url.Values) {
	g.t.Helper()
	g.fills(url.Values{"name": {g.Name}, "id": {g.ID}, "mobile": {g.Mobile}})
	if more != nil {
		g.fills(more)
	}
	if evaluates[bool](g.chromium, `!!document.getElementById("documents") && !document.getElementById("documents").checked`) {
		g.clicks("label:has(#documents)", "")
	}
	g.presses("portal.send_code")
}

// proves types the code that has come, and presses a button.
func (g *guest) proves(button string) {
	g.t.Helper()
	g.centre.Jobs()
	g.fills(url.Values{"code": {code(g.Visitor)}})
	g.presses(button)
}

// holds goes to the times of a service on the guest's own day, and takes the first.
func (g *guest) holds(service, branch string) {
	g.t.Helper()
	g.opens("/services/" + service + "/" + branch + "?day=" + g.day())
	g.follows(".times button")
}

// link opens the link of a visit.
func (g *guest) link(visit api.Appointment) string {
	g.t.Helper()
	path := linkTo(g.t, visit, portal.Manage)
	g.opens(path)
	return path
}

// state is how the guest's visits of a service stand in the database.
func (g *guest) state() string {
	g.t.Helper()
	return servicetest.Query[string](g.t, g.centre.DatabaseURL, `SELECT coalesce(string_agg(status, ' ' ORDER BY id), '')
		FROM appointments WHERE status IN ('booked', 'requested', 'cancelled') AND mobile = '`+g.stored()+`'`)
}

// stored is the mobile of the guest as the database has it.
func (g *guest) stored() string {
	return servicetest.Hash(g.t, g.centre.DatabaseURL, "mobile", "+966"+strings.TrimPrefix(g.Mobile, "0"))
}

// is fails the test unless the guest's visits stand like this.
func (g *guest) is(want string) {
	g.t.Helper()
	if got := g.state(); got != want {
		g.t.Errorf("the visits are %q, want %q", got, want)
	}
}

// journeys are what visitors come for, each from its first page to its last.
var journeys = map[string]func(*guest){
	"book": func(g *guest) {
		g.opens("/")
		g.fills(url.Values{"q": {map[string]string{"ar": "ورث", "en": "heirs"}[g.lang]}})
		g.follows("form[role=search] button, .search button")
		g.follows("main .row, main .cover")
		g.follows(".branch")
		g.follows(".times button")
		g.gives(nil)
		g.proves("portal.book")
		g.reads("page.state_booked")
		g.is("booked")
	},
	"taken meanwhile": func(g *guest) {
		g.holds(heirs, "riyadh")
		g.gives(nil)
		g.centre.Pass(11 * time.Minute)
		g.centre.Jobs()
		fillUp(g.centre, g.at("07:30"))
		g.opens(g.here())
		g.reads("portal.nearest_title")
		g.follows("main button[name=start]")
		g.presses("portal.send_code")
		g.proves("portal.book")
		g.is("booked")
	},
	"group and need": func(g *guest) {
		g.opens("/services/heirs-returns")
		g.clicks("details.people summary", "")
		g.fills(url.Values{"party": {"3"}})
		g.clicks("label:has([value=sign_language])", "")
		g.presses("portal.update")
		g.follows(".branch")
		g.opens(strings.Split(g.here(), "&day=")[0] + "&day=" + g.day())
		g.follows(".times button")
		g.gives(nil)
		g.proves("portal.book")
		g.is("booked")
		if got := servicetest.Query[string](g.t, g.centre.DatabaseURL, `SELECT concat_ws(' ', party, array_to_string(needs, ','))
			FROM appointments WHERE status = 'booked' AND mobile = '`+g.stored()+`'`); got != "3 sign_language" {
			g.t.Errorf("booked is %s", got)
		}
	},
	"representative": func(g *guest) {
		g.holds(heirs, "riyadh")
		g.clicks("details.unfold summary", "")
		g.gives(url.Values{
			"by_name": {"سالم بن فهد العتيبي"}, "by_id": {servicetest.NationalID(70 + g.number)}, "wakala": {"٤٤١٢٣٤٥٦٧"},
			"wakala_expires": {"2027-11-24"},
		})
		g.proves("portal.book")
		g.reads("page.state_booked")
		g.is("booked")
	},
	"request with approval": func(g *guest) {
		g.opens("/services/agency-meeting")
		g.reads("portal.needs_approval")
		g.holds("agency-meeting", "riyadh")
		g.gives(nil)
		g.proves("portal.book")
		g.reads("page.state_requested")
		g.is("requested")
		g.presses("page.withdraw")
		g.presses("page.cancel_yes")
		g.is("cancelled")
	},
	"waiting list": func(g *guest) {
		other := g.centre.Visitor(20 + g.number)
		visit := other.Books(heirs, dammam, g.at("09:00"))
		g.opens("/services/heirs-returns/dammam/wait")
		g.gives(url.Values{"from": {g.day()}, "to": {g.day()}})
		g.proves("portal.wait_join")
		g.reads("portal.waiting")
		cancels(g.t, other, visit)
		g.centre.Jobs()
		g.opens(linked{Visitor: g.Visitor, t: g.t, centre: g.centre}.newest())
		g.presses("page.offer_accept")
		g.reads("page.state_booked")
		g.is("booked")
	},
	"earlier place": func(g *guest) {
		visit := g.Books(heirs, "riyadh", g.at("09:00"))
		path := g.link(visit)
		g.presses("ticket.earlier_join")
		g.reads("ticket.earlier_waits")
		g.centre.Pass(time.Minute)
		g.centre.Jobs()
		g.opens(path)
		g.presses("ticket.offer_see")
		g.presses("page.offer_accept")
		g.is("booked")
		if got := g.Shows(visit); !got.Start.Before(visit.Start) {
			g.t.Errorf("the visit is at %v, want an earlier start than %v", got.Start, visit.Start)
		}
	},
	"move": func(g *guest) {
		visit := g.Books(heirs, "riyadh", g.at("09:00"))
		g.link(visit)
		g.presses("page.move")
		g.follows(".list-days a")
		g.follows(".times button")
		g.reads("page.done_moved")
		g.is("booked")
		if got := g.Shows(visit); got.Start.Equal(visit.Start) {
			g.t.Error("the visit has not moved")
		}
	},
	"cancel": func(g *guest) {
		g.link(g.Books(heirs, "riyadh", g.at("09:00")))
		g.presses("page.cancel")
		g.clicks("label.choice", "")
		g.presses("page.cancel_yes")
		g.reads("page.state_cancelled")
		g.is("cancelled")
		if got := servicetest.Query[string](g.t, g.centre.DatabaseURL, `
			SELECT coalesce(max(cancellation_reason), '') FROM appointment_events e JOIN appointments a ON a.id = e.appointment_id
			WHERE mobile = '`+g.stored()+`'`); got == "" {
			g.t.Error("cancelled without the reason")
		}
	},
	"own visits": func(g *guest) {
		g.Books(heirs, "riyadh", g.at("09:00"))
		g.centre.Pass(2 * time.Minute)
		g.opens("/visits")
		g.fills(url.Values{"mobile": {g.Mobile}})
		g.presses("mine.send")
		g.proves("mine.enter")
		g.follows(".slab .cover")
		g.presses("page.confirm")
		g.reads("page.state_confirmed")
		g.opens("/visits")
		g.presses("mine.sign_out")
		g.reads("mine.done_signed_out")
	},
	"on the day": func(g *guest) {
		visit := g.Books(heirs, "riyadh", g.at("09:00"))
		path := g.link(visit)
		g.centre.Clock.Set(g.at("08:40"))
		reception := g.centre.Receptionist("riyadh")
		does := func(verb string, body any) {
			g.t.Helper()
			inHall(g.t, reception.Posts("/v1/appointments/"+visit.Reference+"/"+verb, body))
		}
		g.centre.Jobs()
		g.opens(path)
		g.reads("today.expected")
		g.follows("form .times button")
		g.reads("today.away_expected", "Time", catalogue.Clock(9, 10))
		does("check-in", map[string]any{"branch": "riyadh"})
		g.presses("today.update")
		g.reads("today.waiting")
		inHall(g.t, reception.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": "6", "reference": visit.Reference}))
		g.presses("today.update")
		g.reads("today.called")
		does("start", map[string]any{})
		does("complete", nil)
		g.opens(path)
		g.presses("today.survey")
		g.clicks("label:has([name=satisfaction][value='5'])", "")
		g.clicks("label:has([name=resolved][value=true])", "")
		g.presses("page.survey_send")
		g.reads("page.done_answered")
	},
}

// Each journey, clicked in a real browser in both languages, narrow and wide, with
// scripts and without.
func TestBrowserJourneys(t *testing.T) {
	t.Parallel()
	for name, journey := range journeys {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inEveryWay(t, journey, official)
		})
	}
}

// So do the staff sign in, and out.
func TestBrowserSignIn(t *testing.T) {
	t.Parallel()
	inEveryWay(t, func(g *guest) {
		g.opens("/staff/sign-in")
		g.follows("button[value=noura]")
		g.follows("main form button")
		if at := g.here(); !strings.HasPrefix(at, "/staff/signed-out") {
			g.t.Errorf("signing out leads to %s", at)
		}
	}, official, demoSignIn)
}

// inEveryWay goes a journey in both languages, narrow and wide, with scripts and without.
func inEveryWay(t *testing.T, journey func(*guest), options ...servicetest.Option) {
	t.Helper()
	centre := servicetest.Open(t, 1, options...)
	b := newChromium(t, centre.Replicas[0].URL())
	number := 0
	for _, lang := range []string{"ar", "en"} {
		for _, width := range []int64{360, 1280} {
			for _, scripts := range []bool{true, false} {
				g := &guest{b, centre.Visitor(number + 1), centre, number, lang, width, scripts}
				g.Lang = lang
				g.begins()
				journey(g)
				if t.Failed() {
					t.Fatalf("in %s, %d px wide, scripts %t", lang, width, scripts)
				}
				number++
			}
		}
	}
	centre.AuditClean()
}

// begins gives the guest a browser that remembers nothing.
func (g *guest) begins() {
	g.t.Helper()
	g.centre.Pass(time.Minute)
	g.sees(g.width, "light")
	g.chromium.scripts(g.scripts)
	g.remembersNothing()
}

// remembersNothing empties the cookies of the browser.
func (b *chromium) remembersNothing() {
	b.t.Helper()
	b.does(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.ClearBrowserCookies, cdp.Empty{})
		return err
	}))
}
