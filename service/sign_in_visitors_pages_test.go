//go:build pages

package service_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ziyara/service"
	"ziyara/service/servicetest"
	catalogue "ziyara/texts"
)

// Visitors sign in from the form, book, find their visit and sign out; or cancel the sign-in,
// and book with a code. Two of them have a mobile that the sign-in has verified, two have none.
func TestBrowserVisitorsSignIn(t *testing.T) {
	t.Parallel()
	inEveryWay(t, func(g *guest) {
		user := []string{"munira", "hamad", "omar", "aljawhara"}[g.number%4]
		service := []string{heirs, "iban-update"}[g.number/4]
		g.holds(service, "riyadh")
		form := g.here()
		g.presses("portal.sign_in")
		g.follows("button[name=user][value='']") // back without signing in
		g.reads("portal.sign_in_denied")
		g.presses("portal.sign_in_again")
		g.follows("button[name=user][value=" + user + "]")
		if got := g.here(); got != form {
			g.t.Errorf("signed in at %s, want %s", got, form)
		}
		g.reads("portal.signed_in_about")
		if evaluates[bool](g.chromium, `!!document.getElementById("documents")`) {
			g.clicks("label:has(#documents)", "")
		}
		g.presses("portal.book")
		g.reads("page.state_booked")
		g.opens("/visits")
		g.reads("mine.of_person", "Until", catalogueClock(g))
		g.follows(".slab .cover")
		g.reads("page.state_booked")
		g.opens("/visits")
		g.presses("mine.sign_out")
		g.reads("mine.done_signed_out")
		g.reads("portal.sign_in")

		g.holds("annual-returns", "riyadh") // and without
		g.gives(nil)
		g.proves("portal.book")
		g.reads("page.state_booked")
	}, official, signsIn, manyVisits)
}

// catalogueClock is until when who has just signed in stays so, as the pages write it.
func catalogueClock(g *guest) string {
	until := g.centre.Clock.Now().Add(30 * time.Minute).In(time.FixedZone("Asia/Riyadh", 3*60*60))
	return catalogue.ClockAt(until).In(g.lang)
}

// The pages of a sign-in, in every state.
func TestBrowserVisitorsSignInPages(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official, signsIn)
	b := newChromium(t, centre.Replicas[0].URL())
	b.everyLanguage("visits-or-sign-in", "/visits")
	b.holds("/services/heirs-returns/riyadh")
	form := b.here()
	b.everyLanguage("details-or-sign-in", form)
	b.everyLanguage("wait-or-sign-in", "/services/heirs-returns/riyadh/wait")
	b.everyLanguage("demo-visitors", "/sign-in?to=/visits")
	b.everyLanguage("sign-in-attempt", "/sign-in/back?state=x&code=y")
	for _, user := range []string{"munira", "hamad"} {
		b.goes("/sign-in?to=/visits&login_hint="+user, "ar")
		b.everyLanguage("details-of-"+user, form)
		b.everyLanguage("details-of-"+user+"-wrong", form+"?check=1")
		b.everyLanguage("wait-of-"+user, "/services/heirs-returns/riyadh/wait")
		b.everyLanguage("visits-of-"+user, "/visits")
	}
	b.everyLanguage("details-for-another", form+"?for=another")
	b.goes(form, "ar")
	b.does(chromedp.Evaluate[chromedp.Void](`document.querySelector("[name=person]").value = "another"`))
	b.presses("form.fill button")
	b.everyLanguage("details-sign-in-changed", b.here())

	down := servicetest.Open(t, 1, official, func(c *service.Config) { c.VisitorOIDC.Issuer = "http://127.0.0.1:1" })
	d := newChromium(t, down.Replicas[0].URL())
	d.everyLanguage("sign-in-down", "/sign-in?to=/visits")

	for _, lang := range []string{"ar", "en"} { // cancelled
		b.remembersNothing()
		b.goes("/visits", lang)
		b.presses("main a[href^='/sign-in']")
		b.presses("button[name=user][value='']")
		b.checks("sign-in-denied", lang)
	}
	if answer := centre.Get("/sign-in/ended"); answer.Status != http.StatusSeeOther {
		t.Errorf("%d", answer.Status)
	}
}
