//go:build pages

package service_test

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"ziyara/service/servicetest"
)

// The reports in both languages, narrow and wide, light and dark, printed, and with what
// can't be answered.
func TestBrowserConsoleReports(t *testing.T) {
	t.Parallel()
	centre := aYearOld(t, official)
	b := opensAs(t, centre, "majed", "/console/reports?lang=ar")
	b.everyLanguage("console-reports", "/console/reports")
	const october = "?from=2026-10-01&to=2026-10-31"
	b.everyLanguage("console-report", "/console/reports/no-shows"+october)
	b.everyLanguage("console-report-year", "/console/reports/waiting?from=2025-11-22&to=2026-11-21&group_by=month&figure=median_minutes")
	b.everyLanguage("console-report-days", "/console/reports/channels?group_by=day")
	b.everyLanguage("console-report-forecast", "/console/reports/forecast?group_by=branch")
	b.everyLanguage("console-report-refused", "/console/reports/no-shows?from=2026-11-20&to=2026-11-01&branch=moon")
	b.everyLanguage("console-report-nothing", "/console/reports/waiting?from=2020-01-01&to=2020-01-31")
	for _, lang := range []string{"ar", "en"} {
		b.goes("/console/reports/no-shows"+october, lang)
		b.printed("console-report", lang, ".said, .plot, table.figures")
	}
}

// printed takes a picture of the page as it is printed, as wide as A4: what there is to
// read, without what one presses.
func (b console) printed(name, lang, parts string) {
	b.t.Helper()
	b.does(chromedp.EmulateViewport(794, 400), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return err
	}))
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.shots, name+"-"+lang+"-print.png"), picture, 0o600); err != nil {
		b.t.Fatal(err)
	}
	for _, w := range evaluates[[]string](b.chromium, `[
		...[...document.querySelectorAll(".side, .top, button, form, select")].filter((e) => e.checkVisibility())
			.map((e) => "on paper: " + e.className),
		...`+strconv.Quote(parts)+`.split(", ").filter((e) => !document.querySelector(e)?.checkVisibility()).map((e) => "not on paper: " + e),
		...(document.documentElement.scrollWidth > 794 ? ["cut off at " + document.documentElement.scrollWidth] : []),
	]`) {
		b.t.Errorf("%s-%s: %s", name, lang, w)
	}
	b.sees(1280, "light")
}

// The overview, with what needs a look and with nothing.
func TestBrowserConsoleOverview(t *testing.T) {
	t.Parallel()
	centre := aYearOld(t, official)
	b := opensAs(t, centre, "majed", "/console/overview?lang=ar")
	b.everyLanguage("console-overview", "/console/overview")
	b.everyLanguage("console-overview-departments", "/console/overview?group_by=department&month=2026-11")
	b.everyLanguage("console-overview-nothing", "/console/overview?month=2020-02")
	b.goes("/console/overview", "ar")
	b.printed("console-overview", "ar", ".look, .place")
	// By keyboard: what needs a look is reached with Tab, and Enter opens its report.
	b.does(chromedp.Evaluate[chromedp.Void](`document.querySelector(".look a").focus()`))
	b.presses("Enter")
	b.is(`location.pathname.startsWith("/console/reports/")`, "true")
}

// presses presses a key that has a name.
func (b console) presses(key string) {
	b.t.Helper()
	b.ready()
	b.does(chromedp.KeyEvent(map[string]string{"Enter": "\r", "Tab": "\t"}[key]))
}

// Messages that reached nobody, those about a visit, and what messages say.
func TestBrowserConsoleMessages(t *testing.T) {
	t.Parallel()
	centre, _, reference := unreached(t, official)
	b := opensAs(t, centre, "noura", "/console/messages?lang=ar")
	b.everyLanguage("console-messages", "/console/messages")
	b.everyLanguage("console-messages-texts", "/console/messages/texts?kind=reminder")
	for _, lang := range []string{"ar", "en"} {
		b.goes("/console/messages", lang)
		b.chromium.fills(url.Values{"reference": {reference}})
		b.sends("/console/messages?lang=" + lang)
		b.checks("console-messages-visit", lang)
	}
	b.everyLanguage("console-messages-none", "/console/messages?department=revenues&done=resent")
}

// The log, with entries, sought and with none.
func TestBrowserConsoleLog(t *testing.T) {
	t.Parallel()
	centre, desk := busyHall(t)
	desk.submits("/console/hall/delay", "desk_group", "riyadh-returns", "minutes", "20")
	centre.Jobs()
	b := opensAs(t, centre, "reem", "/console/log?lang=ar")
	b.everyLanguage("console-log", "/console/log")
	for _, lang := range []string{"ar", "en"} {
		b.goes("/console/log", lang)
		b.chromium.fills(url.Values{"actor": {"nobody"}})
		b.sends("/console/log?lang=" + lang)
		b.checks("console-log-none", lang)
	}
	b.goes("/console/log", "ar")
	b.printed("console-log", "ar", ".sealed, table")
}

// The choice of digits and calendars; once it is made, Arabic pages have Arabic digits.
func TestBrowserConsoleChoices(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn, official)
	b := opensAs(t, centre, "majed", "/console/choices?lang=ar")
	b.everyLanguage("console-choices", "/console/choices")
	b.goes("/console/choices", "ar")
	b.does(chromedp.Evaluate[chromedp.Void](`document.querySelector("input[value=arabic]").click();
		document.querySelector("main form").requestSubmit()`))
	b.shows("٢٢ نوفمبر ٢٠٢٦م")
	b.everyLanguage("console-hall-arabic-digits", "/console/hall")
}
