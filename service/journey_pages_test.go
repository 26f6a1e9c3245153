//go:build pages

package service_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// presses presses what a selector finds, as the forms of the page are, and waits
// for the page that it leads to.
func (b *chromium) presses(selector string) {
	b.t.Helper()
	if !evaluates[bool](b, fmt.Sprintf("!!document.querySelector(%q)", selector)) {
		b.t.Fatalf("%s: no %s in %s", b.here(), selector, evaluates[string](b, "document.body.innerText"))
	}
	script := fmt.Sprintf(`(() => { for (const f of document.forms) f.noValidate = true;
		const e = document.querySelector(%q); setTimeout(() => e.click(), 0) })()`, selector)
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Evaluate[chromedp.Void](script)); err != nil {
		b.t.Fatalf("%s: %v", selector, err)
	}
}

// fills types into the fields of the page.
func (b *chromium) fills(fields url.Values) {
	b.t.Helper()
	values, err := json.Marshal(fields)
	if err != nil {
		b.t.Fatal(err)
	}
	b.does(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`for (const [name, [value]] of Object.entries(%s)) {
		const e = document.querySelector("[name=" + name + "]");
		e.type === "checkbox" ? e.checked = true : e.value = value;
	}`, values)))
}

// here is the path of the page with its query.
func (b *chromium) here() string {
	b.t.Helper()
	at, err := url.Parse(evaluates[string](b, "location.href"))
	if err != nil {
		b.t.Fatal(err)
	}
	return at.RequestURI()
}

// has fails the test unless the page has a text.
func (b *chromium) has(want string) {
	b.t.Helper()
	if text := evaluates[string](b, "document.body.innerText"); !strings.Contains(text, want) {
		b.t.Fatalf("%s: no %q in %s", b.here(), want, text)
	}
}

// holds opens the times of a day and presses the first one.
func (b *chromium) holds(path string) {
	b.t.Helper()
	b.goes(path, "ar")
	b.presses(".times button")
	b.has("محجوز لكم مؤقتًا")
}

// Looking for a service, in every state.
func TestBrowserStart(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	b := newChromium(t, centre.Replicas[0].URL())
	b.everyLanguage("start", "/")
	b.everyLanguage("start-found", "/?q="+url.QueryEscape("ورث"))
	b.everyLanguage("start-online", "/?q="+url.QueryEscape("ايبان"))
	b.everyLanguage("start-elsewhere", "/?q="+url.QueryEscape("جواز"))
	b.everyLanguage("start-nothing", "/?q="+url.QueryEscape(`"><b>x</b> 0501234567`))
	b.everyLanguage("department", "/departments/revenues")
	b.everyLanguage("journey-unknown", "/services/none")
	b.everyLanguage("not-found-page", "/visit")
}

// A service and its branches, in every state.
func TestBrowserService(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	b := newChromium(t, centre.Replicas[0].URL())
	b.everyLanguage("service", "/services/heirs-returns")
	b.everyLanguage("service-needs", "/services/heirs-returns?party=5&needs=sign_language&needs=wheelchair&needs=interpreter")
	for _, lang := range []string{"ar", "en"} {
		b.goes("/services/heirs-returns", lang)
		b.does(chromedp.Click("details.people summary"))
		b.checks("service-open", lang)
	}
	b.everyLanguage("service-online", "/services/iban-update")
	b.everyLanguage("service-approval", "/services/agency-meeting")
}

// fillUp holds a start for others, as often as it has places.
func fillUp(centre *servicetest.Centre, start time.Time) {
	for n := 50; centre.Visitor(n).TryHold(heirs, "riyadh", start).Status == http.StatusCreated; n++ {
	}
}

