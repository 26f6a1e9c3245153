//go:build pages

package service_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"ziyara/service/servicetest"
)

// slow3G lets the browser have 400 kbit/s each way and wait 400 ms for each answer,
// as with the slow 3G of its tools, and keep nothing from before.
func (b *chromium) slow3G() {
	b.t.Helper()
	const bytesPerSecond = 400_000 / 8
	b.does(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		type params struct {
			network.EmulateNetworkConditionsByRuleParams
			Offline bool `json:"offline"` // Chromium 148 and before want it here
		}
		_, err := cdp.Call(ctx, t, cdp.Command[params, cdp.Empty]{Method: network.CommandEmulateNetworkConditionsByRule},
			params{network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{
				{Latency: 400, DownloadThroughput: bytesPerSecond, UploadThroughput: bytesPerSecond},
			}}, false})
		return err
	}))
}

// forgets empties the cache of the browser.
func (b *chromium) forgets() {
	b.t.Helper()
	b.does(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.ClearBrowserCache, cdp.Empty{})
		return err
	}))
}

// loaded is what it took to open the page.
type loaded struct {
	Bytes int     // of the page and all that it loaded, over the wire, with their headers
	Ms    float64 // from the beginning until all of it was there
}

// load returns what the page took. An answer after a redirect counts from the
// redirect's beginning.
func (b *chromium) load() loaded {
	b.t.Helper()
	return evaluates[loaded](b, `new Promise((done) => {
		const look = () => {
			const page = performance.getEntriesByType("navigation")[0];
			if (!page || !page.loadEventEnd) return setTimeout(look, 20);
			const all = [page, ...performance.getEntriesByType("resource")];
			done({ Bytes: all.reduce((sum, e) => sum + e.transferSize, 0), Ms: page.loadEventEnd - page.startTime });
		};
		look();
	})`)
}

// The four pages to a reference weigh at most 60 KB in all over the wire, the first
// with the stylesheet; nothing moves while they load slowly.
func TestBrowserWeight(t *testing.T) {
	t.Parallel()
	const most = 60 << 10
	centre := servicetest.Open(t, 1, official)
	b := newChromium(t, centre.Replicas[0].URL())
	b.sees(360, "light")
	b.slow3G()
	for _, lang := range []string{"ar", "en"} {
		b.forgets()
		all := 0
		counts := func(name string) {
			t.Helper()
			l := b.load()
			all += l.Bytes
			t.Logf("%s, %s: %d bytes, %.0f ms", name, lang, l.Bytes, l.Ms)
			for _, w := range b.shiftsIf("s.Value >= 0.01") { // how the page arrives is chance
				t.Errorf("%s, %s: %s", name, lang, w)
			}
		}
		b.opens("/?q=" + url.QueryEscape("ورث") + "&lang=" + lang)
		counts("start")
		b.follows(".row")
		counts("service")
		b.follows(".branch")
		counts("days")
		b.follows(".times button")
		counts("details")
		t.Logf("%s: %d bytes in all", lang, all)
		if all > most || all < 10_000 {
			t.Errorf("%s: %d bytes, want at most %d", lang, all, most)
		}
	}
}

// opens opens an address and lets it load.
func (b *chromium) opens(path string) {
	b.t.Helper()
	b.does(chromedp.Navigate(b.origin + path))
}

// follows presses what a selector finds and lets the page load that it leads to.
func (b *chromium) follows(selector string) {
	b.t.Helper()
	b.presses(selector)
}

// turns goes back or forward, as the buttons of the browser do, and waits for the page
// that stands there: one that the browser has kept is not loaded again.
func (b *chromium) turns(way string) {
	b.t.Helper()
	from := b.here()
	b.does(chromedp.Evaluate[chromedp.Void]("setTimeout(() => history." + way + "(), 0)"))
	until(b.t, "the browser goes "+way, func() bool {
		state, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.readyState + location.pathname + location.search"))
		return err == nil && state != "complete"+from && strings.HasPrefix(state, "complete/")
	})
}

// Two visitors want the last place. One books it; the other, who has typed everything,
// is shown the nearest times, and has a visit after one press. Back and Reload do no
// harm at any step.
func TestBrowserLastPlace(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	first, second := newChromium(t, centre.Replicas[0].URL()), newChromium(t, centre.Replicas[0].URL())
	day := heirsAtRiyadh + "?day=2026-11-25"
	type person struct {
		*chromium
		visitor *servicetest.Visitor
	}
	a, z := person{first, centre.Visitor(1)}, person{second, centre.Visitor(2)}
	begins := func(p person) {
		t.Helper()
		p.holds(day)
		p.fills(details(p.visitor))
		p.presses("form.fill .primary")
		centre.Jobs()
		p.fills(url.Values{"code": {code(p.visitor)}})
	}
	begins(z)
	centre.Clock.Add(11 * time.Minute)
	centre.Jobs() // the place of the second is free again
	start := servicetest.At(t, "2026-11-25T07:30")
	begins(a)
	fillUp(centre, start) // and there is no other at this time
	a.presses("form.fill .primary")
	a.has("تم حجز موعدكم")
	visit := a.here()
	z.presses("form.fill .primary") // the code is over as well
	z.has("لم يعد موعد")
	taken := z.here()
	for range 2 {
		z.does(chromedp.Reload())
		z.has("لم يعد موعد")
		z.has(z.visitor.Name)
	}
	z.presses(".other")
	z.has("محجوز لكم مؤقتًا")
	held := z.here()
	z.turns("back")
	if z.here() != taken {
		t.Errorf("back from %s leads to %s, not %s", held, z.here(), taken)
	}
	z.turns("forward")
	z.does(chromedp.Reload())
	z.has("محجوز لكم مؤقتًا")
	z.presses("form.fill .primary")
	if evaluates[bool](z.chromium, `!!document.getElementById("code")`) {
		centre.Jobs()
		z.fills(url.Values{"code": {code(z.visitor)}})
		z.presses("form.fill .primary")
	}
	z.has("تم حجز موعدكم")
	for _, p := range []person{a, z} {
		here := p.here()
		p.does(chromedp.Reload())
		p.has("تم حجز موعدكم")
		if p.here() != here {
			t.Errorf("reloaded, %s is %s", here, p.here())
		}
	}
	if n := servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM appointments WHERE status = 'booked'`); n != 2 {
		t.Errorf("%d visits, want 2", n)
	}
	if visit == z.here() {
		t.Error("both have the same visit")
	}
	centre.AuditClean()
}
