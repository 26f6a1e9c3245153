//go:build pages

package service_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"ziyara/catalog"
	"ziyara/service"
	"ziyara/service/portal"
	"ziyara/service/servicetest"
)

// chromium is a real browser with one tab.
type chromium struct {
	t      *testing.T
	ctx    context.Context // chromedp keeps its tab in it
	axe    string          // the source of axe-core
	shots  string          // directory for screenshots
	origin string

	layouts map[string][]edge // by name and width, of pages that were seen in one language
}

// loadTimeout bounds everything that one page does; it is no measurement.
const loadTimeout = 2 * time.Minute

// newChromium starts a browser for the pages at an origin. PAGES_AXE, PAGES_FONTS and
// PAGES_SHOTS come from make pages.
func newChromium(t *testing.T, origin string) *chromium {
	t.Helper()
	axe, err := os.ReadFile(needed(t, "PAGES_AXE"))
	if err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Env("XDG_DATA_HOME="+needed(t, "PAGES_FONTS")),
		chromedp.WSURLReadTimeout(loadTimeout),
	)
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocated)
	t.Cleanup(closeTab)
	b := &chromium{t, ctx, string(axe), needed(t, "PAGES_SHOTS"), origin, map[string][]edge{}}
	b.does(chromedp.Navigate("about:blank"))
	b.observes()
	return b
}

// needed returns a setting of make pages.
func needed(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: run make pages", name)
	}
	return value
}

func (b *chromium) does(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// evaluates returns what a script on the page, or the promise that it returns, says.
func evaluates[T any](b *chromium, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// sees sets the width and the colours that the visitor prefers. Chromium takes pictures
// from right to left only of pages that are longer than the window, so that is low.
func (b *chromium) sees(width int64, scheme string) {
	b.t.Helper()
	b.does(chromedp.EmulateViewport(width, 400), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}, // or colours change slowly
			},
		})
		return err
	}))
}

// goes opens a page in a language.
func (b *chromium) goes(path, lang string) {
	b.t.Helper()
	u, err := url.Parse(b.origin + path)
	if err != nil {
		b.t.Fatal(err)
	}
	q := u.Query()
	q.Set("lang", lang)
	u.RawQuery = q.Encode()
	b.does(chromedp.Navigate(u.String()), chromedp.Evaluate[chromedp.Void]("window.stop()")) // no page loads itself again meanwhile
}

// sends sends the form at an action of the page as it is, checked by the server
// only.
func (b *chromium) sends(action string) {
	b.t.Helper()
	script := fmt.Sprintf(`(() => { const f = [...document.forms].find((f) => f.action.endsWith(%q));
		f.noValidate = true; setTimeout(() => f.requestSubmit(), 0) })()`, action)
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Evaluate[chromedp.Void](script)); err != nil {
		b.t.Fatalf("%s: %v", action, err)
	}
}

// visitorsCheck returns, as a list, what is wrong with the page as people see it.
const visitorsCheck = `(() => {
	const wrong = [], html = document.documentElement, lang = html.lang;
	const say = (what, node) => wrong.push(what + ": " + (node.outerHTML || node.textContent).slice(0, 160));
	if (html.dir !== (lang === "ar" ? "rtl" : "ltr")) wrong.push("the direction is " + html.dir);
	if (document.querySelector("script:not([src^='/assets/'][integrity]), [style], style")) wrong.push("a script or a style on the page");
	if (!document.querySelector("a[href='#content']") || !document.querySelector("main#content")) wrong.push("nothing to skip to");
	if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
	const isolated = /V-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]|\d{1,2}:\d{2}|\d%|\d{5,}/;
	const foreign = lang === "ar" ? /[A-Za-z]{2}/ : /[\u0600-\u06ff]/;
	const fragile = /\d+•+\d+/;
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n = walker.nextNode(); n; n = walker.nextNode()) {
		const on = n.parentElement;
		if (on.closest("textarea, [dir=auto], svg text")) continue; // each is a line of its own
		if ((isolated.test(n.textContent) || fragile.test(n.textContent)) && !on.closest("bdi")) say("not isolated", on);
		const own = on.closest("[lang]").lang;
		if (own === lang && foreign.test(n.textContent) && !on.closest("bdi")) say("in another language", on);
	}
	for (const e of document.querySelectorAll(".button, .row, .choice, .bar nav a, .back," +
		".list-days a, a.day, .field input, .text, .map, .cells")) {
		const box = e.getBoundingClientRect();
		if (e.checkVisibility() && (box.height < 44 || box.width < 44)) say("smaller than 44 px", e);
	}
	return wrong;
})()`

