package service_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ziyara/service/servicetest"
)

// gone fails the test unless an address leads to where a mobile is proved, with nothing
// of the visit.
func (w *walker) gone(address string, personal ...string) {
	w.t.Helper()
	w.goes(address).says(http.StatusOK, "مواعيدكم", "رقم الجوال")
	if w.at.Path != "/visits" {
		w.t.Errorf("%s leads to %s, want where the mobile is proved", address, w.at)
	}
	w.lacks(personal...)
}

// forgets fails the test unless a page has the browser forget what it has kept.
func forgets(t *testing.T, answer servicetest.Answer) {
	t.Helper()
	if got := answer.Header.Get("Link"); answer.Status != http.StatusOK || got != "</forgotten>; rel=preload; as=image" {
		t.Errorf("%d with Link %q", answer.Status, got)
	}
}

// A ticket that was shown after booking opens in that browser for as long as it needs,
// and in no other: its address is in the history. Once the browser is to forget its
// visitor, it opens nowhere. The link in the message goes on working.
func TestTicketIsForgotten(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes("/services/heirs-returns/riyadh?day=2026-11-30").chooses()
	w.books(visitor, details(visitor))
	ticket := w.at.Path
	reference := regexp.MustCompile(`V-[0-9A-Z-]+`).FindString(textOf(w.page))
	says(t, textOf(w.page), "مسح بياناتي من هذا المتصفح")
	centre.Pass(25 * time.Hour)
	w.goes(ticket).says(http.StatusOK, reference)
	w.goes(ticket+"/details").says(http.StatusOK, "تصحيح بيانات الموعد")
	newWalker(t, centre).gone(ticket, reference, visitor.Name)
	w.sends("/forget", url.Values{}).says(http.StatusOK)
	forgets(t, servicetest.Answer{Status: w.status, Header: w.header})
	for _, path := range []string{"", "/", "/details", "/move", "/cancel", "/visit.ics", "/code.svg", "?done=booked"} {
		w.gone(ticket+path, reference, visitor.Name)
	}
	if w.sends(ticket+"/cancel", url.Values{}); w.at.Path != "/visits" {
		t.Errorf("cancelling leads to %s", w.at)
	}
	centre.Jobs()
	text := visitor.Receives().Text
	for !strings.Contains(text, "/m/") {
		text = visitor.Receives().Text
	}
	link := text[strings.LastIndex(text, "/m/"):]
	newWalker(t, centre).goes(link).says(http.StatusOK, reference)
}

// What is listed at /visits opens as long as the mobile is proved, for its owner, and no
// longer than until they sign out.
func TestListedVisitsAreForgotten(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	visitor := centre.Visitor(1)
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	visitor.Receives()
	b := atHome(t, visitor, centre)
	path := regexp.MustCompile(`/m/[\w-]+`).FindString(b.proves())
	says(t, b.opens(path), visit.Reference)

	other := atHome(t, centre.Visitor(2), centre)
	other.proves()
	leads := func(who string, b *onPortal) {
		t.Helper()
		if answer := b.sends(http.MethodGet, path, nil); answer.Status != http.StatusSeeOther || answer.Header.Get("Location") != "/visits" {
			t.Errorf("%s: %d to %q, want 303 to where the mobile is proved", who, answer.Status, answer.Header.Get("Location"))
		}
	}
	leads("another mobile", other)
	leads("another browser", atHome(t, visitor, centre))
	answer := b.sends(http.MethodPost, "/visits/sign-out", url.Values{})
	forgets(t, b.sends(http.MethodGet, answer.Header.Get("Location"), nil))
	leads("signed out", b)
	path = regexp.MustCompile(`/m/[\w-]+`).FindString(b.proves())
	centre.Clock.Add(31 * time.Minute)
	leads("half an hour later", b)
	centre.Clock.Add(24 * time.Hour)
	leads("a day later", b)
}