// The days of a branch and the times of a day, in every state.
func TestBrowserDays(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	b := newChromium(t, centre.Replicas[0].URL())
	b.everyLanguage("days", heirsAtRiyadh)
	b.everyLanguage("days-later", heirsAtRiyadh+"?from=2026-12-20")
	b.everyLanguage("days-chosen", heirsAtRiyadh+"?day=2026-12-01&party=2&needs=sign_language#day")
	b.everyLanguage("days-gone", heirsAtRiyadh+"?day=2026-11-27#day")
	b.everyLanguage("days-beyond", heirsAtRiyadh+"?from=2027-02-01")
	shuts(t, centre, files(), "2026-11-22", "2026-12-27")
	b.everyLanguage("days-next", heirsAtRiyadh)
	centre.Clock.Set(servicetest.At(t, "2027-02-08T09:00"))
	b.everyLanguage("days-holiday", heirsAtRiyadh)
	shuts(t, centre, files(), "2027-02-01", "2027-08-01")
	b.everyLanguage("service-none", "/services/heirs-returns")
	b.everyLanguage("days-none", heirsAtRiyadh)
}

// Who comes: the form in every state.
func TestBrowserDetails(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	visitor := centre.Visitor(1)
	b := newChromium(t, centre.Replicas[0].URL())
	b.holds(heirsAtRiyadh + "?day=2026-11-25")
	held := b.here()
	b.everyLanguage("details", held)
	b.fills(url.Values{"name": {"س"}, "id": {"1"}, "mobile": {"12"}, "email": {"x"}, "by_name": {"x"}})
	b.presses("form.fill .primary")
	b.everyLanguage("details-mistakes", b.here())
	b.fills(url.Values{"by_name": {""}, "email": {""}})
	b.fills(details(visitor))
	b.presses("form.fill .primary")
	b.everyLanguage("details-code", held)
	centre.Jobs()
	right := code(visitor)
	wrong := map[bool]string{true: "000001", false: "000000"}[right == "000000"]
	b.fills(url.Values{"code": {wrong}})
	b.presses("form.fill .primary")
	b.everyLanguage("details-wrong-code", b.here())
	for range 4 {
		b.fills(url.Values{"code": {wrong}})
		b.presses("form.fill .primary")
	}
	b.everyLanguage("details-code-over", b.here())
	centre.Pass(11 * time.Minute)
	b.everyLanguage("details-over", held)
	for centre.Visitor(1).AsksForCode().Status < http.StatusBadRequest {
		centre.Clock.Add(time.Minute)
	}
	b.goes(held, "ar")
	b.presses("form.fill .primary")
	b.everyLanguage("details-code-limit", held)
	centre.Pass(61 * time.Minute)
	b.holds(heirsAtRiyadh + "?day=2026-11-25")
	centre.Pass(6 * time.Minute)
	b.presses("form.fill .primary")
	centre.Pass(4*time.Minute + 30*time.Second) // the hold is over, the code is still good
	b.fills(url.Values{"code": {code(visitor)}})
	fillUp(centre, servicetest.At(t, "2026-11-25T07:30"))
	b.presses("form.fill .primary")
	b.everyLanguage("taken-typed", b.here())
	b.presses(".other")
	b.everyLanguage("details-proved", b.here())
	b.everyLanguage("booked", func() string { b.presses("form.fill .primary"); return b.here() }())

	other := newChromium(t, centre.Replicas[0].URL())
	other.everyLanguage("taken", heirsAtRiyadh+"/taken?start="+url.QueryEscape("2026-11-25T04:30:00Z"))
	other.everyLanguage("other-browser", held)
}

// What stands against a booking, in every state.
func TestBrowserRefused(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	b := newChromium(t, centre.Replicas[0].URL())
	tries := func(name string, v *servicetest.Visitor, path string) {
		t.Helper()
		b.holds(path)
		held := b.here()
		b.fills(details(v))
		b.presses("form.fill .primary")
		if evaluates[bool](b, `!!document.getElementById("code")`) {
			centre.Jobs()
			b.fills(url.Values{"code": {code(v)}})
			b.presses("form.fill .primary")
		}
		b.everyLanguage(name, held)
	}
	busy := centre.Visitor(1)
	busy.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T07:30"))
	tries("details-limit", busy, heirsAtRiyadh+"?day=2026-11-26")
	tries("details-busy", busy, "/services/returns-by-agent/riyadh?day=2026-11-25")
	paused := centre.Visitor(2)
	for range 3 {
		visit := paused.Books(heirs, "riyadh", servicetest.At(t, "2026-11-26T09:00"))
		paused.TryCancel(visit)
	}
	tries("details-paused", paused, heirsAtRiyadh+"?day=2026-11-26")
}

