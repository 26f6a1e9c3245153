//go:build pages

package service_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"ziyara/service/servicetest"
)

// busyHall is the hall of Riyadh on a morning, before reception.
func busyHall(t *testing.T) (*servicetest.Centre, seat) {
	t.Helper()
	centre := servicetest.Open(t, 1, demoSignIn, official)
	morning := func(hhmm string) time.Time { return servicetest.At(t, "2026-11-23T"+hhmm) }
	var references []string
	for i, v := range []struct{ service, start string }{
		{annualReturns, "08:10"}, {annualReturns, "08:30"}, {"iban-update", "08:30"}, {annualReturns, "08:50"}, {annualReturns, "08:50"},
		{annualReturns, "08:30"}, {"iban-update", "09:10"}, {annualReturns, "09:10"}, {annualReturns, "09:30"}, {annualReturns, "09:30"},
	} {
		references = append(references, centre.Visitor(1+i).Books(v.service, "riyadh", morning(v.start)).Reference)
	}
	centre.Clock.Set(morning("08:05"))
	desk := sits(t, centre, "salem")
	desk.submits("/console/hall/arrivals", "who", references[0])
	centre.Clock.Set(morning("08:11"))
	desk.submits("/console/hall", "act", "next", "desk", "1")
	desk.submits("/console/hall", "act", "start", "visit", references[0], "desk", "1")
	centre.Clock.Set(morning("08:21"))
	for _, r := range references[1:5] {
		desk.submits("/console/hall/arrivals", "who", r)
	}
	centre.Clock.Set(morning("08:32"))
	desk.submits("/console/hall", "act", "next", "desk", "2")
	if status, page := desk.submits("/console/hall/walk-in", "service", annualReturns, "name", "نوف الشهري",
		"identity", centre.Visitor(20).ID, "needs", "sign_language"); status != http.StatusOK {
		t.Fatalf("a walk-in: %d %s", status, said(page))
	}
	centre.Clock.Set(morning("08:43"))
	return centre, desk
}

// The rooms of the console, in both languages, narrow and wide, light and dark.
func TestBrowserConsole(t *testing.T) {
	t.Parallel()
	centre, _ := busyHall(t)
	b := opensConsole(t, centre, "/console/hall?lang=ar")
	b.everyLanguage("console-hall", "/console/hall")
	b.everyLanguage("console-hall-empty", "/console/hall?number=3&done=called&desk=2")
	b.everyLanguage("console-walk-in", "/console/hall/walk-in")
	b.everyLanguage("console-walk-in-wrong", "/console/hall/walk-in", "/console/hall/walk-in")
	b.everyLanguage("console-delay", "/console/hall/delay")
	b.everyLanguage("console-visits", "/console/visits")
	b.everyLanguage("console-visits-none", "/console/visits?date=2026-11-27")
	b.everyLanguage("console-unknown", "/console/nothing")
}