// violations returns what axe-core finds on the page by options of its run, by rule and
// element.
func (b *chromium) violations(options string) []string {
	b.t.Helper()
	return evaluates[[]string](b, `axe.run(document, {`+options+`}).then((r) => r.violations.flatMap((v) => v.nodes.map((n) =>
		v.id + ": " + n.target.join(" ") + " " + (n.failureSummary || "").split("\n")[1])))`)
}

// What axe-core looks for: everything, or what a theme can do wrong.
const (
	everything = `runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`
	contrast   = `runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] }`
)

// checks looks at the page that is open, wide, narrow and narrow in the dark, takes its
// pictures, and tries it at 320 px.
func (b *chromium) checks(name, lang string) {
	b.t.Helper()
	for _, w := range b.shifts() {
		b.t.Errorf("%s-%s: %s", name, lang, w)
	}
	b.does(chromedp.Evaluate[chromedp.Void](b.axe))
	var said []string // once for each page
	for _, look := range []struct {
		width  int64
		scheme string
	}{{1280, "light"}, {360, "light"}, {360, "dark"}} {
		b.sees(look.width, look.scheme)
		var found []string
		if look.scheme == "light" {
			found = slices.Concat(
				b.violations(everything), evaluates[[]string](b, visitorsCheck), evaluates[[]string](b, targetsCheck),
				evaluates[[]string](b, saidCheck), b.mirrored(name, lang, look.width),
			)
		} else {
			found = b.violations(contrast)
		}
		picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
		if err != nil {
			b.t.Fatal(err)
		}
		what := fmt.Sprintf("%s-%s-%d-%s", name, lang, look.width, look.scheme)
		for _, w := range found {
			if !slices.Contains(said, w) {
				b.t.Errorf("%s: %s", what, w)
			}
		}
		said = append(said, found...)
		if err := os.WriteFile(filepath.Join(b.shots, what+".png"), picture, 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
	b.sees(320, "light")
	if wide := evaluates[int](b, `document.documentElement.scrollWidth`); wide > 320 {
		b.t.Errorf("%s-%s: %d px wide at 320", name, lang, wide)
	}
}

// prints takes a picture of the page that is open as it is printed, as wide as A4. It
// has to be the ticket and the documents, in black on white.
func (b *chromium) prints(name, lang string) {
	b.t.Helper()
	b.does(chromedp.EmulateViewport(794, 400), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
		})
		return err
	}))
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.shots, name+"-"+lang+"-print.png"), picture, 0o600); err != nil {
		b.t.Fatal(err)
	}
	for _, w := range evaluates[[]string](b, `[...document.querySelectorAll("body *")].filter((e) => e.checkVisibility()).flatMap((e) => {
		const wrong = [], style = getComputedStyle(e);
		const grey = (c) => { const [r, g, b, a] = c.match(/[\d.]+/g).map(Number); return a === 0 || r === g && g === b };
		if (!grey(style.color) || !grey(style.backgroundColor)) wrong.push("has a colour");
		if (e.matches("a, button, header, footer, form, h1, .notice")) wrong.push("is on paper");
		return wrong.map((w) => e.outerHTML.slice(0, 100) + " " + w);
	})`) {
		b.t.Errorf("%s-%s printed: %s", name, lang, w)
	}
	if n := evaluates[int](b, `[...document.querySelectorAll(".ticket, .qr, .checklist")].filter((e) => e.checkVisibility()).length`); n != 3 {
		b.t.Errorf("%s-%s printed: %d of ticket, code and documents", name, lang, n)
	}
	b.sees(1280, "light")
}

// scripts lets pages run scripts, or not.
func (b *chromium) scripts(run bool) {
	b.t.Helper()
	b.does(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !run})
		return err
	}))
}

// everyLanguage checks a page in both languages.
func (b *chromium) everyLanguage(name, path string, then ...string) {
	b.t.Helper()
	for _, lang := range []string{"ar", "en"} {
		b.goes(path, lang)
		for _, action := range then {
			b.sends(action)
		}
		b.checks(name, lang)
	}
}

// Every page that a link opens, in every state, is accessible by the rules of
// axe-core and our own: in both languages and themes, narrow and wide.
func TestBrowserVisit(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar", official)
	b := newChromium(t, l.centre.Replicas[0].URL())
	b.everyLanguage("visit", l.path)
	b.everyLanguage("visit-booked", l.path+"?done=booked")
	for _, lang := range []string{"ar", "en"} {
		b.goes(l.path, lang)
		b.prints("visit", lang)
	}
	b.everyLanguage("visit-days", l.path+"/move")
	b.everyLanguage("visit-times", l.path+"/move?day=2026-11-26")
	b.everyLanguage("visit-no-days", l.path+"/move?from=2027-11-01")
	b.everyLanguage("visit-cancel", l.path+"/cancel")
	l.presses("/confirm", url.Values{"version": {"1"}})
	b.everyLanguage("visit-confirmed", l.path+"?done=confirmed")
	l.presses("/cancel", nil)
	b.everyLanguage("visit-cancelled", l.path+"?done=cancelled")
	b.everyLanguage("link-unknown", l.path[:20])
	b.everyLanguage("not-found", "/nothing")
	l.centre.Pass(30 * 24 * time.Hour)
	b.everyLanguage("link-expired", l.path)
}

