//go:build pages

package service_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ziyara/service/servicetest"
)

// typed returns what the fields of the page have.
func (b *chromium) typed(like url.Values) url.Values {
	b.t.Helper()
	found := url.Values{}
	for name := range like {
		found.Set(name, evaluates[string](b, `document.getElementById("`+name+`").value`))
	}
	return found
}

// What is typed, and not sent yet, comes along to the other language; and Enter still does
// what the form does, although the other language is the first button that is seen.
func TestBrowserTyped(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	visitor := centre.Visitor(1)
	b := newChromium(t, centre.Replicas[0].URL())
	b.sees(360, "light")
	b.holds(heirsAtRiyadh + "?day=2026-11-25")
	f := &fingers{chromium: b}
	typed := url.Values{"name": {visitor.Name}, "id": {visitor.ID}, "mobile": {"05"}}
	same := func(when string) {
		t.Helper()
		if found := b.typed(typed); found.Encode() != typed.Encode() {
			t.Errorf("%s: %v, want %v", when, found, typed)
		}
	}
	for _, name := range []string{"name", "id", "mobile"} {
		b.does(chromedp.Focus("#" + name))
		f.types(typed.Get(name))
	}
	b.presses(".bar nav button[lang]")
	b.has("Your details")
	same("in English")
	if len(evaluates[[]string](b, `[...document.querySelectorAll(".wrong")].map((e) => e.textContent)`)) > 0 {
		t.Error("what is not sent yet was checked")
	}
	b.does(chromedp.Focus("#mobile"))
	f.follows()
	b.has("Please correct the following")
	same("after Enter")
}

// The page that corrects details, with a new mobile, and the time that is kept for the
// visitor among those of the day.
func TestBrowserCorrect(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	visitor, after := centre.Visitor(1), centre.Visitor(2)
	b := newChromium(t, centre.Replicas[0].URL())
	b.holds(heirsAtRiyadh + "?day=2026-11-25")
	held := b.here()
	b.everyLanguage("days-kept", heirsAtRiyadh+"?day=2026-11-25")
	b.goes(held, "ar")
	b.fills(details(visitor))
	b.presses("form.fill .primary")
	centre.Jobs()
	b.fills(url.Values{"code": {code(visitor)}})
	b.presses("form.fill .primary")
	visit, _, _ := strings.Cut(b.here(), "?")
	b.everyLanguage("visit-again", visit)
	b.everyLanguage("correct", visit+"/details")
	b.goes(visit+"/details", "ar")
	b.fills(url.Values{"mobile": {"05"}})
	b.presses("form.fill .primary")
	b.checks("correct-wrong", "ar")
	b.fills(url.Values{"mobile": {after.Mobile}})
	b.presses("form.fill .primary")
	b.checks("correct-code", "ar")
	b.presses(".bar nav button[lang]")
	b.has("Nothing has changed yet")
	b.checks("correct-code", "en")
}