// Reception's morning by keyboard alone: whom a scanner reads is checked in, the next one is
// called, served and done with one key each, on an Arabic keyboard too; another
// receptionist's browser shows it without being touched.
func TestBrowserConsoleByKeys(t *testing.T) {
	t.Parallel()
	centre, desk := busyHall(t)
	b := opensConsole(t, centre, "/console/hall?lang=ar&desk=3")
	b.shows("متصل")

	// A scanner types all at once; its letters are no commands.
	waiting := `[...document.querySelectorAll("[aria-labelledby=column-waiting] .lead b")].map((e) => e.textContent).join()`
	b.is(waiting, "3,6,4,5")
	reference := evaluates[string](b.chromium, `document.querySelector(".visit.expected input").value`)
	b.scans(reference)
	b.shows("تم تسجيل الحضور، رقم الانتظار 7")
	b.is(`document.querySelector(".visit:has(:checked) .lead b").textContent`, "7")

	b.types("n", "KeyN")
	b.shows("تم نداء الرقم 3 إلى المكتب 3")
	b.types("ى", "KeyN") // N on an Arabic keyboard: the desk is occupied
	b.shows("المكتب مشغول")
	b.chooses(3)
	b.types("س", "KeyS")
	b.shows("بدأت زيارة الرقم 3")
	b.types("f", "KeyF")
	b.shows("انتهت زيارة الرقم 3")

	// Somebody else calls: this page shows it, and who is selected stays selected.
	b.chooses(5)
	desk.submits("/console/hall", "act", "next", "desk", "4")
	b.shows("إلى المكتب 4")
	b.is(`document.querySelector("input[type=radio]:checked").dataset.number`, "5")

	// The field for the reference has the focus with A, search with /.
	b.types("a", "KeyA")
	b.is(`document.activeElement.id`, "who")
	b.does(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	b.types("/", "Slash")
	b.is(`document.activeElement.id`, "q")
	b.does(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	b.types("w", "KeyW")
	b.shows("تسجيل حضور دون موعد")
}

// The service stops: the page says so, and is up to date again once it is back.
func TestBrowserConsoleHeals(t *testing.T) {
	t.Parallel()
	centre, desk := busyHall(t)
	b := opensConsole(t, centre, "/console/hall?lang=ar")
	b.shows("متصل")
	b.offline(true)
	b.shows("انقطع الاتصال")
	desk.submits("/console/hall", "act", "next", "desk", "4")
	b.offline(false)
	b.shows("متصل")
	b.shows("إلى المكتب 4")
}

// console is a browser in the console of a centre.
type console struct {
	*chromium

	centre *servicetest.Centre
}

// opensConsole signs Salem of reception in, and opens a page of the console.
func opensConsole(t *testing.T, centre *servicetest.Centre, path string) console {
	t.Helper()
	return opensAs(t, centre, "salem", path)
}

// opensAs signs a member of the demo's staff in, and opens a page of the console.
func opensAs(t *testing.T, centre *servicetest.Centre, user, path string) console {
	t.Helper()
	b := newChromium(t, centre.Replicas[0].URL())
	b.does(chromedp.Navigate(b.origin+"/staff/sign-in?"+url.Values{"return": {path}}.Encode()),
		chromedp.Click(`button[value="`+user+`"]`), chromedp.WaitVisible(".console"))
	return console{b, centre}
}

// shows waits until the page says something.
func (b console) shows(text string) {
	b.t.Helper()
	b.is(`document.body.innerText.includes(`+strconv.Quote(text)+`)`, "true")
}

// is waits until an expression of the page has a value.
func (b console) is(expression, want string) {
	b.t.Helper()
	var got string
	b.t.Cleanup(func() {
		if b.t.Failed() && got != want {
			b.t.Logf("%s was %q", expression, got)
		}
	})
	b.centre.Eventually(expression+" is "+want, func() bool {
		var err error
		got, err = chromedp.Run(b.ctx, chromedp.Evaluate[string](`String(`+expression+`)`))
		return err == nil && got == want // an error while the next page comes
	})
}

// ready waits until the page has run its scripts, as people do: until then keys are
// nobody's.
func (b console) ready() {
	b.t.Helper()
	b.is("document.readyState", "complete")
}

// chooses chooses the visit with a number. The page may be renewed at any time, so the
// element is found and clicked at once.
func (b console) chooses(number int) {
	b.t.Helper()
	radio := fmt.Sprintf("document.querySelector('input[data-number=\"%d\"]')", number)
	b.ready()
	b.does(chromedp.Evaluate[chromedp.Void](radio + ".click()"))
	b.is(radio+".checked", "true")
}

// types presses a key by its place on the keyboard.
func (b console) types(key, code string) {
	b.t.Helper()
	b.ready()
	b.does(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
			if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Key: key, Code: code}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// scans types a text as a scanner does: at once, with Enter at its end.
func (b console) scans(text string) {
	b.t.Helper()
	b.ready()
	b.does(chromedp.Evaluate[chromedp.Void](`for (const c of ` + strconv.Quote(text) + `)
		document.body.dispatchEvent(new KeyboardEvent("keydown", {
			key: c, code: c === "-" ? "Minus" : /\d/.test(c) ? "Digit" + c : "Key" + c, bubbles: true, cancelable: true }));
		document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", bubbles: true, cancelable: true }))`))
}

// offline tells the browser that the network is gone, or back.
func (b console) offline(off bool) {
	b.t.Helper()
	b.does(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, network.OverrideNetworkState, network.OverrideNetworkStateParams{
			Offline: off, DownloadThroughput: -1, UploadThroughput: -1,
		})
		return err
	}))
}