// The buttons that need a script work with it and are not there without; the rest is.
func TestBrowserScript(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar", official)
	b := newChromium(t, l.centre.Replicas[0].URL())
	visible := func() int {
		return evaluates[int](b, `[...document.querySelectorAll("[data-copy], [data-print]")].filter((e) => e.checkVisibility()).length`)
	}
	b.goes(l.path, "ar")
	if n := visible(); n != 2 {
		t.Errorf("%d buttons with a script, want 2", n)
	}
	copied := evaluates[string](b, `new Promise((done) => {
		navigator.clipboard.writeText = async (text) => setTimeout(() => done(text + " " + document.querySelector("[data-copy]").innerText));
		document.querySelector("[data-copy]").click();
	})`)
	if copied != l.visit.Reference+" تم النسخ" {
		t.Errorf("copied %q", copied)
	}
	if printed := evaluates[int](b, `(() => {
		let n = 0;
		window.print = () => n++;
		document.querySelector("[data-print]").click();
		return n;
	})()`); printed != 1 {
		t.Errorf("printed %d times", printed)
	}
	b.scripts(false)
	b.goes(l.path, "ar")
	if n := visible(); n != 0 {
		t.Errorf("%d buttons without a script, want none", n)
	}
	if n := evaluates[int](b, `[...document.querySelectorAll("main .button")].filter((e) => e.checkVisibility()).length`); n != 5 {
		t.Errorf("%d buttons without a script, want to confirm, to save, to move, to cancel, to wait", n)
	}
}

// While one waits for an earlier start, and when one is offered.
func TestBrowserEarlier(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar", official)
	b := newChromium(t, l.centre.Replicas[0].URL())
	l.presses("/wait", nil)
	b.everyLanguage("visit-waits", l.path+"?done=waiting")
	b.everyLanguage("visit-waits-cancel", l.path+"/cancel")
	l.centre.Pass(time.Minute)
	b.everyLanguage("visit-earlier", l.path)
}

