//go:build pages

package service_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"ziyara/service/servicetest"
)

// hasForgotten waits until the browser has loaded what makes it forget.
func (b *chromium) hasForgotten() {
	b.t.Helper()
	until(b.t, "the browser has forgotten", func() bool {
		return evaluates[bool](b, `performance.getEntriesByName(location.origin + "/forgotten").length > 0`)
	})
}

// goesBackThrough goes back as far as the browser can, fails the test if a page on the
// way has something personal, and returns how many there were.
func (b *chromium) goesBackThrough(personal ...string) (steps int) {
	b.t.Helper()
	for ; ; steps++ {
		history, err := chromedp.Run(b.ctx, chromedp.NavigationEntries())
		if err != nil {
			b.t.Fatal(err)
		}
		if history.CurrentIndex == 0 {
			return steps
		}
		want := history.CurrentIndex - 1
		b.does(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: history.Entries[want].ID})
			return err
		}))
		until(b.t, "the page is there", func() bool { // one that the browser has kept is not loaded again
			now, err := chromedp.Run(b.ctx, chromedp.NavigationEntries())
			if err != nil || now.CurrentIndex != want {
				return false
			}
			state, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.readyState"))
			return err == nil && state == "complete"
		})
		shown := evaluates[string](b, "document.documentElement.outerHTML")
		for _, p := range personal {
			if strings.Contains(shown, p) {
				b.t.Errorf("back at %s: %q is on the page", b.here(), p)
			}
		}
	}
}

// On a computer that others use: after signing out, or removing one's details, Back
// shows nothing of the visitor on any page, neither from the server nor from what the
// browser has kept.
func TestBrowserSharedComputer(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	v := centre.Visitor(1)
	visit := v.Books(heirs, "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	v.Receives() // the confirmation
	b := newChromium(t, centre.Replicas[0].URL())
	centre.Clock.Add(time.Minute)
	b.goes("/visits", "ar")
	b.fills(url.Values{"mobile": {v.Mobile}})
	b.presses("main form .primary, main form button")
	b.fills(url.Values{"code": {code(v)}})
	b.presses("main form .primary, main form button")
	b.has("مواعيد الجوال 05•••••001")
	b.presses("a.cover")
	b.has(visit.Reference)
	if from := evaluates[string](b, "location.pathname"); !strings.HasPrefix(from, "/m/") {
		t.Fatalf("the visit is at %s", from)
	}
	b.presses(`a[href="/privacy"], a[href^="/privacy"]`)
	if got := evaluates[string](b, "document.referrer"); got != "" {
		t.Errorf("the address of the visit left by Referer: %s", got)
	}
	b.goes("/visits", "ar")
	b.presses(`form[action="/visits/sign-out"] button`)
	b.hasForgotten()
	if n := b.goesBackThrough(visit.Reference, v.Name, v.Mobile[len(v.Mobile)-6:], "05•••••001", "24 نوفمبر"); n < 4 {
		t.Errorf("went back %d pages", n)
	}

	w := centre.Visitor(2)
	types := func() {
		t.Helper()
		b.holds(heirsAtRiyadh + "?day=2026-11-25")
		b.fills(details(w))
		b.presses("form.fill .primary")
		b.has("رمز التحقق")
	}
	types()
	b.presses(`form[action="/forget"] button`)
	b.hasForgotten()
	if n := b.goesBackThrough(w.Name, w.ID, w.Mobile[len(w.Mobile)-6:]); n < 3 {
		t.Errorf("went back %d pages", n)
	}
	centre.Jobs()
	w.Receives()
	centre.Clock.Add(time.Minute)

	types()
	centre.Jobs()
	b.fills(url.Values{"code": {code(w)}})
	b.presses("form.fill .primary")
	b.has("تم حجز موعدكم")
	reference := regexp.MustCompile(`V-[0-9A-Z-]+`).FindString(evaluates[string](b, "document.body.innerText"))
	b.presses(`form[action="/forget"] button`)
	b.hasForgotten()
	if n := b.goesBackThrough(reference, w.Name, w.ID, w.Mobile[len(w.Mobile)-6:]); n < 4 {
		t.Errorf("went back %d pages", n)
	}
}

// The page that shows the contract works within its policy.
func TestBrowserDocs(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	b := newChromium(t, centre.Replicas[0].URL())
	b.does(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: `window.refused = [];
				addEventListener("securitypolicyviolation", (e) => refused.push(e.violatedDirective + " " + e.blockedURI))`,
		})
		return err
	}))
	b.opens("/docs")
	until(t, "the operations are listed", func() bool {
		return evaluates[int](b, `document.querySelectorAll(".opblock").length`) > 50
	})
	if refused := evaluates[[]string](b, "refused"); len(refused) > 0 {
		t.Errorf("the policy refuses %q", refused)
	}
}
