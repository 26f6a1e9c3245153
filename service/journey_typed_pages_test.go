//go:build pages

package service_test

import (
	"net/url"
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