// A request, the start that is proposed for it, and its end.
func TestBrowserRequest(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	l := linked{Visitor: centre.Visitor(1), t: t, centre: centre}
	visit, reference := requests(t, l.Visitor)
	b := newChromium(t, centre.Replicas[0].URL())
	booker := centre.Replicas[0].Booker()
	l.path = linkTo(t, visit, portal.Manage)
	b.everyLanguage("visit-requested", l.path+"?done=booked")
	b.everyLanguage("visit-withdraw", l.path+"/cancel")
	if _, err := booker.Propose(t.Context(), reference, servicetest.At(t, "2026-11-29T07:30"), "noura", centre.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	b.everyLanguage("visit-proposed", l.path)
	if _, err := booker.Refuse(t.Context(), reference, centre.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := booker.Decline(t.Context(), reference, "noura", "7", centre.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	b.everyLanguage("visit-declined", l.path)
}

// A visit whose place was closed.
func TestBrowserDisplaced(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	noura := centre.Coordinator("revenues")
	visit := books(t, centre, 1, "iban-update", "riyadh", servicetest.At(t, "2026-11-24T12:00"))[0]
	asks(t, noura, returns+"/changes", version(noura, "riyadh-returns"), map[string]any{
		"edit": map[string]any{"close": []any{closing("2026-11-24")}}, "reason": both("صيانة", "Maintenance"),
	}, http.StatusCreated)
	centre.Jobs()
	b := newChromium(t, centre.Replicas[0].URL())
	b.everyLanguage("visit-displaced", visit.link())
}

// The pages of one's visits, from the mobile to the list.
func TestBrowserVisits(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	v := centre.Visitor(1)
	b := newChromium(t, centre.Replicas[0].URL())
	b.everyLanguage("visits", "/visits")
	b.everyLanguage("visits-mistake", "/visits", "/visits")
	proves := func() {
		t.Helper()
		centre.Clock.Add(time.Minute)
		b.goes("/visits", "ar")
		b.fills(url.Values{"mobile": {v.Mobile}})
		b.sends("/visits")
	}
	proves()
	b.everyLanguage("visits-code", "/visits/code")
	for _, lang := range []string{"ar", "en"} {
		b.goes("/visits/code", lang)
		b.fills(url.Values{"code": {"12 34"}})
		b.sends("/visits/code")
		b.fills(url.Values{"code": {"482"}})
		b.checks("visits-code-wrong", lang)
	}
	b.fills(url.Values{"code": {regexp.MustCompile(`\d{6}`).FindString(v.Receives().Text)}})
	b.sends("/visits/code")
	b.everyLanguage("visits-none", "/visits")
	b.everyLanguage("visits-data", "/visits/data")

	centre.Clock.Add(time.Minute)
	cancels(t, v, v.Books(heirs, "riyadh", servicetest.At(t, "2026-11-30T09:00")))
	v.Books(heirs, "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	requests(t, v)
	nine := servicetest.At(t, "2026-11-25T09:00")
	other := centre.Visitor(2)
	taken := other.Books("iban-update", "riyadh", nine)
	body := v.WaitingBody("annual-returns", dammam, "2026-11-25", "2026-11-27")
	v.WaitsBy(body)
	cancels(t, other, taken)
	b.everyLanguage("visits-list", "/visits")
	b.everyLanguage("visits-data-first", "/visits/data")
	centre.Pass(time.Minute)
	b.everyLanguage("visits-offer", "/visits")
	b.sends("/visits/sign-out")
	b.everyLanguage("visits-signed-out", "/visits?done=signed-out")
}

// The day of a visit, from the morning until it is over.
func TestBrowserToday(t *testing.T) {
	t.Parallel()
	c := onTheDay(t, "ar", "07:30", official)
	b := newChromium(t, c.centre.Replicas[0].URL())
	b.everyLanguage("today-expected", c.path)
	c.clock("08:40")
	c.presses("/late", url.Values{"minutes": {"10"}})
	c.reception.Posts("/v1/branches/riyadh/delays", map[string]any{"desk_group": "riyadh-returns-files", "minutes": 5})
	b.everyLanguage("today-late", c.path)
	c.clock("08:52")
	c.checksIn(c.other)
	c.checksIn(c.visit)
	c.clock("08:54")
	b.everyLanguage("today-waiting", c.path)
	c.presses("/late", url.Values{"minutes": {"15"}})
	b.everyLanguage("today-away", c.path)
	c.clock("09:20")
	c.calls(c.visit, "6")
	b.everyLanguage("today-called", c.path)
	c.does(c.visit, "start", map[string]any{})
	b.everyLanguage("today-at-desk", c.path)
	c.does(c.visit, "complete", nil)
	b.everyLanguage("today-over", c.path)
}

func TestBrowserOffer(t *testing.T) {
	t.Parallel()
	l, _ := offered(t, "ar")
	b := newChromium(t, l.centre.Replicas[0].URL())
	b.everyLanguage("offer", l.path)
	l.presses("/offer/decline", start(nineOnTheTwentyFifth))
	b.everyLanguage("offer-over", l.path)
}

func TestBrowserSurvey(t *testing.T) {
	t.Parallel()
	l := surveyed(t, "ar")
	b := newChromium(t, l.centre.Replicas[0].URL())
	b.everyLanguage("survey", l.path)
	b.everyLanguage("survey-mistake", l.path, "/survey")
	l.follows("/survey", url.Values{"satisfaction": {"4"}, "resolved": {"true"}, "comment": {"سريع"}})
	b.everyLanguage("survey-answered", l.path+"?done=answered")
}

func TestBrowserStaff(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	b := newChromium(t, centre.Replicas[0].URL())
	b.everyLanguage("staff-choose", "/staff/sign-in")
	b.goes("/staff/sign-in", "ar")
	b.does(chromedp.Click(`button[value="noura"]`), chromedp.WaitVisible(".facts"))
	b.everyLanguage("staff-home", "/staff")
	b.everyLanguage("staff-sessions", "/staff/sessions")
	b.everyLanguage("staff-sign-out", "/staff/sign-out")
	b.everyLanguage("staff-signed-out", "/staff/signed-out")
	b.everyLanguage("staff-attempt", "/staff/callback")
}

func TestBrowserTrial(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, sandboxed, official)
	centre.Visitor(1).AsksForCode()
	centre.Jobs()
	b := newChromium(t, centre.Replicas[0].URL())
	b.everyLanguage("phone", "/dev/phone")
	b.everyLanguage("phone-empty", "/dev/phone?mobile=0500000009")
	b.everyLanguage("problems", "/problems")
}

// official gives the centre all that a page can say about it.
func official(c *service.Config) {
	public(c)
	c.Ministry.Name, c.Registration = catalog.Text{AR: "وزارة المالية", EN: "Ministry of Finance"}, "20231220123"
}
