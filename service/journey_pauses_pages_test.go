//go:build pages

package service_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ziyara/service/servicetest"
)

// tab opens another tab of the browser, which shares its cookies.
func (b *chromium) tab() *chromium {
	b.t.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx)
	b.t.Cleanup(closeTab)
	other := *b
	other.ctx = ctx
	other.does(chromedp.Navigate("about:blank"))
	return &other
}

// asked types the code, if the page asks for one, and sends the form.
func (b *chromium) asked(centre *servicetest.Centre, visitor *servicetest.Visitor) {
	b.t.Helper()
	if evaluates[bool](b, `!!document.querySelector("[name=code]")`) {
		centre.Jobs()
		b.fills(url.Values{"code": {code(visitor)}})
		b.presses("form.fill .primary")
	}
}

// A visitor books two services in two tabs at once: each tab goes on with its own, and
// the one that was left open on a visit booked meanwhile leads to that visit.
func TestBrowserTwoTabs(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	visitor := centre.Visitor(1)
	heirs := newChromium(t, centre.Replicas[0].URL())
	heirs.holds(heirsAtRiyadh + "?day=2026-11-25")
	account := heirs.tab()
	account.holds("/services/iban-update/riyadh?day=2026-11-26")
	copied := heirs.tab()
	copied.opens(heirs.here())

	heirs.fills(details(visitor))
	heirs.presses("form.fill .primary")
	without := details(visitor)
	without.Del("documents") // this service asks for none
	account.fills(without)   // while the other tab waits for a code
	heirs.asked(centre, visitor)
	heirs.has("تم حجز موعدكم")
	account.has("تحديث الآيبان")
	account.presses("form.fill .primary")
	account.has("تم التحقق من رقم الجوال") // in the other tab
	account.presses("form.fill .primary")
	account.has("تم حجز موعدكم")

	visit, _, _ := strings.Cut(heirs.here(), "?")
	copied.fills(details(visitor))
	copied.presses("form.fill .primary")
	if at, _, _ := strings.Cut(copied.here(), "?"); at != visit {
		t.Errorf("the tab that was left open leads to %s, not to the visit %s: %s", at, visit,
			evaluates[string](copied, "document.body.innerText"))
	}
	got := servicetest.Query[string](t, centre.DatabaseURL, `SELECT string_agg(s.slug, ' ' ORDER BY s.slug)
		FROM appointments a JOIN services s ON s.id = a.service_id WHERE a.status = 'booked'`)
	if got != "heirs-returns iban-update" {
		t.Errorf("booked: %s, want each service once", got)
	}
	centre.AuditClean()
}

// Whoever is called away for an hour, on any page, goes on from there: nothing that was
// typed is gone.
func TestBrowserPauses(t *testing.T) {
	t.Parallel()
	for step, name := range []string{"times", "details", "code"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			centre := servicetest.Open(t, 1, official)
			visitor := centre.Visitor(1)
			b := newChromium(t, centre.Replicas[0].URL())
			pause := func(at int) {
				if at == step {
					centre.Pass(time.Hour)
				}
			}
			b.goes(heirsAtRiyadh+"?day=2026-11-25", "ar")
			pause(0)
			b.presses(".times button")
			b.has("محجوز لكم مؤقتًا")
			typed := details(visitor)
			b.fills(typed)
			pause(1)
			b.presses("form.fill .primary")
			pause(2)
			if step == 2 { // the code has ended as well
				centre.Jobs()
				b.fills(url.Values{"code": {"000000"}})
				b.presses("form.fill .primary")
			}
			for range 3 { // what the page asks for next
				if evaluates[bool](b, `!!document.querySelector("[name=name]")`) {
					for _, field := range []string{"name", "id", "mobile"} {
						if got := evaluates[string](b, fmt.Sprintf("document.querySelector(%q).value", "[name="+field+"]")); got == "" {
							t.Errorf("%s is gone", field)
						}
					}
					b.presses("form.fill .primary")
				}
				b.asked(centre, visitor)
				if strings.Contains(evaluates[string](b, "document.body.innerText"), "تم حجز موعدكم") {
					break
				}
			}
			b.has("تم حجز موعدكم")
			centre.AuditClean()
		})
	}
}

// At 200 % a window of 1280 px has room for 640, and text that is twice as large needs no
// scrolling sideways either.
func TestBrowserZoom(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	b := newChromium(t, centre.Replicas[0].URL())
	fits := func(at string, width int64) {
		t.Helper()
		if wide := evaluates[int64](b, "document.documentElement.scrollWidth"); wide > width {
			t.Errorf("%s: %d px wide in a window of %d", at, wide, width)
		}
	}
	for _, lang := range []string{"ar", "en"} {
		for _, path := range []string{"/?q=iban", "/services/heirs-returns", heirsAtRiyadh + "?day=2026-11-25"} {
			b.does(chromedp.EmulateViewport(640, 400, chromedp.EmulateScale(2)))
			b.goes(path, lang)
			fits(path, 640)
			b.does(chromedp.Evaluate[chromedp.Void](`document.documentElement.style.fontSize = "200%"`))
			fits(path+" with large text", 640)
		}
	}
	b.holds(heirsAtRiyadh + "?day=2026-11-25")
	fits("details", 640)
	b.does(chromedp.Evaluate[chromedp.Void](`document.documentElement.style.fontSize = "200%"`))
	fits("details with large text", 640)
}
