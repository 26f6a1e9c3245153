//go:build pages

package service_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ziyara/service/servicetest"
)

// The calendar in both languages, wide and on a phone, light and dark: as it is, with a
// stretch that is chosen, for who may only look, and with mistakes.
func TestBrowserConsoleWeek(t *testing.T) {
	t.Parallel()
	centre := busyWeek(t, official)
	b := opensAs(t, centre, "noura", "/console/calendar?lang=ar")
	b.everyLanguage("console-week", "/console/calendar?desk_group=riyadh-returns&date=2026-12-01")
	b.everyLanguage("console-week-chosen", "/console/calendar?desk_group=riyadh-returns&date=2026-12-01&from=12:00&until=13:30")
	b.everyLanguage("console-week-shut", "/console/calendar?desk_group=riyadh-returns&tap=2026-12-03T09:00")
	b.everyLanguage("console-history", "/console/calendar/history?desk_group=riyadh-returns")
}

// The impact of a closure, a draft that is over, and the list of those to call, in every look.
func TestBrowserConsoleClosurePages(t *testing.T) {
	t.Parallel()
	centre := busyWeek(t, official)
	withoutMobile(t, centre, "2026-12-01T09:30")
	noura := sits(t, centre, "noura")
	form := closingForm(versionOn(t, noura))
	form["last"] = "2026-12-05"
	_, id := drafts(t, noura, form)
	b := opensAs(t, centre, "noura", "/console/calendar?lang=ar")
	path := "/console/calendar/changes/" + id + "?calendar=" + form["calendar"]
	b.everyLanguage("console-impact", path)
	b.everyLanguage("console-week-mistakes", "/console/calendar?desk_group=riyadh-returns&date=2026-12-01", "/console/calendar")
	noura.submits("/console/calendar/changes/"+id, "act", "apply", "decision", "propose", "calendar", form["calendar"])
	b.everyLanguage("console-to-call", path)
	form = closingForm(versionOn(t, noura))
	_, id = drafts(t, noura, form)
	noura.submits("/console/calendar/changes/"+id, "act", "drop")
	b.everyLanguage("console-draft-over", "/console/calendar/changes/"+id)
	b.everyLanguage("console-history-full", "/console/calendar/history?desk_group=riyadh-returns")
}

// A coordinator closes an hour on a telephone: two taps choose it, two more close it and tell
// all; the list of those to call becomes shorter by itself while colleagues call.
func TestBrowserConsoleClosure(t *testing.T) {
	t.Parallel()
	centre := busyWeek(t, official)
	b := opensAs(t, centre, "noura", "/console/calendar?lang=ar&desk_group=riyadh-returns&date=2026-12-01")
	b.sees(360, "light")
	taps := 0
	tap := func(selector string) {
		t.Helper()
		b.does(chromedp.Click(selector))
		taps++
	}
	tap(`button[value="2026-12-01T09:00"]`)
	b.is(`document.querySelectorAll("[aria-pressed]").length`, "1")
	b.is(`document.activeElement.value`, "2026-12-01T09:00") // the focus stays
	tap(`button[value="2026-12-01T09:30"]`)
	b.is(`document.querySelectorAll("[aria-pressed]").length`, "2")
	chosen := taps
	tap(`.chosen-bar button`)
	b.shows("تتأثر 6 مواعيد")
	tap(`button[value="apply"]`)
	b.shows("يلزم الاتصال: 6 زوار")
	if after := taps - chosen; after > 3 {
		t.Errorf("%d taps after the hour was chosen", after)
	}
	b.shows("متصل")
	if n := servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM messages WHERE kind = 'closed'`); n != 6 {
		t.Errorf("%d are told", n)
	}

	// A colleague calls one; this page follows.
	noura := sits(t, centre, "noura")
	references := servicetest.Query[string](t, centre.DatabaseURL, `SELECT string_agg(a.reference, ' ' ORDER BY a.id)
		FROM change_visits v JOIN appointments a ON a.id = v.appointment_id`)
	id := evaluates[string](b.chromium, `location.pathname.split("/").pop()`)
	for i, reference := range strings.Fields(references)[:2] {
		if status, page := noura.submits("/console/calendar/changes/"+id, "act", "accepts", "visit", reference); status != http.StatusOK {
			t.Fatalf("accepts: %d %s", status, said(page))
		}
		b.is(`document.querySelectorAll(".calls > li").length`, strconv.Itoa(5-i))
	}
	// A visitor answers from their message: no page of this program had to say so.
	tap(`.calls > li button[value="cancels"]`)
	b.shows("تم تسجيل الرد")
	b.is(`document.querySelectorAll(".calls > li").length`, "3")
}

// By keyboard alone: the arrows go from cell to cell, and a mouse chooses by dragging.
func TestBrowserConsoleWeekByKeys(t *testing.T) {
	t.Parallel()
	centre := busyWeek(t, official)
	b := opensAs(t, centre, "noura", "/console/calendar?lang=ar&desk_group=riyadh-returns&date=2026-12-01")
	b.does(chromedp.Evaluate[chromedp.Void](`document.querySelector('button[value="2026-12-01T09:00"]').focus()`))
	b.types("ArrowDown", "ArrowDown")
	b.is(`document.activeElement.value`, "2026-12-01T09:30")
	b.types("ArrowLeft", "ArrowLeft") // the next day is on the left in Arabic
	b.is(`document.activeElement.value`, "2026-12-02T09:30")
	b.types("ArrowRight", "ArrowRight")
	b.does(chromedp.KeyEvent("\r"))
	b.is(`[...document.querySelectorAll("[aria-pressed]")].map((e) => e.value).join()`, "2026-12-01T09:30")
	b.does(chromedp.DragAndDrop(`button[value="2026-12-02T10:00"]`, `button[value="2026-12-02T11:30"]`))
	b.is(`document.querySelectorAll("[aria-pressed]").length`, "4")
	b.is(`document.querySelector("#until").value`, "12:00")
}

// Requests and the waitlist, in every look: with times to suggest, with a mistake, with
// nothing.
func TestBrowserConsoleRequests(t *testing.T) {
	t.Parallel()
	centre, _ := pending(t, official)
	b := opensAs(t, centre, coordinatorOf(t, centre, meeting), "/console/requests?lang=ar")
	b.everyLanguage("console-requests", "/console/requests")
	b.goes("/console/requests", "ar")
	b.does(chromedp.Click(`button[value="times"]`), chromedp.WaitVisible(`.propose`))
	b.checks("console-requests-times", "ar")
	b.does(chromedp.Click(`.propose button`))
	b.shows("أُرسل الموعد المقترح إلى الزائر")
	b.does(chromedp.Click(`.request summary`), chromedp.Click(`button[value="decline"]`))
	b.shows("يرجى كتابة السبب")
	b.checks("console-requests-mistake", "ar")
	noura := opensAs(t, centre, "noura", "/console/requests?lang=ar")
	noura.everyLanguage("console-waitlist", "/console/requests")
}