// The mobile is proved first where holds without a proof have their share of the day.
func TestBrowserMobileFirst(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official, func(c *service.Config) { c.UnprovedShare = 1 })
	centre.Visitor(2).Holds(heirs, "riyadh", servicetest.At(t, "2026-11-25T07:30"))
	visitor := centre.Visitor(1)
	b := newChromium(t, centre.Replicas[0].URL())
	b.goes(heirsAtRiyadh+"?day=2026-11-25", "ar")
	b.presses(".times button")
	first := b.here()
	b.everyLanguage("mobile-first", first)
	for _, lang := range []string{"ar", "en"} {
		b.goes(first, lang)
		b.fills(url.Values{"mobile": {"12"}})
		b.presses("form.fill .primary")
		b.checks("mobile-first-mistake", lang)
	}
	b.goes(first, "ar")
	b.fills(url.Values{"mobile": {visitor.Mobile}})
	b.presses("form.fill .primary")
	b.everyLanguage("mobile-first-code", b.here())
	centre.Jobs()
	b.fills(url.Values{"code": {code(visitor)}})
	b.presses("form.fill .primary")
	b.has("Reserved for you until")
}

// The link in an e-mail asks whether the mailbox is the visitor's.
func TestBrowserEmail(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	visitor := withMail(centre, "ar")
	visitor.Unconfirmed = true
	visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	link := confirmLink.FindStringSubmatch(visitor.Mails()[0].Text)[1]
	b := newChromium(t, centre.Replicas[0].URL())
	b.everyLanguage("email", link)
	b.presses("main form .primary")
	b.has("Your visit is booked")
}

// To wait for a place, in every state.
func TestBrowserWish(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	visitor := centre.Visitor(1)
	b := newChromium(t, centre.Replicas[0].URL())
	b.everyLanguage("wait", heirsAtRiyadh+"/wait")
	b.fills(url.Values{"from": {"2026-12-30"}, "to": {"2026-12-01"}})
	b.presses("form.fill .primary")
	b.everyLanguage("wait-mistakes", b.here())
	b.fills(url.Values{"from": {"2026-12-01"}, "to": {"2026-12-30"}})
	b.fills(details(visitor))
	b.presses("form.fill .primary")
	b.everyLanguage("wait-code", b.here())
	centre.Jobs()
	b.fills(url.Values{"code": {code(visitor)}})
	b.presses("form.fill .primary")
	b.everyLanguage("waiting", b.here())
	b.goes(heirsAtRiyadh+"/wait", "ar")
	b.fills(details(visitor))
	b.fills(url.Values{"from": {"2026-12-02"}})
	b.presses("form.fill .primary")
	b.everyLanguage("wait-already", b.here())
}

// What is said when there is too much, or nothing to answer from.
func TestBrowserAway(t *testing.T) {
	t.Parallel()
	line := servicetest.NewLine(t, servicetest.Database(t))
	centre := servicetest.OpenOn(t, line.URL, 1, official, func(c *service.Config) { c.HoldsPerAddress = 1 },
		limited("hold-address=40/1m", "prove-address=40/1m"))
	b := newChromium(t, centre.Replicas[0].URL())
	b.holds(heirsAtRiyadh + "?day=2026-11-25")
	held := b.here()
	b.everyLanguage("too-many-holds", "/services/annual-returns/riyadh?day=2026-11-25", "/services/annual-returns/riyadh")
	line.Cut()
	b.everyLanguage("away", heirsAtRiyadh+"?day=2026-12-01")
	b.everyLanguage("away-details", held)
	line.Heal()
	for w := newWalker(t, centre); w.status != http.StatusTooManyRequests; {
		w.sends(held+"/code", nil)
	}
	b.everyLanguage("too-many", held, held+"/code")
}
